"""The statements by which SQLAlchemy makes a table that is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from flake8_autoincrement.facts.catalog import Constraint, Default, Identity, QualifiedName
from flake8_autoincrement.facts.operation import AnyOperation, ColumnDefinition, CreateIndex, CreateTable, CreateType
from flake8_autoincrement.facts.schema import (
    UNREAD,
    Column,
    KeyColumn,
    KeyGeneration,
    ServerDefault,
    SqlType,
    Table,
    Width,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.source import Span

_SERIALS = {
    KeyGeneration.SERIAL: "integer",
    KeyGeneration.BIGSERIAL: "bigint",
    KeyGeneration.SMALLSERIAL: "smallint",
}
_NEXTVAL = re.compile(
    r"\(*\s*(?:pg_catalog\.)?nextval\s*\(\s*\(*\s*'(?P<name>(?:[^']|'')+)'\s*\)*\s*"
    r"(?:::\s*(?:regclass|(?P<text>text|character varying|varchar)))?\s*\)*",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')
UNKNOWN_TYPE = Unknown("its type could not be read")


def creation(
    table: Table, *, if_not_exists: bool = False, types_if_not_exist: bool = False, span: Span | None = None
) -> Iterator[AnyOperation]:
    """Give what SQLAlchemy emits for a table: its enum types, the table, its indexes.

    `types_if_not_exist` is true where SQLAlchemy looks first whether a type is there (`checkfirst`).
    """
    name = QualifiedName(table.name, table.schema or "")
    yield from enum_types(table.columns, if_not_exists=types_if_not_exist, span=span)
    keys = {key.column.name: key for key in table.key if key.column.name != UNREAD}
    yield CreateTable(
        name,
        tuple(definition(column, keys.get(column.name)) for column in table.columns),
        _with_key(table),
        if_not_exists=if_not_exists,
        incomplete=table.incomplete,
        span=span,
    )
    for index in table.indexes:
        yield CreateIndex(name, index.name, index.columns, index.unique, if_not_exists=if_not_exists, span=span)


def enum_types(
    columns: tuple[Column, ...], *, if_not_exists: bool = False, span: Span | None = None
) -> Iterator[CreateType]:
    """Give the enum types that are created along with columns, each once."""
    seen = set()
    for column in columns:
        type_ = column.type
        if isinstance(type_, SqlType) and type_.labels is not None and type_.sql is not None:
            name = type_.sql.removesuffix("[]")
            if name not in seen:
                seen.add(name)
                yield CreateType(
                    qualified(name), "enum", type_.labels, if_not_exists=if_not_exists, span=span
                )


def qualified(name: str) -> QualifiedName:
    """Split a name at its dot: `schema.name`."""
    schema, _, last = name.rpartition(".")
    return QualifiedName(last, schema)


def _with_key(table: Table) -> tuple[Constraint, ...]:
    columns = tuple(key.column.name for key in table.key if key.column.name != UNREAD)
    given = next((each for each in table.constraints if each.kind == "primary key"), None)
    others = tuple(each for each in table.constraints if each.kind != "primary key")
    if not columns:
        return others
    if given is not None and given.columns is not None and set(given.columns) == set(columns):
        return (given, *others)  # which may have another order than the table
    return (replace(given or Constraint("primary key"), columns=columns), *others)


def definition(column: Column, key: KeyColumn | None = None) -> ColumnDefinition:
    """Give a column as SQLAlchemy's compiler defines it; `key` is what fills it where it is in the primary key."""
    found = ColumnDefinition(
        column.name,
        _type(column),
        not_null=(column.nullable is False or key is not None) and not column.identity,
        default=default(column.server_default),
        identity=Identity(column.identity_always) if column.identity else None,
        generated=column.computed,
        autoincrement=column.autoincrement,
        stated=column.stated,
        span=column.span,
    )
    if key is None:
        return found
    if key.generation in _SERIALS:
        return replace(found, type=_SERIALS[key.generation], serial=True, default=None)
    if key.generation is KeyGeneration.UNKNOWN:
        return replace(found, default=found.default or Unknown(key.reason or "how it is filled could not be read"))
    return found


def _type(column: Column) -> str | Unknown:
    if isinstance(column.type, Unknown):
        return column.type
    return column.type.sql or UNKNOWN_TYPE


def default(given: ServerDefault | Unknown | None) -> Default | Unknown | None:
    """Give the DEFAULT that a server default becomes, None for `FetchedValue`."""
    match given:
        case None | Unknown():
            return given
        case ServerDefault(kind="fetched"):
            return None
        case ServerDefault(sql=None):
            return Unknown("its server default could not be read")
        case ServerDefault(kind="string", sql=str(text)):
            quoted = text.replace("'", "''")
            return Default(f"'{quoted}'")
    assert given.sql is not None
    return written_default(given.sql)


def written_default(sql: str) -> Default:
    """Give a DEFAULT as SQL has it, with the sequence that it calls."""
    found = _NEXTVAL.match(sql)
    if found is None:
        return Default(sql)
    return Default(sql, _identifier(found["name"].replace("''", "'")), found["text"] is not None)


def _identifier(text: str) -> QualifiedName:
    """Read a name as `regclass` does: folded to lower case unless quoted, with a schema before a dot."""
    parts = [
        quoted.replace('""', '"') if quoted else plain.lower() for quoted, plain in _IDENTIFIER.findall(text)
    ]
    return QualifiedName(parts[-1], ".".join(parts[:-1])) if parts else QualifiedName(text)


def serial(type_: SqlType) -> str:
    """Give the integer type behind the SERIAL that a type gets."""
    return {Width.SMALL: "smallint", Width.NORMAL: "integer", Width.BIG: "bigint"}[type_.width]
