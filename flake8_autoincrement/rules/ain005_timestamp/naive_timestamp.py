"""naive-timestamp: a column that keeps a time without its zone."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import SqlType
from flake8_autoincrement.registry import check


@check("naive-timestamp", on=Declaration)
def naive_timestamp(declaration: Declaration) -> Iterator[Finding]:
    """Find columns of the type TIMESTAMP WITHOUT TIME ZONE."""
    for column in declaration.columns:
        match column.type:
            case SqlType(timestamp=True, timezone=False, name=name) if column.span is not None:
                message = f"{declaration.label(column)} is a TIMESTAMP WITHOUT TIME ZONE ({name})"
                yield Finding(column.span, message)
