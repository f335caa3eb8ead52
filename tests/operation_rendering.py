"""Operations in the words of an `operations` block: one line each, with the place that it has in the SQL.

    2:1 CreateTable shop.users [id integer serial (primary key id), name text not null] if not exists

A line has the line and the column (from 1) of the operation, its name, the object that it is about, then its other
fields, those left out that have their usual value: `yes` fields by their name alone, others as `name=value`. What is
not known is `?`. The operations under a condition are indented below it, those of its other branch below `else`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from typing import Any

from flake8_autoincrement.facts.catalog import Constraint, Default, Identity, QualifiedName
from flake8_autoincrement.facts.operation import AllOf, AnyOf, AnyOperation, ColumnDefinition, Like, Not, When
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.source import Source, Span
from flake8_autoincrement.sql.statements import operations

INDENT = "  "


def read(text: str, **options: Any) -> tuple[AnyOperation, ...]:
    """Read SQL whose places are lines and columns of the text itself."""
    return operations(text, places(text), **options)


def places(text: str) -> Any:
    """Give what turns offsets of a text into places in a file of it."""

    def place(start: int, end: int) -> Span:
        assert 0 <= start <= end <= len(text)
        first, last = text[:start].split("\n"), text[:end].split("\n")
        return Span("schema.sql", len(first), len(first[-1]), len(last), len(last[-1]))

    return place


def covered(text: str, span: Span) -> str:
    """Give the text at a place."""
    lines = Source(span.path, text).lines[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "\n".join(lines)


def rendered(done: Sequence[AnyOperation], indent: str = "") -> Iterator[str]:
    """Give the lines of operations."""
    for one in done:
        place = f"{one.span.line}:{one.span.column + 1}" if one.span else "-"
        if isinstance(one, When):
            yield f"{indent}{place} When {value(one.condition)}"
            yield from rendered(one.then, indent + INDENT)
            if one.otherwise:
                yield f"{indent}else"
                yield from rendered(one.otherwise, indent + INDENT)
        else:
            yield f"{indent}{place} {_object(one)}"


def _object(one: Any) -> str:
    own = [field for field in fields(one) if field.name != "span"]
    if not own:
        return type(one).__name__
    first, *others = own
    words = [type(one).__name__, value(getattr(one, first.name))]
    for field in others:
        found = getattr(one, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if found == default:
            continue
        if found is True:
            words.append(field.name.replace("_", " "))
        elif field.default is MISSING or field.name in ("columns", "labels"):
            words.append(value(found))
        else:
            words.append(f"{field.name}={value(found)}")
    return " ".join(words)


def value(found: Any) -> str:
    """Give a value in a word or a few."""
    match found:
        case Unknown():
            return "?"
        case QualifiedName():
            return " ".join(str(found).split())
        case ColumnDefinition():
            return _column(found)
        case Constraint():
            return f"({_constraint(found)})"
        case Default():
            source = f" from {found.sequence}" if found.sequence else ""
            return f"`{value(found.sql)}`{source}{' late' if found.late else ''}"
        case Identity():
            return " ".join(_identity(found))
        case Like():
            return f"{found.table}({', '.join(found.including)})"
        case Not(inner):
            return f"not {value(inner)}"
        case AllOf(conditions):
            return "all(" + ", ".join(map(value, conditions)) + ")"
        case AnyOf(conditions):
            return "any(" + ", ".join(map(value, conditions)) + ")"
        case tuple():
            return "[" + ", ".join(map(value, found)) + "]"
        case None:
            return "-"
        case str():
            return " ".join(found.split()) or "''"
        case bool() | int():
            return str(found)
    return _object(found)


def _identity(found: Identity) -> Iterator[str]:
    yield "always" if found.always else "by default"
    if found.start is not None:
        yield f"start={found.start}"
    if found.sequence is not None:
        yield f"sequence={found.sequence}"


def _column(found: ColumnDefinition) -> str:
    words = [value(found.name), value(found.type)]
    words += ["serial"] if found.serial else []
    words += ["not null"] if found.not_null else []
    words += [f"default {value(found.default)}"] if found.default is not None else []
    words += [f"identity {value(found.identity)}"] if found.identity is not None else []
    words += ["generated"] if found.generated else []
    return " ".join([*words, *map(value, found.constraints)])


def _constraint(found: Constraint) -> str:
    words = [found.kind]
    words += [value(found.name)] if found.name is not None else []
    words += ["columns ?"] if found.columns is None else [", ".join(found.columns)] if found.columns else []
    if found.parent is not None:
        words.append(f"-> {found.parent}" + (f"({', '.join(found.parent_columns)})" if found.parent_columns else ""))
    words += [f"`{value(found.expression)}`"] if found.expression is not None else []
    words += [f"on delete {found.on_delete.lower()}"] if found.on_delete else []
    words += [f"using {found.index}"] if found.index else []
    words += [] if found.valid else ["not valid"]
    return " ".join(words)
