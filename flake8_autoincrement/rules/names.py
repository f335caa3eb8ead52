"""How messages call what a history builds."""

from __future__ import annotations

from flake8_autoincrement.facts.catalog import QualifiedName


def shown(name: QualifiedName) -> str:
    """Give the name of a table, sequence or type, with its schema where that is not the usual one."""
    return name.name if name.schema in ("", "public") else str(name)
