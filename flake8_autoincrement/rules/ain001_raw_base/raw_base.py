"""raw-base: a model that does without the project's auto-increment base."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding
from flake8_autoincrement.facts.declared import of_model
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.surrogate import is_surrogate
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.bases import auto_increment_base, is_auto_increment_base
from flake8_autoincrement.rules.chain import chain_notes
from flake8_autoincrement.settings import Settings


@check("raw-base", on=ModelClass)
def raw_base(model: ModelClass, settings: Settings) -> Iterator[Finding]:
    """Find models with a surrogate key whose bases are all known and none of them an auto-increment base."""
    if model.span is None or model.table is None or not model.chain or model.missing or model.incomplete:
        return
    if not settings.bases or is_auto_increment_base(model, settings) or auto_increment_base(model, settings):
        return
    declaration = of_model(model)
    match declaration.key:
        case [key] if is_surrogate(declaration, key.column) and key.column.autoincrement is not False:
            base = _base(model)
            names = " or ".join(name.rpartition(".")[2] for name in settings.bases)
            message = f"{model.table.name}: {model.short_name} inherits from {base}, not from {names}"
            yield Finding(model.span, message, chain_notes(model))


def _base(model: ModelClass) -> str:
    """Name the base as it is defined, behind what the class statement calls it where that differs."""
    name = model.chain[0].name.rpartition(".")[2]
    written = model.written or name
    return name if written.rpartition(".")[2] == name else f"{written} ({name})"
