"""Calls of `setval`, wherever a statement has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import AnyOperation, SetValue
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.defaults import called, named_text
from flake8_autoincrement.sql.maximum import Scope, evaluated, named_queries, scope_of
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import FILLED_IN, Statement, has_hole, named_by_text


def set_values(statement: Statement) -> Iterator[AnyOperation]:
    """Give an operation for each call of setval in a statement, in their order."""
    if "setval" in statement.written.lower():
        for call, scope in _calls(
            statement.node, scope_of(statement.node, {}, Scope({}, {}, variables=statement.variables)), {}
        ):
            yield _set_value(statement, call, scope)


def _calls(node: Any, scope: Scope, queries: Mapping[str, Node]) -> Iterator[tuple[Node, Scope]]:
    """Find the calls, each with the names of the query that it stands in."""
    if isinstance(node, list):
        for each in node:
            yield from _calls(each, scope, queries)
    elif isinstance(node, dict):
        if "fromClause" in node or "withClause" in node:
            queries = {**queries, **named_queries(node)}
            scope = scope_of(node, queries, scope)
        for kind, value in node.items():
            if kind == "FuncCall" and called(value["funcname"], "setval"):
                yield value, scope
            yield from _calls(value, scope, queries)


def _set_value(statement: Statement, call: Node, scope: Scope) -> SetValue:
    sequence, *rest = call.get("args", ()) or [{}]
    start = statement.offset(call)
    span = statement.place(start, _end(statement, start))
    table, column = _serial_of(sequence)
    named = SetValue(
        None if table is not None else _sequence(sequence), "", of_table=table, of_column=column, span=span
    )
    if not rest:
        return named
    value = evaluated(rest[0], scope)
    text = _argument(statement, start)
    maximum = value.maximum or (None, None)
    return replace(
        named,
        value="?" if isinstance(text, Unknown) else text,
        maximum_table=maximum[0],
        maximum_column=maximum[1],
        offset=value.offset,
        empty=None if scope.has_condition else value.empty,
        constant=value.constant,
        is_called=_is_called(rest[1]) if len(rest) > 1 else True,
    )


def _end(statement: Statement, start: int) -> int:
    """Give where a call ends: behind its bracket."""
    bracket = statement.behind("ASCII_40", start)
    inner = statement.stretch(bracket) if bracket is not None else ()
    while inner and bracket is not None:
        rest = [token for token in statement.tokens if token.start >= inner[-1].end]
        if not rest:
            return inner[-1].end
        if rest[0].name != "ASCII_44":
            return rest[0].end
        inner = statement.stretch(rest[0].end)
    return statement.end


def _argument(statement: Statement, start: int) -> str | Unknown:
    """Give the text of a call's second argument."""
    bracket = statement.behind("ASCII_40", start)
    first = statement.stretch(bracket) if bracket is not None else ()
    return statement.expression(first[-1].end + 1) if first else FILLED_IN


def _is_called(node: Node) -> bool | Unknown:
    match node:
        case {"A_Const": {"boolval": value}}:
            return bool(value.get("boolval", False))
        case {"A_Const": {"sval": {"sval": text}}} if text.lower() in ("t", "true", "f", "false"):
            return bool(text.lower().startswith("t"))
        case {"TypeCast": {"arg": arg}}:
            return _is_called(arg)
    return Unknown("its third argument is an expression")


def _sequence(node: Node) -> QualifiedName | Unknown:
    text, _ = named_text(node)
    if text is None:
        return Unknown("the sequence's name is an expression")
    return (named_by_text(text) if not has_hole(text) else None) or FILLED_IN


def _serial_of(node: Node) -> tuple[QualifiedName | None, str | None]:
    """Give the arguments of pg_get_serial_sequence: the table's name is read as a regclass, the column's as it is."""
    match node:
        case {"TypeCast": {"arg": arg}}:
            return _serial_of(arg)
        case {"FuncCall": {"funcname": name, "args": [table, column]}} if called(name, "pg_get_serial_sequence"):
            text, attribute = named_text(table)[0], named_text(column)[0]
            if text is not None and not has_hole(text) and attribute is not None and not has_hole(attribute):
                return named_by_text(text), attribute
    return None, None
