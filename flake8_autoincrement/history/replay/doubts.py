"""What could not be read, and may have changed what is known."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Attribute, Relation
from flake8_autoincrement.facts.operation import (
    AddConstraint,
    AddIdentity,
    AlterType,
    AnyOperation,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropIdentity,
    DropSchema,
    DropTable,
    Inherit,
    RecreateTable,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetIdentity,
    SetTableSchema,
    Unread,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.constraints import uncertain
from flake8_autoincrement.history.replay.state import Refused, State

REFUSED = "PostgreSQL says: "  # how the reason begins where PostgreSQL's own parser refuses a statement

_COLUMNS = (DropColumn, RenameColumn)
_VALUES = (AlterType, SetDefault, DropDefault, AddIdentity, SetIdentity, DropIdentity)


@change(Unread)
def unread(state: State, operation: Unread) -> None:
    """Doubt the tables that something may have touched, all of them where it may be any."""
    if operation.rows_only:
        return
    if operation.why.startswith(REFUSED):
        raise Refused(operation.why.removeprefix(REFUSED))
    why = Unknown(operation.why, operation.span)
    if operation.tables is None:
        state.doubt_everything(why)
        return
    for name in operation.tables:
        relation = state.relation(name)
        if relation is not None:
            state.doubt(relation, why)


def doubted(state: State, operation: AnyOperation) -> bool:
    """Doubt what an operation may have touched whose table, column or constraint is not known.

    Gives whether that is all that can be said of it.
    """
    if isinstance(operation, DropSchema) and isinstance(operation.schema, Unknown):
        state.doubt_everything(operation.schema)
        return True
    table = getattr(operation, "table", None)
    why = table if isinstance(table, Unknown) else None
    if why is not None:
        _of_unknown_table(state, operation, why)
        return True
    if table is None:
        return False
    return _of_known_table(state, operation)


def _of_known_table(state: State, operation: AnyOperation) -> bool:
    """Doubt a table of which it is not known which column, constraint or name is meant."""
    if isinstance(operation, (*_COLUMNS, *_VALUES)) and isinstance(operation.column, Unknown):
        why = operation.column
    elif isinstance(operation, (RenameColumn, RenameTable)) and isinstance(operation.new_name, Unknown):
        why = operation.new_name
    elif isinstance(operation, SetTableSchema) and isinstance(operation.schema, Unknown):
        why = operation.schema
    elif isinstance(operation, DropConstraint) and isinstance(operation.name, Unknown) and operation.kind is None:
        why = operation.name
    else:
        return False
    if isinstance(operation.table, Unknown):
        return True
    relation = state.relation(operation.table)
    if relation is not None:
        state.doubt(relation, why)
    return True


def _of_unknown_table(state: State, operation: AnyOperation, why: Unknown) -> None:
    match operation:
        case DropTable() | RenameTable() | SetTableSchema() | RecreateTable() | Inherit():
            state.doubt_everything(why)
        case DropColumn() | RenameColumn():
            for relation in _with_column(state, operation.column):
                state.doubt(relation, why)
        case AddConstraint() if operation.constraint.kind == "primary key":
            for relation in [each for each in state.relations.values() if each.key is None]:
                state.doubt(relation, why)
        case DropConstraint():
            for relation in list(state.relations.values()):
                key = relation.key if operation.kind in (None, "primary key") else None
                if key is not None and operation.name in (key.name, *_any(operation.name)):
                    state.doubt(relation, why)
                name = operation.name if isinstance(operation.name, str) else None
                if operation.kind != "primary key":
                    state.put(uncertain(state.relations[relation.name], operation.kind, why, name))
        case AlterType() | SetDefault() | DropDefault() | AddIdentity() | SetIdentity() | DropIdentity():
            for relation in _with_column(state, operation.column):
                _doubt_column(state, relation, operation, why)


def _any(name: str | Unknown) -> list[str | Unknown]:
    return [name] if isinstance(name, Unknown) else []


def _with_column(state: State, column: str | Unknown) -> list[Relation]:
    return [
        relation
        for relation in state.relations.values()
        if isinstance(column, Unknown) or relation.attribute(column) is not None
    ]


def _doubt_column(
    state: State, relation: Relation, operation: AnyOperation, why: Unknown
) -> None:
    column = getattr(operation, "column")
    attribute = None if isinstance(column, Unknown) else relation.attribute(column)
    if attribute is None:
        state.doubt(relation, why)
        return
    changed: Attribute = replace(attribute, default=why, identity=None)
    if isinstance(operation, AlterType):
        changed = replace(attribute, type=why)
    state.alter(relation, changed)
