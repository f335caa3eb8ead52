"""Types, schemas, indexes, triggers, privileges and the other objects of a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flake8_autoincrement.facts.catalog import Default, QualifiedName
from flake8_autoincrement.facts.operation import (
    AddEnumValue,
    AnyOperation,
    CreateIndex,
    CreateSchema,
    CreateTrigger,
    CreateType,
    Grant,
    Other,
    RenameEnumValue,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.datatypes import spelt
from flake8_autoincrement.sql.defaults import default_of
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import (
    FILLED_IN,
    Statement,
    certain,
    columns,
    has_hole,
    known,
    qualified,
    relation_name,
    relations,
    shown,
    strings,
)


def create_index(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE INDEX."""
    node = statement.node
    elements = [each["IndexElem"].get("name") for each in node.get("indexParams", ())]
    yield CreateIndex(
        relation_name(node["relation"]),
        known(node["idxname"]) if "idxname" in node else None,
        tuple(None if name is None or has_hole(name) else name for name in elements),
        unique=node.get("unique", False),
        concurrently=node.get("concurrent", False),
        if_not_exists=node.get("if_not_exists", False),
        partial="whereClause" in node,
        parts=() if "idxname" in node else _parts(node),
        span=statement.span,
    )


def _parts(node: Node) -> tuple[str, ...]:
    """Give what an index without a name is named for, none where that is its columns (`ChooseIndexColumnNames`)."""
    elements = [each["IndexElem"] for each in node.get("indexParams", ())]
    included = [each["IndexElem"] for each in node.get("indexIncludingParams", ())]
    if not included and all("name" in each for each in elements):
        return ()
    return tuple(each.get("name") or _figured(each.get("expr", {})) or "expr" for each in (*elements, *included))


def _figured(node: Node) -> str | None:
    """Give the name of an expression, as that of a column of a query (`FigureColnameInternal`)."""
    match node:
        case {"ColumnRef": {"fields": [*_, {"String": {"sval": str(name)}}]}}:
            return name
        case {"FuncCall": {"funcname": [*_, {"String": {"sval": str(name)}}]}}:
            return name
        case {"TypeCast": {"arg": arg, "typeName": {"names": [*_, {"String": {"sval": str(name)}}]}}}:
            return _figured(arg) or name
        case {"CollateClause": {"arg": arg}} | {"A_Indirection": {"arg": arg}}:
            return _figured(arg)
        case {"CoalesceExpr": _}:
            return "coalesce"
        case {"CaseExpr": {"defresult": result}}:
            return _figured(result) or "case"
    return None


# Types.


def create_enum(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE TYPE ... AS ENUM."""
    labels = columns(statement.node.get("vals")) or ()
    yield CreateType(qualified(strings(statement.node["typeName"])), "enum", labels, span=statement.span)


def create_domain(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE DOMAIN."""
    node = statement.node
    parts = [each["Constraint"] for each in node.get("constraints", ())]
    kinds = {part["contype"] for part in parts}
    base = spelt(node["typeName"])
    yield CreateType(
        qualified(strings(node["domainname"])),
        "domain",
        base=base if isinstance(base, str) else None,
        default=_domain_default(statement, parts),
        not_null="CONSTR_NOTNULL" in kinds,
        checked="CONSTR_CHECK" in kinds,
        span=statement.span,
    )


def _domain_default(statement: Statement, parts: list[Node]) -> Default | Unknown | None:
    for part in parts:
        if part["contype"] == "CONSTR_DEFAULT":
            begin = statement.behind("DEFAULT", statement.offset(part))
            later = [statement.offset(each) for each in parts if statement.offset(each) > statement.offset(part)]
            sql = statement.expression(begin, min(later, default=None)) if begin is not None else FILLED_IN
            return default_of(part["raw_expr"], sql)
    return None


def create_type(statement: Statement) -> Iterator[AnyOperation]:
    """Read the other CREATE TYPEs: composite, range, base and shell types."""
    node = statement.node
    match statement.kind:
        case "CompositeTypeStmt":
            yield CreateType(relation_name(node["typevar"]), "composite", span=statement.span)
        case "CreateRangeStmt":
            yield CreateType(qualified(strings(node["typeName"])), "range", span=statement.span)
        case _ if node.get("kind") == "OBJECT_TYPE":
            yield CreateType(qualified(strings(node["defnames"])), "other", span=statement.span)
        case _:
            yield Other(statement.words(2), span=statement.span)


def alter_enum(statement: Statement) -> Iterator[AnyOperation]:
    """Read ALTER TYPE ... ADD VALUE and RENAME VALUE."""
    node = statement.node
    type_, value = qualified(strings(node["typeName"])), known(node["newVal"])
    if "oldVal" in node:
        yield RenameEnumValue(type_, known(node["oldVal"]), value, span=statement.span)
        return
    neighbour = node.get("newValNeighbor")
    neighbour = None if neighbour is None or has_hole(neighbour) else neighbour
    is_after = node.get("newValIsAfter", False)
    yield AddEnumValue(
        type_,
        value,
        if_not_exists=node.get("skipIfNewValExists", False),
        before=None if is_after else neighbour,
        after=neighbour if is_after else None,
        span=statement.span,
    )


# Schemas, triggers, privileges.


def create_schema(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE SCHEMA; one without a name has that of its owner."""
    node = statement.node
    name = node.get("schemaname") or node.get("authrole", {}).get("rolename")
    schema = Unknown("it has the name of who runs it") if name is None else known(name)
    yield CreateSchema(schema, if_not_exists=node.get("if_not_exists", False), span=statement.span)


_BEFORE, _INSERT = 2, 4  # TRIGGER_TYPE_... in pg_trigger.h


def create_trigger(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE TRIGGER."""
    node = statement.node
    is_before_insert = bool(node.get("timing", 0) & _BEFORE) and bool(node.get("events", 0) & _INSERT)
    yield CreateTrigger(
        relation_name(node["relation"]),
        known(node["trigname"]),
        certain(qualified(strings(node.get("funcname")) or ["?"])),
        fills_rows=is_before_insert and node.get("row", False),
        span=statement.span,
    )


_GRANTED: dict[str, Literal["table", "sequence", "schema"]] = {
    "OBJECT_TABLE": "table",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_SCHEMA": "schema",
}


def grant(statement: Statement) -> Iterator[AnyOperation]:
    """Read GRANT and REVOKE; one on all tables or sequences of a schema has `*` for their names."""
    node = statement.node
    kind: Literal["table", "sequence", "schema", "other"] = _GRANTED.get(node["objtype"], "other")
    privileges = tuple(shown(each["AccessPriv"].get("priv_name", "")).upper() for each in node.get("privileges", ()))
    roles = tuple(
        "public" if each["RoleSpec"]["roletype"] == "ROLESPEC_PUBLIC" else each["RoleSpec"].get("rolename", "")
        for each in node.get("grantees", ())
    )
    names = [_granted(node, each) for each in node.get("objects", ())]
    for name in names:
        if name is not None:
            yield Grant(
                name, kind, privileges, _roles(roles), revoke=not node.get("is_grant", False), span=statement.span
            )
    if not any(names):
        yield Other(statement.words(1), span=statement.span)


def _roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(role for role in roles if not has_hole(role))


def _granted(node: Node, each: Node) -> QualifiedName | None:
    match each:
        case {"RangeVar": relation}:
            return certain(relation_name(relation))
        case {"String": {"sval": schema}} if not has_hole(schema):
            is_all = node.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA"
            return QualifiedName("*", schema) if is_all else QualifiedName(schema)
    return None


# The rest.

_CREATES = {
    "CreateFunctionStmt": "CREATE FUNCTION",
    "CreatePolicyStmt": "CREATE POLICY",
    "CreateExtensionStmt": "CREATE EXTENSION",
    "AlterDefaultPrivilegesStmt": "ALTER DEFAULT PRIVILEGES",
    "GrantRoleStmt": "GRANT",
    "AlterDomainStmt": "ALTER DOMAIN",
    "RuleStmt": "CREATE RULE",
}
_OF_TABLES = {"OBJECT_TABLE", "OBJECT_TABCONSTRAINT", "OBJECT_COLUMN", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"}


def other(statement: Statement) -> Iterator[AnyOperation]:
    """Give a statement that changes none of what is told in detail, with the tables that it names."""
    what = _CREATES.get(statement.kind) or statement.words(1 if statement.kind == "VacuumStmt" else 2)
    yield Other(what, _named_tables(statement), span=statement.span)


def _named_tables(statement: Statement) -> tuple[QualifiedName, ...]:
    node = statement.node
    match node.get("object"):
        case {"List": {"items": items}} if node.get("objtype") in _OF_TABLES:
            names = strings(items) if node["objtype"] == "OBJECT_TABLE" else strings(items)[:-1]
            table = certain(qualified(names)) if names else None
            return (table,) if table else ()
    return () if statement.kind == "CreateFunctionStmt" else relations(node)


def in_schema(schema: Node, node: Node) -> Node:
    """Give a statement inside CREATE SCHEMA with that schema put in front of its own name, if it has none."""
    for field in ("relation", "sequence", "view"):
        relation = node.get(field)
        if relation is not None and "schemaname" not in relation and "schemaname" in schema:
            return {**node, field: {**relation, "schemaname": schema["schemaname"]}}
    return node
