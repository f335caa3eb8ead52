"""Conditions of a block of PL/pgSQL: what they ask of the catalog, if it is anything that a replay can answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    AllOf,
    AnyOf,
    Condition,
    HasColumn,
    HasConstraint,
    HasIndex,
    HasSchema,
    HasSequence,
    HasTable,
    HasType,
    Not,
    Opaque,
)
from flake8_autoincrement.sql.defaults import called
from flake8_autoincrement.sql.parsing import Node, expression
from flake8_autoincrement.sql.statement import has_hole, integer, named_by_text, shown, string, strings

# What stands for the table of a constraint that is asked for by its name alone.
ANY_TABLE = QualifiedName("")


def condition(text: str) -> Condition:
    """Read the expression of an IF; what a replay cannot answer is `Opaque`."""
    opaque = Opaque(shown(text))
    value = expression(text)
    return _condition(value, opaque) if value is not None else opaque


def _condition(node: Node, opaque: Opaque) -> Condition:
    match node:
        case {"BoolExpr": {"boolop": "NOT_EXPR", "args": [inner]}}:
            asked = _condition(inner, opaque)
            # The text of what cannot be answered is that of the whole expression.
            return asked if asked is opaque else opposite(asked)
        case {"BoolExpr": {"boolop": "AND_EXPR", "args": args}}:
            return AllOf(tuple(_condition(each, opaque) for each in args))
        case {"BoolExpr": {"boolop": "OR_EXPR", "args": args}}:
            return AnyOf(tuple(_condition(each, opaque) for each in args))
        case {"SubLink": {"subLinkType": "EXISTS_SUBLINK", "subselect": {"SelectStmt": query}}}:
            return _exists(query) or opaque
        case {"NullTest": {"arg": arg, "nulltesttype": test}}:
            found = _found(arg)
            if found is not None:
                return opposite(found) if test == "IS_NULL" else found
        case {"A_Expr": {"kind": "AEXPR_OP", "name": [{"String": {"sval": sign}}], "lexpr": left, "rexpr": right}}:
            return _compared(left, sign, right) or opaque
        case {"A_Const": {"boolval": value}}:
            return AllOf(()) if value.get("boolval") else AnyOf(())
    return opaque


def opposite(condition_: Condition) -> Condition:
    """Give the opposite of a condition, without saying not twice."""
    match condition_:
        case Not(inner):
            return inner
        case Opaque(why, bool() as fresh):
            return Opaque(f"not {why}", not fresh)
        case Opaque(why):
            return Opaque(f"not {why}")
    return Not(condition_)


def _found(node: Node) -> Condition | None:
    """Read what is NULL where there is no such thing: `to_regclass('t')`, or a sub-query."""
    match node:
        case {"TypeCast": {"arg": arg}}:
            return _found(arg)
        case {"FuncCall": {"funcname": name, "args": [argument]}}:
            text = _text(argument)
            thing = named_by_text(text) if text is not None else None
            if thing is not None and called(name, "to_regclass"):
                return relation(thing)
            if thing is not None and called(name, "to_regtype"):
                return HasType(thing)
            if thing is not None and called(name, "to_regnamespace"):
                return HasSchema(thing.name)
        case {"SubLink": {"subLinkType": "EXPR_SUBLINK", "subselect": {"SelectStmt": query}}}:
            return _exists(query)
    return None


def relation(name: QualifiedName) -> Condition:
    """Ask for anything that `pg_class` holds: a table, a view, a sequence or an index."""
    return AnyOf((HasTable(name, views=True), HasSequence(name), HasIndex(None, name.name)))


def _compared(left: Node, sign: str, right: Node) -> Condition | None:
    """Read a count that is compared with a number."""
    match left:
        case {
            "SubLink": {
                "subLinkType": "EXPR_SUBLINK",
                "subselect": {
                    "SelectStmt": {"targetList": [{"ResTarget": {"val": {"FuncCall": {"funcname": name}}}}]} as query
                },
            }
        } if called(name, "count"):
            found = _exists(query)
        case _:
            return None
    match sign, integer(right):
        case (">", 0) | (">=", 1) | ("<>", 0) | ("=", 1):
            return found
        case ("=", 0) | ("<", 1):
            return opposite(found) if found is not None else None
    return None


# What a query of the catalog asks for.


class _Criteria:
    """The columns of a query's WHERE that have to be equal to a text; `is_whole` is false where there is more."""

    def __init__(self, query: Node) -> None:
        self.values: dict[str, tuple[str, ...]] = {}
        self.is_whole = "havingClause" not in query and "groupClause" not in query
        parts = [query["whereClause"]] if "whereClause" in query else []
        for item in query.get("fromClause", ()):
            parts += _joined(item)
        for each in parts:
            self._add(each)

    def _add(self, node: Node) -> None:
        match node:
            case {"BoolExpr": {"boolop": "AND_EXPR", "args": args}}:
                for each in args:
                    self._add(each)
            case {"BoolExpr": {"boolop": "NOT_EXPR", "args": [{"ColumnRef": {"fields": [*_, last]}}]}}:
                # Columns that were dropped keep their rows in pg_attribute.
                self.is_whole = self.is_whole and strings([last]) == ["attisdropped"]
            case {"A_Expr": {"name": [{"String": {"sval": sign}}], "lexpr": left, "rexpr": right}}:
                self._compare(left, sign, right)
            case _:
                self.is_whole = False

    def _compare(self, left: Node, sign: str, right: Node) -> None:
        if _column(left) is None:
            left, right = right, left
        column = _column(left)
        if column is None:
            self.is_whole = False
        elif sign == "=" and _column(right) is not None:
            pass
        elif sign == "=" and _is_current_schema(right):
            pass
        elif sign == ">" and column == "attnum":
            pass
        elif sign == "=" and (texts := _texts(right)):
            self.values[column] = texts
        else:
            self.is_whole = False

    def take(self, *columns: str) -> str | None:
        """Take the text that one of the columns must be equal to."""
        for column in columns:
            if len(self.values.get(column, ())) == 1:
                return self.values.pop(column)[0]
        return None

    def take_all(self, column: str) -> tuple[str, ...]:
        """Take the texts of which a column must be equal to one."""
        return self.values.pop(column, ())


def _joined(item: Node) -> Iterator[Node]:
    match item:
        case {"JoinExpr": {"larg": left, "rarg": right} as join}:
            yield from _joined(left)
            yield from _joined(right)
            if "quals" in join:
                yield join["quals"]


def _tables(items: Sequence[Node]) -> Iterator[str]:
    for item in items:
        match item:
            case {"JoinExpr": {"larg": left, "rarg": right}}:
                yield from _tables([left, right])
            case {"RangeVar": {"relname": name, **rest}}:
                schema = rest.get("schemaname", "pg_catalog")
                yield name if schema == "pg_catalog" else f"{schema}.{name}"
            case _:
                yield "?"


def _column(node: Node) -> str | None:
    match node:
        case {"ColumnRef": {"fields": fields}}:
            return next(reversed(strings(fields)), None)
        case {"TypeCast": {"arg": {"ColumnRef": _} as arg}}:
            return _column(arg)
        case {"FuncCall": {"funcname": name, "args": [{"ColumnRef": _} as arg]}} if called(name, "lower"):
            return _column(arg)
    return None


def _is_current_schema(node: Node) -> bool:
    match node:
        case {"FuncCall": {"funcname": name}}:
            return called(name, "current_schema") or called(name, "current_database")
        case {"SQLValueFunction": {"op": op}}:
            return op in ("SVFOP_CURRENT_SCHEMA", "SVFOP_CURRENT_CATALOG")
        case {"TypeCast": {"arg": arg}}:
            return _is_current_schema(arg)
    return False


def _text(node: Node) -> str | None:
    match node:
        case {"TypeCast": {"arg": arg}}:
            return _text(arg)
        case {"FuncCall": {"funcname": name, "args": [arg]}} if called(name, "lower"):
            text = _text(arg)
            return text.lower() if text is not None else None
    text = string(node)
    return None if text is None or has_hole(text) else text


def _texts(node: Node) -> tuple[str, ...] | None:
    match node:
        case {"List": {"items": items}}:
            texts = [_text(each) for each in items]
        case {"A_ArrayExpr": {"elements": items}}:
            texts = [_text(each) for each in items]
        case _:
            texts = [_text(node)]
    known = tuple(text for text in texts if text is not None)
    return known if len(known) == len(texts) else None


def _exists(query: Node) -> Condition | None:
    criteria = _Criteria(query)
    tables = list(_tables(query.get("fromClause", ())))
    reader = next((read for name, read in _ASKED.items() if name in tables), None)
    if reader is None or not criteria.is_whole or "?" in tables or any(name not in _KNOWN for name in tables):
        return None
    found = reader(criteria)
    return found if not criteria.values else None


def _named(criteria: _Criteria, *columns: str) -> QualifiedName | None:
    name = criteria.take(*columns)
    schema = criteria.take("nspname", "schemaname", "table_schema", "sequence_schema", "constraint_schema")
    criteria.take("relnamespace", "table_catalog", "constraint_catalog")
    return QualifiedName(name, schema or "") if name is not None else None


def _regclass(criteria: _Criteria, *columns: str) -> QualifiedName | None:
    text = criteria.take(*columns)
    return named_by_text(text) if text is not None else None


def _in_pg_class(criteria: _Criteria) -> Condition | None:
    name = _named(criteria, "relname")
    kinds = criteria.take_all("relkind")
    if name is None:
        return None
    asked: list[Condition] = []
    if not kinds:
        return relation(name)
    if {"r", "p"} & set(kinds):
        asked.append(HasTable(name, views=bool({"v", "m"} & set(kinds))))
    elif {"v", "m"} & set(kinds):
        return None
    if "S" in kinds:
        asked.append(HasSequence(name))
    if "i" in kinds:
        asked.append(HasIndex(None, name.name))
    return asked[0] if len(asked) == 1 else AnyOf(tuple(asked))


def _table(criteria: _Criteria) -> Condition | None:
    """Read pg_tables, which has no views, or information_schema.tables, which has them unless a type is asked for."""
    has_views = "table_name" in criteria.values and "table_type" not in criteria.values
    name = _named(criteria, "table_name", "tablename")
    kind = criteria.take("table_type")
    return HasTable(name, views=has_views) if name is not None and kind in (None, "BASE TABLE") else None


def _a_column(criteria: _Criteria) -> Condition | None:
    table = _named(criteria, "table_name", "relname") or _regclass(criteria, "attrelid")
    column = criteria.take("column_name", "attname")
    if table is None:
        return None
    return HasColumn(table, column) if column is not None else HasTable(table, views=True)


def _constraint(criteria: _Criteria) -> Condition | None:
    table = _named(criteria, "table_name", "relname") or _regclass(criteria, "conrelid")
    name = criteria.take("constraint_name", "conname")
    kind = criteria.take("constraint_type", "contype")
    kinds = {"p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclude", "n": "not null"}
    if name is None:
        return None
    return HasConstraint(table or ANY_TABLE, name, kinds.get(kind, kind.lower()) if kind is not None else None)


def _sequence(criteria: _Criteria) -> Condition | None:
    name = _named(criteria, "sequence_name", "sequencename")
    return HasSequence(name) if name is not None else None


def _index(criteria: _Criteria) -> Condition | None:
    table = _named(criteria, "tablename")
    name = criteria.take("indexname")
    return HasIndex(table, name) if name is not None else None


def _type(criteria: _Criteria) -> Condition | None:
    name = _named(criteria, "typname")
    criteria.take("typtype", "typcategory")
    return HasType(name) if name is not None else None


def _schema(criteria: _Criteria) -> Condition | None:
    name = criteria.take("nspname", "schema_name")
    return HasSchema(name) if name is not None else None


# The first that a query joins is what it asks for: the others say in which table or schema.
_ASKED: Mapping[str, Callable[[_Criteria], Condition | None]] = {
    "pg_constraint": _constraint,
    "pg_attribute": _a_column,
    "pg_type": _type,
    "pg_class": _in_pg_class,
    "pg_tables": _table,
    "pg_sequences": _sequence,
    "pg_indexes": _index,
    "information_schema.tables": _table,
    "information_schema.columns": _a_column,
    "information_schema.table_constraints": _constraint,
    "information_schema.sequences": _sequence,
    "information_schema.schemata": _schema,
    "pg_namespace": _schema,
}
_KNOWN = frozenset(_ASKED)
