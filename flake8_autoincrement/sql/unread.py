"""Statements that could not be read, with what can still be told of them by their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import Unread
from flake8_autoincrement.source import Span
from flake8_autoincrement.sql.parsing import Refused, Token
from flake8_autoincrement.sql.statement import HOLE, has_hole, shown

_OF_ROWS = frozenset({"UPDATE", "INSERT", "DELETE_P", "SELECT", "COPY", "MERGE", "WITH", "VALUES"})
# Words behind which the name of a table stands, and words that may stand between.
_BEFORE_NAMES = frozenset({"TABLE", "UPDATE", "INTO", "FROM", "JOIN", "COPY", "TRUNCATE"})
_SKIPPED = frozenset({"IF_P", "NOT", "EXISTS", "ONLY", "TABLE"})


def unread(text: str, own: Sequence[Token], error: Refused, span: Span) -> Unread:
    """Tell of a statement that PostgreSQL's parser refuses."""
    words = [text[token.start : token.end] for token in own]
    has_holes = any(HOLE in word for word in words)
    why = "it is put together when the revision runs" if has_holes else _readable(f"PostgreSQL says: {error.message}")
    rows_only = bool(own) and own[0].name in _OF_ROWS
    return Unread(why, tables=_touched(text, own), rows_only=rows_only, span=span)


def _readable(message: str) -> str:
    return shown(message)


def _touched(text: str, own: Sequence[Token]) -> tuple[QualifiedName, ...] | None:
    """Give the tables named, None if one of them is not known or there is none."""
    if not own or not _says_what(own):
        return None
    found: list[QualifiedName] = []
    for index, token in enumerate(own[:-1]):
        if token.name not in _BEFORE_NAMES:
            continue
        name = _name(text, _behind(own, index))
        if name is None:
            return None
        found.append(name)
    return tuple(dict.fromkeys(found)) or None


def _says_what(own: Sequence[Token]) -> bool:
    """Say whether the statement's first words tell that it is about the tables that it names alone."""
    second = own[1].name if len(own) > 1 else ""
    return own[0].name in _OF_ROWS or (own[0].name in ("ALTER", "CREATE", "DROP", "TRUNCATE") and second == "TABLE")


def _behind(own: Sequence[Token], index: int) -> Sequence[Token]:
    index += 1
    while index < len(own) and own[index].name in _SKIPPED:
        index += 1
    return own[index : index + 3]


def _name(text: str, own: Sequence[Token]) -> QualifiedName | None:
    parts = list(_parts(text, own))
    if not parts or any(map(has_hole, parts)):
        return None
    return QualifiedName(parts[-1], parts[-2] if len(parts) > 1 else "")


def _parts(text: str, own: Sequence[Token]) -> Iterator[str]:
    for index, token in enumerate(own):
        word = text[token.start : token.end]
        if index % 2:
            if word != ".":
                return
        elif word[:1] == '"':
            yield word[1:-1].replace('""', '"')
        elif not token.is_reserved and (word[:1].isalpha() or word[:1] in ("_", HOLE)):
            yield word.lower()
        else:
            return
