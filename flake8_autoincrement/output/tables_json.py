"""The tables as JSON, version 1: the format that README describes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from flake8_autoincrement.facts.schema import UNREAD, Column, KeyColumn, SqlType
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.output.paths import shown_posix
from flake8_autoincrement.output.rows import Row, in_order

VERSION = 1


def render(rows: Iterable[Row]) -> str:
    """Give the document, with the tables sorted."""
    return json.dumps({"version": VERSION, "tables": [_table(row) for row in in_order(rows)]}, indent=2)


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


def _timestamp(column: Column) -> dict[str, object]:
    timezone = column.type.timezone if isinstance(column.type, SqlType) else None
    return {"column": column.name, "timezone": timezone if isinstance(timezone, bool) else None}
