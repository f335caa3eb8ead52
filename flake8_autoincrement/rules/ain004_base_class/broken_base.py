"""broken-base: an auto-increment base that does not say what it is there for."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding
from flake8_autoincrement.facts.declared import of_model
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.surrogate import SERIALS
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.bases import is_auto_increment_base
from flake8_autoincrement.rules.chain import chain_notes
from flake8_autoincrement.settings import Settings


@check("broken-base", on=ModelClass)
def broken_base(model: ModelClass, settings: Settings) -> Iterator[Finding]:
    """Find auto-increment bases whose key leaves out `autoincrement=True`, and those that are tables themselves."""
    if not is_auto_increment_base(model, settings):
        return
    if model.table is not None and model.span is not None:
        message = f"{model.short_name} is not abstract: it is mapped to the table {model.table.name}"
        yield Finding(model.span, message, chain_notes(model))
    declaration = of_model(model)
    for key in declaration.own_key:
        if key.column.span and key.generation in SERIALS and key.column.autoincrement is not True:
            message = f"{model.short_name}.{key.column.name} does not say autoincrement=True"
            yield Finding(key.column.span, message, chain_notes(model))
