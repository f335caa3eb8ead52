"""A text and the places in it."""

from __future__ import annotations

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
