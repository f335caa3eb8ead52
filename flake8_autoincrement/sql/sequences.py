"""CREATE and ALTER SEQUENCE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import AlterSequence, AnyOperation, CreateSequence, Unread
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.datatypes import spelt
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import Statement, columns, integer, qualified, relation_name, strings

Options = Mapping[str, Node | None]


class _Owner(NamedTuple):
    """What OWNED BY says; `is_known` is false where it names something that was filled in."""

    table: QualifiedName | None = None
    column: str | None = None
    is_none: bool = False
    is_known: bool = True


def create_sequence(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE SEQUENCE."""
    node, options = statement.node, _options(statement.node)
    owner = _owner(options)
    yield CreateSequence(
        relation_name(node["sequence"]),
        if_not_exists=node.get("if_not_exists", False),
        type=_type(options),
        start=integer(options.get("start")),
        maximum=integer(options.get("maxvalue")),
        owner=owner.table,
        owner_column=owner.column,
        temporary=node["sequence"].get("relpersistence") == "t",
        span=statement.span,
    )
    yield from _unread(statement, owner, options)


def alter_sequence(statement: Statement) -> Iterator[AnyOperation]:
    """Read ALTER SEQUENCE with options; what has a statement of its own (RENAME, SET SCHEMA) is read elsewhere."""
    node, options = statement.node, _options(statement.node)
    owner = _owner(options)
    yield AlterSequence(
        relation_name(node["sequence"]),
        if_exists=node.get("missing_ok", False),
        type=_type(options),
        restart=_restart(options),
        maximum=integer(options.get("maxvalue")),
        owner=owner.table,
        owner_column=owner.column,
        disowned=owner.is_none,
        span=statement.span,
    )
    yield from _unread(statement, owner, options)


def _options(node: Node) -> Options:
    elements = (each["DefElem"] for each in node.get("options", ()))
    return {element["defname"]: element.get("arg") for element in elements}


def _type(options: Options) -> str | None:
    match options.get("as"):
        case {"TypeName": type_name}:
            found = spelt(type_name)
            return None if isinstance(found, Unknown) else found
    return None


def _restart(options: Options) -> int | bool | None:
    if "restart" not in options:
        return None
    if options["restart"] is None:
        return True
    return integer(options["restart"])


def _owner(options: Options) -> _Owner:
    match options.get("owned_by"):
        case {"List": {"items": items}}:
            names = strings(items)
        case _:
            return _Owner()
    if names == ["none"]:
        return _Owner(is_none=True)
    table, column = qualified(names[:-1] or [""]), columns(items[-1:])
    if len(names) < 2 or not isinstance(table, QualifiedName) or not column:
        return _Owner(is_known=False)
    return _Owner(table, column[0])


def _unread(statement: Statement, owner: _Owner, options: Options) -> Iterator[AnyOperation]:
    """Tell of options that are not known: None says of them that they stay."""
    if not owner.is_known:
        yield Unread("it is not known which column owns the sequence", tables=(), span=statement.span)
    for name in ("start", "restart", "maxvalue"):
        if options.get(name) is not None and integer(options[name]) is None:
            yield Unread(f"the sequence's {name.upper()} is not known", tables=(), span=statement.span)
