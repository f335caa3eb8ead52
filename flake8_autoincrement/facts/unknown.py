"""The fact that something could not be known."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_autoincrement.source import Span


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that reading alone could not determine, and why; `span` is where the reading ended, if anywhere."""

    why: str
    span: Span | None = field(default=None, compare=False)
