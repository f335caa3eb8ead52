"""Columns as CREATE TABLE and ADD COLUMN define them."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_autoincrement.facts.catalog import Default, Identity
from flake8_autoincrement.facts.operation import ColumnDefinition
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.constraints import constraint, is_constraint
from flake8_autoincrement.sql.datatypes import serial, spelt
from flake8_autoincrement.sql.defaults import default_of
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import (
    FILLED_IN,
    Statement,
    certain,
    has_hole,
    integer,
    known,
    qualified,
    strings,
)


def column(statement: Statement, node: Node, *, is_new_table: bool = False) -> ColumnDefinition:
    """Read a column's definition."""
    name = known(node["colname"])
    parts = [each["Constraint"] for each in node.get("constraints", ())]
    kinds = {part["contype"] for part in parts}
    start = statement.offset(node)
    stop, limit = _stop(statement, start)
    type_name = node.get("typeName", {})
    integer_type = serial(type_name)
    type_ = integer_type or (spelt(type_name) if type_name else Unknown("it is its parent's"))
    default = _default(statement, parts, start, stop)
    if default is None and not kinds & {"CONSTR_IDENTITY", "CONSTR_GENERATED"}:
        # What is filled in may be SERIAL, or a DEFAULT.
        default = FILLED_IN if _is_filled_in(type_name) or statement.has_gap(start, limit) else None
    return ColumnDefinition(
        name,
        type_,
        not_null="CONSTR_NOTNULL" in kinds,
        serial=integer_type is not None,
        default=default,
        identity=next((identity_of(part) for part in parts if part["contype"] == "CONSTR_IDENTITY"), None),
        generated="CONSTR_GENERATED" in kinds,
        constraints=tuple(
            constraint(statement, part, name, is_new_table=is_new_table)
            for part in parts
            if is_constraint(part) and (part["contype"] != "CONSTR_NOTNULL" or "conname" in part)
        ),
        span=statement.place(start, stop),
    )


def _is_filled_in(type_name: Node) -> bool:
    return any(map(has_hole, strings(type_name.get("names"))))


def identity_of(node: Node) -> Identity:
    """Read GENERATED ... AS IDENTITY with the options of its sequence."""
    options = {each["DefElem"]["defname"]: each["DefElem"].get("arg") for each in node.get("options", ())}
    match options.get("sequence_name"):
        case {"List": {"items": items}}:
            sequence = certain(qualified(strings(items)))
        case _:
            sequence = None
    return Identity(node.get("generated_when") == "a", integer(options.get("start")), sequence)


def _stop(statement: Statement, start: int) -> tuple[int, int]:
    """Give where the definition ends that begins at `start`, and where the comma or bracket behind it stands."""
    stop = max((token.end for token in statement.stretch(start)), default=start)
    following = (token.start for token in statement.tokens if token.start >= stop)
    return stop, next(following, len(statement.text))


def _default(statement: Statement, parts: Sequence[Node], start: int, stop: int) -> Default | Unknown | None:
    for part in parts:
        if part["contype"] == "CONSTR_DEFAULT":
            begin = statement.behind("DEFAULT", statement.offset(part), stop)
            later = [statement.offset(each) for each in parts if statement.offset(each) > (begin or start)]
            sql = statement.expression(begin, min([*later, stop])) if begin is not None else FILLED_IN
            return default_of(part["raw_expr"], sql)
    return None
