"""redeclared-key: a key declared again below an auto-increment base, without what the base gave it."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Severity
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import KeyColumn, KeyGeneration
from flake8_autoincrement.facts.surrogate import SERIALS, is_surrogate
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.bases import auto_increment_base
from flake8_autoincrement.rules.chain import chain_notes
from flake8_autoincrement.settings import Settings


@check("redeclared-key", on=Declaration)
def redeclared_key(declaration: Declaration, settings: Settings) -> Iterator[Finding]:
    """Find sole keys of an auto-increment base's subclasses that do not say `autoincrement=True`."""
    base = auto_increment_base(declaration.model, settings)
    match declaration.key:
        case [key] if base is not None and key in declaration.own_key and key.column.span is not None:
            severity = _severity(declaration, key)
            if severity is not None:
                label, name = declaration.label(key.column), base.name.rpartition(".")[2]
                message = f"{label} replaces the key of {name} without autoincrement=True"
                yield Finding(key.column.span, message, chain_notes(declaration.model), severity)


def _severity(declaration: Declaration, key: KeyColumn) -> Severity | None:
    """Say how bad it is, None where the new key says itself who fills it."""
    if key.generation in SERIALS and key.column.autoincrement is not True:
        return Severity.WARNING
    if key.generation is KeyGeneration.NONE and key.column.server_default is None:
        return Severity.ERROR if is_surrogate(declaration, key.column) else None
    return None
