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
class Done:
    """An operation and the schema before and after it.

    `refusal` is what PostgreSQL would say instead of doing it, None where it does it. `guess` is why it is not certain
    that the operation is done at all.
    """

    operation: Operation
    before: Schema
    after: Schema
    refusal: str | None = None
    guess: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A revision's upgrade or downgrade, done: the schema before and after it, and what was done in between.

    `after` is the schema when the revision is done: nothing in it is new any more, as it is in the schemas in between.
    """

    revision: Revision
    before: Schema
    after: Schema
    done: tuple[Done, ...] = ()

    @property
    def steps(self) -> tuple[Step[Operation], ...]:
        """Give the operations one by one, each with what surrounds it."""
        return tuple(Step(each.operation, self, number) for number, each in enumerate(self.done))


@dataclass(frozen=True, slots=True)
class Step(Generic[Kind]):
    """One operation of a revision, and the schema before it, after it, and at the end of the revision.

    `number` is its place among the operations of `within`.
    """

    operation: Kind
    within: Replayed = field(repr=False)
    number: int

    @property
    def before(self) -> Schema:
        """Give the schema before the operation."""
        return self.within.done[self.number].before

    @property
    def after(self) -> Schema:
        """Give the schema after the operation."""
        return self.within.done[self.number].after

    @property
    def end(self) -> Schema:
        """Give the schema when the revision is done."""
        return self.within.after

    @property
    def revision(self) -> Revision:
        """Give the revision."""
        return self.within.revision

    @property
    def refusal(self) -> str | None:
        """Give what PostgreSQL would say instead of doing it, None where it does it."""
        return self.within.done[self.number].refusal

    @property
    def guess(self) -> Unknown | None:
        """Give why it is not certain that the operation is done at all, None where it is."""
        return self.within.done[self.number].guess

    @property
    def earlier(self) -> tuple[Step[Operation], ...]:
        """Give the steps of the revision before this one."""
        return self.within.steps[: self.number]

    @property
    def later(self) -> tuple[Step[Operation], ...]:
        """Give the steps of the revision behind this one."""
        return self.within.steps[self.number + 1 :]
