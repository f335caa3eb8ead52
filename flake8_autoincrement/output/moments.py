"""A history as the views print it: its revisions in order, and the schema around each."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.facts.revision import Revision


@dataclass(frozen=True, slots=True)
class Moment:
    """A revision, and the schema before and after its upgrade."""

    revision: Revision
    before: Schema
    after: Schema


@dataclass(frozen=True, slots=True)
class Told:
    """A history that was replayed: `problems` say what is wrong with the graph itself, such as a missing parent."""

    history: History
    moments: tuple[Moment, ...]
    heads: tuple[str, ...]
    problems: tuple[str, ...] = ()
