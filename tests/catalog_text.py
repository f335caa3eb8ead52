"""A schema in the words of a `catalog` block: a line each table, sequence and type, what is in it indented below.

    table users
      id integer not null default nextval users_id_seq
      name character varying(50)
      primary key users_pkey (id)
      index ix_users_name (name)
    sequence users_id_seq integer owned by users.id

A schema is written where it is not `public`. A column has its type, `not null`, its `default` (`nextval` with the name
of a sequence that it depends on, `nextval late` where that is looked up by its name, else the expression),
`identity always` or `identity by default`, `generated`, `inherited`. A sequence has its `next` value where that is not
1, and its `maximum` where that is not its type's. Tables are in the order of their names, constraints and indexes too.
Schemas other than `public` have a line, and so has a search path.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.facts.catalog import (
    Attribute,
    Constraint,
    Default,
    Index,
    QualifiedName,
    Relation,
    Schema,
    Sequence,
    UserType,
)
from flake8_autoincrement.facts.unknown import Unknown


def lines(schema: Schema, *, alike: bool = False) -> Iterator[str]:
    """Give the lines of a schema; those that are `alike` show an expression that is no `nextval` as `...`.

    PostgreSQL shows an expression in other words than those in which it was written.
    """
    if schema.search_path != ("public",):
        yield f"search_path {', '.join(schema.search_path)}".rstrip()
    for namespace in sorted(schema.namespaces - {"public"}):
        yield f"schema {namespace}"
    if "public" not in schema.namespaces:
        yield "no schema public"
    for _, relation in sorted(schema.relations.items(), key=lambda item: _order(item[0])):
        yield from _relation(relation, alike)
    for _, sequence in sorted(schema.sequences.items(), key=lambda item: _order(item[0])):
        yield _sequence(sequence)
    for _, type_ in sorted(schema.types.items(), key=lambda item: _order(item[0])):
        yield _type(type_, alike)


def _order(name: QualifiedName) -> tuple[bool, str, str]:
    return name.schema != "public", name.schema, name.name


def shown(name: QualifiedName) -> str:
    """Give a name, with its schema where that is not `public`."""
    return name.name if name.schema == "public" else str(name)


def _relation(relation: Relation, alike: bool) -> Iterator[str]:
    parents = ", ".join(map(shown, relation.parents))
    if relation.kind in ("view", "materialized view"):
        yield f"{relation.kind} {shown(relation.name)}" + (f" reads {parents}" if parents else "")
        return
    word = "partition of" if relation.is_partition else "inherits"
    yield f"{relation.kind} {shown(relation.name)}" + (f" {word} {parents}" if parents else "")
    if relation.incomplete is not None:
        yield f"  incomplete: {relation.incomplete.why}"
    yield from (f"  {_attribute(each, alike)}" for each in relation.attributes)
    yield from sorted(f"  {_constraint(each)}" for each in relation.constraints)
    yield from sorted(f"  {_index(each)}" for each in relation.indexes)


def _attribute(attribute: Attribute, alike: bool) -> str:
    parts = [attribute.name, _word(attribute.type)]
    parts += ["not null"] if attribute.not_null else []
    parts += [f"default {_default(attribute.default, alike)}"] if attribute.default is not None else []
    if attribute.identity is not None:
        parts.append(f"identity {'always' if attribute.identity.always else 'by default'}")
    parts += ["generated"] if attribute.generated else []
    parts += ["inherited"] if attribute.inherited else []
    return " ".join(parts)


def _default(default: Default | Unknown, alike: bool) -> str:
    if isinstance(default, Unknown):
        return _word(default)
    if default.sequence is None:
        return "..." if alike else default.sql
    return f"nextval {'late ' if default.late else ''}{shown(default.sequence)}"


def _constraint(constraint: Constraint) -> str:
    parts = [constraint.kind, "?" if constraint.name is None else _word(constraint.name)]
    if constraint.kind != "check":
        parts.append("(?)" if constraint.columns is None else f"({', '.join(constraint.columns)})")
    if constraint.parent is not None:
        parts.append(f"-> {shown(constraint.parent)} ({', '.join(constraint.parent_columns)})")
    if constraint.on_delete not in (None, "NO ACTION"):
        parts.append(f"on delete {constraint.on_delete.lower()}")
    return " ".join([*parts, *(() if constraint.valid else ("not valid",))])


def _index(index: Index) -> str:
    kind = "unique index" if index.unique else "index"
    columns = ", ".join("expression" if each is None else each for each in index.columns)
    return f"{kind} {index.name} ({columns}){'' if index.valid else ' invalid'}"


def _sequence(sequence: Sequence) -> str:
    parts = ["sequence", shown(sequence.name), sequence.type]
    if sequence.owner is not None:
        parts.append("of identity" if sequence.identity else "owned by")
        parts.append(f"{shown(sequence.owner)}.{sequence.owner_column}")
    parts += [f"next {'?' if sequence.next_value is None else sequence.next_value}"] if sequence.next_value != 1 else []
    parts += [f"maximum {sequence.maximum}"] if sequence.maximum is not None else []
    return " ".join(parts)


def _type(type_: UserType, alike: bool) -> str:
    parts = [type_.kind, shown(type_.name)]
    parts += [f"({', '.join(type_.labels)})"] if type_.kind == "enum" else []
    parts += [str(type_.base)] if type_.base is not None else []
    parts += ["not null"] if type_.not_null else []
    parts += [f"default {_default(type_.default, alike)}"] if type_.default is not None else []
    return " ".join(parts)


def _word(value: str | Unknown) -> str:
    return f"?{value.why}" if isinstance(value, Unknown) else value
