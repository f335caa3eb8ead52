"""What two ways to a schema agree upon."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Attribute, QualifiedName, Relation, Schema
from flake8_autoincrement.facts.unknown import Unknown


def merged(first: Schema, second: Schema, why: Unknown) -> Schema:
    """Give a schema of which it is not known which of two it is: where they differ it is unknown, for a reason."""
    if first is second:
        return first
    relations: dict[QualifiedName, Relation] = {}
    for name in (*first.relations, *(each for each in second.relations if each not in first.relations)):
        one, other = first.relations.get(name), second.relations.get(name)
        if one is not None and other is not None:
            relations[name] = one if one is other or one == other else _relation(one, other, why)
        else:
            only = one or other
            assert only is not None
            relations[name] = only if only.incomplete is not None else replace(only, incomplete=why)
    return Schema(
        relations,
        {**second.sequences, **first.sequences},
        {**second.types, **first.types},
        first.namespaces | second.namespaces,
        first.search_path,
        {**second.indexes, **first.indexes},
        (*first.doubtful, *(each for each in second.doubtful if each not in first.doubtful)),
    )


def _relation(one: Relation, other: Relation, why: Unknown) -> Relation:
    attributes = [_attribute(each, other.attribute(each.name), why) for each in one.attributes]
    attributes += [_attribute(each, None, why) for each in other.attributes if one.attribute(each.name) is None]
    constraints = [each for each in one.constraints if each in other.constraints]
    constraints += [replace(each, name=why) for each in one.constraints if each not in other.constraints]
    constraints += [replace(each, name=why) for each in other.constraints if each not in one.constraints]
    key, other_key = one.key, other.key
    same_key = (None if key is None else key.columns) == (None if other_key is None else other_key.columns)
    if same_key and key is not None:
        constraints = [key, *(each for each in constraints if each.kind != "primary key")]
    names = {each.name for each in one.indexes}
    indexes = (*one.indexes, *(each for each in other.indexes if each.name not in names))
    return replace(
        one,
        attributes=tuple(attributes),
        constraints=tuple(constraints),
        indexes=indexes,
        incomplete=one.incomplete or other.incomplete or (None if same_key else why),
    )


def _attribute(one: Attribute, other: Attribute | None, why: Unknown) -> Attribute:
    if other is None:
        return replace(one, type=why, default=why, identity=None)
    if one == other:
        return one
    same_default = one.default == other.default and one.identity == other.identity
    return replace(
        one,
        type=one.type if one.type == other.type else why,
        default=one.default if same_default else why,
        identity=one.identity if same_default else None,
        not_null=one.not_null and other.not_null,
    )
