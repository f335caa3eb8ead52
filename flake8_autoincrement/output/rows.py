"""A table as the views of `ain tables` print it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flake8_autoincrement.facts.catalog import QualifiedName, Relation, Schema
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.facts.schema import Table
from flake8_autoincrement.history.built import BuiltKey, built_key


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


@dataclass(frozen=True, slots=True)
class BuiltRow:
    """A table that a history built, and the schema at that moment."""

    history: History
    schema: Schema
    relation: Relation

    @property
    def name(self) -> str:
        """Give the table's name with its schema's, unless that is `public`."""
        return shown_name(self.relation.name)

    @property
    def key(self) -> tuple[BuiltKey, ...]:
        """Give the columns of the primary key."""
        return built_key(self.schema, self.relation)


def built_rows(history: History, schema: Schema) -> list[BuiltRow]:
    """Give the tables of a schema that a history built, without views."""
    return [
        BuiltRow(history, schema, relation)
        for _, relation in sorted(schema.relations.items())
        if relation.kind not in ("view", "materialized view")
    ]


def shown_name(given: QualifiedName) -> str:
    """Give a name as people write it: without the schema `public`."""
    return given.name if given.schema in ("", "public") else f"{given.schema}.{given.name}"


def table_name(row: Row | BuiltRow) -> tuple[str, str]:
    """Give what a declared and a built table have in common: name and schema, empty for the default one."""
    if isinstance(row, Row):
        schema = row.table.schema or ""
        return row.table.name, "" if schema == "public" else schema
    name = row.relation.name
    return name.name, "" if name.schema == "public" else name.schema
