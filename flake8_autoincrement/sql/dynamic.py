"""The text that EXECUTE runs: constants, `||` and `format()`, with holes for what only a run knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_autoincrement.sql.defaults import called
from flake8_autoincrement.sql.parsing import Node, expression
from flake8_autoincrement.sql.statement import HOLE, string

_HOLE = HOLE * 8
# https://www.postgresql.org/docs/current/functions-string.html#FUNCTIONS-STRING-FORMAT
_SPECIFIER = re.compile(r"%(?:(?P<position>\d+)\$)?(?P<flag>-?\d*)(?P<kind>[sIL%])")


class Dynamic(NamedTuple):
    """A text of SQL that a block puts together."""

    text: str


def built(sql: str) -> Dynamic | None:
    """Put a text together, None where nothing of it is known."""
    value = expression(sql)
    text = _text(value) if value is not None else ""
    return Dynamic(text) if text.replace(HOLE, "") else None


def _text(node: Node) -> str:
    constant = string(node)
    if constant is not None:
        return constant
    match node:
        case {"TypeCast": {"arg": arg}}:
            return _text(arg)
        case {"A_Expr": {"name": [{"String": {"sval": "||"}}], "lexpr": left, "rexpr": right}}:
            return _text(left) + _text(right)
        case {"FuncCall": {"funcname": name, "args": args}} if called(name, "concat"):
            return "".join(_text(each) for each in args)
        case {"FuncCall": {"funcname": name, "args": [form, *values]}} if called(name, "format"):
            return "".join(_formatted(_text(form), [_text(each) for each in values]))
        case {"FuncCall": {"funcname": name, "args": [value]}} if called(name, "quote_ident"):
            return _identifier(_text(value))
        case {"FuncCall": {"funcname": name, "args": [value]}} if called(name, "quote_literal"):
            return _literal(_text(value))
    return _HOLE


def _formatted(form: str, values: Sequence[str]) -> Iterator[str]:
    position = end = 0
    for found in _SPECIFIER.finditer(form):
        yield form[end : found.start()]
        end = found.end()
        if found["kind"] == "%":
            yield "%"
            continue
        position = int(found["position"]) if found["position"] else position + 1
        value = values[position - 1] if 0 < position <= len(values) else _HOLE
        match found["kind"]:
            case "I":
                yield _identifier(value)
            case "L":
                yield _literal(value)
            case _:
                yield value
    yield form[end:]


def _identifier(text: str) -> str:
    return text if re.fullmatch(rf"[a-z_{HOLE}][a-z0-9_{HOLE}]*", text) else '"' + text.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
