"""Parts of SQL that stand alone: a default, a type, and where a text is refused."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.facts.catalog import Default
from flake8_autoincrement.sql.datatypes import data_type
from flake8_autoincrement.sql.defaults import next_value
from flake8_autoincrement.sql.masks import Binds, without_binds, without_psql
from flake8_autoincrement.sql.parsing import Node, Refused, expression, parsed

__all__ = ["columns", "data_type", "default", "is_error"]


def default(text: str) -> Default:
    """Read the expression of a DEFAULT: `nextval('s')` has its sequence."""
    if "nextval" not in text.lower():
        return Default(text)
    value = expression(text)
    return Default(text) if value is None else Default(text, *next_value(value))


def columns(text: str) -> tuple[str, ...] | None:
    """Give the names of the columns in an expression, each once; None where the text is no expression."""
    value = expression(text)
    return None if value is None else tuple(dict.fromkeys(_columns(value)))


def _columns(node: Node) -> Iterator[str]:
    match node:
        case {"ColumnRef": {"fields": [*_, {"String": {"sval": str(name)}}]}}:
            yield name
        case dict():
            for each in node.values():
                yield from _columns(each)
        case list() | tuple():
            for each in node:
                yield from _columns(each)


def is_error(text: str, *, binds: Binds = "none") -> tuple[str, int] | None:
    """Say where PostgreSQL's parser refuses a text: its message and the offset of a character; None if it does not.

    The commands of psql and the rows of a COPY are none of the parser's business.
    """
    plain = without_binds(without_psql(text), binds)
    try:
        parsed(plain.text)
    except Refused as error:
        return error.message, min(plain.origin(error.offset), len(text))
    return None
