"""Mutilated models, revisions and settings: whatever is done to them, there is an answer, the same each time."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated
from pages import cases, facts_pages, operation_pages, rule_pages

from flake8_autoincrement.diagnostics import Diagnostic, printable
from flake8_autoincrement.encoding import Encoding
from flake8_autoincrement.engine.check import FileReport, check_names, declared_tables, report_on
from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.history import operations
from flake8_autoincrement.history.replay.run import downgraded, upgraded
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.output import tables_json, tables_text, text
from flake8_autoincrement.output.rows import Row
from flake8_autoincrement.registry import discovered
from flake8_autoincrement.settings import Settings, SettingsError, settings_in

ENCODING = Encoding(FileFacts)
STRICT = Settings(strict=True)
SHOP = Path(__file__).parents[1] / "examples" / "shop"


@cache
def projects() -> tuple[dict[str, str], ...]:
    """Give the projects of all pages, and each package of the shop with the bases that it shares."""
    found = [case.files for page in (*rule_pages(), *facts_pages()) for case in cases(page)]
    shared = _python(SHOP / "common", SHOP / "common")
    for package in sorted(path for path in (SHOP / "shop").iterdir() if path.is_dir()):
        found.append({**_python(package, SHOP), **shared})
    return tuple(found)


@cache
def histories() -> tuple[dict[str, str], ...]:
    """Give the revisions of all pages, each with the files that it needs."""
    return tuple(case.files for page in operation_pages() for case in cases(page))


def _python(folder: Path, root: Path) -> dict[str, str]:
    files = sorted(folder.rglob("*.py"))
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in files}


def spoil(random: Random, folder: Path, given: tuple[dict[str, str], ...] | None = None) -> list[Path]:
    """Write a project whose files were changed, one of them or each; give those that are Python's."""
    files = random.choice(projects() if given is None else given)
    victims = [random.choice(list(files))] if random.random() < 0.8 else list(files)
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(mutated(content, random) if path in victims else content.encode())
    return [folder / path for path in files if path.endswith(".py")]


def read(folder: Path, files: list[Path]) -> list[FileFacts]:
    """Read files by a program that has read nothing yet."""
    program = Program([str(folder), str(folder / "src")], [str(folder / "site-packages")])
    return [program.facts(str(file)) for file in files]


def answer(facts: FileFacts, data: bytes) -> FileReport:
    """Check what was read of one file, print all of it, and compare what is kept of it."""
    report = report_on(facts, STRICT, data, discovered())
    assert "internal-error" not in {found.slug for found in report.found}
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for diagnostic in report.diagnostics:
        assert_inside(diagnostic, lines)
    assert all("\n" not in str(line) for line in text.render(report.diagnostics))
    kept = ENCODING.decoded(ENCODING.encoded(facts))
    assert kept == facts and repr(kept) == repr(facts)
    rows = [Row(found.table, found, facts.path) for found in declared_tables(facts) if found.table is not None]
    assert len(json.loads(tables_json.render(rows))["tables"]) == len(rows)
    assert tables_text.render(rows).row_count == len(rows)
    return report


def assert_inside(diagnostic: Diagnostic, lines: list[str]) -> None:
    """Make sure that an editor finds the place of a diagnostic in the file."""
    span = diagnostic.span
    assert 1 <= span.line <= len(lines)
    assert 0 <= span.column <= len(lines[span.line - 1]) + 1


def examine(random: Random, given: tuple[dict[str, str], ...] | None = None) -> list[FileFacts]:
    """Spoil a project and read it, twice."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = spoil(random, folder, given)
        found = read(folder, files)
        assert repr(read(folder, files)) == repr(found)
        for file, facts in zip(files, found, strict=True):
            answer(facts, file.read_bytes())
        return found


@settings(max_examples=1_000, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**40))
def test_mutilated_models(seed: int) -> None:
    examine(Random(seed))


@settings(max_examples=1_000, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**40))
def test_mutilated_revisions(seed: int) -> None:
    """Whatever is read of them, it can be replayed, up and down again."""
    for facts in examine(Random(seed), histories()):
        if facts.revision is not None:
            assert facts.path == facts.revision.path
            done = upgraded(facts.revision, Schema())
            downgraded(facts.revision, done.after)
            for operation in operations(facts.revision):
                assert operation.span is None or operation.span.path == facts.path


TOML = """\
[project]
name = "shop"

[tool.flake8-autoincrement]
bases = ["AutoIncrementBase", "shop.db.Base"]
enable = ["key-pattern"]
ignore = ["AIN005", "raw-base"]
strict = false
python = ".venv"
search-path = ["libs", "~/more"]
exclude = ["migrations", "app/legacy/*"]
sqlalchemy-version = "2.0"
sqlmodel-version = "0.0.38"

[[tool.flake8-autoincrement.overrides]]
module = ["app.legacy.*", "*.old"]
ignore = ["AIN001", 'implicit-autoincrement']
strict = true
"""
INI = """\
[metadata]
name = shop

[flake8-autoincrement]
bases = AutoIncrementBase, shop.db.Base
enable = key-pattern
ignore =
    AIN005
    raw-base
strict = no
python = .venv
search-path = libs, ~/more
exclude = migrations, app/legacy/*
sqlalchemy-version = 2.0
sqlmodel-version = 0.0.38

[flake8-autoincrement-app.legacy.*, *.old]
ignore = AIN001
strict = yes
"""


@settings(max_examples=500, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**40), st.sampled_from(["pyproject.toml", "setup.cfg", "tox.ini"]))
def test_mutilated_settings(seed: int, name: str) -> None:
    """Nothing but an error that names the file, in one line."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(mutated(TOML if name == "pyproject.toml" else INI, Random(seed)))
        try:
            found = settings_in(Path(folder), check_names())
        except SettingsError as error:
            assert printable(str(error)).startswith(f"{file}: ")
        else:
            assert found is None or found.file == str(file)
