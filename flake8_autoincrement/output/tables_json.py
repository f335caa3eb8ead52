"""The tables as JSON, version 1: the format that README describes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from flake8_autoincrement.facts.catalog import Attribute, Default, QualifiedName, Schema, UserType
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.facts.schema import UNREAD, Column, KeyColumn, SqlType
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.built import BuiltKey
from flake8_autoincrement.output.paths import shown_posix
from flake8_autoincrement.output.rows import BuiltRow, Row, in_order, shown_name

VERSION = 1


def render(rows: Iterable[Row], built: Iterable[BuiltRow] = (), states: Iterable[tuple[History, Schema]] = ()) -> str:
    """Give the document: the declared tables, sorted, then those that histories built, and the enums in `states`."""
    tables = [_table(row) for row in in_order(rows)] + [_built(row) for row in built]
    enums = [_enum(history, each) for history, schema in states for _, each in sorted(schema.types.items())]
    document = {"version": VERSION, "tables": tables, "enums": [each for each in enums if each is not None]}
    return json.dumps(document, indent=2)


def _table(row: Row) -> dict[str, object]:
    model = row.declaration.model
    return {
        "origin": "models",
        "name": row.table.name,
        "schema": row.table.schema,
        "file": shown_posix(row.path),
        "line": row.line,
        "class": row.table.model,
        "bases": [base.name for base in model.bases] if model else [],
        "key": [_key(key) for key in row.table.key],
        "timestamps": [_timestamp(column) for column in row.table.timestamps],
    }


def _key(key: KeyColumn) -> dict[str, object]:
    column = key.column
    return {
        "column": None if column.name == UNREAD else column.name,
        "type": column.type.name if isinstance(column.type, SqlType) else None,
        "autoincrement": None if isinstance(column.autoincrement, Unknown) else column.autoincrement,
        "generation": key.generation.value,
        "declared_in": column.declared_in or None,
        "reason": key.reason,
    }


def _built(row: BuiltRow) -> dict[str, object]:
    relation = row.relation
    return {
        "origin": row.history.origin,
        "name": relation.name.name,
        "schema": _schema(relation.name),
        "file": shown_posix(relation.span.path) if relation.span else None,
        "line": relation.span.line if relation.span else None,
        "class": None,
        "bases": [],
        "key": [_built_key(key) for key in row.key],
        "timestamps": [
            {"column": each.name, "timezone": " with time zone" in each.type}
            for each in relation.attributes
            if isinstance(each.type, str) and each.type.startswith("timestamp")
        ],
        "history": shown_posix(row.history.folder),
        "revision": relation.revision if row.history.origin == "migrations" else None,
        "columns": [_column_of(each) for each in relation.attributes],
        "incomplete": relation.incomplete.why if relation.incomplete else None,
    }


def _built_key(key: BuiltKey) -> dict[str, object]:
    return {
        "column": key.column or None,
        "type": key.type if isinstance(key.type, str) else None,
        "autoincrement": None,
        "generation": key.generation.value,
        "declared_in": None,
        "reason": key.reason,
        "sequence": shown_name(key.sequence) if key.sequence else None,
        "sequence_owned": key.owned if key.sequence else None,
    }


def _column_of(column: Attribute) -> dict[str, object]:
    return {
        "name": column.name,
        "type": column.type if isinstance(column.type, str) else None,
        "not_null": column.not_null,
        "default": column.default.sql if isinstance(column.default, Default) else None,
    }


def _enum(history: History, given: UserType) -> dict[str, object] | None:
    if given.kind != "enum":
        return None
    return {
        "name": given.name.name,
        "schema": _schema(given.name),
        "labels": list(given.labels),
        "history": shown_posix(history.folder),
        "revision": given.revision if history.origin == "migrations" else None,
    }


def _schema(name: QualifiedName) -> str | None:
    """Give the schema's name, None for the default one."""
    return None if name.schema in ("", "public") else name.schema


def _timestamp(column: Column) -> dict[str, object]:
    timezone = column.type.timezone if isinstance(column.type, SqlType) else None
    return {"column": column.name, "timezone": timezone if isinstance(timezone, bool) else None}
