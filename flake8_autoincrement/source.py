"""A text and the places in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file.

    Lines count from 1 and columns from 0, in characters (not bytes), as in an editor's buffer. The end column is the
    first one behind the stretch. `path` is the file as the program opened it; what a user sees is made relative later.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file's path and its decoded text, with line ends as `\\n`."""

    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Give the lines without their ends; line n of a `Span` is `lines[n - 1]`."""
        return self.text.split("\n")


class Lines:
    """Turns offsets in the text of a file into places."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, start: int, end: int) -> Span:
        """Give the place of the characters between two offsets."""
        return Span(self._path, *self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = min(bisect_right(self._starts, offset), max(len(self._starts) - 1, 1))
        return line, offset - self._starts[line - 1]
