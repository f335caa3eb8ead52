"""ignored-autoincrement: `autoincrement=True` on a column outside the primary key."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Severity
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import Column
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.chain import chain_notes


@check("ignored-autoincrement", on=Declaration)
def ignored_autoincrement(declaration: Declaration) -> Iterator[Finding]:
    """Find columns that ask to be counted but are not in the key, the only place where SQLAlchemy counts."""
    if declaration.table is None or declaration.table.incomplete:
        return
    key = [part.column.name for part in declaration.key]
    for column in declaration.columns:
        if column.span is None or column.name in key or column.autoincrement is not True or _has_value(column):
            continue
        what = "says autoincrement=True but is not in the primary key: nothing counts it"
        severity = Severity.ERROR if column.nullable is False else None
        yield Finding(column.span, f"{declaration.label(column)} {what}", chain_notes(declaration.model), severity)


def _has_value(column: Column) -> bool:
    return column.identity or column.computed or column.default is not None or column.server_default is not None
