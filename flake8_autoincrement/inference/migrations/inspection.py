"""What a revision asks a database: which tables, columns and rows there are, and of which dialect it is."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    Condition,
    HasColumn,
    HasConstraint,
    HasIndex,
    HasKey,
    HasSchema,
    HasSequence,
    HasTable,
    HasType,
    Offline,
    Opaque,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.observer import Entry, Listed, Listing, Perhaps, Question, any_of, negated
from flake8_autoincrement.inference.migrations.recording import LISTED
from flake8_autoincrement.inference.evaluate.values import (
    FALSE,
    Constant,
    Indexed,
    Items,
    Made,
    Mapping,
    Method,
    Part,
    Symbol,
    Value,
    is_none,
    text_of,
    tuple_of,
)

_LISTINGS: dict[str, Listed] = {
    "get_table_names": "tables",
    "table_names": "tables",
    "get_view_names": "views",
    "get_materialized_view_names": "views",
    "get_columns": "columns",
    "get_indexes": "indexes",
    "get_unique_constraints": "constraints",
    "get_foreign_keys": "constraints",
    "get_check_constraints": "constraints",
    "get_enums": "types",
    "get_schema_names": "schemas",
    "get_sequence_names": "sequences",
}
_OF_TABLES = ("columns", "indexes", "constraints")
_COMPARISON: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
WHY = "it is what the database has"
# Why a Result, and what is asked of one, is not known.
QUERIED = "what a query gives is only known at run time"
_ROWS = "what rows there are is only known at run time"
# The newest major version of PostgreSQL that is known here, as `server_version_info` gives it.
_SERVER_VERSION = (18, 0)
_DIALECT = {
    "name": "postgresql",
    "driver": "psycopg",
    "dialect_description": "postgresql+psycopg",
    "is_mariadb": False,
}
_OTHER_DIALECTS = ("mysql", "mariadb", "sqlite", "oracle", "mssql")
_OPTIONS = frozenset({"get_main_option", "get_section_option", "get_x_argument", "get_section"})


@dataclass(frozen=True, slots=True)
class Result(Unknown):
    """What a query gave: rows, a row, or a value; `counted` is true for a number of rows."""

    counted: bool = False


class Inspection:
    """Answers with questions."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    # Attributes.

    def attribute(self, value: Value, name: str) -> Value | None:
        """Give an attribute of a connection, its engine or its dialect, as they are on PostgreSQL."""
        if isinstance(value, Part) and value.name in ("dialect", "engine"):
            if name in _DIALECT:
                return Constant(_DIALECT[name])
            if name == "server_version_info":
                return tuple_of([Constant(part) for part in _SERVER_VERSION])
        if isinstance(value, Entry):
            return value if name == "name" else Part(value, name) if name == "get" else Unknown(WHY)
        if isinstance(value, Listing):
            return Part(value, name) if name in ("keys", "values", "items", "get") else Unknown(WHY)
        if name in ("c", "columns") and (table := self._reflected(value)) is not None:
            return Listing(WHY, None, "columns", table)
        if name == "url" and isinstance(value, Part) and value.name == "engine":
            return Constant("postgresql")
        if name == "version_table_schema":
            return Constant(None)
        if name in ("as_sql", "is_offline") and isinstance(value, (Made, Part)):
            return Question(WHY, None, Offline())
        if name == "tables" and isinstance(value, Made) and "reflect" in value.attributes:
            return Listing(WHY, None, "tables")
        return None

    def _reflected(self, value: Value) -> QualifiedName | None:
        """Give the name of a table of a reflected `MetaData` (`metadata.tables["users"]`)."""
        if isinstance(value, Indexed) and isinstance(value.of, Listing) and value.of.of == "tables":
            name = text_of(self._interpreter.force(value.index))
            return None if name is None else QualifiedName(name, value.of.schema)
        return None

    # Calls.

    def called(self, callee: Value, args: list[Value], keywords: dict[str, Value]) -> Value | None:
        """Give what a call asks, None if it asks nothing that is known here."""
        match callee:
            case Symbol(path="alembic.context.is_offline_mode" | "alembic.op.get_context.as_sql"):
                return Question(WHY, None, Offline())
            case Symbol():
                return self._of_builtin(callee.path, args)
            case Part(name=name):
                return self._of_part(callee, name, args, keywords)
            case Method(receiver=Mapping(open=Listing() as listing), name="get") if args:
                key = text_of(self._interpreter.force(args[0]))
                return None if key is None else Question(WHY, None, has(listing, key))
        return None

    def _of_builtin(self, path: str, args: list[Value]) -> Value | None:
        """Pass a result or a listing through Python's own functions."""
        if not path.startswith("builtins.") or not args:
            return None
        first = self._interpreter.force(args[0])
        name = path.removeprefix("builtins.")
        if name == "isinstance" and len(args) == 2 and isinstance(first, Part) and first.name == "dialect":
            return self._is_dialect(self._interpreter.force(args[1]))
        result = _result_in(first)
        if result is not None:
            return Result(result.why, result.span, counted=name in ("len", "sum") or result.counted)
        if isinstance(first, Question) and name in ("bool", "any", "all", "next", "list", "tuple", "iter"):
            return first
        if isinstance(first, Listing) and name in ("list", "set", "tuple", "sorted", "frozenset", "iter"):
            return first
        return None

    def _is_dialect(self, kind: Value) -> Value | None:
        """Say whether PostgreSQL's dialect is of a class."""
        kinds = kind.items if isinstance(kind, Items) else [kind]
        paths = [each.path.lower() if isinstance(each, Symbol) else "" for each in map(self._interpreter.force, kinds)]
        if any("postgres" in path or "pgdialect" in path for path in paths):
            return Constant(True)
        return Constant(False) if all(any(other in path for other in _OTHER_DIALECTS) for path in paths) else None

    def _of_part(self, callee: Part, name: str, args: list[Value], keywords: dict[str, Value]) -> Value | None:
        if name == "get_backend_name":
            return Constant("postgresql")
        if name in _OPTIONS:
            return Result("an option of the environment's")
        if name in ("has_table", "has_sequence", "has_schema", "has_index", "has_type"):
            return self._has(name, args, keywords)
        if name in _LISTINGS:
            return self._listing(_LISTINGS[name], args, keywords)
        if name == "get_pk_constraint":
            return Listing(WHY, None, "key columns", self._table(args, keywords))
        if name == "get" and args and isinstance(of := self._interpreter.force(callee.of), (Entry, Listing)):
            return self._interpreter.subscript(of, args[0])
        if name in ("keys", "values", "items") and isinstance(self._interpreter.force(callee.of), Listing):
            return self._interpreter.force(callee.of)
        if name == "reflect":
            of = self._interpreter.force(callee.of)
            if isinstance(of, Made):
                of.attributes["reflect"] = Constant(True)
            return Constant(None)
        return None

    def _has(self, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Give the question of `has_table` and its like, of an inspector or of a dialect (which takes a connection)."""
        given = [self._interpreter.force(argument) for argument in args]
        if given and not isinstance(given[0], (Constant, Unknown)):
            given = given[1:]
        texts = [text_of(argument) for argument in given]
        for key in ("table_name", "sequence_name", "schema_name", "type_name"):
            if key in keywords:
                texts.insert(0, text_of(self._interpreter.force(keywords[key])))
        first = texts[0] if texts else None
        if first is None:
            return Question(WHY, None, Opaque("whether something of an unknown name is there"))
        schema = self._schema(keywords) or (texts[1] if len(texts) > 1 and name != "has_index" else None)
        named = QualifiedName(first, schema or "")
        match name:
            case "has_sequence":
                return Question(WHY, None, HasSequence(named))
            case "has_schema":
                return Question(WHY, None, HasSchema(first))
            case "has_type":
                return Question(WHY, None, HasType(named))
            case "has_index":
                given_index = text_of(self._interpreter.force(keywords.get("index_name", FALSE)))
                index = texts[1] if len(texts) > 1 else given_index
                unknown = Opaque("whether an index of an unknown name is there")
                return Question(WHY, None, unknown if index is None else HasIndex(named, index))
        return Question(WHY, None, HasTable(named, views=True))

    def _schema(self, keywords: dict[str, Value]) -> str | None:
        return text_of(self._interpreter.force(keywords["schema"])) if "schema" in keywords else None

    def _table(self, args: list[Value], keywords: dict[str, Value]) -> QualifiedName | None:
        given = args[0] if args else keywords.get("table_name")
        name = None if given is None else text_of(self._interpreter.force(given))
        schema = self._schema(keywords)
        if schema is None and len(args) > 1:
            schema = text_of(self._interpreter.force(args[1]))
        return None if name is None else QualifiedName(name, schema or "")

    def _listing(self, of: Listed, args: list[Value], keywords: dict[str, Value]) -> Value:
        if of in _OF_TABLES:
            return Listing(WHY, None, of, self._table(args, keywords))
        schema = self._schema(keywords)
        if schema is None and args:
            schema = text_of(self._interpreter.force(args[0]))
        return Listing(WHY, None, of, None, schema or "")

    # Comparisons and conditions.

    def compared(self, sign: str, left: Value, right: Value) -> Value | None:
        """Give what a comparison asks, None if it asks nothing."""
        if sign in ("in", "not in"):
            listing, name = self._listing_in(right), text_of(left)
            if listing is not None and name is not None:
                return _answer(has(listing, name), sign == "in")
            return None
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Entry) and (name := text_of(other)) is not None and sign in ("==", "!="):
                return _answer(has(one.listing, name), sign == "==")
            if isinstance(one, Listing) and one.of == "key columns" and sign in ("==", "!="):
                return self._compared_key(one, other, sign == "==")
            if isinstance(one, Question) and sign in ("==", "!=", "is", "is not"):
                if is_none(other) or (isinstance(other, Constant) and isinstance(other.value, bool)):
                    wanted = isinstance(other, Constant) and other.value is True
                    return _answer(one.condition, wanted is (sign in ("==", "is")))
            result = _result_in(one)
            if result is not None:
                return self._compared_result(sign, result, other, one is left)
        return None

    def _compared_key(self, listing: Listing, other: Value, positive: bool) -> Value | None:
        items = self._interpreter.items(other)
        names = [text_of(self._interpreter.force(item)) for item in items or ()]
        if listing.table is None or items is None or None in names:
            return None
        return _answer(HasKey(listing.table, tuple(name for name in names if name is not None)), positive)

    def _listing_in(self, value: Value) -> Listing | None:
        """Give the listing that a value is or was made of; also the columns of a table that is reflected."""
        if isinstance(value, Part) and value.name in ("c", "columns"):
            table = self._interpreter.force(value.of)
            if isinstance(table, Made) and {"autoload", "autoload_with"} & table.keywords.keys() and table.args:
                name = text_of(self._interpreter.force(table.args[0]))
                schema = self._schema(table.keywords)
                if name is not None:
                    return Listing(WHY, None, "columns", QualifiedName(name, schema or ""))
        return _listing_in(value)

    def _compared_result(self, sign: str, result: Result, other: Value, is_left: bool) -> Value:
        """Compare what a query gave; on a database without rows that is nothing, or a count of 0."""
        if is_none(other) and sign in ("is", "==", "is not", "!=") and not result.counted:
            return Question(_ROWS, None, Opaque(_ROWS, fresh=sign in ("is", "==")))
        number = other.value if isinstance(other, Constant) else None
        if result.counted and isinstance(number, int) and sign in _COMPARISON:
            fresh = _COMPARISON[sign](0, number) if is_left else _COMPARISON[sign](number, 0)
            return Question(_ROWS, None, Opaque(_ROWS, fresh=fresh))
        return Question(_ROWS, None, Opaque(_ROWS, fresh=False))

    def condition(self, test: Value) -> Condition:
        """Give the condition that a test of unknown truth asks."""
        test = self._interpreter.force(test)
        if isinstance(test, Question):
            return test.condition
        if isinstance(test, Listing) and test.of == "key columns" and test.table is not None:
            return HasKey(test.table)
        if isinstance(test, Entry) and test.listing.of == "key columns" and test.listing.table is not None:
            return HasKey(test.listing.table)
        if isinstance(test, Items) and test.items and all(isinstance(item, Perhaps) for item in test.items):
            return any_of([item.condition for item in test.items if isinstance(item, Perhaps)])
        if _result_in(test) is not None:
            return Opaque(_ROWS, fresh=False)
        if isinstance(test, Unknown):
            return Opaque(test.why or "it is only known at run time")
        return Opaque("it is only known at run time")

    def each(self, iterable: Value) -> tuple[Value, Condition] | None:
        """Give an item that stands for all names of a listing, or all rows of a result."""
        listing = self._listing_in(iterable)
        if listing is not None:
            return Entry(WHY, None, listing), Opaque(f"{LISTED}{listing.of}")
        if _result_in(iterable) is not None:
            return Unknown(_ROWS), Opaque(_ROWS, fresh=False)
        return None


def has(listing: Listing, name: str) -> Condition:
    """Give the question whether a listing has a name."""
    table = listing.table
    match listing.of:
        case "tables":
            return HasTable(QualifiedName(name, listing.schema))
        case "views":
            return HasTable(QualifiedName(name, listing.schema), views=True)
        case "sequences":
            return HasSequence(QualifiedName(name, listing.schema))
        case "types":
            return HasType(QualifiedName(name, listing.schema))
        case "schemas":
            return HasSchema(name)
    if table is None:
        return Opaque(f"which {listing.of} an unknown table has")
    match listing.of:
        case "columns":
            return HasColumn(table, name)
        case "indexes":
            return HasIndex(table, name)
    return HasConstraint(table, name)


def _answer(condition: Condition, positive: bool) -> Question:
    return Question(WHY, None, condition if positive else negated(condition))


def _listing_in(value: Value) -> Listing | None:
    """Give the listing that a value is, or that a container was made of."""
    match value:
        case Listing():
            return value
        case Items(items=[], open=Listing() as listing):
            return listing
        case Mapping(open=Listing() as listing):
            return listing
    return None


def _result_in(value: Value) -> Result | None:
    """Give the result that a value is, or that a container was made of."""
    match value:
        case Result():
            return value
        case Items(open=Result() as result) | Mapping(open=Result() as result):
            return result
    return None
