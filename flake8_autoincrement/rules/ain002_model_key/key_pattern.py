"""key-pattern: a key that leaves out `index=True` of the checklist's pattern."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.surrogate import SERIALS
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.chain import chain_notes


@check("key-pattern", on=Declaration, strict=True)
def key_pattern(declaration: Declaration) -> Iterator[Finding]:
    """Find keys that say `autoincrement=True`, as the pattern asks, but not `index=True`."""
    if len(declaration.key) != 1:
        return
    for key in declaration.own_key:
        column = key.column
        if column.span is None or key.generation not in SERIALS or column.autoincrement is not True:
            continue
        if not column.index and column.server_default is None:
            message = f"{declaration.label(column)} does not say index=True"
            yield Finding(column.span, message, chain_notes(declaration.model))
