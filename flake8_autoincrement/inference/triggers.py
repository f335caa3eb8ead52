"""The words without which a file declares no table: a scan that spares parsing."""

from __future__ import annotations

import codecs
import re

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_WORDS = re.compile(
    rb"Column|mapped_column|olumn\w*\s*\(|Mapped\[|__table|SQLModel|declarative|Table|\.Model|map_imperatively"
    rb"|down_revision"
)
_COMMENT = re.compile(rb"noqa[^\n]*ain")
_BASES = re.compile(rb"class\s+\w+\s*\([^)]{0,4000}(?:Base|Model|Mixin|Entity)")


def may_declare(data: bytes) -> bool:
    """Say whether a file's bytes could declare a model or a table, in any encoding that extends ASCII."""
    return _WORDS.search(data) is not None or _BASES.search(data) is not None


def names_table(data: bytes) -> bool:
    """Say whether a class may name its table: such a one is a model also where its base could not be found."""
    return b"__table" in data


def may_be_revision(data: bytes) -> bool:
    """Say whether a file may be an Alembic revision."""
    return b"down_revision" in data


def is_plain(data: bytes) -> bool:
    """Say whether nothing can be said about a file of these bytes: no model, no encoding, no comment of ours."""
    return not (may_declare(data) or never_readable(data) or has_own_comment(data))


def never_readable(data: bytes) -> bool:
    """Say whether no declaration of an encoding could make Python read a file's bytes."""
    return data.startswith(UTF_16) or b"\0" in data


def has_own_comment(data: bytes) -> bool:
    """Say whether a file may have a `# noqa` comment with a code of ours."""
    lower = data.lower()
    return b"noqa" in lower and _COMMENT.search(lower) is not None


def text_may_declare(text: str) -> bool:
    """Say the same of a text."""
    return may_declare(text.encode("utf-8", "surrogatepass"))
