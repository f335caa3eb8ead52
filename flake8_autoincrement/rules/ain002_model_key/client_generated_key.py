"""client-generated-key: a surrogate key that only SQLAlchemy fills."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import ClientDefault, KeyGeneration
from flake8_autoincrement.facts.surrogate import is_surrogate
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.bases import is_auto_increment_base
from flake8_autoincrement.rules.chain import chain_notes
from flake8_autoincrement.settings import Settings


@check("client-generated-key", on=Declaration)
def client_generated_key(declaration: Declaration, settings: Settings) -> Iterator[Finding]:
    """Find surrogate keys without DEFAULT, whose values come from Python or from a sequence that the ORM calls."""
    if is_auto_increment_base(declaration.model, settings):
        return
    for key in declaration.own_key:
        column = key.column
        if key.generation is not KeyGeneration.CLIENT or not is_surrogate(declaration, column):
            continue
        if column.span is not None and isinstance(column.default, ClientDefault):
            message = f"{declaration.label(column)} has no DEFAULT: {_filler(column.default)}"
            yield Finding(column.span, message, chain_notes(declaration.model))


def _filler(default: ClientDefault) -> str:
    if default.kind == "sequence":
        return f"only the ORM calls the sequence {default.sequence or default.text}"
    return f"only the ORM fills it, with {default.text}"
