"""Identity columns that are made, changed and given up."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Attribute, Default, Relation
from flake8_autoincrement.facts.operation import AddIdentity, DropIdentity, SetIdentity
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.columns import changed_column, identity_sequence
from flake8_autoincrement.history.replay.heirs import with_heirs
from flake8_autoincrement.history.replay.state import Refused, State


@change(AddIdentity)
def add_identity(state: State, operation: AddIdentity) -> None:
    """Make a column an identity, which needs NOT NULL and refuses a default."""
    found = changed_column(state, operation)
    if found is None:
        return
    relation, attribute = found
    _refuse_partition(relation, "add identity to a column")
    place = f'column "{attribute.name}" of relation "{relation.name.name}"'
    if attribute.identity is not None:
        raise Refused(f"{place} is already an identity column")
    if isinstance(attribute.default, Default):
        raise Refused(f"{place} already has a default value")
    if not attribute.not_null and relation.incomplete is None:
        raise Refused(f"{place} must be declared NOT NULL before identity can be added")
    changed = replace(attribute, identity=operation.identity, default=None, not_null=True)
    _change_all(state, relation, changed)
    identity_sequence(state, relation.name, changed)


def _refuse_partition(relation: Relation, what: str) -> None:
    """Refuse what only the parent of a partition may do."""
    if relation.is_partition:
        raise Refused(f"cannot {what} of a partition")


def _change_all(state: State, relation: Relation, attribute: Attribute) -> None:
    """Give a column its identity, or none, in the partitions too, which share the sequence."""
    for heir, own in list(with_heirs(state, relation, attribute.name)):
        if heir.name == relation.name or heir.is_partition:
            state.alter(heir, replace(own, identity=attribute.identity))


@change(SetIdentity)
def set_identity(state: State, operation: SetIdentity) -> None:
    """Change an identity column."""
    found = changed_column(state, operation)
    if found is None:
        return
    relation, attribute = found
    _refuse_partition(relation, "change identity column")
    if attribute.identity is None:
        if relation.incomplete is not None:
            return
        raise Refused(f'column "{attribute.name}" of relation "{relation.name.name}" is not an identity column')
    always = attribute.identity.always if operation.always is None else operation.always
    _change_all(state, relation, replace(attribute, identity=replace(attribute.identity, always=always)))
    for sequence in state.owned(relation.name, attribute.name):
        if sequence.identity and operation.restart is not None:
            state.own(replace(sequence, next_value=operation.restart))


@change(DropIdentity)
def drop_identity(state: State, operation: DropIdentity) -> None:
    """Make an identity column a plain one, without its sequence."""
    found = changed_column(state, operation)
    if found is None:
        return
    relation, attribute = found
    _refuse_partition(relation, "drop identity from a column")
    if attribute.identity is None:
        if operation.if_exists or relation.incomplete is not None:
            return
        raise Refused(f'column "{attribute.name}" of relation "{relation.name.name}" is not an identity column')
    _change_all(state, relation, replace(attribute, identity=None))
    for sequence in state.owned(relation.name, attribute.name):
        if sequence.identity:
            state.sequences.pop(sequence.name)
