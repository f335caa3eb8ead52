"""Apply one operation to a schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.operation import AnyOperation, Operation
from flake8_autoincrement.history.replay.state import Refused, State


@dataclass(frozen=True, slots=True)
class Outcome:
    """The schema behind an operation; `refusal` is what PostgreSQL says where it does not do it."""

    schema: Schema
    refusal: str | None = None


Change = Callable[[State, Any], None]
Kind = TypeVar("Kind", bound=Operation)
_CHANGES: dict[type[Operation], Change] = {}


def change(kind: type[Kind]) -> Callable[[Callable[[State, Kind], None]], Callable[[State, Kind], None]]:
    """Register a function as what an operation of a kind does to a state."""

    def register(function: Callable[[State, Kind], None]) -> Callable[[State, Kind], None]:
        _CHANGES[kind] = function
        return function

    return register


def apply(schema: Schema, operation: AnyOperation, revision: str | None = None) -> Outcome:
    """Give what an operation makes of a schema, which stays as it is; `revision` is the one that does it.

    The branches of a `When` are decided by `replay.run`, not here.
    """
    doubted = _loaded()
    function = _CHANGES.get(type(operation))
    if function is None:
        return Outcome(schema)
    state = State(schema, revision)
    try:
        if not doubted(state, operation):
            function(state, operation)
    except Refused as refusal:
        return Outcome(schema, str(refusal))
    return Outcome(state.schema())


@cache
def _loaded() -> Callable[[State, AnyOperation], bool]:
    """Import the modules that register changes; give what looks for unknown names."""
    from flake8_autoincrement.history.replay import columns, constraints, identities, indexes
    from flake8_autoincrement.history.replay import inheritance, namespaces, sequences, tables, types
    from flake8_autoincrement.history.replay.doubts import doubted

    assert all((columns, constraints, identities, indexes, inheritance, namespaces, sequences, tables, types))
    return doubted
