"""naive-timestamp: a column that keeps a time without its zone."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Note
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import Column, SqlType
from flake8_autoincrement.registry import check


@check("naive-timestamp", on=Declaration)
def naive_timestamp(declaration: Declaration) -> Iterator[Finding]:
    """Find columns of the type TIMESTAMP WITHOUT TIME ZONE."""
    for column in declaration.columns:
        if _is_naive(column) and column.span is not None and not declaration.leaves_open(column):
            yield Finding(column.span, _message(declaration, column))
    model = declaration.model
    for column in declaration.decided:
        if _is_naive(column) and model is not None and model.span is not None:
            note = Note(f"declared in {column.declared_in}, its type is what the base makes of it", column.span)
            yield Finding(model.span, _message(declaration, column), (note,))


def _is_naive(column: Column) -> bool:
    return isinstance(column.type, SqlType) and column.type.timestamp and column.type.timezone is False


def _message(declaration: Declaration, column: Column) -> str:
    name = column.type.name if isinstance(column.type, SqlType) else "?"
    return f"{declaration.label(column)} is a TIMESTAMP WITHOUT TIME ZONE ({name})"
