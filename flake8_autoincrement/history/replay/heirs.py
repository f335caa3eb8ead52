"""The tables that inherit from one, or are its partitions, as far as the eye reaches."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.facts.catalog import Attribute, Relation
from flake8_autoincrement.history.replay.state import Refused, State

VIEWS = ("view", "materialized view")


def inherits(relation: Relation, parent: Relation) -> bool:
    """Say whether a table inherits from another directly."""
    return parent.name in relation.parents and relation.kind not in VIEWS


def children(state: State, relation: Relation) -> list[Relation]:
    """Give the tables that inherit from one directly, or are its partitions."""
    return [each for each in state.relations.values() if inherits(each, relation)]


def with_heirs(state: State, relation: Relation, column: str) -> Iterator[tuple[Relation, Attribute]]:
    """Give a table and those that inherit its column, each with that column."""
    own = state.relations[relation.name]
    attribute = own.attribute(column)
    if attribute is None:
        return
    yield own, attribute
    for child in children(state, own):
        yield from with_heirs(state, child, column)


def is_inherited(state: State, relation: Relation, column: str) -> bool:
    """Say whether a parent has a column too."""
    parents = (state.relations.get(name) for name in relation.parents)
    return any(parent is not None and parent.attribute(column) is not None for parent in parents)


def refuse_inherited(state: State, relation: Relation, column: str, verb: str) -> None:
    """Refuse a change of a column that only the parent's may have."""
    if is_inherited(state, relation, column):
        raise Refused(f'cannot {verb} inherited column "{column}"')
