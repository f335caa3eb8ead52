"""A history as the views print it: its revisions in order, and the schema around each."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.source import Span


@dataclass(frozen=True, slots=True)
class Refusal:
    """What PostgreSQL says of a statement that it does not do, and the place of that."""

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A revision, the schema before and after its upgrade, and what of the upgrade PostgreSQL refuses."""

    revision: Revision
    before: Schema
    after: Schema
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A history that was replayed: `problems` say what is wrong with the graph itself, such as a missing parent."""

    history: History
    moments: tuple[Moment, ...]
    heads: tuple[str, ...]
    problems: tuple[str, ...] = ()
