"""implicit-autoincrement: a key that SQLAlchemy makes SERIAL without being told to."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.surrogate import SERIALS
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.bases import has_or_is_base
from flake8_autoincrement.rules.chain import chain_notes
from flake8_autoincrement.settings import Settings


@check("implicit-autoincrement", on=Declaration)
def implicit_autoincrement(declaration: Declaration, settings: Settings) -> Iterator[Finding]:
    """Find keys that count only because of the default `autoincrement="auto"`."""
    for key in declaration.own_key:
        column = key.column
        if column.span is None or key.generation not in SERIALS or column.autoincrement != "auto":
            continue
        if not has_or_is_base(declaration, settings):
            message = f'{declaration.label(column)} relies on the implicit autoincrement="auto"'
            yield Finding(column.span, message, chain_notes(declaration.model))
