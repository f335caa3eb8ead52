"""What a file of a project holds for the program."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.schema import Table
from flake8_autoincrement.source import Span


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that makes a table but could not be read: `why` says what stood in the way."""

    why: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The models and the Core tables that one file declares, in the order of their lines.

    `error` is set where the file could not be read or parsed at all; the rest is empty then.
    """

    path: str
    models: tuple[ModelClass, ...] = ()
    tables: tuple[Table, ...] = ()
    unread: tuple[Unreadable, ...] = ()
    error: Unreadable | None = None
