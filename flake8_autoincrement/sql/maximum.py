"""What an expression gives that a sequence is set to: for a table without rows, and beside the MAX of one with rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.sql.defaults import called
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import Variable, certain, has_hole, integer, relation_name, string, strings


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names of a query mean: its tables by their aliases, and the columns of its sub-queries.

    `has_condition` is true where a HAVING decides whether there is a result at all, as there else always is of a MAX.
    `has_all_rows` is false where the query may leave out rows of its tables: their MAX is then not that of the table.
    """

    tables: Mapping[str, QualifiedName | None]
    queries: Mapping[str, Node]
    outer: Scope | None = None
    has_all_rows: bool = True
    has_condition: bool = False
    variables: Mapping[str, Variable] = field(default_factory=dict)

    def table(self, alias: str | None) -> QualifiedName | None:
        """Give the table that a column is of; without an alias it is the only one of the query."""
        if alias is None:
            return next(iter(self.tables.values())) if len(self.tables) == 1 and not self.queries else None
        if alias in self.tables:
            return self.tables[alias]
        return self.outer.table(alias) if self.outer else None

    def variable(self, name: str) -> Variable | None:
        """Give what a variable of the block around the query was set to."""
        return self.variables.get(name) or (self.outer.variable(name) if self.outer else None)


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression gives: with rows `constant` or a column's MAX plus `offset`, without rows `empty`.

    `is_known` is false for the other expressions.
    """

    maximum: tuple[QualifiedName | None, str | None] | None = None
    offset: int | None = None
    constant: int | None = None
    empty: int | None = None
    is_known: bool = True


_OTHER = Value(is_known=False)
_NULL = Value()


def evaluated(node: Node, scope: Scope) -> Value:
    """Evaluate an expression for a table with rows and for one without."""
    match node:
        case {"A_Const": {"isnull": True}}:
            return _NULL
        case {"A_Const": _}:
            number = integer(node)
            return _OTHER if number is None else Value(constant=number, empty=number)
        case {"TypeCast": {"arg": arg}}:
            text = string(arg)
            if text is not None and re.fullmatch(r"\s*[0-9]{1,30}\s*", text):
                return Value(constant=int(text), empty=int(text))
            return evaluated(arg, scope)
        case {"FuncCall": {"funcname": name, "args": [{"ColumnRef": column}]}} if called(name, "max"):
            return _maximum(column, scope)
        case {"CoalesceExpr": {"args": args}}:
            return _coalesced([evaluated(each, scope) for each in args])
        case {"MinMaxExpr": {"op": "IS_GREATEST", "args": args}}:
            return _greatest([evaluated(each, scope) for each in args])
        case {
            "A_Expr": {"kind": "AEXPR_OP", "name": [{"String": {"sval": ("+" | "-") as sign}}], "rexpr": right} as sum_
        }:
            left = evaluated(sum_["lexpr"], scope) if "lexpr" in sum_ else Value(constant=0, empty=0)
            return _sum(left, evaluated(right, scope), 1 if sign == "+" else -1)
        case {"SubLink": {"subLinkType": "EXPR_SUBLINK", "subselect": {"SelectStmt": query}}}:
            return _queried(query, scope)
        case {"ColumnRef": {"fields": fields}}:
            return _named(strings(fields), scope)
    return _OTHER


def _maximum(column: Node, scope: Scope) -> Value:
    table, name = _column(column, scope)
    is_whole = scope.has_all_rows and table is not None and name is not None
    return Value((table, name), offset=0 if is_whole else None)


def _column(column: Node, scope: Scope) -> tuple[QualifiedName | None, str | None]:
    names = strings(column["fields"])
    if not names or has_hole(names[-1]):
        return None, None
    return scope.table(names[-2] if len(names) > 1 else None), names[-1]


def _coalesced(values: Sequence[Value]) -> Value:
    """Give the first that is not NULL, which may be another one where there are no rows."""
    if not values or not all(value.is_known for value in values):
        return _OTHER
    first = next((value for value in values if value.maximum or value.constant is not None), _NULL)
    empty = next((value.empty for value in values if value.empty is not None), None)
    return replace(first, empty=empty)


def _greatest(values: Sequence[Value]) -> Value:
    """Give the greatest; GREATEST ignores NULL. With rows it is at least MAX plus the offset, which is what is told."""
    if not values or not all(value.is_known for value in values):
        return _OTHER
    empty = max((value.empty for value in values if value.empty is not None), default=None)
    by_rows = [value for value in values if value.maximum]
    if by_rows:
        return replace(max(by_rows, key=lambda value: value.offset or 0), empty=empty)
    constant = max((value.constant for value in values if value.constant is not None), default=None)
    return Value(constant=constant, empty=empty)


def _sum(left: Value, right: Value, sign: int) -> Value:
    if not left.is_known or not right.is_known or right.maximum is not None and sign < 0:
        return _OTHER
    if left.maximum and right.maximum:
        return _OTHER
    both = left.empty is not None and right.empty is not None
    empty = (left.empty or 0) + sign * (right.empty or 0) if both else None
    base, added = (left, right) if left.maximum or not right.maximum else (right, left)
    if added.constant is None:
        return _OTHER if base.maximum else _NULL
    if base.maximum:
        offset = None if base.offset is None else base.offset + (sign if added is right else 1) * added.constant
        return Value(base.maximum, offset=offset, empty=empty)
    if base.constant is None:
        return _NULL
    return Value(constant=base.constant + sign * added.constant, empty=empty)


def _queried(query: Node, scope: Scope) -> Value:
    """Evaluate a sub-query: its one column, or the first of the rows that it orders from the greatest down."""
    match query.get("targetList"):
        case [{"ResTarget": {"val": dict() as value}}]:
            pass
        case _:
            return _OTHER
    queries = {name: each for name, each in (*scope.queries.items(), *named_queries(query).items())}
    inner = scope_of(query, queries, scope) if "fromClause" in query else scope
    match value, query.get("sortClause"), query.get("limitCount"):
        case (
            {"ColumnRef": column},
            [{"SortBy": {"node": {"ColumnRef": ordered}, "sortby_dir": "SORTBY_DESC"}}],
            limit,
        ) if (
            integer(limit) == 1
            and "limitOffset" not in query
            and strings(column["fields"])[-1:] == strings(ordered["fields"])[-1:]
        ):
            return _maximum(column, replace(inner, has_all_rows="whereClause" not in query))
    result = evaluated(value, inner)
    return replace(result, empty=None) if inner.has_condition else result


def _named(names: Sequence[str], scope: Scope) -> Value:
    """Evaluate a name that a sub-query of FROM, or WITH, gives, or a variable of a block."""
    if not names:
        return _OTHER
    for alias, query in scope.queries.items():
        if len(names) > 1 and names[-2] != alias:
            continue
        for target in query.get("targetList", ()):
            result = target["ResTarget"]
            if _result_name(result) == names[-1]:
                return _queried({**query, "targetList": [target]}, replace(scope, queries={}))
    variable = scope.variable(names[0]) if len(names) == 1 else None
    return evaluated(variable.expression, Scope({}, {}, variables=variable.variables)) if variable else _OTHER


def _result_name(result: Node) -> str | None:
    match result:
        case {"name": str(name)}:
            return name
        case {"val": {"FuncCall": {"funcname": name}}}:
            return strings(name)[-1]
        case {"val": {"ColumnRef": {"fields": fields}}}:
            return next(reversed(strings(fields)), None)
        case {"val": {"CoalesceExpr": _}}:
            return "coalesce"
    return None


# The names of a query.


def named_queries(node: Node) -> dict[str, Node]:
    """Give the queries of a WITH by their names."""
    parts = [each["CommonTableExpr"] for each in node.get("withClause", {}).get("ctes", ())]
    return {part["ctename"]: part["ctequery"].get("SelectStmt", {}) for part in parts}


def scope_of(node: Node, queries: Mapping[str, Node], outer: Scope | None) -> Scope:
    """Give what the names of a query mean; `queries` are those of the WITHs around it."""
    tables: dict[str, QualifiedName | None] = {}
    subqueries: dict[str, Node] = {}
    for item in _from_items(node.get("fromClause", ())):
        match item:
            case {"RangeVar": relation}:
                alias = relation.get("alias", {}).get("aliasname", relation["relname"])
                if relation["relname"] in queries and "schemaname" not in relation:
                    subqueries[alias] = queries[relation["relname"]]
                else:
                    tables[alias] = certain(relation_name(relation))
            case {"RangeSubselect": {"subquery": {"SelectStmt": query}} as part}:
                subqueries[_alias(part)] = query
    has_all_rows = len(tables) == 1 and not subqueries and not any(part in node for part in _LEAVING_OUT)
    return Scope(tables, subqueries, outer, has_all_rows, "havingClause" in node)


_LEAVING_OUT = ("whereClause", "groupClause")


def _alias(node: Node) -> str:
    return str(node.get("alias", {}).get("aliasname", ""))


def _from_items(items: Sequence[Node]) -> Iterator[Node]:
    for item in items:
        match item:
            case {"JoinExpr": {"larg": left, "rarg": right}}:
                yield from _from_items([left, right])
            case _:
                yield item
