"""What reading a project understood, in the words of a `facts` block.

A table has a line with its name, its class and the chain that this inherits from, or the variable of a Core table.
Below it are the columns of its key, each with type, autoincrement and who fills it, and its timestamps:

    users: models.User < models.Base < DeclarativeBase
      id Integer auto -> SERIAL from models.Base
      created_at timestamptz

`from` names the class that declares a column where it is another. What is unknown is `?` or `UNKNOWN`; `incomplete`
stands behind a table that may have more columns than were read. A base X that was not found is a line `misses X` at
the end, as is what was not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.schema import UNREAD, Column, KeyColumn, SqlType, Table
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.declared import declared

INDENT = "  "


def understood(files: Sequence[FileFacts]) -> list[str]:
    """Render the tables of a project's files, by name, then what could not be read."""
    tables = sorted(block for file in declared(files) for block in _tables(file))
    lines = [line for block in tables for line in block]
    for file in files:
        lines += [f"{model.name} misses {base.written}" for model in file.models for base in model.missing]
        lines += [f"not read: {one.why}" for one in (*file.unread, *filter(None, [file.error]))]
    return lines


def written(tables: Sequence[dict[str, Any]]) -> list[str]:
    """Render what running the same files gave, as `live.py` describes it: all but the chains."""
    return [line for table in tables for line in _described(table)]


def by_table(lines: Sequence[str]) -> list[str]:
    """Give one line for each table, its columns behind it, all by name."""
    tables = ("\n".join(lines).replace(f"\n{INDENT}", "\t")).splitlines()
    return sorted(" | ".join((header, *sorted(columns))) for header, *columns in (row.split("\t") for row in tables))


def _described(table: dict[str, Any]) -> list[str]:
    return [f"{table['name']}: {table['owner']}", *(INDENT + line for line in table["lines"])]


def _tables(file: FileFacts) -> Iterator[tuple[str, ...]]:
    mapped = {(model.table.name, model.table.span) for model in file.models if model.table is not None}
    for model in file.models:
        if model.table is not None:
            yield (_header(model.table, " < ".join((model.name, *_chain(model)))), *_lines(model.table, model.name))
    for table in file.tables:
        if (table.name, table.span) not in mapped:
            owner = table.model or f"Table {table.variable or ''}".rstrip()
            yield (_header(table, owner), *_lines(table, table.model))


def _header(table: Table, owner: str) -> str:
    name = f"{table.schema}.{table.name}" if table.schema else table.name
    return f"{name}: {owner}{', incomplete' if table.incomplete else ''}"


def _chain(model: ModelClass) -> Iterator[str]:
    for base in model.chain:
        yield base.name.rpartition(".")[2] if base.span is None or base.name.endswith("()") else base.name


def _lines(table: Table, model: str | None) -> Iterator[str]:
    for key in (key for key in table.key if key.column.name != UNREAD):
        yield INDENT + _key(key, model)
    for column in table.timestamps:
        yield INDENT + _timestamp(column)


def _key(key: KeyColumn, model: str | None) -> str:
    column = key.column
    kind = column.type.name if isinstance(column.type, SqlType) else "?"
    counts = "?" if isinstance(column.autoincrement, Unknown) else str(column.autoincrement)
    line = f"{column.name} {kind} {counts} -> {key.generation.value}"
    return line if model in (None, column.declared_in) else f"{line} from {column.declared_in}"


def _timestamp(column: Column) -> str:
    timezone = column.type.timezone if isinstance(column.type, SqlType) else None
    return f"{column.name} {'timestamptz' if timezone is True else 'timestamp' if timezone is False else 'timestamp ?'}"
