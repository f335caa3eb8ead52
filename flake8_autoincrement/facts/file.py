"""What a file of a project holds for the program."""

from __future__ import annotations

from dataclasses import dataclass

from importlib import import_module
from typing import TYPE_CHECKING

from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.schema import Table
from flake8_autoincrement.facts.unknown import Unreadable

if TYPE_CHECKING:
    from flake8_autoincrement.facts.operation import AnyOperation
    from flake8_autoincrement.facts.revision import Revision


_OF_MIGRATIONS = {
    "AnyOperation": "flake8_autoincrement.facts.operation",
    "Revision": "flake8_autoincrement.facts.revision",
}


def __getattr__(name: str) -> object:
    """Import the types of migrations when somebody asks for them: they take a while, and most files have none."""
    if name in _OF_MIGRATIONS:
        return getattr(import_module(_OF_MIGRATIONS[name]), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The models and the Core tables that one file declares, in the order of their lines.

    `revision` is set for an Alembic revision, which declares nothing; `statements` are those of a file of SQL. `error`
    is set where the file could not be read or parsed at all; the rest is empty then.
    """

    path: str
    models: tuple[ModelClass, ...] = ()
    tables: tuple[Table, ...] = ()
    unread: tuple[Unreadable, ...] = ()
    error: Unreadable | None = None
    revision: Revision | None = None
    statements: tuple[AnyOperation, ...] = ()
