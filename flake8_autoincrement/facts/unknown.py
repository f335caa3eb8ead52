"""The facts that something could not be known, or not be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_autoincrement.source import Span


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that reading alone could not determine, and why; `span` is where the reading ended, if anywhere."""

    why: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that makes a table but could not be read: `why` says what stood in the way."""

    why: str
    span: Span | None = field(default=None, compare=False)
