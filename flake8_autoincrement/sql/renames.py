"""RENAME and SET SCHEMA of everything that has a name."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    AnyOperation,
    HasTable,
    Other,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameSchema,
    RenameSequence,
    RenameTable,
    RenameType,
    SetSequenceSchema,
    SetTableSchema,
    SetTypeSchema,
    When,
)
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import Statement, known, qualified, relation_name, relations, strings

# ALTER TABLE renames views too, so that a view's rename is told as a table's.
_TABLES = {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"}


def rename(statement: Statement) -> Iterator[AnyOperation]:
    """Read ALTER ... RENAME."""
    operation = _renamed(statement, statement.node)
    table = relation_name(statement.node["relation"]) if "relation" in statement.node else None
    is_part = isinstance(operation, RenameColumn | RenameConstraint)
    if is_part and statement.node.get("missing_ok") and isinstance(table, QualifiedName):
        yield When(HasTable(table, views=True), (operation,), span=statement.span)
    else:
        yield operation


def _renamed(statement: Statement, node: Node) -> AnyOperation:
    new_name, span = known(node["newname"]), statement.span
    if_exists = node.get("missing_ok", False)
    match node["renameType"]:
        case kind if kind in _TABLES:
            return RenameTable(relation_name(node["relation"]), new_name, if_exists=if_exists, span=span)
        case "OBJECT_COLUMN" if node["relationType"] in _TABLES:
            return RenameColumn(relation_name(node["relation"]), known(node["subname"]), new_name, span=span)
        case "OBJECT_TABCONSTRAINT":
            return RenameConstraint(relation_name(node["relation"]), known(node["subname"]), new_name, span=span)
        case "OBJECT_INDEX":
            return RenameIndex(relation_name(node["relation"]), new_name, if_exists=if_exists, span=span)
        case "OBJECT_SEQUENCE":
            return RenameSequence(relation_name(node["relation"]), new_name, if_exists=if_exists, span=span)
        case "OBJECT_TYPE" | "OBJECT_DOMAIN":
            return RenameType(qualified(strings(node["object"]["List"]["items"])), new_name, span=span)
        case "OBJECT_SCHEMA":
            return RenameSchema(known(node["subname"]), new_name, span=span)
    return Other(statement.words(2), relations(node.get("relation") and {"relation": node["relation"]}), span=span)


def set_schema(statement: Statement) -> Iterator[AnyOperation]:
    """Read ALTER ... SET SCHEMA."""
    node, span = statement.node, statement.span
    schema = known(node["newschema"])
    if_exists = node.get("missing_ok", False)
    match node["objectType"]:
        case kind if kind in _TABLES:
            yield SetTableSchema(relation_name(node["relation"]), schema, if_exists=if_exists, span=span)
        case "OBJECT_SEQUENCE":
            yield SetSequenceSchema(relation_name(node["relation"]), schema, if_exists=if_exists, span=span)
        case "OBJECT_TYPE" | "OBJECT_DOMAIN":
            yield SetTypeSchema(qualified(strings(node["object"]["List"]["items"])), schema, span=span)
        case _:
            yield Other(statement.words(2), span=span)
