"""What a rule yields and what a user sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from flake8_autoincrement.source import Span


class Severity(IntEnum):
    """How bad it is: an error fails an INSERT or a migration, or loses data; a warning works today."""

    WARNING = 1
    ERROR = 2

    @property
    def word(self) -> str:
        """Give the word that reports print, `error` or `warning`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Note:
    """A related place that explains a finding, such as the base that declares a key.

    `span` is None where the place is not in any file that was read, such as a class of SQLAlchemy itself.
    """

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule yields: a place, one line that states the fact, and places that explain it.

    `severity` is None where the check's own severity holds.
    """

    span: Span
    message: str
    notes: tuple[Note, ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a user sees: a finding with the code, the slug and the severity of the check that made it."""

    span: Span
    message: str
    code: str
    slug: str
    severity: Severity
    notes: tuple[Note, ...] = ()

    @property
    def sort_key(self) -> tuple[Span, str, str, str]:
        """Order diagnostics by place, then by check."""
        return (self.span, self.code, self.slug, self.message)


def printable(text: str) -> str:
    """Give a text in one line that any terminal and encoding takes: control characters and lone surrogates escaped."""
    if text.isprintable():
        return text
    encodable = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(each if each.isprintable() or each == " " else ascii(each)[1:-1] for each in encodable)
