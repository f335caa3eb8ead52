"""How the tables of a schema that was built get their keys."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_autoincrement.facts.catalog import Attribute, Default, QualifiedName, Relation, Schema, Sequence
from flake8_autoincrement.facts.schema import KeyGeneration
from flake8_autoincrement.facts.unknown import Unknown


@dataclass(frozen=True, slots=True)
class BuiltKey:
    """A column of a primary key in a schema that was built, and what fills it.

    `sequence` is the one that the value comes from, None where it comes from none; `owned` says whether the column owns
    it. `reason` says why the generation is not known.
    """

    column: str
    type: str | Unknown
    generation: KeyGeneration
    sequence: QualifiedName | None = None
    owned: bool = False
    default: str | None = None
    reason: str | None = None


_SERIAL = {
    "smallint": KeyGeneration.SMALLSERIAL,
    "integer": KeyGeneration.SERIAL,
    "bigint": KeyGeneration.BIGSERIAL,
}


def built_key(schema: Schema, relation: Relation) -> tuple[BuiltKey, ...]:
    """Give the columns of a table's primary key, none where it has none."""
    columns = relation.key.columns if relation.key is not None else ()
    if columns is None:
        return (BuiltKey("", Unknown("the columns of its key could not be read"), KeyGeneration.UNKNOWN),)
    return tuple(_of_column(schema, relation, column) for column in columns)


def _of_column(schema: Schema, relation: Relation, name: str) -> BuiltKey:
    attribute = relation.attribute(name)
    if attribute is None:
        why = relation.incomplete.why if relation.incomplete else "the column was not read"
        return BuiltKey(name, Unknown(why), KeyGeneration.UNKNOWN, reason=why)
    if attribute.identity is not None:
        own = next((each for each in _owned_by(schema, relation.name, name) if each.identity), None)
        return BuiltKey(name, attribute.type, KeyGeneration.IDENTITY, own.name if own else None, own is not None)
    match attribute.default:
        case Unknown(why=why):
            return BuiltKey(name, attribute.type, KeyGeneration.UNKNOWN, reason=why)
        case Default(sequence=QualifiedName() as sequence, sql=sql):
            return _of_sequence(schema, relation, attribute, sequence, sql)
        case Default(sql=sql):
            return BuiltKey(name, attribute.type, KeyGeneration.SERVER_DEFAULT, default=sql)
    generation = KeyGeneration.PARENT if _is_reference(relation, name) else KeyGeneration.NONE
    return BuiltKey(name, attribute.type, generation)


def _of_sequence(
    schema: Schema, relation: Relation, attribute: Attribute, sequence: QualifiedName, sql: str
) -> BuiltKey:
    found = schema.sequences.get(sequence)
    owned = found is not None and (found.owner, found.owner_column) == (relation.name, attribute.name)
    serial = _SERIAL.get(attribute.type) if isinstance(attribute.type, str) and owned else None
    return BuiltKey(attribute.name, attribute.type, serial or KeyGeneration.SEQUENCE, sequence, owned, sql)


def _owned_by(schema: Schema, table: QualifiedName, column: str) -> tuple[Sequence, ...]:
    return tuple(each for each in schema.sequences.values() if (each.owner, each.owner_column) == (table, column))


def _is_reference(relation: Relation, column: str) -> bool:
    return any(each.kind == "foreign key" and column in (each.columns or ()) for each in relation.constraints)
