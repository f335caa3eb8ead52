"""Diagnostics in mypy's words, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_autoincrement.diagnostics import Diagnostic, Severity, printable
from flake8_autoincrement.output.paths import shown
from flake8_autoincrement.source import Span

if TYPE_CHECKING:
    from rich.text import Text

NOTE = "note"
_STYLES = {"error": "bold red", "warning": "bold yellow", NOTE: "bold blue"}


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line in its parts; `tag` is the code and slug, empty for a note."""

    place: str
    word: str
    message: str
    tag: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.word}: {self.message}" + (f"  [{self.tag}]" if self.tag else "")

    def coloured(self) -> Text:
        """Give the line for a terminal."""
        from rich.text import Text

        tag = (f"  [{self.tag}]", "yellow") if self.tag else ""
        return Text.assemble(f"{self.place}: ", (f"{self.word}:", _STYLES[self.word]), f" {self.message}", tag)


def render(diagnostics: Sequence[Diagnostic]) -> Iterator[Line]:
    """Give the lines of diagnostics and of their notes; columns count from 1."""
    for diagnostic in diagnostics:
        tag = f"{diagnostic.code} {diagnostic.slug}"
        yield Line(place(diagnostic.span), diagnostic.severity.word, diagnostic.message, tag)
        for note in diagnostic.notes:
            yield Line(place(note.span or diagnostic.span), NOTE, note.message)


def place(span: Span) -> str:
    """Give a place as editors understand it, in one line whatever the path."""
    return f"{printable(shown(span.path))}:{span.line}:{span.column + 1}"


def summary(diagnostics: Sequence[Diagnostic], checked: int) -> str:
    """Give the last line: how many errors and warnings there are, in how many of the files."""
    files = counted(checked, "source file")
    if not diagnostics:
        return f"Success: no issues found in {files}"
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    parts = [counted(count, word) for count, word in ((errors, "error"), (warnings, "warning")) if count]
    affected = len({diagnostic.span.path for diagnostic in diagnostics})
    return f"Found {' and '.join(parts)} in {counted(affected, 'file')} (checked {files})"


def counted(count: int, word: str) -> str:
    """Give a number with its noun: `1 file`, `2 files`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
