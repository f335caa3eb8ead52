"""Which keys are surrogates: without meaning, so that something has to make them up."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import Affinity, Column, KeyGeneration, SqlType

SERIALS = frozenset({KeyGeneration.SMALLSERIAL, KeyGeneration.SERIAL, KeyGeneration.BIGSERIAL})


def is_surrogate(declaration: Declaration, column: Column) -> bool:
    """Say whether a key column is a whole number without meaning of its own.

    One that refers to another table is not, nor is a part of a composite key that is not named as one (`order_id,
    line`), nor a sole key that says `autoincrement=False` and is not named as one (`year`).
    """
    if not is_whole_number(column) or column.foreign_keys:
        return False
    if is_named_as_surrogate(declaration, column):
        return True
    return len(declaration.key) == 1 and column.autoincrement is not False


def is_whole_number(column: Column) -> bool:
    """Say whether a column counts: a type that could not be read does not."""
    return isinstance(column.type, SqlType) and column.type.affinity is Affinity.INTEGER


def is_named_as_surrogate(declaration: Declaration, column: Column) -> bool:
    """Say whether a key is called `id`, or after its table or class: `{table}_id`, also in the singular."""
    model = declaration.model.short_name if declaration.model else ""
    return names_surrogate(column.name, declaration.name, model)


def names_surrogate(column: str, *owners: str) -> bool:
    """Say whether a column is called `id`, or after one of its owners, a table or a class, also in the singular."""
    name = column.lower()
    if name in ("id", "pk"):
        return True
    return name.endswith("_id") and name.removesuffix("_id").replace("_", "") in _names(owners)


def _names(owners: Sequence[str]) -> frozenset[str]:
    """Give the names of owners without underscores, also in the singular: `order_items`, `orderitem`."""
    plain = {name.lower().replace("_", "") for name in owners}
    return frozenset(name.removesuffix(end) for name in plain for end in ("", "s", "es")) | {
        name.removesuffix("ies") + "y" for name in plain if name.endswith("ies")
    }
