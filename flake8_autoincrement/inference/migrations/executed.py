"""Statements that a revision executes: SQL text, and constructs of SQLAlchemy Core."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    AnyOperation,
    CreateSchema,
    DeleteRows,
    DropSchema,
    InsertRows,
    Name,
    ReadRows,
    Unread,
    UpdateRows,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.models import Models
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.literals import offsets
from flake8_autoincrement.inference.evaluate.observer import Listing
from flake8_autoincrement.inference.evaluate.texts import Piece, Template, pieces_of
from flake8_autoincrement.inference.evaluate.values import (
    Class,
    Constant,
    Indexed,
    Instance,
    Made,
    Mapping,
    Part,
    Symbol,
    Value,
    is_none,
    text_of,
)
from flake8_autoincrement.source import Span
from flake8_autoincrement.sql.masks import Binds
from flake8_autoincrement.sql.statements import operations

_TEXTS = frozenset({"text", "TextClause", "DDL", "literal_column"})
_WRITES = frozenset({"insert", "update", "delete"})
_COUNT = re.compile(r"\bcount\s*\(", re.IGNORECASE)
_CATALOG = re.compile(r"\b(?:information_schema|pg_\w+|to_reg\w+)\b", re.IGNORECASE)


class Executed:
    """Reads what is executed into operations."""

    def __init__(
        self, interpreter: Interpreter, models: Models, ddl: Callable[[Made, Span], list[AnyOperation] | None]
    ) -> None:
        self._interpreter = interpreter
        self._models = models
        self._ddl = ddl

    def operations(self, value: Value, site: Span, *, plain: bool = False) -> list[AnyOperation]:
        """Give what a statement does; `plain` is true for SQL that the driver gets as it stands."""
        value = self._interpreter.force(value)
        match value:
            case Constant(value=str()) | Template():
                return self._sql(value, site, "percent" if plain else "named")
            case Made():
                return self._construct(value, site)
            case Unknown():
                return [Unread(f"a statement that is not known: {value.why}", span=site)]
        return [Unread("a statement that is only known at run time", span=site)]

    def _construct(self, made: Made, site: Span) -> list[AnyOperation]:
        methods, root = _chain(self._interpreter, made)
        name = known_name(root.callee) if isinstance(root, Made) else None
        if isinstance(root, Made) and name in _TEXTS and root.args:
            first = self._interpreter.force(root.args[0])
            if isinstance(first, (Constant, Template)):
                return self._sql(first, site, "none" if name == "DDL" else "named")
            why = first.why if isinstance(first, Unknown) else "it is only known at run time"
            return [Unread(f"a statement that is not known: {why}", span=site)]
        if isinstance(root, Made) and (found := self._ddl(root, site)) is not None:
            return found
        if isinstance(root, Made) and name == "CreateSchema":
            flag = self._interpreter.truth(root.keywords.get("if_not_exists", Constant(False))) is True
            return [CreateSchema(self._text(root.args[:1]), flag, span=site)]
        if isinstance(root, Made) and name == "DropSchema":
            flags = {key: self._interpreter.truth(value) is True for key, value in root.keywords.items()}
            schema = self._text(root.args[:1])
            return [DropSchema(schema, flags.get("if_exists", False), flags.get("cascade", False), span=site)]
        return self._core(methods, root, site)

    def _text(self, args: list[Value]) -> str | Unknown:
        found = text_of(self._interpreter.force(args[0])) if args else None
        return found if found is not None else Unknown("a name that is only known at run time")

    # Core statements.

    def _core(self, methods: list[Made], root: Value, site: Span) -> list[AnyOperation]:
        """Read an INSERT, UPDATE, DELETE or SELECT of SQLAlchemy Core."""
        names = [_method(made) for made in methods]
        if isinstance(root, Made) and (verb := known_name(root.callee)) in (*_WRITES, "select") and verb is not None:
            target = root.args[0] if root.args else None
        else:
            verb = next((name for name in names if name in (*_WRITES, "select", "query")), None)
            target = root
        if verb is None or verb in ("select", "query"):
            known = verb is not None or (isinstance(root, Made) and _is_query(root))
            return [ReadRows(span=site)] if known else [Unread("a construct that is not known here", span=site)]
        table = self.table_name(target)
        columns = self._columns_set(methods)
        match verb:
            case "insert":
                return [InsertRows(table, columns, span=site)]
            case "update":
                return [UpdateRows(table, columns, "where" in names or "filter" in names, span=site)]
        return [DeleteRows(table, "where" in names or "filter" in names, span=site)]

    def of_query(self, verb: str, of: Value, args: list[Value], site: Span) -> AnyOperation:
        """Read `session.query(Model).filter(...).update({...})` or `.delete()`."""
        methods, _ = _chain(self._interpreter, Made(Part(of, verb), args, {}))
        query = next((made for made in methods if _method(made) == "query"), None)
        table = self.table_name(query.args[0] if query is not None and query.args else None)
        is_restricted = any(_method(made) in ("where", "filter", "filter_by") for made in methods)
        if verb == "delete":
            return DeleteRows(table, is_restricted, span=site)
        return UpdateRows(table, self._columns_set(methods), is_restricted, span=site)

    def _columns_set(self, methods: list[Made]) -> tuple[str, ...] | None:
        for made in methods:
            if _method(made) in ("values", "update") and (made.keywords or made.args):
                names = list(made.keywords)
                for argument in map(self._interpreter.force, made.args):
                    if not isinstance(argument, Mapping) or argument.open is not None:
                        return None
                    keys = [_column_name(key) for key, _ in argument.entries.values()]
                    names += [key for key in keys if key is not None]
                return tuple(names)
        return None

    def table_name(self, value: Value | None) -> Name:
        """Give the name of the table that a value is: a Core table, a model, or its `__table__`."""
        value = None if value is None else self._interpreter.force(value)
        match value:
            case Made(callee=Symbol() as callee) if known_name(callee) in ("Table", "table", "TableClause"):
                name = text_of(self._interpreter.force(value.args[0])) if value.args else None
                schema = value.keywords.get("schema")
                text = text_of(self._interpreter.force(schema)) if schema is not None else None
                if name is not None:
                    return QualifiedName(name, text or "")
            case Class():
                model = self._models.model(value, value.span.path)
                if model is not None and model.table is not None:
                    return QualifiedName(model.table.name, model.table.schema or "")
            case Instance():
                return self.table_name(value.cls)
            case Indexed(of=Listing(of="tables", schema=schema), index=index):
                name = text_of(self._interpreter.force(index))
                if name is not None:
                    return QualifiedName(name, schema)
            case Indexed(of=Part(name="tables"), index=index):
                name = text_of(self._interpreter.force(index))
                if name is not None:
                    return QualifiedName(name)
            case Part(name="__table__", of=of):
                return self.table_name(of)
            case Made(callee=Part(name="alias" | "query" | "select_from", of=of)):
                return self.table_name(value.args[0] if value.args else of)
        return Unknown("a table that is only known at run time")

    def inserted(self, table: Name, rows: Value, site: Span) -> InsertRows:
        """Give the rows that `bulk_insert` puts in."""
        items = self._interpreter.items(rows)
        if items is None:
            return InsertRows(table, span=site)
        names: dict[str, None] = {}
        largest: dict[str, int] = {}
        for row in map(self._interpreter.force, items):
            if not isinstance(row, Mapping) or row.open is not None:
                return InsertRows(table, rows=len(items), span=site)
            for key, value in row.entries.values():
                name = _column_name(key)
                number = self._interpreter.force(value)
                if name is not None and not is_none(number):
                    names[name] = None
                if name is not None and isinstance(number, Constant) and type(number.value) is int:
                    largest[name] = max(largest.get(name, number.value), number.value)
        return InsertRows(table, tuple(names), len(items), tuple(sorted(largest.items())), span=site)

    # SQL.

    def _sql(self, value: Constant | Template, site: Span, binds: Binds) -> list[AnyOperation]:
        text = value.text if isinstance(value, Template) else str(value.value)
        holes = value.holes if isinstance(value, Template) else ()
        places = _Places(self._interpreter, pieces_of(value), site)
        return list(operations(text, places.place, holes=holes, binds=binds))

    def counts(self, value: Value) -> bool:
        """Say whether a query gives a number of rows."""
        value = self._queried(value)
        if isinstance(value, Made):
            return "count" in (known_name(value.callee) or _method(value) or "")
        text = text_of(value)
        return text is not None and _COUNT.search(text) is not None

    def asks_catalog(self, value: Value) -> bool:
        """Say whether a query is put to the catalog, which has rows on a fresh database too."""
        value = self._queried(value)
        texts = [value.text] if isinstance(value, Template) else [text_of(value)]
        return any(text is not None and _CATALOG.search(text) is not None for text in texts)

    def _queried(self, value: Value) -> Value:
        """Give the text of a query, or the first thing that is selected; None, as a constant, where nothing is."""
        value = self._interpreter.force(value)
        if not isinstance(value, Made):
            return value
        _, root = _chain(self._interpreter, value)
        return self._interpreter.force(root.args[0]) if isinstance(root, Made) and root.args else Constant(None)


def _chain(interpreter: Interpreter, made: Made) -> tuple[list[Made], Value]:
    """Split `root.method(...).method(...)` into its calls, the last one first, and its root."""
    methods: list[Made] = []
    current: Value = made
    while isinstance(current, Made) and isinstance(current.callee, Part) and len(methods) < 100:
        methods.append(current)
        current = interpreter.force(current.callee.of)
    return methods, current


def _method(made: Made) -> str | None:
    return made.callee.name if isinstance(made.callee, Part) else None


def _is_query(root: Made) -> bool:
    name = known_name(root.callee) or ""
    return name.startswith("func.") or name in ("union", "union_all", "exists", "values", "select")


def _column_name(key: Value) -> str | None:
    return key.name if isinstance(key, Part) else text_of(key)


@dataclass(slots=True)
class _Places:
    """Finds the places of stretches of an SQL text in the file whose literals it was put together of."""

    interpreter: Interpreter
    pieces: Iterable[Piece]
    site: Span

    def place(self, start: int, end: int) -> Span:
        """Give the place of a stretch, that of the call where it does not stand in the same file."""
        first = self._position(start)
        if first is None:
            return self.site
        places = (self._position(at) for at in range(max(end - 1, start), start - 1, -1))
        last = next(place for place in places if place is not None and place >= first)
        return Span(self.site.path, first[0], first[1], last[0], last[1] + 1)

    def _position(self, at: int) -> tuple[int, int] | None:
        for piece in self.pieces:
            if piece.start <= at < piece.start + piece.length and piece.module.path == self.site.path:
                return self._in_literal(piece, piece.at + at - piece.start)
        return None

    def _in_literal(self, piece: Piece, at: int) -> tuple[int, int] | None:
        span = self.interpreter.span(piece.node, piece.module)
        source = _between(piece.module.text, span)
        _, places = offsets(source)
        if at >= len(places):
            return None
        before = source[: places[at]]
        line = before.count("\n")
        column = len(before) - before.rfind("\n") - 1
        return span.line + line, column if line else span.column + column


def _between(text: str, span: Span) -> str:
    lines = text.split("\n")[span.line - 1 : span.end_line]
    if not lines:
        return ""
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "\n".join(lines)
