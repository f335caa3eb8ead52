"""Tables that inherit from others, or are partitions of them, and what passes down to them."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Attribute, QualifiedName, Relation
from flake8_autoincrement.facts.operation import Inherit
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.constraints import pass_down_keys
from flake8_autoincrement.history.replay.heirs import ancestors
from flake8_autoincrement.history.replay.state import Refused, State


@change(Inherit)
def inherit(state: State, operation: Inherit) -> None:
    """Let a table inherit from another, be a partition of it, or be that no longer."""
    if isinstance(operation.table, Unknown) or isinstance(operation.parent, Unknown):
        return
    child, parent = state.table(operation.table), state.table(operation.parent)
    assert child is not None and parent is not None
    if operation.attach:
        _attach(state, child, parent, operation.partition)
    else:
        _detach(state, child, parent, operation.partition)


def _attach(state: State, child: Relation, parent: Relation, is_partition: bool) -> None:
    _check_partitioned(parent, "ATTACH" if is_partition else None)
    if not is_partition and (child.kind == "partitioned table" or child.is_partition):
        raise Refused(f"cannot change inheritance of {'a partition' if child.is_partition else 'partitioned table'}")
    if not is_partition and parent.is_partition:
        raise Refused("cannot inherit from a partition")
    if not is_partition and parent.kind == "partitioned table":
        raise Refused(f'cannot inherit from partitioned table "{parent.name.name}"')
    if child.name in {parent.name, *ancestors(state, parent)}:
        raise Refused("circular inheritance not allowed")
    if parent.name in child.parents:
        raise Refused(f'relation "{parent.name.name}" would be inherited from more than once')
    if child.incomplete is None:
        for attribute in parent.attributes:
            _check_column(child, attribute)
        _check_checks(child, parent)
    attributes = tuple(_attached(each, parent, is_partition) for each in child.attributes)
    parents = (*child.parents, parent.name)
    state.put(replace(child, parents=parents, is_partition=is_partition, attributes=attributes))
    if is_partition:
        pass_down_keys(state, parent, state.relations[child.name])


def _check_partitioned(parent: Relation, verb: str | None) -> None:
    if verb is not None and parent.kind == "table" and parent.incomplete is None:
        raise Refused(f'ALTER action {verb} PARTITION cannot be performed on relation "{parent.name.name}"')


def _attached(attribute: Attribute, parent: Relation, is_partition: bool) -> Attribute:
    own = parent.attribute(attribute.name)
    if not is_partition or own is None:
        return attribute
    return replace(attribute, inherited=True, identity=own.identity)


def _check_column(child: Relation, attribute: Attribute) -> None:
    """Refuse a child that has another column than its parent (`MergeAttributesIntoExisting`)."""
    own = child.attribute(attribute.name)
    if own is None:
        raise Refused(f'child table is missing column "{attribute.name}"')
    if isinstance(own.type, str) and isinstance(attribute.type, str) and own.type != attribute.type:
        raise Refused(f'child table "{child.name.name}" has different type for column "{attribute.name}"')
    if attribute.not_null and not own.not_null:
        raise Refused(f'column "{attribute.name}" in child table "{child.name.name}" must be marked NOT NULL')


def _check_checks(child: Relation, parent: Relation) -> None:
    names = {each.name for each in child.constraints if each.kind == "check"}
    for constraint in parent.constraints:
        if constraint.kind == "check" and constraint.name not in names:
            raise Refused(f'child table is missing constraint "{constraint.name}"')


def _detach(state: State, child: Relation, parent: Relation, is_partition: bool) -> None:
    """Let a table keep what it has as its own; the identity of a partition was its parent's."""
    if not is_partition and child.is_partition:
        raise Refused("cannot change inheritance of a partition")
    _check_partitioned(parent, "DETACH" if is_partition else None)
    if parent.name not in child.parents and child.incomplete is None and parent.incomplete is None:
        what = "a partition of" if is_partition else "a parent of"
        one, other = (child, parent) if is_partition else (parent, child)
        raise Refused(f'relation "{one.name.name}" is not {what} relation "{other.name.name}"')
    rest = tuple(each for each in child.parents if each != parent.name)
    others = [state.relations[name] for name in rest if name in state.relations]
    attributes = tuple(
        replace(
            each,
            inherited=each.inherited and any(other.attribute(each.name) is not None for other in others),
            identity=None if is_partition else each.identity,
        )
        for each in child.attributes
    )
    state.put(replace(child, parents=rest, is_partition=False, attributes=attributes))


def take_columns(state: State, name: QualifiedName, parent: Relation, is_partition: bool) -> None:
    """Give a new table the columns of one that it inherits from, or is a partition of."""
    relation = state.relations[name]
    taken = tuple(_taken(relation, each, is_partition) for each in parent.attributes)
    merged = {each.name: each for each in taken}
    attributes = tuple(merged.pop(each.name, each) for each in relation.attributes)
    state.put(
        replace(
            relation,
            attributes=(*attributes, *merged.values()),
            parents=(*relation.parents, parent.name),
            is_partition=is_partition,
            incomplete=relation.incomplete or parent.incomplete,
        )
    )


def _taken(relation: Relation, attribute: Attribute, is_partition: bool) -> Attribute:
    """Give a column as a child has it, which another parent may have given already."""
    own = relation.attribute(attribute.name)
    identity = attribute.identity if is_partition else None
    if own is None:
        return replace(attribute, inherited=True, identity=identity)
    if own.type != attribute.type:
        raise Refused(f'inherited column "{attribute.name}" has a type conflict')
    return replace(own, not_null=own.not_null or attribute.not_null)
