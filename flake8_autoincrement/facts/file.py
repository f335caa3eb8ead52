"""What a file of a project holds for the program."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.operation import AnyOperation
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.facts.schema import Table
from flake8_autoincrement.facts.unknown import Unreadable


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
