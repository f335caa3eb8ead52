"""Sequences."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Default, QualifiedName
from flake8_autoincrement.facts.catalog import Sequence as CatalogSequence
from flake8_autoincrement.facts.operation import (
    AlterSequence,
    CreateSequence,
    DropSequence,
    RenameSequence,
    SetSequenceSchema,
    SetValue,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.names import truncated
from flake8_autoincrement.history.replay.state import Refused, State

MAXIMA = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


@change(CreateSequence)
def create_sequence(state: State, operation: CreateSequence) -> None:
    """Create a sequence."""
    if isinstance(operation.sequence, Unknown):
        return
    given = QualifiedName(truncated(operation.sequence.name), operation.sequence.schema)
    name = state.placed(given, operation.temporary)
    if state.is_taken(name) and operation.if_not_exists:
        return
    state.must_be_free(name)
    sequence = CatalogSequence(
        name,
        operation.type or "bigint",
        maximum=operation.maximum,
        start=1 if operation.start is None else operation.start,
        next_value=1 if operation.start is None else operation.start,
        revision=state.revision,
        span=operation.span,
    )
    state.own(_owned(state, sequence, operation.owner, operation.owner_column))


def _owned(
    state: State, sequence: CatalogSequence, owner: QualifiedName | None, column: str | None
) -> CatalogSequence:
    """Let a column own a sequence; both have to be in one schema."""
    if owner is None:
        return sequence
    relation = state.table(owner)
    if relation is None:
        return sequence
    if relation.name.schema != sequence.name.schema:
        raise Refused("sequence must be in same schema as table it is linked to")
    if column is not None and relation.attribute(column) is None and relation.incomplete is None:
        raise Refused(f'column "{column}" of relation "{relation.name.name}" does not exist')
    return replace(sequence, owner=relation.name, owner_column=column)


@change(AlterSequence)
def alter_sequence(state: State, operation: AlterSequence) -> None:
    """Change a sequence."""
    if isinstance(operation.sequence, Unknown):
        return
    found = state.sequence(operation.sequence)
    if found is None:
        if operation.if_exists or _may_be_there(state):
            return
        raise Refused(f'relation "{operation.sequence.name}" does not exist')
    if found.identity and (operation.owner is not None or operation.disowned):
        raise Refused("cannot change ownership of identity sequence")
    changed = replace(
        found,
        type=operation.type or found.type,
        maximum=operation.maximum if operation.maximum is not None else found.maximum,
        owner=None if operation.disowned else found.owner,
        owner_column=None if operation.disowned else found.owner_column,
    )
    if operation.restart is not None:
        changed = replace(changed, next_value=found.start if operation.restart is True else int(operation.restart))
    state.own(_owned(state, changed, operation.owner, operation.owner_column))


def _may_be_there(state: State) -> bool:
    """Say whether something that the history does not create may be there all the same."""
    return bool(state.doubtful) or any(relation.incomplete is not None for relation in state.relations.values())


@change(DropSequence)
def drop_sequence(state: State, operation: DropSequence) -> None:
    """Drop a sequence; one that a default calls only with that default, an identity column's never."""
    if isinstance(operation.sequence, Unknown):
        return
    found = state.sequence(operation.sequence)
    if found is None:
        if operation.if_exists or _may_be_there(state):
            return
        raise Refused(f'sequence "{operation.sequence.name}" does not exist')
    if found.identity and found.owner is not None:
        raise Refused(
            f"cannot drop sequence {found.name.name} because column {found.owner_column} of table "
            f"{found.owner.name} requires it"
        )
    if state.defaults_from(found.name) and not operation.cascade:
        raise Refused(f"cannot drop sequence {found.name.name} because other objects depend on it")
    state.remove_sequence(found)


@change(RenameSequence)
def rename_sequence(state: State, operation: RenameSequence) -> None:
    """Rename a sequence, also in the defaults that are bound to it."""
    if isinstance(operation.sequence, Unknown) or isinstance(operation.new_name, Unknown):
        return
    found = state.sequence(operation.sequence)
    if found is None:
        if operation.if_exists or _may_be_there(state):
            return
        raise Refused(f'relation "{operation.sequence.name}" does not exist')
    _moved(state, found, QualifiedName(truncated(operation.new_name), found.name.schema))


def _moved(state: State, sequence: CatalogSequence, name: QualifiedName) -> None:
    if state.is_taken(name):
        raise Refused(f'relation "{name.name}" already exists')
    del state.sequences[sequence.name]
    state.own(replace(sequence, name=name))
    renamed_in_defaults(state, sequence.name, name)


def renamed_in_defaults(state: State, old: QualifiedName, new: QualifiedName) -> None:
    """Let the defaults that are bound to a sequence call it by its new name."""
    shown = new.name if new.schema in state.search_path else str(new)
    for relation, attribute in state.defaults_from(old):
        state.alter(relation, replace(attribute, default=Default(f"nextval('{shown}'::regclass)", new)))


@change(SetSequenceSchema)
def set_sequence_schema(state: State, operation: SetSequenceSchema) -> None:
    """Move a sequence into another schema, which an owned one refuses."""
    if isinstance(operation.sequence, Unknown) or isinstance(operation.schema, Unknown):
        return
    found = state.sequence(operation.sequence)
    if found is None:
        return
    if found.owner is not None:
        raise Refused("cannot move an owned sequence into another schema")
    if operation.schema not in state.namespaces:
        raise Refused(f'schema "{operation.schema}" does not exist')
    if found.name.schema != operation.schema:
        _moved(state, found, QualifiedName(found.name.name, operation.schema))


@change(SetValue)
def set_value(state: State, operation: SetValue) -> None:
    """Set what a sequence gives next, which is known for a constant, and on a table without rows."""
    found = None
    if isinstance(operation.sequence, QualifiedName):
        found = state.sequence(operation.sequence)
        if found is None and not _may_be_there(state):
            raise Refused(f'relation "{operation.sequence.name}" does not exist')
    elif operation.of_table is not None and operation.of_column is not None:
        relation = state.relation(operation.of_table)
        owned = [] if relation is None else state.owned(relation.name, operation.of_column)
        found = owned[0] if owned else None
    if found is not None:
        number = operation.constant if operation.constant is not None else operation.empty
        if number is None:
            return
        if not 1 <= number <= (found.maximum or MAXIMA.get(found.type, number)):
            raise Refused(
                f'setval: value {number} is out of bounds for sequence "{found.name.name}" '
                f"(1..{found.maximum or MAXIMA.get(found.type)})"
            )
        following = number + 1 if operation.is_called is True else number
        state.own(replace(found, next_value=following))
