"""The tables that a project's models declare together: what one file adds to a table of another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.model import ModelClass, Role
from flake8_autoincrement.facts.schema import Column, Table


def declared(files: Iterable[FileFacts]) -> tuple[FileFacts, ...]:
    """Give the files with complete tables: a single-table child's columns belong to the table of its parent.

    A file alone does not know the children of its classes, so what a check says of one file never depends on another;
    what the database will hold does.
    """
    known = tuple(files)
    models = {model.name: model for file in known for model in file.models}
    added: dict[str, list[Column]] = {}
    for model in models.values():
        if model.role is Role.SINGLE_TABLE and (owner := _owner(model, models)) is not None:
            added.setdefault(owner.name, []).extend(model.added)
    return tuple(_completed(file, added) for file in known) if added else known


def _owner(child: ModelClass, models: dict[str, ModelClass]) -> ModelClass | None:
    """Give the nearest base that has a table."""
    for base in child.bases:
        found = models.get(base.name)
        if found is not None and found.table is not None:
            return found
    return None


def _completed(file: FileFacts, added: dict[str, list[Column]]) -> FileFacts:
    models = tuple(
        replace(model, table=_with_columns(model.table, added[model.name]))
        if model.table and model.name in added
        else model
        for model in file.models
    )
    return replace(file, models=models)


def _with_columns(table: Table, more: list[Column]) -> Table:
    names = {column.name for column in table.columns}
    return replace(table, columns=(*table.columns, *(column for column in more if column.name not in names)))
