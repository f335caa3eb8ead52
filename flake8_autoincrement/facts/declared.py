"""What declares columns, seen from the place that declares them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.model import ModelClass, Role
from flake8_autoincrement.facts.schema import Column, KeyColumn, SqlType, Table


@dataclass(frozen=True, slots=True)
class Declaration:
    """A class or Core table that declares columns: a mapped class, a base or mixin of such, a table.

    `columns` are those that it declares itself, so that what is inherited is judged once, where it is written.
    `own_key` are those of them that are in the primary key, `inherited_key` the rest of the key. `table` is None for
    bases, mixins and single-table children; the key of a base is what a class has that adds nothing to it.
    """

    model: ModelClass | None
    table: Table | None
    columns: tuple[Column, ...]
    own_key: tuple[KeyColumn, ...]
    inherited_key: tuple[KeyColumn, ...] = ()

    @property
    def key(self) -> tuple[KeyColumn, ...]:
        """Give all columns of the primary key."""
        return self.own_key + self.inherited_key

    @property
    def name(self) -> str:
        """Give the name by which messages call it: the table's, or the class's where that has no table."""
        if self.table is not None:
            return self.table.name
        return self.model.short_name if self.model else ""

    def leaves_open(self, column: Column) -> bool:
        """Say whether a mixin only annotates a column, so that the base that it meets decides the type."""
        looked_up = isinstance(column.type, SqlType) and column.type.looked_up
        return looked_up and self.model is not None and self.model.role is Role.MIXIN

    @property
    def decided(self) -> tuple[Column, ...]:
        """Give the columns that mixins only annotate and whose types are decided here, where they first meet a base."""
        if self.model is None or self.model.role is Role.MIXIN:
            return ()
        columns = self.table.columns if self.table is not None else self.model.lent
        return tuple(column for column in columns if _meets(self.model, column))

    def label(self, column: Column) -> str:
        """Give the name by which messages call a column: `users.id`."""
        return f"{self.name}.{column.name}"


def declarations(file: FileFacts) -> Iterator[Declaration]:
    """Give everything in a file that declares columns; a Core table that a class is mapped to comes as the class."""
    mapped = {(model.table.name, model.table.span) for model in file.models if model.table is not None}
    yield from (of_model(model) for model in file.models)
    for table in file.tables:
        if (table.name, table.span) not in mapped:
            yield Declaration(None, table, table.columns, table.key)


def of_model(model: ModelClass) -> Declaration:
    """Give what a class declares; a mapped class's columns are as its table has them, constraints applied."""
    columns = model.columns if model.table is None else _own_columns(model, model.table)
    own_key = tuple(key for key in model.key if key.column.declared_in == model.name)
    inherited = tuple(key for key in model.key if key.column.declared_in != model.name)
    return Declaration(model, model.table, columns, own_key, inherited)


def _own_columns(model: ModelClass, table: Table) -> tuple[Column, ...]:
    return tuple(column for column in table.columns if column.declared_in == model.name)


def _meets(model: ModelClass, column: Column) -> bool:
    """Say whether a class is the first one with a declarative base to have a column that a mixin only annotates."""
    if not isinstance(column.type, SqlType) or not column.type.looked_up:
        return False
    mixins = {base.name for base in model.bases if base.role is Role.MIXIN}
    return column.declared_in in mixins and column.declared_in not in model.met
