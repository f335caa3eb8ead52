"""The tables that inherit from one, or are its partitions, as far as the eye reaches."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.facts.catalog import Attribute, QualifiedName, Relation
from flake8_autoincrement.history.replay.state import Refused, State

VIEWS = ("view", "materialized view")


def inherits(relation: Relation, parent: Relation) -> bool:
    """Say whether a table inherits from another directly."""
    return parent.name in relation.parents and relation.kind not in VIEWS


def children(state: State, relation: Relation) -> list[Relation]:
    """Give the tables that inherit from one directly, or are its partitions."""
    return [each for each in state.relations.values() if inherits(each, relation)]


def ancestors(state: State, relation: Relation) -> set[QualifiedName]:
    """Give the tables that one inherits from, directly or not."""
    found: set[QualifiedName] = set()
    pending = list(relation.parents)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += state.relations[name].parents if name in state.relations else ()
    return found


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


def is_not_null_by_parent(state: State, relation: Relation, column: str) -> bool:
    """Say whether a parent forbids NULL in a column."""
    parents = (state.relations.get(name) for name in relation.parents)
    own = (parent.attribute(column) for parent in parents if parent is not None)
    return any(attribute is not None and attribute.not_null for attribute in own)


def refuse_inherited(state: State, relation: Relation, column: str, verb: str) -> None:
    """Refuse a change of a column that only the parent's may have."""
    if is_inherited(state, relation, column):
        raise Refused(f'cannot {verb} inherited column "{column}"')
