"""Conditions, decided by a schema."""

from __future__ import annotations

from flake8_autoincrement.facts.catalog import QualifiedName, Relation, Schema
from flake8_autoincrement.facts.operation import (
    AllOf,
    AnyOf,
    Condition,
    Database,
    HasColumn,
    HasConstraint,
    HasIndex,
    HasKey,
    HasSchema,
    HasSequence,
    HasTable,
    HasType,
    Not,
    Offline,
    Opaque,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.state import State

VIEWS = ("view", "materialized view")


def decided(condition: Condition, schema: Schema, database: str | None = None) -> bool | None:
    """Say whether a condition holds, None where that is not known.

    What only rows decide is answered as on a database without any (`Opaque.fresh`).
    """
    match condition:
        case Not():
            answer = decided(condition.condition, schema, database)
            return None if answer is None else not answer
        case AllOf():
            answers = [decided(each, schema, database) for each in condition.conditions]
            return False if False in answers else None if None in answers else True
        case AnyOf():
            answers = [decided(each, schema, database) for each in condition.conditions]
            return True if True in answers else None if None in answers else False
        case Offline():
            return False
        case Database():
            return database is None or condition.name == database
        case Opaque():
            return condition.fresh
        case HasSchema():
            return condition.schema in schema.namespaces or (None if schema.doubtful else False)
    return _has(condition, State(schema, None))


def _has(condition: Condition, state: State) -> bool | None:
    absent = None if state.doubtful else False
    match condition:
        case HasTable():
            found = state.relation(condition.table)
            return absent if found is None else condition.views or found.kind not in VIEWS
        case HasSequence():
            return True if state.sequence(condition.sequence) is not None else absent
        case HasType():
            return True if state.type(condition.type) is not None else absent
        case HasIndex(table=None):
            return True if state.index(QualifiedName(condition.index)) is not None else absent
        case HasConstraint(table=QualifiedName(name="")):
            answers = [_of_table(condition, relation) for relation in state.relations.values()]
            return True if True in answers else None if None in answers else absent
        case HasColumn() | HasIndex() | HasConstraint() | HasKey():
            assert condition.table is not None
            relation = state.relation(condition.table)
            return absent if relation is None else _of_table(condition, relation)
    return None


def _of_table(condition: HasColumn | HasIndex | HasConstraint | HasKey, relation: Relation) -> bool | None:
    absent = None if relation.incomplete is not None else False
    match condition:
        case HasColumn():
            return True if relation.attribute(condition.column) is not None else absent
        case HasIndex():
            unique = {each.name for each in relation.constraints if each.kind == "unique"}
            return condition.index in {each.name for each in relation.indexes} | unique or absent
        case HasKey():
            key = relation.key
            if key is None or absent is None:
                return absent
            return condition.columns is None or set(condition.columns) == set(key.columns or ())
    kinds = [each for each in relation.constraints if condition.kind in (None, each.kind)]
    if any(each.name == condition.constraint for each in kinds):
        return True
    return None if any(isinstance(each.name, Unknown) for each in kinds) else absent


def guessed(condition: Condition) -> Unknown | None:
    """Say why the answer to a condition is not certain: what of it only a run knows."""
    match condition:
        case Opaque():
            return Unknown(condition.why)
        case Not():
            return guessed(condition.condition)
        case AllOf() | AnyOf():
            return next((why for each in condition.conditions if (why := guessed(each)) is not None), None)
    return None
