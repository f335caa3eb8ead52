"""`# noqa` comments mean to `ain check` exactly what they mean to flake8."""

from __future__ import annotations

import argparse
import io

import pytest
from flake8 import defaults
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import given
from hypothesis import strategies as st

from flake8_autoincrement.diagnostics import Diagnostic, Severity
from flake8_autoincrement.engine.suppress import NOQA_FILE, NOQA_INLINE, Suppressions
from flake8_autoincrement.source import Source, Span

OPTIONS = argparse.Namespace(
    disable_noqa=False, hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0
)


def silenced(text: str, line: int, code: str = "AIN002") -> bool:
    diagnostic = Diagnostic(Span("a.py", line, 0, line, 0), "", code, "slug", Severity.ERROR)
    return Suppressions(Source("a.py", text)).silences(diagnostic)


def physical_lines(text: str) -> list[str]:
    """Split as flake8 does when it reads a file: at line feeds alone."""
    return io.StringIO(text).readlines()


def silenced_by_flake8(text: str, line: int, code: str = "AIN002") -> bool:
    processor = FileProcessor("a.py", OPTIONS, lines=physical_lines(text))
    physical = processor.noqa_line_for(line)
    if physical is None:
        # As flake8 does where the tokens cannot be read, from the same text instead of linecache.
        physical = (physical_lines(text) + [""] * line)[line - 1]
    return bool(Violation(code, "a.py", line, 1, "", physical).is_inline_ignored(disable_noqa=False))


def unused(text: str, *lines: int) -> list[tuple[str, int, int]]:
    diagnostics = [Diagnostic(Span("a.py", line, 0, line, 0), "", "AIN002", "s", Severity.ERROR) for line in lines]
    comments = Suppressions(Source("a.py", text)).unused("AIN", diagnostics)
    return [(comment.code, comment.span.line, comment.span.column) for comment in comments]


def test_the_patterns_are_those_of_flake8() -> None:
    assert NOQA_INLINE.pattern == defaults.NOQA_INLINE_REGEXP.pattern
    assert NOQA_INLINE.flags == defaults.NOQA_INLINE_REGEXP.flags
    assert (NOQA_FILE.pattern, NOQA_FILE.flags) == (defaults.NOQA_FILE.pattern, defaults.NOQA_FILE.flags)


COMMENTS = [
    "# noqa",
    "# NOQA",
    "#noqa",
    "# noqa: AIN002",
    "# noqa:AIN002",
    "# noqa : AIN002",
    "# noqa:  AIN002",
    "# noqa: ain002",
    "# noqa: AIN001",
    "# noqa: AIN001,AIN002",
    "# noqa: AIN001 AIN002",
    "# noqa: AIN001, E501 , AIN002",
    "# noqa: AIN00",
    "# noqa: AIN0021",
    "# noqa: A1",
    "# noqa: AIN",
    "# noqa: AIN002[implicit-autoincrement]",
    "# noqa: implicit-autoincrement",
    "# type: ignore # noqa: AIN002",
    "# noqa: E501 # noqa: AIN002",
    "# pylint: disable=x  # noqa",
    "# nothing",
]


@pytest.mark.parametrize("comment", COMMENTS)
def test_comments(comment: str) -> None:
    text = f"x = 1  {comment}\ny = 2\n"
    assert silenced(text, 1) is silenced_by_flake8(text, 1)
    assert not silenced(text, 2)


TEXTS = {
    "a comment behind a multi-line string counts for all its lines": 'x = """\na\nb\n"""  # noqa\ny = 1\n',
    "a comment inside a multi-line string counts too": 'x = """\n# noqa\n"""\n',
    "lines in brackets are lines of their own": "x = f(\n    1,  # noqa\n    2,\n)\n",
    "a backslash joins lines": "x = 1 + \\\n    2  # noqa\ny = 1\n",
    "the string in brackets": 'x = f(\n    """\n    a""",  # noqa: AIN002\n    2,\n)\n',
    "a decorator is another line than its class": "@f  # noqa\nclass A:\n    pass\n",
    "tokens that cannot be read": "x = (\ny = 1  # noqa\n",
    "an f-string over lines": 'x = f"""\n{y}\n"""  # noqa\n',
    "no newline at the end": "x = 1  # noqa",
    "an empty file": "",
    "a page break": "x = 1\n\x0c\ny = 2  # noqa\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_lines_that_share_a_comment(text: str) -> None:
    for line in range(1, text.count("\n") + 3):
        assert silenced(text, line) is silenced_by_flake8(text, line), line


LINES = ["x = 1", "f(", ")", '"""', "\\", "    y,", "class A:", "    pass", *COMMENTS]


@given(st.lists(st.sampled_from(LINES), max_size=9))
def test_any_lines(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    for line in range(1, len(lines) + 1):
        assert silenced(text, line) is silenced_by_flake8(text, line), line


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("# flake8: noqa\n", True),
        ("x = 1\n    # flake8=NOQA\n", True),
        ("# flake8: noqa: AIN002\n", True),
        ("x = 1  # flake8: noqa\n", False),
        ("# noqa\n", False),
    ],
)
def test_the_whole_file(text: str, whole: bool) -> None:
    assert Suppressions(Source("a.py", text)).whole_file is whole
    processor = FileProcessor("a.py", OPTIONS, lines=physical_lines(text))
    assert processor.should_ignore_file() is whole


def test_unused_comments() -> None:
    assert unused("x = 1  # noqa: AIN002\n") == [("AIN002", 1, 15)]
    assert unused("x = 1  # noqa: AIN002\n", 1) == []
    assert unused("x = 1  # noqa: E501,AIN001, AIN002\n", 1) == [("AIN001", 1, 20)]
    assert unused('x = """\n# noqa: AIN001\n"""  # noqa: AIN002\n', 1) == []


def test_comments_for_other_tools_are_not_ours() -> None:
    """A blanket comment may be meant for any plugin, and a string is no comment."""
    assert unused("x = 1  # noqa\ny = 1  # noqa: E501\nz = '# noqa: AIN002'\n") == []
