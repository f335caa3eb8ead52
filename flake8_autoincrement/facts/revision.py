"""Alembic's revisions: what a file of a versions folder says and does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.operation import AnyOperation, Operation
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.source import Span


@dataclass(frozen=True, slots=True)
class Header:
    """The docstring of a revision file, as Alembic's template writes it: what it says itself to be.

    `revision` is the text behind "Revision ID:", `revises` those behind "Revises:", None where there is no such line.
    """

    message: str
    revision: str | None = None
    revises: tuple[str, ...] | None = None
    span: Span | None = field(default=None, compare=False)
    revision_span: Span | None = field(default=None, compare=False)
    revises_span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision; `upgrade` and `downgrade` are what the functions do, None where there is no such function.

    `down_revisions` are the revisions before it, none for a root; `depends_on` and `branch_labels` as written. `unread`
    says why the identity itself (its number, what it follows) could not be read.
    """

    path: str
    revision: str
    down_revisions: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    branch_labels: tuple[str, ...] = ()
    header: Header | None = None
    upgrade: tuple[AnyOperation, ...] | None = None
    downgrade: tuple[AnyOperation, ...] | None = None
    unread: Unknown | None = None
    span: Span | None = field(default=None, compare=False)
    down_revision_span: Span | None = field(default=None, compare=False)
    upgrade_span: Span | None = field(default=None, compare=False)
    downgrade_span: Span | None = field(default=None, compare=False)


Kind = TypeVar("Kind", bound=Operation, covariant=True)


@dataclass(frozen=True, slots=True)
class Step(Generic[Kind]):
    """One operation of a revision, and the schema before it, after it, and at the end of the revision.

    `refusal` is what PostgreSQL would say instead of doing it, None where it does it. `guess` is why it is not certain
    that the operation is done at all.
    """

    operation: Kind
    before: Schema
    after: Schema
    end: Schema
    revision: Revision
    refusal: str | None = None
    guess: Unknown | None = None
