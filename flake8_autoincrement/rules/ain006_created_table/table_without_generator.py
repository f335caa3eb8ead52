"""table-without-generator: a new table whose key nothing fills."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Severity
from flake8_autoincrement.facts.operation import ColumnDefinition, CreateTable
from flake8_autoincrement.facts.revision import Step
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.built import relation, unfilled_keys
from flake8_autoincrement.rules.names import shown


@check("table-without-generator", on=CreateTable, severity=Severity.ERROR)
def table_without_generator(step: Step[CreateTable]) -> Iterator[Finding]:
    """Find tables that have a surrogate key without a generator when the revision is done."""
    table = relation(step.end, step.operation.table)
    if table is None or step.operation.temporary:
        return
    for key in unfilled_keys(step.end, table):
        column = _column(step.operation, key.column)
        span = (column.span if column else None) or step.operation.span
        if span is not None:
            severity = Severity.WARNING if column is not None and column.autoincrement is False else None
            name = f"{shown(table.name)}.{key.column}"
            message = f"{name} gets no value from PostgreSQL: it has neither DEFAULT nor IDENTITY"
            yield Finding(span, message, severity=severity)


def _column(operation: CreateTable, name: str) -> ColumnDefinition | None:
    return next((each for each in operation.columns if each.name == name), None)
