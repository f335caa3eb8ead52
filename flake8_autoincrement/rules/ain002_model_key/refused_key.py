"""refused-key: a key that SQLAlchemy or PostgreSQL refuses to create."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Severity
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import Affinity, Column, SqlType
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.chain import chain_notes


@check("refused-key", on=Declaration, severity=Severity.ERROR)
def refused_key(declaration: Declaration) -> Iterator[Finding]:
    """Find keys whose table cannot be created."""
    counted: Column | None = None
    for key in declaration.own_key:
        column = key.column
        if column.span is not None and (why := _refusal(column, counted)):
            yield Finding(column.span, f"{declaration.label(column)}: {why}", chain_notes(declaration.model))
        if column.autoincrement is True:
            counted = counted or column


def _refusal(column: Column, counted: Column | None) -> str | None:
    """Say who refuses the column and why; `counted` is a column of the key before it that says `autoincrement=True`."""
    if column.identity and column.autoincrement is False:
        return "SQLAlchemy refuses Identity() beside autoincrement=False"
    if column.identity and column.nullable:
        return "PostgreSQL refuses an identity column that is declared NULL"
    if column.autoincrement is not True:
        return None
    if counted is not None:
        return f"SQLAlchemy refuses autoincrement=True on two columns, {counted.name} and {column.name}"
    if isinstance(column.type, SqlType) and column.type.affinity in (Affinity.OTHER, Affinity.NULL):
        return f"SQLAlchemy refuses autoincrement=True on {column.type.name}"
    return None
