"""What concerns a session and its transactions: BEGIN, COMMIT, SET, LOCK TABLE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flake8_autoincrement.facts.operation import (
    AnyOperation,
    LockTable,
    Other,
    SetParameter,
    SetSearchPath,
    Transaction,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import FILLED_IN, Statement, has_hole, integer, relation_name, shown, string

_WORDS: dict[str, Literal["begin", "commit", "rollback", "savepoint"]] = {
    "TRANS_STMT_BEGIN": "begin",
    "TRANS_STMT_START": "begin",
    "TRANS_STMT_COMMIT": "commit",
    "TRANS_STMT_ROLLBACK": "rollback",
    "TRANS_STMT_SAVEPOINT": "savepoint",
}


def transaction(statement: Statement) -> Iterator[AnyOperation]:
    """Read BEGIN, COMMIT, ROLLBACK and SAVEPOINT; the return to a savepoint ends no transaction."""
    word = _WORDS.get(statement.node["kind"])
    if word is None:
        yield Other(statement.words(2), span=statement.span)
    else:
        yield Transaction(word, span=statement.span)


def set_parameter(statement: Statement) -> Iterator[AnyOperation]:
    """Read SET and RESET."""
    node = statement.node
    name, local = node.get("name", "ALL"), node.get("is_local", False)
    values = [_value(each) for each in node.get("args", ())]
    if name == "search_path":
        yield SetSearchPath(_path(values), local=local, span=statement.span)
        return
    text = ", ".join(value for value in values if value is not None)
    value = text if values and not has_hole(text) else None
    yield SetParameter(shown(name.lower()), value, local=local, span=statement.span)


def _path(values: list[str | None]) -> tuple[str, ...] | Unknown:
    known = tuple(value for value in values if value is not None and not has_hole(value))
    return known if len(known) == len(values) else FILLED_IN


def _value(node: Node) -> str | None:
    match node:
        case {"A_Const": {"boolval": value}}:
            return "true" if value.get("boolval") else "false"
        case {"A_Const": {"fval": value}}:
            return str(value.get("fval"))
        case {"A_Const": {"ival": _}}:
            number = integer(node)
            return None if number is None else str(number)
    return string(node)


# The numbers of lock modes in lockdefs.h, by their place.
_MODES = (
    *("NO", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE"),
    *("EXCLUSIVE", "ACCESS EXCLUSIVE"),
)


def lock_table(statement: Statement) -> Iterator[AnyOperation]:
    """Read LOCK TABLE."""
    mode = _MODES[statement.node["mode"]]
    for each in statement.node["relations"]:
        yield LockTable(relation_name(each["RangeVar"]), mode, span=statement.span)
