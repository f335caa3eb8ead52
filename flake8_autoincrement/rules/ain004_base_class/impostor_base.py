"""impostor-base: a class that is called an auto-increment base and gives no generated key."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Severity
from flake8_autoincrement.facts.declared import of_model
from flake8_autoincrement.facts.model import ModelClass, Role
from flake8_autoincrement.facts.schema import KeyColumn, KeyGeneration
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.bases import is_auto_increment_base
from flake8_autoincrement.rules.chain import chain_notes
from flake8_autoincrement.settings import Settings


@check("impostor-base", on=ModelClass)
def impostor_base(model: ModelClass, settings: Settings) -> Iterator[Finding]:
    """Find auto-increment bases, by name, of whose key PostgreSQL fills no column."""
    if model.span is None or model.role is Role.UNKNOWN or model.missing or model.incomplete:
        return
    key = of_model(model).key
    if not is_auto_increment_base(model, settings) or any(_may_be_filled(part) for part in key):
        return
    if not key:
        yield Finding(model.span, f"{model.short_name} declares no primary key", chain_notes(model))
    else:
        names = ", ".join(part.column.name for part in key)
        lost = any(part.generation is KeyGeneration.NONE for part in key)
        message = f"{model.short_name}.{names} gets no value from PostgreSQL"
        yield Finding(model.span, message, chain_notes(model), Severity.ERROR if lost else None)


def _may_be_filled(part: KeyColumn) -> bool:
    return part.generation.by_server or part.generation is KeyGeneration.UNKNOWN
