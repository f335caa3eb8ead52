"""What goes along with tables, views and sequences that are dropped, and what keeps them from being dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flake8_autoincrement.facts.catalog import QualifiedName, Relation
from flake8_autoincrement.history.replay.heirs import VIEWS
from flake8_autoincrement.history.replay.state import Refused, State


def drop(
    state: State, names: Iterable[QualifiedName], what: str, cascade: bool, loose: Iterable[QualifiedName] = ()
) -> None:
    """Drop relations, with their partitions and the sequences that they own, and `loose` sequences.

    Views and heirs, foreign keys and defaults of others that depend on them are dropped by CASCADE, else they are in
    the way: the message is about `what`.
    """
    sequences = set(loose)
    doomed = _with_partitions(state, names)
    while True:
        sequences |= {each.name for each in state.sequences.values() if each.owner in doomed}
        readers = {each.name for each in state.relations.values() if doomed & set(each.parents)} - doomed
        if not cascade and (readers or _is_used(state, doomed, sequences)):
            raise Refused(f"cannot drop {what} because other objects depend on it")
        if not readers:
            break
        doomed |= _with_partitions(state, readers)
    for relation in [each for each in state.relations.values() if each.name not in doomed]:
        kept = tuple(each for each in relation.constraints if each.parent not in doomed)
        if kept != relation.constraints:
            state.put(replace(relation, constraints=kept))
    for name in doomed:
        state.remove(state.relations[name])
    for name in sequences:
        if name in state.sequences:
            state.remove_sequence(state.sequences[name])


def _with_partitions(state: State, names: Iterable[QualifiedName]) -> set[QualifiedName]:
    found: set[QualifiedName] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += (each.name for each in state.relations.values() if each.is_partition and name in each.parents)
    return found


def _is_used(state: State, doomed: set[QualifiedName], sequences: set[QualifiedName]) -> bool:
    """Say whether a foreign key or a default of another table depends on one of them."""
    references = (other for name in doomed for other, _ in state.references_to(name))
    defaults = (other for name in sequences for other, _ in state.defaults_from(name))
    return any(other.name not in doomed for each in (references, defaults) for other in each)


def word(relation: Relation) -> str:
    """Name a relation with its kind, as messages do."""
    return f"{relation.kind if relation.kind in (*VIEWS, 'foreign table') else 'table'} {relation.name.name}"
