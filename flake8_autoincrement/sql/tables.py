"""CREATE TABLE, and what else makes a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    AnyOperation,
    ColumnDefinition,
    CreateTable,
    CreateTableAs,
    CreateView,
    Like,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.columns import column
from flake8_autoincrement.sql.constraints import constraint, is_constraint
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import (
    FILLED_IN,
    Statement,
    certain,
    known,
    relation_name,
    relations,
    columns as names_of_columns,
)

# TableLikeOption in parsenodes.h.
_LIKE = {
    "comments": 1,
    "compression": 2,
    "constraints": 4,
    "defaults": 8,
    "generated": 16,
    "identity": 32,
    "indexes": 64,
    "statistics": 128,
    "storage": 256,
}
_LIKE_ALL = 0x7FFFFFFF


def create_table(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE TABLE, with PARTITION OF, INHERITS, OF a type or LIKE."""
    yield _created(statement, statement.node, foreign=False)


def create_foreign_table(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE FOREIGN TABLE."""
    yield _created(statement, statement.node["base"], foreign=True)


def _created(statement: Statement, node: Node, *, foreign: bool) -> CreateTable:
    elements = node.get("tableElts", ())
    columns = [each["ColumnDef"] for each in elements if "ColumnDef" in each]
    constraints = [each["Constraint"] for each in elements if "Constraint" in each]
    parents = [relation_name(each["RangeVar"]) for each in node.get("inhRelations", ())]
    known_parents = tuple(parent for parent in parents if isinstance(parent, QualifiedName))
    is_partition = "partbound" in node
    defined = tuple(column(statement, each, is_new_table=True) for each in columns)
    return CreateTable(
        relation_name(node["relation"]),
        columns=tuple(each for each in defined if not _is_unknown(each)),
        constraints=tuple(
            constraint(statement, each, is_new_table=not foreign) for each in constraints if is_constraint(each)
        ),
        if_not_exists=node.get("if_not_exists", False),
        inherits=() if is_partition else known_parents,
        partition_of=next(iter(known_parents), None) if is_partition else None,
        partitioned="partspec" in node,
        like=tuple(_likes(elements)),
        temporary=_is_temporary(node["relation"]),
        foreign=foreign,
        incomplete=_incomplete(statement, node, len(known_parents) < len(parents) or any(map(_is_unknown, defined))),
        span=statement.span,
    )


def _is_unknown(column: ColumnDefinition) -> bool:
    """Say whether nothing is known of a column: what stands there may as well be several, or a constraint."""
    return isinstance(column.name, Unknown) and isinstance(column.type, Unknown)


def _incomplete(statement: Statement, node: Node, has_unknown: bool) -> Unknown | None:
    if "ofTypename" in node:
        return Unknown("its columns are those of a type")
    unknown_like = any(
        isinstance(relation_name(each["TableLikeClause"]["relation"]), Unknown)
        for each in node.get("tableElts", ())
        if "TableLikeClause" in each
    )
    return FILLED_IN if has_unknown or unknown_like or statement.gaps else None


def _likes(elements: Sequence[Node]) -> Iterator[Like]:
    behind = 0
    for each in elements:
        match each:
            case {"ColumnDef": _}:
                behind += 1
            case {"TableLikeClause": like}:
                if table := certain(relation_name(like["relation"])):
                    yield Like(table, _including(like.get("options", 0)), behind)


def _including(options: int) -> tuple[str, ...]:
    return ("all",) if options == _LIKE_ALL else tuple(word for word, bit in _LIKE.items() if options & bit)


def _is_temporary(relation: Node) -> bool:
    return bool(relation.get("relpersistence") == "t" or relation.get("schemaname") == "pg_temp")


def create_table_as(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE TABLE AS and CREATE MATERIALIZED VIEW."""
    node = statement.node
    if node.get("objtype") == "OBJECT_MATVIEW":
        yield CreateView(
            relation_name(node["into"]["rel"]),
            materialized=True,
            if_not_exists=node.get("if_not_exists", False),
            reads=relations(node["query"]),
            span=statement.span,
        )
    else:
        query = node["query"].get("SelectStmt", {})
        yield table_as(statement, node["into"], query, if_not_exists=node.get("if_not_exists", False))


def table_as(statement: Statement, into: Node, query: Node, *, if_not_exists: bool = False) -> CreateTableAs:
    """Give the table that a query makes, also that of SELECT INTO."""
    return CreateTableAs(
        relation_name(into["rel"]),
        source=copied(query),
        columns=names_of_columns(into["colNames"]) if "colNames" in into else _result(query),
        if_not_exists=if_not_exists,
        temporary=_is_temporary(into["rel"]),
        span=statement.span,
    )


def copied(query: Node) -> QualifiedName | None:
    """Give the table of a `SELECT * FROM table`, or of `TABLE table`; None for other queries."""
    match query:
        case {
            "targetList": [{"ResTarget": {"val": {"ColumnRef": {"fields": [{"A_Star": _}]}}}}],
            "fromClause": [{"RangeVar": relation}],
        }:
            return certain(relation_name(relation))
    return None


def _result(query: Node) -> tuple[str, ...] | None:
    names = []
    for target in query.get("targetList", ()):
        match target["ResTarget"]:
            case {"name": str(name)}:
                names.append(known(name))
            case {"val": {"ColumnRef": {"fields": [*_, {"String": {"sval": name}}]}}}:
                names.append(known(name))
            case _:
                return None
    found = tuple(name for name in names if isinstance(name, str))
    return found if found and len(found) == len(names) else None


def create_view(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE VIEW."""
    node = statement.node
    replace = node.get("replace", False)
    reads = relations(node["query"])
    yield CreateView(relation_name(node["view"]), replace=replace, reads=reads, span=statement.span)
