"""The tables for people: a row each, and how many are as they ought to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from flake8_autoincrement.diagnostics import printable
from flake8_autoincrement.facts.catalog import Relation, Schema
from flake8_autoincrement.facts.history import History, unread
from flake8_autoincrement.facts.schema import KeyColumn, KeyGeneration, ServerDefault, SqlType
from flake8_autoincrement.facts.surrogate import is_surrogate
from flake8_autoincrement.history.built import BuiltKey
from flake8_autoincrement.output.paths import shown
from flake8_autoincrement.output.rows import BuiltRow, Row, in_order, shown_name, table_name
from flake8_autoincrement.output.text import counted

# Counters that need no autoincrement=True.
_OTHER_COUNTERS = (KeyGeneration.IDENTITY, KeyGeneration.SEQUENCE)

if TYPE_CHECKING:
    from rich.table import Table as Grid
    from rich.text import Text


def render(rows: Sequence[Row], built: Sequence[BuiltRow] = ()) -> Grid:
    """Give the view, with the tables sorted; what histories built stands beside what models declare."""
    from rich.table import Table as Grid

    heads = ("Table", "Model", "Bases", "Key", "PostgreSQL", *(("Built", "Revision") if built else ()))
    heads += ("History",) if len({row.history.folder for row in built}) > 1 else ()
    grid = Grid(*heads, box=None, pad_edge=False, header_style="bold")
    for row, made in _beside(rows, built):
        cells = (*_declared_cells(row, made), *(_built_cells(made) if built else ()))
        grid.add_row(*cells[: len(heads)])
    return grid


def render_built(built: Sequence[BuiltRow]) -> Grid:
    """Give the view of what histories built, by itself."""
    from rich.table import Table as Grid
    from rich.text import Text

    heads: tuple[str, ...] = ("Table", "Key", "PostgreSQL", "Revision")
    heads += ("History",) if len({row.history.folder for row in built}) > 1 else ()
    grid = Grid(*heads, box=None, pad_edge=False, header_style="bold")
    for row in built:
        none = "?" if row.relation.incomplete else "none"
        keys = Text("\n".join(printable(f"{key.column} {_type(key)}") for key in row.key) or none)
        grid.add_row(*(Text(printable(row.name)), keys, *_built_cells(row))[: len(heads)])
    return grid


def _beside(rows: Sequence[Row], built: Sequence[BuiltRow]) -> Iterator[tuple[Row | None, BuiltRow | None]]:
    """Pair declared tables and built ones by their names; one that several histories built gets further lines."""
    made: dict[tuple[str, str], list[BuiltRow]] = {}
    for each in built:
        made.setdefault(table_name(each), []).append(each)
    declared: dict[tuple[str, str], list[Row]] = {}
    for row in in_order(rows):
        declared.setdefault(table_name(row), []).append(row)
    for name in sorted(declared.keys() | made.keys()):
        yield from zip_longest(declared.get(name, ()), made.get(name, ()))


def _declared_cells(row: Row | None, made: BuiltRow | None) -> tuple[Text, ...]:
    from rich.text import Text

    if row is None:
        return (Text(printable(made.name if made else "")), *(Text(each, "dim") for each in ("no model", "", "", "")))
    cells = (row.name, row.table.model or row.table.variable or "", _chain(row))
    return (*(Text(printable(cell)) for cell in cells), *_key_cells(row))


def _built_cells(row: BuiltRow | None) -> tuple[Text, ...]:
    from rich.text import Text

    if row is None:
        return Text("not built", "bold yellow"), Text(""), Text("")
    keys = [Text(printable(built_by(key)), _built_style(key)) for key in row.key]
    revision = row.relation.revision or "" if row.history.origin == "migrations" else ""
    style = "magenta" if row.relation.incomplete else "dim"
    shown_keys = Text("\n").join(keys) if keys else Text(printable(built_without_key(row.relation)), style)
    return shown_keys, Text(printable(revision)), Text(printable(shown(row.history.folder)))


def built_without_key(relation: Relation, none: str = "no primary key") -> str:
    """Say of a table for which no key was read that it has none, or, where it was not read whole, that nobody knows."""
    return f"key unknown: {relation.incomplete.why}" if relation.incomplete else none


def built_by(key: BuiltKey) -> str:
    """Say what PostgreSQL does for a key column that was built when an INSERT leaves it out."""
    sequence = shown_name(key.sequence) if key.sequence is not None else None
    match key.generation:
        case KeyGeneration.SEQUENCE:
            return f"DEFAULT nextval ({sequence}{'' if key.owned else ', not owned'})"
        case KeyGeneration.SERVER_DEFAULT:
            return f"DEFAULT {key.default}" if key.default else "DEFAULT"
        case KeyGeneration.PARENT:
            return "nothing: the value is a parent row's"
        case KeyGeneration.NONE | KeyGeneration.UNKNOWN:
            word = "nothing" if key.generation is KeyGeneration.NONE else "unknown"
            return f"{word}: {key.reason}" if key.reason else word
    return f"{key.generation.value} ({sequence})" if sequence else str(key.generation.value)


def _type(key: BuiltKey) -> str:
    return key.type if isinstance(key.type, str) else "?"


def _built_style(key: BuiltKey) -> str:
    if key.generation is KeyGeneration.UNKNOWN:
        return "magenta"
    return "green" if key.generation.by_server else "bold red" if key.generation is KeyGeneration.NONE else "dim"


def summary(rows: Sequence[Row], missed: int) -> str:
    """Count, of the tables with a surrogate key, those that do not say `autoincrement=True` and those with no value.

    `missed` is the number of declarations that are tables by all signs and of which no more is known.
    """
    keys = [key for row in rows for key in row.table.key if _is_surrogate(row, key)]
    unknown = sum(any(key.generation is KeyGeneration.UNKNOWN for key in row.table.key) for row in rows) + missed
    silent = sum(key.column.autoincrement is not True and key.generation not in _OTHER_COUNTERS for key in keys)
    without = sum(any(_lacks_value(row, key) for key in row.table.key) for row in rows)
    counted = f"{len(keys)} tables" if len(keys) == len(rows) else f"{len(keys)} tables with an integer key"
    parts = [f"{silent} of {counted} do not say autoincrement=True", f"{without} get no key at all"]
    if unknown:
        parts.append(f"{unknown} could not be read")
    return ", ".join(parts) + ("" if len(keys) == len(rows) else f" ({len(rows)} tables in all)")


def built_summary(rows: Sequence[Row], built: Sequence[BuiltRow], histories: Sequence[History]) -> str:
    """Count what histories built, what only one side has, and what of the histories could not be read."""
    declared, made = {table_name(row) for row in rows}, {table_name(row) for row in built}
    steps = sum(len(history.revisions) for history in histories)
    parts = [f"{counted(steps, 'revision')} built {counted(len(made), 'table')}"]
    if rows:
        parts.append(f"{len(made - declared)} without a model, {len(declared - made)} of the models not built")
    return ", ".join([*parts, *_unread_parts(histories)])


def state_summary(history: History, label: str, schema: Schema) -> str:
    """Say which state of a history is shown, and what of the history could not be read."""
    tables = sum("view" not in relation.kind for relation in schema.relations.values())
    parts = [f"{shown(history.folder)} at {label}: {counted(tables, 'table')}", *_unread_parts([history])]
    return printable(", ".join(parts))


def _unread_parts(histories: Sequence[History]) -> Iterator[str]:
    count = sum(1 for history in histories for revision in history.revisions for _ in unread(revision))
    if count:
        yield f"{counted(count, 'statement')} could not be read (ain history --show-unread)"
    if failed := sum(len(history.failed) for history in histories):
        yield f"{counted(failed, 'file')} could not be read"


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
