"""Revisions that build one database, and their statements one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.operation import AnyOperation, RecreateTable, Unread, When
from flake8_autoincrement.facts.revision import Replayed, Revision
from flake8_autoincrement.facts.unknown import Unknown, Unreadable


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a settings file of Alembic's that names the folders of a history."""

    file: str
    name: str


@dataclass(frozen=True, slots=True)
class History:
    """Revisions that build one database, or a file of SQL that does.

    `folder` names it: that of the script directory, or the one with these revisions alone where a script directory has
    several histories; the file of SQL. `sections` name its folders, none where it was found without. `databases` are
    those of Alembic's multi-database template, each of which gets its own part of every revision. `failed` are the
    files that have the looks of a revision and could not be read.
    """

    origin: Literal["migrations", "sql"]
    folder: str
    revisions: tuple[Revision, ...]
    sections: tuple[Section, ...] = ()
    databases: tuple[str, ...] = ()
    failed: tuple[Unreadable, ...] = ()

    @property
    def files(self) -> frozenset[str]:
        """Give the files of the revisions."""
        return frozenset(revision.path for revision in self.revisions)


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A revision in its history, done and undone: `downgrade` begins behind `upgrade`, None where there is none."""

    history: History
    upgrade: Replayed
    downgrade: Replayed | None = None

    @property
    def revision(self) -> Revision:
        """Give the revision."""
        return self.upgrade.revision


@dataclass(frozen=True, slots=True)
class Timeline:
    """A history that was replayed, revision by revision in the order in which Alembic runs them.

    `database` is the one of several that is meant, None where there is one.
    """

    history: History
    trips: tuple[RoundTrip, ...]
    database: str | None = None

    @property
    def head(self) -> Schema:
        """Give the schema behind the last revision."""
        return self.trips[-1].upgrade.after if self.trips else Schema()


def operations(revision: Revision) -> Iterator[AnyOperation]:
    """Give all operations of a revision, in both directions, also those that are only done under a condition."""
    return leaves((*(revision.upgrade or ()), *(revision.downgrade or ())))


def leaves(given: Iterable[AnyOperation]) -> Iterator[AnyOperation]:
    """Give operations, and in the place of a condition those that depend on it."""
    for each in given:
        match each:
            case When(then=then, otherwise=otherwise):
                yield from leaves((*then, *otherwise))
            case RecreateTable(operations=changes):
                yield each
                yield from leaves(changes)
            case _:
                yield each


def unread(revision: Revision) -> Iterator[Unread]:
    """Give the statements of a revision that could not be read, also those to a table that is not known."""
    for each in operations(revision):
        table = getattr(each, "table", None)
        if isinstance(each, Unread):
            yield each
        elif isinstance(table, Unknown):
            yield Unread(table.why, span=each.span)


def files_read_by(revisions: Iterable[Revision]) -> frozenset[str]:
    """Give the files beside its own whose statements a revision runs, such as the SQL that it reads."""
    return frozenset(
        each.span.path
        for revision in revisions
        for each in operations(revision)
        if each.span is not None and each.span.path != revision.path
    )
