"""What checks ask of the tables that a history has built."""

from __future__ import annotations

from flake8_autoincrement.facts.catalog import QualifiedName, Relation, Schema
from flake8_autoincrement.facts.operation import Name
from flake8_autoincrement.facts.schema import KeyGeneration
from flake8_autoincrement.facts.surrogate import names_surrogate
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.built import BuiltKey, built_key

_WHOLE_NUMBERS = ("smallint", "integer", "bigint")


def relation(schema: Schema, name: Name) -> Relation | None:
    """Find the table or view that a statement names, None where there is none or the name is not known."""
    if isinstance(name, Unknown):
        return None
    if name.schema:
        return schema.relations.get(name)
    candidates = (QualifiedName(name.name, each) for each in ("pg_temp", *schema.search_path))
    return next((schema.relations[each] for each in candidates if each in schema.relations), None)


def unfilled_keys(schema: Schema, table: Relation) -> tuple[BuiltKey, ...]:
    """Give the columns of a table's key that are made to be counted and that nothing fills."""
    return tuple(
        key
        for key in built_key(schema, table)
        if key.generation is KeyGeneration.NONE and key.type in _WHOLE_NUMBERS
        if names_surrogate(key.column, table.name.name)
    )
