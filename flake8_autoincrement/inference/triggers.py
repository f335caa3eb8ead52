"""The words without which a file declares no table: a scan that spares parsing."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"[Cc]olumn|\bMapped\b|__table|SQLModel|declarative|\bTable\b|\.Model\b|map_imperatively"
    r"|^\s*class\s+\w+\s*\([^)]*(?:Base|Model|Mixin|Entity|Table)",
    re.MULTILINE,
)


def may_declare(text: str) -> bool:
    """Say whether a file could declare a model or a table."""
    return _WORDS.search(text) is not None
