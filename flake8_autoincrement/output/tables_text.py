"""The tables for people: a row each, and how many are as they ought to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flake8_autoincrement.diagnostics import printable
from flake8_autoincrement.facts.schema import KeyColumn, KeyGeneration, ServerDefault, SqlType
from flake8_autoincrement.facts.surrogate import is_surrogate
from flake8_autoincrement.output.rows import Row, in_order

# Counters that need no autoincrement=True.
_OTHER_COUNTERS = (KeyGeneration.IDENTITY, KeyGeneration.SEQUENCE)

if TYPE_CHECKING:
    from rich.table import Table as Grid
    from rich.text import Text


def render(rows: Iterable[Row]) -> Grid:
    """Give the view, with the tables sorted."""
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid("Table", "Model", "Bases", "Key", "PostgreSQL", box=None, pad_edge=False, header_style="bold")
    for row in in_order(rows):
        cells = (row.name, row.table.model or row.table.variable or "", _chain(row))
        grid.add_row(*(Text(printable(cell)) for cell in cells), *_key_cells(row))
    return grid


def summary(rows: Sequence[Row], unread: int) -> str:
    """Count, of the tables with a surrogate key, those that do not say `autoincrement=True` and those with no value.

    `unread` is the number of declarations that are tables by all signs and of which no more is known.
    """
    keys = [key for row in rows for key in row.table.key if _is_surrogate(row, key)]
    unknown = sum(any(key.generation is KeyGeneration.UNKNOWN for key in row.table.key) for row in rows) + unread
    silent = sum(key.column.autoincrement is not True and key.generation not in _OTHER_COUNTERS for key in keys)
    without = sum(any(_lacks_value(row, key) for key in row.table.key) for row in rows)
    counted = f"{len(keys)} tables" if len(keys) == len(rows) else f"{len(keys)} tables with an integer key"
    parts = [f"{silent} of {counted} do not say autoincrement=True", f"{without} get no key at all"]
    if unknown:
        parts.append(f"{unknown} could not be read")
    return ", ".join(parts) + ("" if len(keys) == len(rows) else f" ({len(rows)} tables in all)")


def _lacks_value(row: Row, key: KeyColumn) -> bool:
    """Say whether nothing fills a surrogate key, also one of several columns."""
    surrogate = is_surrogate(row.declaration, key.column)
    return key.generation is KeyGeneration.NONE and surrogate


def _chain(row: Row) -> str:
    chain = row.declaration.model.chain if row.declaration.model else ()
    return " -> ".join(base.name.rpartition(".")[2] for base in chain)


def _key_cells(row: Row) -> tuple[Text, Text]:
    from rich.text import Text

    if not row.table.key:
        return Text("none", "dim"), Text("no primary key", "dim")
    newline = Text("\n")
    return (
        newline.join(Text(printable(_declared(key))) for key in row.table.key),
        newline.join(Text(printable(generated(key)), _style(row, key)) for key in row.table.key),
    )


def _declared(key: KeyColumn) -> str:
    column = key.column
    type_ = column.type.name if isinstance(column.type, SqlType) else "?"
    stated = f" autoincrement={_written(column.autoincrement)}" if column.stated else ""
    return f"{column.name} {type_}{stated}"


def _written(autoincrement: object) -> str:
    if isinstance(autoincrement, str):
        return f'"{autoincrement}"'
    return str(autoincrement) if isinstance(autoincrement, bool) else "?"


def generated(key: KeyColumn) -> str:
    """Say what PostgreSQL does for a key column when an INSERT leaves it out."""
    match key.generation:
        case KeyGeneration.SEQUENCE | KeyGeneration.SERVER_DEFAULT:
            match key.column.server_default:
                case ServerDefault(kind="string", sql=str(text)):
                    quoted = text.replace("'", "''")
                    return f"DEFAULT '{quoted}'"
                case ServerDefault(sql=str(sql)):
                    return f"DEFAULT {sql}"
            return key.reason or "DEFAULT"
        case KeyGeneration.CLIENT:
            return "nothing: Python gives the value"
        case KeyGeneration.PARENT:
            return "nothing: the value is a parent row's"
        case KeyGeneration.NONE:
            return f"nothing: {key.reason}" if key.reason else "nothing"
        case KeyGeneration.UNKNOWN:
            return f"unknown: {key.reason}" if key.reason else "unknown"
    return str(key.generation.value)


def _style(row: Row, key: KeyColumn) -> str:
    if key.generation is KeyGeneration.UNKNOWN:
        return "magenta"
    if key.generation.by_server:
        return "green" if key.column.autoincrement is True else "yellow" if key.generation.by_counter else ""
    return "bold red" if key.generation is KeyGeneration.NONE and _is_surrogate(row, key) else "dim"


def _is_surrogate(row: Row, key: KeyColumn) -> bool:
    return len(row.table.key) == 1 and is_surrogate(row.declaration, key.column)
