"""autoincrement-off: a surrogate key that says `autoincrement=False`."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import KeyGeneration
from flake8_autoincrement.facts.surrogate import is_surrogate
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.bases import has_or_is_base
from flake8_autoincrement.rules.chain import chain_notes
from flake8_autoincrement.settings import Settings


@check("autoincrement-off", on=Declaration)
def autoincrement_off(declaration: Declaration, settings: Settings) -> Iterator[Finding]:
    """Find sole surrogate keys that are switched off and that nothing else fills."""
    match declaration.key:
        case [key] if key in declaration.own_key and key.generation is KeyGeneration.NONE:
            column = key.column
            off = column.autoincrement is False and column.server_default is None
            if off and column.span and is_surrogate(declaration, column) and not has_or_is_base(declaration, settings):
                message = f"{declaration.label(column)} says autoincrement=False: nothing gives it a value"
                yield Finding(column.span, message, chain_notes(declaration.model))
