"""DROP of every kind, one operation for each object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    AnyOperation,
    DropIndex,
    DropSchema,
    DropSequence,
    DropTable,
    DropType,
    DropView,
    Name,
    Other,
)
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import Statement, certain, known, qualified, strings

_KINDS: Mapping[str, Callable[..., AnyOperation]] = {
    "OBJECT_TABLE": DropTable,
    "OBJECT_FOREIGN_TABLE": DropTable,
    "OBJECT_VIEW": DropView,
    "OBJECT_MATVIEW": DropView,
    "OBJECT_SEQUENCE": DropSequence,
    "OBJECT_TYPE": DropType,
    "OBJECT_DOMAIN": DropType,
}


def drop(statement: Statement) -> Iterator[AnyOperation]:
    """Read DROP."""
    node = statement.node
    if_exists, cascade = node.get("missing_ok", False), node.get("behavior") == "DROP_CASCADE"
    kind = node["removeType"]
    for each in node.get("objects", ()):
        if kind == "OBJECT_SCHEMA":
            name = known(each["String"].get("sval", ""))
            yield DropSchema(name, if_exists=if_exists, cascade=cascade, span=statement.span)
        elif kind == "OBJECT_INDEX":
            concurrently = node.get("concurrent", False)
            yield DropIndex(
                _name(each), if_exists=if_exists, concurrently=concurrently, cascade=cascade, span=statement.span
            )
        elif kind in _KINDS:
            yield _KINDS[kind](_name(each), if_exists=if_exists, cascade=cascade, span=statement.span)
        else:
            yield Other(statement.words(2), tuple(filter(None, [_table(kind, each)])), span=statement.span)


def _name(node: Node) -> Name:
    match node:
        case {"List": {"items": items}} | {"TypeName": {"names": items}}:
            return qualified(strings(items))
    return qualified(["?"])


def _table(kind: str, node: Node) -> QualifiedName | None:
    """Give the table of what is a table's: a trigger, a rule, a policy."""
    if kind not in ("OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"):
        return None
    names = strings(node["List"]["items"])[:-1]
    return certain(qualified(names)) if names else None
