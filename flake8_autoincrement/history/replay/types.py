"""Types that statements make: enums, domains and others."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Attribute, QualifiedName, Relation, UserType
from flake8_autoincrement.facts.operation import (
    AddEnumValue,
    CreateType,
    DropType,
    RenameEnumValue,
    RenameType,
    SetTypeSchema,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.columns import dropped_column
from flake8_autoincrement.history.replay.state import Refused, State


@change(CreateType)
def create_type(state: State, operation: CreateType) -> None:
    """Create a type."""
    if isinstance(operation.type, Unknown):
        return
    name = state.placed(operation.type)
    if name in state.types:
        if operation.if_not_exists:
            return
        raise Refused(f'type "{name.name}" already exists')
    if name in state.relations:  # which has a type of its own
        raise Refused(f'type "{name.name}" already exists')
    default = None if isinstance(operation.default, Unknown) else operation.default
    state.types[name] = UserType(
        name, operation.kind, operation.labels, operation.base, default, operation.not_null, state.revision
    )


def _found(state: State, name: QualifiedName | Unknown) -> UserType | None:
    return None if isinstance(name, Unknown) else state.type(name)


@change(AddEnumValue)
def add_enum_value(state: State, operation: AddEnumValue) -> None:
    """Add a label to an enum, where BEFORE or AFTER says, else at the end."""
    found = _found(state, operation.type)
    if found is None or isinstance(operation.value, Unknown):
        return
    if found.kind != "enum":
        raise Refused(f"{found.name.name} is not an enum")
    if operation.value in found.labels:
        if operation.if_not_exists:
            return
        raise Refused(f'enum label "{operation.value}" already exists')
    labels = list(found.labels)
    neighbour = operation.before if operation.before is not None else operation.after
    if neighbour is not None and neighbour not in labels:
        raise Refused(f'"{neighbour}" is not an existing enum label')
    if neighbour is None or neighbour not in labels:
        labels.append(operation.value)
    else:
        labels.insert(labels.index(neighbour) + (operation.before is None), operation.value)
    state.types[found.name] = replace(found, labels=tuple(labels))


@change(RenameEnumValue)
def rename_enum_value(state: State, operation: RenameEnumValue) -> None:
    """Rename a label of an enum."""
    found = _found(state, operation.type)
    if found is None or isinstance(operation.value, Unknown) or isinstance(operation.new_value, Unknown):
        return
    if found.kind != "enum":
        raise Refused(f"{found.name.name} is not an enum")
    if operation.value not in found.labels:
        raise Refused(f'"{operation.value}" is not an existing enum label')
    if operation.new_value in found.labels:
        raise Refused(f'enum label "{operation.new_value}" already exists')
    labels = tuple(operation.new_value if each == operation.value else each for each in found.labels)
    state.types[found.name] = replace(found, labels=labels)


@change(RenameType)
def rename_type(state: State, operation: RenameType) -> None:
    """Rename a type, also in the columns that are of it."""
    found = _found(state, operation.type)
    if found is None or isinstance(operation.new_name, Unknown):
        return
    new = QualifiedName(operation.new_name, found.name.schema)
    if new in state.types or new in state.relations:
        raise Refused(f'type "{new.name}" already exists')
    moved_type(state, found, new)


@change(SetTypeSchema)
def set_type_schema(state: State, operation: SetTypeSchema) -> None:
    """Move a type into another schema."""
    found = _found(state, operation.type)
    if found is not None and isinstance(operation.schema, str) and operation.schema != found.name.schema:
        if operation.schema not in state.namespaces:
            raise Refused(f'schema "{operation.schema}" does not exist')
        moved_type(state, found, QualifiedName(found.name.name, operation.schema))


def moved_type(state: State, type_: UserType, name: QualifiedName) -> None:
    """Give a type another name, also in the columns that are of it."""
    del state.types[type_.name]
    state.types[name] = replace(type_, name=name)
    old, new = shown(state, type_.name), shown(state, name)
    for relation in list(state.relations.values()):
        attributes = tuple(
            replace(each, type=new + each.type.removeprefix(old))
            if isinstance(each.type, str) and each.type in (old, f"{old}[]")
            else each
            for each in relation.attributes
        )
        if attributes != relation.attributes:
            state.relations[relation.name] = replace(relation, attributes=attributes)


def shown(state: State, name: QualifiedName) -> str:
    """Spell a type's name as `format_type()` does."""
    return name.name if name.schema in state.search_path else str(name)


@change(DropType)
def drop_type(state: State, operation: DropType) -> None:
    """Drop a type; one that columns are of only with these."""
    found = _found(state, operation.type)
    if found is None:
        return
    if _used(state, found) and not operation.cascade:
        raise Refused(f"cannot drop type {found.name.name} because other objects depend on it")
    dropped_type(state, found)


def _used(state: State, type_: UserType) -> list[tuple[Relation, Attribute]]:
    """Give the columns that are of a type, or of an array of it."""
    spelt = shown(state, type_.name)
    return [
        (relation, attribute)
        for relation in state.relations.values()
        for attribute in relation.attributes
        if attribute.type in (spelt, f"{spelt}[]")
    ]


def dropped_type(state: State, type_: UserType) -> None:
    """Take a type away, with the columns that are of it."""
    for relation, attribute in _used(state, type_):
        dropped_column(state, state.relations[relation.name], attribute.name, True)
    del state.types[type_.name]
