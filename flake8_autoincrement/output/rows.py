"""A table as the views of `ain tables` print it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import Table


@dataclass(frozen=True, slots=True)
class Row:
    """A table, what declares it, and the file in which that stands."""

    table: Table
    declaration: Declaration
    path: str

    @property
    def line(self) -> int:
        """Give the line on which the table is declared."""
        model = self.declaration.model
        span = self.table.span or (model.span if model else None)
        return span.line if span else 1

    @property
    def name(self) -> str:
        """Give the table's name with its schema's."""
        return f"{self.table.schema}.{self.table.name}" if self.table.schema else self.table.name


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Sort rows by table, then by place."""
    return sorted(rows, key=lambda row: (row.table.name, row.table.schema or "", row.path, row.line))
