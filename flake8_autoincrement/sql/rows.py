"""What reads and writes rows: SELECT, INSERT, COPY, UPDATE, DELETE, MERGE, TRUNCATE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    AnyOperation,
    DeleteRows,
    InsertRows,
    ReadRows,
    SetSearchPath,
    TruncateTable,
    Unread,
    UpdateRows,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.builtin import is_builtin
from flake8_autoincrement.sql.defaults import called
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.setval import set_values
from flake8_autoincrement.sql.statement import (
    FILLED_IN,
    Statement,
    columns,
    has_hole,
    integer,
    relation_name,
    relations,
    shown,
    string,
    strings,
)
from flake8_autoincrement.sql.tables import copied, table_as


def select(statement: Statement) -> Iterator[AnyOperation]:
    """Read a query: what its WITH writes, the table that INTO makes, what its functions do."""
    node = statement.node
    done = list(_written_by_with(statement, node))
    into = node.get("intoClause") or node.get("larg", {}).get("intoClause")
    if into is not None:
        done.append(table_as(statement, into, node))
    done += _called(statement, node)
    yield from done or [ReadRows(relations(node), span=statement.span)]


def _called(statement: Statement, node: Node) -> Iterator[AnyOperation]:
    """Give what the functions of a query do: setval, set_config, and those whose doing is not known."""
    yield from set_values(statement)
    for target in node.get("targetList", ()):
        match target["ResTarget"].get("val"):
            case {"FuncCall": {"funcname": name, "args": [parameter, value, local]}} if called(name, "set_config"):
                if string(parameter) == "search_path":
                    is_local = "boolval" in local.get("A_Const", {}) and bool(local["A_Const"]["boolval"])
                    yield SetSearchPath(_path(string(value)), local=is_local, span=statement.span)
            case {"FuncCall": {"funcname": name}} if "fromClause" not in node and not is_builtin(strings(name)):
                function = shown(".".join(strings(name)))
                yield Unread(f"what {function}() does is not known", span=statement.span)


def _path(value: str | None) -> tuple[str, ...] | Unknown:
    """Read the text of a search_path; an empty one finds nothing but PostgreSQL's own: a schema without a name."""
    if value is None or has_hole(value):
        return FILLED_IN
    parts = [part.strip() for part in value.split(",")]
    return tuple(part[1:-1] if part[:1] == '"' else part.lower() for part in parts)


def _written_by_with(statement: Statement, node: Node) -> Iterator[AnyOperation]:
    for part in _with(node):
        ((kind, query),) = part["CommonTableExpr"]["ctequery"].items()
        yield from _written(statement, kind, query)


def _with(node: Node) -> Sequence[Node]:
    parts: Sequence[Node] = node.get("withClause", {}).get("ctes", ())
    return parts


def _written(statement: Statement, kind: str, node: Node) -> Iterator[AnyOperation]:
    yield from _written_by_with(statement, node)
    match kind:
        case "InsertStmt":
            yield _inserted(statement, node)
            yield from _updated_on_conflict(statement, node)
        case "UpdateStmt":
            targets = columns_of(node.get("targetList"))
            yield UpdateRows(
                relation_name(node["relation"]), targets, _is_restricted(statement, node), span=statement.span
            )
        case "DeleteStmt":
            yield DeleteRows(relation_name(node["relation"]), _is_restricted(statement, node), span=statement.span)
        case "MergeStmt":
            yield from _merged(statement, node)


def write(statement: Statement) -> Iterator[AnyOperation]:
    """Read INSERT, UPDATE, DELETE or MERGE, and the calls of setval in it."""
    yield from _written(statement, statement.kind, statement.node)
    yield from set_values(statement)


def _is_restricted(statement: Statement, node: Node) -> bool:
    """Say whether there is a WHERE; what is filled in behind the table's name most often is one."""
    alias = node["relation"].get("alias", {}).get("aliasname", "")
    return "whereClause" in node or bool(statement.gaps) or has_hole(alias)


def columns_of(targets: Sequence[Node] | None) -> tuple[str, ...] | None:
    """Give the columns that are named as targets; None where there are none, or where they are not known."""
    names = [{"String": {"sval": each["ResTarget"].get("name", "")}} for each in targets or ()]
    return columns(names) or None


def _inserted(statement: Statement, node: Node) -> InsertRows:
    named = columns_of(node.get("cols"))
    query = node.get("selectStmt", {}).get("SelectStmt", {})
    rows = [each["List"].get("items", ()) for each in query.get("valuesLists", ())]
    is_whole = not statement.gaps
    given = _given(named, rows) if is_whole else named
    if "selectStmt" not in node:
        given = ()
    return InsertRows(
        relation_name(node["relation"]),
        columns=given,
        rows=(1 if "selectStmt" not in node else len(rows) or None) if is_whole else None,
        largest=tuple(_largest(named or (), rows)) if is_whole else (),
        overriding=node.get("override") == "OVERRIDING_SYSTEM_VALUE",
        source=_source(query, node),
        span=statement.span,
    )


def _given(named: tuple[str, ...] | None, rows: Sequence[Sequence[Node]]) -> tuple[str, ...] | None:
    """Leave out the columns for which every row says DEFAULT."""
    if named is None or not rows:
        return named
    left_out = {
        name
        for index, name in enumerate(named)
        if all(index < len(row) and "SetToDefault" in row[index] for row in rows)
    }
    return tuple(name for name in named if name not in left_out)


def _largest(named: Sequence[str], rows: Sequence[Sequence[Node]]) -> Iterator[tuple[str, int]]:
    for index, name in enumerate(named):
        numbers = [integer(row[index]) if index < len(row) else None for row in rows]
        known = [number for number in numbers if number is not None]
        if known and len(known) == len(numbers):
            yield name, max(known)


def _source(query: Node, node: Node) -> QualifiedName | None:
    """Give the one table that a query reads, if it is none of the statement's WITH."""
    found = relations([query.get("fromClause", []), *query.get("withClause", {}).get("ctes", [])])
    source = copied(query) or (found[0] if len(found) == 1 and len(query.get("fromClause", ())) == 1 else None)
    own = {part["CommonTableExpr"]["ctename"] for each in (query, node) for part in _with(each)}
    return None if source is not None and not source.schema and source.name in own else source


def _updated_on_conflict(statement: Statement, node: Node) -> Iterator[AnyOperation]:
    clause = node.get("onConflictClause", {})
    if clause.get("action") == "ONCONFLICT_UPDATE":
        targets = columns_of(clause.get("targetList"))
        yield UpdateRows(relation_name(node["relation"]), targets, restricted=True, span=statement.span)


def _merged(statement: Statement, node: Node) -> Iterator[AnyOperation]:
    table, span = relation_name(node["relation"]), statement.span
    for clause in (each["MergeWhenClause"] for each in node.get("mergeWhenClauses", ())):
        targets = columns_of(clause.get("targetList"))
        match clause["commandType"]:
            case "CMD_INSERT":
                overriding = clause.get("override") == "OVERRIDING_SYSTEM_VALUE"
                yield InsertRows(table, targets, overriding=overriding, span=span)
            case "CMD_UPDATE":
                yield UpdateRows(table, targets, restricted=True, span=span)
            case "CMD_DELETE":
                yield DeleteRows(table, restricted=True, span=span)


def copy(statement: Statement) -> Iterator[AnyOperation]:
    """Read COPY: FROM writes rows, TO reads them."""
    node = statement.node
    if node.get("is_from"):
        named = columns(node["attlist"]) if "attlist" in node else None
        yield InsertRows(relation_name(node["relation"]), named, span=statement.span)
    else:
        query = node.get("query", {"RangeVar": node.get("relation", {})})
        yield ReadRows(relations(query), span=statement.span)


def truncate(statement: Statement) -> Iterator[AnyOperation]:
    """Read TRUNCATE."""
    node = statement.node
    for each in node["relations"]:
        yield TruncateTable(
            relation_name(each["RangeVar"]),
            restart_identity=node.get("restart_seqs", False),
            cascade=node.get("behavior") == "DROP_CASCADE",
            span=statement.span,
        )


def explain(statement: Statement) -> Iterator[AnyOperation]:
    """Read EXPLAIN: only with ANALYZE the statement behind it is run."""
    options = {each["DefElem"]["defname"] for each in statement.node.get("options", ())}
    ((kind, node),) = statement.node["query"].items()
    done = list(_written(statement, kind, node)) if "analyze" in options else []
    yield from done or [ReadRows(relations(node), span=statement.span)]


def call(statement: Statement) -> Iterator[AnyOperation]:
    """Read CALL and EXECUTE, whose doing is that of a procedure or a prepared statement."""
    yield Unread(f"what {statement.words(1)} does is not known", span=statement.span)
