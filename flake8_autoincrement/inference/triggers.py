"""The words without which a file declares no table: a scan that spares parsing."""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = (
    "olumn",  # Column, mapped_column, db.Column
    "Mapped[",
    "__table",
    "SQLModel",
    "declarative",
    "Table",
    ".Model",
    "map_imperatively",
)
_BASES = re.compile(r"\bclass\s+\w+\s*\([^)]*(?:Base|Model|Mixin|Entity)")


@lru_cache(maxsize=4096)
def may_declare(text: str) -> bool:
    """Say whether a file could declare a model or a table."""
    return any(word in text for word in _WORDS) or _BASES.search(text) is not None
