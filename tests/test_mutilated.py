"""Models and settings that were cut, doubled and torn apart at random: each is read, and nothing is raised."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages import FACTS, RULES

from flake8_autoincrement.encoding import Encoding
from flake8_autoincrement.engine.check import FileReport, check_names, report_on
from flake8_autoincrement.engine.project import Invocation, Workspace
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.settings import Settings, SettingsError

SHOP = Path(__file__).parents[1] / "examples" / "shop"
BRACKETS = (*"()[]{}:,=.@#\"'0", "==", "*", "**", '"""', "1_", "0x")
SPACES = ("\n", "\n    ", "\t", "\f", "\r", "\\\n", "\ufeff", "\0", "é", "\U0001f511")
STATEMENTS = ("return ", "yield ", "await ", "del ", "raise\n", "global x\n", "import ", "from . import *\n", "x = x")
BLOCKS = ("class ", "def ", "if ", "else:\n", "try:\n", "for x in x:\n", "with x:\n", "match x:\n  case ", "lambda: ")
FOREIGN = ("%matplotlib inline\n", "print 'x'\n", "<<<<<<< HEAD\n")
MODELS = ("Column(Integer, primary_key=True)", "Mapped[int]", "id", "Base", "class Base(Base): pass\n", "__table__ = ")
NAMES = ("None", "True", "super().", "self.", "cls.", "id = id\n")
SCRAPS = (*BRACKETS, *SPACES, *STATEMENTS, *BLOCKS, *FOREIGN, *MODELS, *NAMES)
BOUNDED = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@cache
def sources() -> tuple[str, ...]:
    """Give real models: the example's, and the blocks of all pages."""
    files = [file.read_text() for file in sorted(SHOP.rglob("*.py"))]
    pages = [*sorted(RULES.rglob("*.md")), *sorted(FACTS.glob("*.md"))]
    blocks = [part.partition("\n")[2] for page in pages for part in page.read_text().split("```")[1::2]]
    return tuple(text for text in (*files, *blocks) if "Column" in text or "mapped_column" in text or "Field" in text)


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """Give a source to which some things happened."""
    text = draw(st.sampled_from(sources()))
    for _ in range(draw(st.integers(1, 6))):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        end = min(end, start + draw(st.sampled_from([1, 5, 40, 400])))
        match draw(st.sampled_from(["cut off", "take out", "double", "put in", "indent", "swap"])):
            case "cut off":
                text = text[:start]
            case "take out":
                text = text[:start] + text[end:]
            case "double":
                text = text[:end] + text[start:]
            case "put in":
                text = text[:start] + draw(st.sampled_from(SCRAPS)) + text[start:]
            case "indent":
                line = text.rfind("\n", 0, start) + 1
                text = text[:line] + " " * draw(st.integers(1, 5)) + text[line:]
            case "swap":
                text = text[:start] + text[end : end + 20] + text[start:end] + text[end + 20 :]
    return text


@given(text=mutilated())
@BOUNDED
def test_models(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "models.py")
        file.write_bytes(text.encode())
        facts = Program([folder]).facts(str(file))
        report = report_on(facts, Settings(), file.read_bytes())
        again = Program([folder]).facts(str(file))
        assert (again, report_on(again, Settings(), file.read_bytes())) == (facts, report)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for diagnostic in (*report.found, *report.diagnostics):
        assert diagnostic.span.path == str(file)
        assert 1 <= diagnostic.span.line <= lines
        assert diagnostic.span.column >= 0
        assert diagnostic.message.isprintable()
    for encoding, value in ((Encoding(FileFacts), facts), (Encoding(FileReport), report)):
        assert repr(encoding.decoded(encoding.encoded(value))) == repr(value)


def test_the_sources_are_models() -> None:
    assert len(sources()) > 400


PYPROJECT = (SHOP / "pyproject.toml").read_text() + """
[[tool.flake8-autoincrement.overrides]]
module = ["a.*"]
strict = true
"""
SETUP = """
[flake8-autoincrement]
bases = A, B
strict = yes
sqlalchemy-version = 2.0
[flake8-autoincrement-a.*]
ignore = AIN001
"""


@pytest.mark.parametrize(("name", "text"), [("pyproject.toml", PYPROJECT), ("setup.cfg", SETUP)])
@given(data=st.data())
@BOUNDED
def test_settings(name: str, text: str, data: st.DataObject) -> None:
    """Settings are read, or an error names the file and says what is wrong."""
    raw = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.integers(0, 8))
        raw[at : at + length] = data.draw(st.binary(max_size=3) | st.sampled_from([b"\n[", b"= 3", b'"x"']))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(bytes(raw))
        try:
            found = Workspace(Invocation(), check_names()).settings(Path(folder))
        except SettingsError as error:
            assert str(error).startswith(f"{file}: ")
            assert error.expected
        else:
            assert found.file in (str(file), None)
