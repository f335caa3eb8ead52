"""Columns: from the value of `Column(...)` or `mapped_column(...)` to what it declares."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flake8_autoincrement.facts.schema import UNREAD, Autoincrement, ClientDefault, Column, ServerDefault, SqlType
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.clocks import clock
from flake8_autoincrement.inference.declarations.sqltypes import NULL, SqlTypes
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Bound,
    Class,
    Constant,
    Function,
    Instance,
    Made,
    Part,
    Partial,
    Symbol,
    Value,
    constant,
    is_none,
    text_of,
)
from flake8_autoincrement.source import Span

COLUMN_MAKERS = frozenset({"Column", "mapped_column"})
_SCHEMA_ITEMS = frozenset(
    {"ForeignKey", "Sequence", "Identity", "Computed", "FetchedValue", "DefaultClause", "ColumnDefault"}
)


@dataclass(slots=True)
class Place:
    """Where a column is declared: the dotted name of its class, its attribute's name and its statement."""

    declared_in: str
    attribute: str | None
    span: Span | None


class Columns:
    """Turns values into columns."""

    def __init__(self, interpreter: Interpreter, types: SqlTypes) -> None:
        self._interpreter = interpreter
        self._types = types
        self._given_types: dict[Made, SqlType | Unknown] = {}

    def made_column(self, value: Value) -> Made | None:
        """Give the call of `Column` or `mapped_column` that a value is, None if it is none."""
        value = self._interpreter.force(value)
        if isinstance(value, Made) and known_name(value.callee) in COLUMN_MAKERS:
            return value
        if isinstance(value, Made) and known_name(value.callee) in ("deferred", "column_property", "query_expression"):
            return self.made_column(value.args[0]) if value.args else None
        if isinstance(value, Instance) and value.supers is not None and _derives_from_column(value.cls):
            supers = value.supers
            callee = self._interpreter.symbol("sqlalchemy.Column")
            return Made(callee, supers.args, supers.keywords, value.places, supers.node, supers.open)
        return None

    def column(self, made: Made, place: Place) -> Column:
        """Give what a call of `Column` or `mapped_column` declares."""
        name, written, items = self._positional(made)
        keywords = {key: self._interpreter.force(value) for key, value in made.keywords.items()}
        if "type_" in keywords:
            written = self._types.sql_type(keywords["type_"]) or Unknown("a type that is not known")
        name = text_of(keywords.get("name")) or name or place.attribute or UNREAD
        default, server_default = self._defaults(made, keywords)
        column = Column(
            name=name,
            type=written or NULL,
            declared_in=place.declared_in,
            primary_key=self._key_flag(keywords.get("primary_key")),
            autoincrement=self._autoincrement(made, keywords),
            stated="autoincrement" in keywords,
            default=default,
            onupdate=self._client_default(keywords.get("onupdate")),
            server_default=server_default,
            key=text_of(keywords.get("key")),
            nullable=self._flag(keywords.get("nullable")),
            index=self._flag(keywords.get("index")),
            span=place.span,
        )
        for item in [*items, keywords.get("server_default")]:
            column = self._with_item(column, item)
        return column

    def _positional(self, made: Made) -> tuple[str | None, SqlType | Unknown | None, list[Value]]:
        """Split positional arguments into a name, a type and schema items, as `Column.__init__` does."""
        args = [self._interpreter.force(value) for value in made.args]
        name = None
        if args and isinstance(args[0], Constant) and (args[0].value is None or isinstance(args[0].value, str)):
            name = text_of(args.pop(0))
        if args and not _is_schema_item(args[0]):
            return name, self._types.sql_type(args[0]) or Unknown("a type that is not known"), args[1:]
        return name, None, args

    def _flag(self, value: Value | None) -> bool | None:
        if value is None:
            return None
        return self._interpreter.truth(value)

    def _key_flag(self, value: Value | None) -> bool | Unknown:
        flag = False if value is None else self._flag(value)
        return Unknown("whether it is in the primary key is only known at run time") if flag is None else flag

    def _autoincrement(self, made: Made, keywords: dict[str, Value]) -> Autoincrement | Unknown:
        given = keywords.get("autoincrement")
        if given is None:
            return made.open or "auto"
        match constant(given):
            case None:
                return False
            case bool() as flag:
                return flag
            case "auto":
                return "auto"
            case "ignore_fk":
                return "ignore_fk"
            case int():
                return False  # SQLAlchemy asks whether it `is True`
        return Unknown("its autoincrement is only known at run time")

    # Defaults.

    def _defaults(
        self, made: Made, keywords: dict[str, Value]
    ) -> tuple[ClientDefault | Unknown | None, ServerDefault | Unknown | None]:
        given = keywords.get("insert_default", keywords.get("default"))
        default: ClientDefault | Unknown | None = self._client_default(given)
        server = self._server_default(keywords.get("server_default"))
        if made.open is not None:
            return default or made.open, server or made.open
        return default, server

    def _client_default(self, value: Value | None) -> ClientDefault | Unknown | None:
        """Give what a `default=` or `onupdate=` means."""
        if value is None or is_none(value):
            return None
        found = clock(self._interpreter, value)
        match value:
            case Made() if known_name(value.callee) == "ColumnDefault" and value.args:
                return self._client_default(self._interpreter.force(value.args[0]))
            case Made() if known_name(value.callee) == "Sequence":
                return self._sequence(value)
            case Made() if _is_sql(value):
                return ClientDefault("sql", self._sql(value) or _text(value), clock=found)
            case Function() | Bound() | Partial() | Class():
                return ClientDefault("callable", getattr(value, "name", "callable"), clock=found)
            case Symbol() if value.path in ("sqlmodel.Undefined", "pydantic_core.PydanticUndefined"):
                return None
            case Symbol() | Part():
                return ClientDefault("callable", _text(value), clock=found)
            case Unknown() | Absent():
                return Unknown(f"its default is not known: {value.why}", value.span)
        return ClientDefault("value", _text(value), clock=found)

    def _sequence(self, made: Made) -> ClientDefault:
        name = text_of(self._interpreter.force(made.args[0])) if made.args else None
        name = name or text_of(self._interpreter.force(made.keywords.get("name", Constant(None))))
        optional = self._flag(made.keywords.get("optional")) is True
        return ClientDefault("sequence", f"Sequence({name!r})", name, optional)

    def _server_default(self, value: Value | None) -> ServerDefault | Unknown | None:
        if value is None or is_none(value):
            return None
        match value:
            case Constant():
                return ServerDefault("string", str(value.value))
            case Made() if known_name(value.callee) in ("Identity", "Computed"):
                return None
            case Made() if known_name(value.callee) == "FetchedValue":
                return ServerDefault("fetched", None)
            case Made() if known_name(value.callee) == "DefaultClause" and value.args:
                return self._server_default(self._interpreter.force(value.args[0]))
            case Made():
                return ServerDefault("sql", self._sql(value))
            case Symbol() | Part() if (text := self._sql(value)) is not None:
                return ServerDefault("sql", text)
            case Instance():
                return ServerDefault("sql", self._compiled(value))
            case Unknown() | Absent():
                return Unknown(f"its server default is not known: {value.why}", value.span)
        return Unknown("its server default is not known")

    def _compiled(self, instance: Instance) -> str | None:
        """Give the SQL of a construct of the project's own, as its `@compiles` function for PostgreSQL writes it."""
        for entry in instance.cls.mro:
            if isinstance(entry, Class) and entry.compilers:
                function = entry.compilers.get("postgresql", entry.compilers.get("default"))
                if function is None:
                    return None
                compiler = Made(self._interpreter.symbol("sqlalchemy.sql.compiler.SQLCompiler"), [], {})
                return text_of(self._interpreter.force(self._interpreter.call(function, [instance, compiler], {})))
        return None

    def _sql(self, value: Value) -> str | None:
        """Give the SQL of a default's expression, as far as it is plain; None if it is not."""
        value = self._interpreter.force(value)
        match value:
            case Constant():
                return repr(value.value) if isinstance(value.value, str) else str(value.value)
            case Symbol():
                return value.path.rpartition(".")[2]
            case Made(callee=Part(name="next_value", of=sequence)):
                return self._nextval(self._interpreter.force(sequence))
            case Made(callee=Part(name="op" | "self_group" | "label" | "cast" | "as_")):
                return None
            case Made(callee=Symbol() as callee):
                return self._function(value, known_name(callee) or callee.path)
            case Made(callee=Part(name=name)):
                return f"{name}()"
        return None

    def _function(self, made: Made, name: str) -> str | None:
        args = [self._sql(argument) for argument in made.args]
        if name in ("text", "literal_column", "TextClause"):
            return text_of(self._interpreter.force(made.args[0])) if made.args else None
        if name in ("next_value", "func.next_value") and made.args:
            return self._nextval(self._interpreter.force(made.args[0]))
        if name in ("false", "true", "null"):
            return name
        if name.startswith("operator.") and len(args) == 2:
            return f"{args[0]} {name.rpartition('.')[2]} {args[1]}"
        if name.startswith("func."):
            return f"{name.removeprefix('func.')}({', '.join(argument or '?' for argument in args)})"
        return f"{name}(...)"

    def _nextval(self, sequence: Value) -> str:
        name = self._sequence(sequence).sequence if isinstance(sequence, Made) else None
        return f"nextval('{name or '?'}')"

    # Schema items.

    def _with_item(self, column: Column, item: Value | None) -> Column:
        """Add what a `ForeignKey`, a `Sequence` and their like say to a column."""
        if item is None or is_none(item):
            return column
        item = self._interpreter.force(item)
        kind = known_name(item.callee) if isinstance(item, Made) else None
        match kind:
            case "ForeignKey":
                assert isinstance(item, Made)
                typed = self._referred(item) if column.type is NULL else None
                return replace(
                    column, type=typed or column.type, foreign_keys=(*column.foreign_keys, self._target(item))
                )
            case "Sequence" if item is not None and isinstance(item, Made):
                return replace(column, default=self._sequence(item)) if column.default is None else column
            case "Identity":
                return replace(column, identity=True, identity_always=self._is_always(item))
            case "Computed":
                return replace(column, computed=True)
            case "FetchedValue" | "DefaultClause" if column.server_default is None:
                return replace(column, server_default=self._server_default(item))
            case "ColumnDefault" if column.default is None:
                return replace(column, default=self._client_default(item))
        if isinstance(item, Instance) and _derives_from(item.cls, "ForeignKey"):
            return replace(column, foreign_keys=(*column.foreign_keys, "?"))
        if isinstance(item, (Unknown, Absent)):
            return replace(
                column, default=column.default or Unknown(f"an argument is not known: {item.why}", item.span)
            )
        return column

    def _is_always(self, identity: Value) -> bool:
        if not isinstance(identity, Made):
            return False
        given = identity.keywords.get("always", identity.args[0] if identity.args else Constant(False))
        return self._interpreter.truth(given) is True

    def _referred(self, foreign_key: Made) -> SqlType | Unknown | None:
        """Give the type of the column that a foreign key names as an object, None if it is not plain."""
        target = self._interpreter.force(foreign_key.args[0]) if foreign_key.args else Constant(None)
        if isinstance(target, Part) and isinstance(target.of, Part) and target.of.name in ("c", "columns"):
            table = self._interpreter.force(target.of.of)
            target = self.of_table(table, target.name) or target if isinstance(table, Made) else target
        made = self.made_column(target)
        found = None if made is None else self._given_type(made)
        return None if found is NULL else found

    def _given_type(self, made: Made) -> SqlType | Unknown:
        """Give the type that a column has by its own call; those in a chain of foreign keys are asked for often."""
        found = self._given_types.get(made)
        if found is None:
            found = self._given_types[made] = self.column(made, Place("", None, None)).type
        return found

    def of_table(self, table: Made, name: str) -> Made | None:
        """Give the call that makes a column of a Core table."""
        for argument in table.args[2:]:
            made = self.made_column(argument)
            found = None if made is None else self.column(made, Place("", None, None))
            if found is not None and name in (found.key, found.name):
                return made
        return None

    def _target(self, foreign_key: Made) -> str:
        target = self._interpreter.force(foreign_key.args[0]) if foreign_key.args else Constant(None)
        return text_of(target) or _text(target)


def merged(own: Column, annotated: Column) -> Column:
    """Fill a column with what the `mapped_column` inside its `Annotated` says (`Column._merge`)."""
    return replace(
        own,
        type=annotated.type if own.type is NULL else own.type,
        primary_key=annotated.primary_key if own.primary_key is False else own.primary_key,
        autoincrement=annotated.autoincrement if own.autoincrement == "auto" else own.autoincrement,
        stated=own.stated or annotated.stated,
        default=annotated.default if own.default is None else own.default,
        onupdate=annotated.onupdate if own.onupdate is None else own.onupdate,
        server_default=annotated.server_default if own.server_default is None else own.server_default,
        identity=own.identity or annotated.identity,
        identity_always=own.identity_always or annotated.identity_always,
        computed=own.computed or annotated.computed,
        foreign_keys=(*own.foreign_keys, *annotated.foreign_keys),
        nullable=annotated.nullable if own.nullable is None else own.nullable,
        index=annotated.index if own.index is None else own.index,
    )


def _is_schema_item(value: Value) -> bool:
    if isinstance(value, Made):
        return known_name(value.callee) in (*_SCHEMA_ITEMS, "CheckConstraint", "ForeignKeyConstraint", "Constraint")
    return isinstance(value, Instance) and _derives_from(value.cls, "ForeignKey")


def _derives_from_column(cls: Class) -> bool:
    return any(isinstance(entry, Symbol) and known_name(entry) in COLUMN_MAKERS for entry in cls.mro)


def _derives_from(cls: Class, name: str) -> bool:
    return any(isinstance(entry, Symbol) and known_name(entry) == name for entry in cls.mro)


def _is_sql(made: Made) -> bool:
    name = known_name(made.callee)
    if isinstance(made.callee, Part):
        return isinstance(made.callee.of, Made) and _is_sql(made.callee.of)
    return name is not None and (
        name.startswith("func.") or name in ("text", "select", "literal_column", "case", "cast")
    )


def _text(value: Value) -> str:
    """Give a short text of a value for people."""
    match value:
        case Constant():
            return repr(value.value)
        case Symbol():
            return value.path
        case Part():
            return f"{_text(value.of)}.{value.name}"
        case Made():
            return f"{_text(value.callee)}(...)"
        case Function() | Class():
            return value.name
    return "?"
