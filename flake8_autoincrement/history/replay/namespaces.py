"""Schemas and the search path."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import CreateSchema, DropSchema, RenameSchema, SetSearchPath
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.dropping import drop
from flake8_autoincrement.history.replay.sequences import renamed_in_defaults
from flake8_autoincrement.history.replay.state import Refused, State
from flake8_autoincrement.history.replay.tables import moved
from flake8_autoincrement.history.replay.types import dropped_type, moved_type


@change(CreateSchema)
def create_schema(state: State, operation: CreateSchema) -> None:
    """Create a schema."""
    if isinstance(operation.schema, Unknown):
        return
    if operation.schema in state.namespaces:
        if operation.if_not_exists:
            return
        raise Refused(f'schema "{operation.schema}" already exists')
    state.namespaces = state.namespaces | {operation.schema}


@change(DropSchema)
def drop_schema(state: State, operation: DropSchema) -> None:
    """Drop a schema; one that holds something only with that."""
    name = operation.schema
    if isinstance(name, Unknown) or name not in state.namespaces:
        return
    relations = [each for each in state.relations.values() if each.name.schema == name]
    sequences = [each for each in state.sequences.values() if each.name.schema == name]
    types = [each for each in state.types.values() if each.name.schema == name]
    if (relations or sequences or types) and not operation.cascade:
        raise Refused(f"cannot drop schema {name} because other objects depend on it")
    drop(state, [each.name for each in relations], f"schema {name}", True, [each.name for each in sequences])
    for type_ in types:
        dropped_type(state, type_)
    state.namespaces = state.namespaces - {name}


@change(RenameSchema)
def rename_schema(state: State, operation: RenameSchema) -> None:
    """Rename a schema, with all that is in it."""
    old, new = operation.schema, operation.new_name
    if isinstance(old, Unknown) or isinstance(new, Unknown) or old not in state.namespaces:
        return
    if new in state.namespaces:
        raise Refused(f'schema "{new}" already exists')
    state.namespaces = (state.namespaces - {old}) | {new}
    for relation in [each for each in state.relations.values() if each.name.schema == old]:
        moved(state, relation, QualifiedName(relation.name.name, new))
    for sequence in [each for each in state.sequences.values() if each.name.schema == old]:
        name = QualifiedName(sequence.name.name, new)
        del state.sequences[sequence.name]
        state.own(replace(sequence, name=name))
        renamed_in_defaults(state, sequence.name, name)
    for type_ in [each for each in state.types.values() if each.name.schema == old]:
        moved_type(state, type_, QualifiedName(type_.name.name, new))


@change(SetSearchPath)
def set_search_path(state: State, operation: SetSearchPath) -> None:
    """Change where names without a schema are found and made; an empty path is the server's default."""
    if not isinstance(operation.path, Unknown):
        state.search_path = tuple(each for each in operation.path if each != '"$user"') or ("public",)
