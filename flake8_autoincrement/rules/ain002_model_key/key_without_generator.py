"""key-without-generator: a surrogate key for which nothing gives a value."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Note, Severity
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.schema import Column, KeyColumn, KeyGeneration
from flake8_autoincrement.facts.surrogate import is_surrogate
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.chain import chain_notes
from flake8_autoincrement.source import Span


@check("key-without-generator", on=Declaration, severity=Severity.ERROR)
def key_without_generator(declaration: Declaration) -> Iterator[Finding]:
    """Find surrogate keys in a composite primary key, and keys that refer to themselves."""
    for key in declaration.key:
        span = _place(declaration, key.column)
        if span is not None and (why := _why(declaration, key)):
            message = f"{declaration.label(key.column)} gets no value: {why}"
            severity = Severity.WARNING if _is_numbered_by_owner(declaration, key) else None
            yield Finding(span, message, _notes(declaration, key.column), severity)


def _why(declaration: Declaration, key: KeyColumn) -> str | None:
    """Say why nothing fills a surrogate key, None where something does or where other checks speak."""
    column = key.column
    if key.generation is KeyGeneration.PARENT and _refers_to_itself(declaration, column):
        return "its foreign key refers to itself"
    if key.generation is KeyGeneration.NONE and column.autoincrement == "auto" and column.server_default is None:
        if len(declaration.key) > 1 and is_surrogate(declaration, column):
            names = ", ".join(part.column.name for part in declaration.key)
            return f'the key is composite ({names}), where "auto" counts nothing'
    return None


def _is_numbered_by_owner(declaration: Declaration, key: KeyColumn) -> bool:
    """Say whether the rest of the key refers to another table, so that the program may number the rows below it."""
    others = [part.column for part in declaration.key if part.column is not key.column]
    return key in declaration.own_key and any(column.foreign_keys for column in others)


def _refers_to_itself(declaration: Declaration, column: Column) -> bool:
    table = declaration.table
    if table is None:
        return False
    own = f"{table.name}.{column.name}"
    return (f"{table.schema}.{own}" if table.schema else own) in column.foreign_keys


def _place(declaration: Declaration, column: Column) -> Span | None:
    """Give the place that took the generator away: the column, or what made the inherited key composite."""
    own = [key.column for key in declaration.own_key]
    if own:
        return column.span if column in own else own[0].span
    return declaration.model.span if declaration.model and _is_meeting(declaration.model, declaration.key) else None


def _is_meeting(model: ModelClass, key: tuple[KeyColumn, ...]) -> bool:
    """Say whether the class brings together mixins that each have a part of its key, which no base did before it."""
    origins = {part.column.declared_in for part in key}
    nearest = next((base.name for base in model.bases if base.name in origins), None)
    return len(origins) > 1 and nearest not in {base.name for base in model.chain}


def _notes(declaration: Declaration, column: Column) -> tuple[Note, ...]:
    model = declaration.model
    if model is None or column.declared_in == model.name:
        return chain_notes(model)
    origin = column.declared_in.rpartition(".")[2]
    return (Note(f"{column.name} is inherited from {origin}", column.span), *chain_notes(model))
