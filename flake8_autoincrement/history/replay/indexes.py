"""Indexes that no constraint made."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Index, QualifiedName, Relation
from flake8_autoincrement.facts.operation import CreateIndex, DropIndex, RenameIndex
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.heirs import children
from flake8_autoincrement.history.replay.names import addition, chosen, truncated
from flake8_autoincrement.history.replay.state import BACKED, Refused, State


@change(CreateIndex)
def create_index(state: State, operation: CreateIndex) -> None:
    """Create an index."""
    if isinstance(operation.table, Unknown) or isinstance(operation.name, Unknown):
        return
    relation = state.table(operation.table)
    if relation is None:
        return
    schema = relation.name.schema
    if operation.name is None:
        name = chosen(
            relation.name.name,
            addition(operation.parts or operation.columns),
            "idx",
            lambda text: state.is_taken(QualifiedName(text, schema)),
        )
    else:
        name = truncated(operation.name)
    if state.is_taken(QualifiedName(name, schema)):
        if operation.if_not_exists:
            return
        raise Refused(f'relation "{name}" already exists')
    missing = [column for column in operation.columns if column is not None and relation.attribute(column) is None]
    if missing and relation.incomplete is None:
        raise Refused(f'column "{missing[0]}" does not exist')
    index = Index(name, operation.columns, operation.unique)
    state.put(replace(relation, indexes=(*relation.indexes, index)))
    for child in children(state, relation):
        if child.is_partition and lacks(child, state.relations[relation.name], index):
            create_index(state, replace(operation, table=child.name, name=None))


def lacks(child: Relation, parent: Relation, index: Index) -> bool:
    """Say whether a partition has fewer indexes of the same columns than its parent: each is a part of one there."""
    own, others = ([each for each in one.indexes if each.columns == index.columns] for one in (child, parent))
    return len(own) < len(others)


@change(DropIndex)
def drop_index(state: State, operation: DropIndex) -> None:
    """Drop an index."""
    if isinstance(operation.index, Unknown):
        return
    name = state.index(QualifiedName(truncated(operation.index.name), operation.index.schema))
    if name is None:
        table = None if not isinstance(operation.table, QualifiedName) else state.relation(operation.table)
        if operation.if_exists or (table is not None and table.incomplete) or state.doubtful or _any_presumed(state):
            return
        raise Refused(f'index "{operation.index.name}" does not exist')
    relation = state.relations[state.indexes[name]]
    backing = next((each for each in relation.constraints if each.name == name.name and each.kind in BACKED), None)
    if backing is not None:
        raise Refused(
            f"cannot drop index {name.name} because constraint {name.name} on table {relation.name.name} requires it"
        )
    state.put(replace(relation, indexes=tuple(each for each in relation.indexes if each.name != name.name)), relation)


def _any_presumed(state: State) -> bool:
    return any(relation.incomplete is not None for relation in state.relations.values())


@change(RenameIndex)
def rename_index(state: State, operation: RenameIndex) -> None:
    """Rename an index, with the constraint that it backs."""
    if isinstance(operation.index, Unknown) or isinstance(operation.new_name, Unknown):
        return
    name = state.index(operation.index)
    if name is None:
        return
    new = truncated(operation.new_name)
    if state.is_taken(QualifiedName(new, name.schema)):
        raise Refused(f'relation "{new}" already exists')
    relation = state.relations[state.indexes[name]]
    indexes = tuple(replace(each, name=new) if each.name == name.name else each for each in relation.indexes)
    constraints = tuple(
        replace(each, name=new) if each.name == name.name and each.kind in BACKED else each
        for each in relation.constraints
    )
    state.put(replace(relation, indexes=indexes, constraints=constraints), relation)
