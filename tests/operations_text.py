"""Operations in the words of the pages: a line each, what stands inside another indented below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from flake8_autoincrement.facts.catalog import Constraint, Default, Identity, QualifiedName
from flake8_autoincrement.facts.operation import (
    AllOf,
    AnyOf,
    ColumnDefinition,
    Condition,
    CreateTable,
    Like,
    Not,
    Opaque,
    Operation,
    RecreateTable,
    When,
)
from flake8_autoincrement.facts.unknown import Unknown

INDENT = "  "
# What only Python says, and SQL does not.
_OF_PYTHON = frozenset({"autoincrement", "stated", "why"})


def lines(operations: Iterable[Operation], *, places: bool = False) -> Iterator[str]:
    """Give the lines of operations; with `places` each begins with its line and column."""
    for operation in operations:
        for at, line in enumerate(_lines(operation, places)):
            span = operation.span
            yield f"{span.line}:{span.column} {line}" if places and at == 0 and span is not None else line


def _lines(operation: Operation, places: bool) -> Iterator[str]:
    match operation:
        case When():
            yield f"When {condition(operation.condition)}"
            yield from (INDENT + line for line in lines(operation.then, places=places))
            if operation.otherwise:
                yield "Else"
                yield from (INDENT + line for line in lines(operation.otherwise, places=places))
        case RecreateTable():
            yield f"RecreateTable {operation.table}"
            yield from (INDENT + line for line in lines(operation.operations, places=places))
        case CreateTable():
            yield _line(operation, ("columns", "constraints"))
            yield from (INDENT + word(column) for column in operation.columns)
            yield from (INDENT + word(constraint) for constraint in operation.constraints)
        case _:
            yield _line(operation)


def _line(operation: Operation, without: tuple[str, ...] = ()) -> str:
    """Give an operation's name, its first field, and the others that differ from what they are by default."""
    first, *rest = [field for field in fields(operation) if field.name != "span"]
    parts = [type(operation).__name__, word(getattr(operation, first.name))]
    for field in rest:
        value = getattr(operation, field.name)
        if field.name in without or value == field.default:
            continue
        shown = word(value)
        parts.append(field.name if value is True else f"{field.name}={shown}")
    return " ".join(part for part in parts if part)


def word(value: object) -> str:
    """Give a value in a word or two."""
    match value:
        case Unknown():
            return "?"
        case ColumnDefinition():
            return _column(value)
        case Constraint():
            return _constraint(value)
        case Default():
            late = " late" if value.late else ""
            return f"({value.sql})" if value.sequence is None else f"({value.sql} -> {value.sequence}{late})"
        case Identity():
            always = "always" if value.always else "by default"
            return always if value.start is None else f"{always} start {value.start}"
        case Like():
            return " ".join([str(value.table), *value.including])
        case tuple():
            return "(" + ", ".join(map(word, value)) + ")"
        case QualifiedName() | str() | bool() | int():
            return str(value)
    return str(value).lower() if value is None else condition(value)  # type: ignore[arg-type]


def _column(column: ColumnDefinition) -> str:
    parts = [word(column.name), word(column.type)]
    parts += ["serial"] if column.serial else []
    parts += ["not null"] if column.not_null else []
    parts += [f"default {word(column.default)}"] if column.default is not None else []
    parts += [f"identity {word(column.identity)}"] if column.identity is not None else []
    parts += ["generated"] if column.generated else []
    parts += [f"[{word(constraint)}]" for constraint in column.constraints]
    return " ".join(parts)


def _constraint(constraint: Constraint) -> str:
    parts: list[str] = [constraint.kind]
    parts += [word(constraint.name)] if constraint.name is not None else []
    parts += [word(constraint.columns)] if constraint.columns else []
    if constraint.kind == "foreign key":
        parts += ["->", word(constraint.parent), word(constraint.parent_columns)]
    parts += [f"on delete {constraint.on_delete.lower()}"] if constraint.on_delete else []
    parts += [] if constraint.valid else ["not valid"]
    parts += [f"using {constraint.index}"] if constraint.index else []
    return " ".join(parts)


def condition(asked: Condition) -> str:
    """Give a condition."""
    match asked:
        case Not():
            return f"not {condition(asked.condition)}"
        case AllOf():
            return "(" + " and ".join(map(condition, asked.conditions)) + ")"
        case AnyOf():
            return "(" + " or ".join(map(condition, asked.conditions)) + ")"
        case Opaque():
            return "Opaque" if asked.fresh is None else f"Opaque fresh={asked.fresh}"
    values = [getattr(asked, field.name) for field in fields(asked) if getattr(asked, field.name) != field.default]
    return " ".join([type(asked).__name__, *map(word, values)])
