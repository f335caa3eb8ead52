"""SQLModel's fields: what column each becomes (`sqlmodel.main.get_column_from_field`)."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.keys import Version
from flake8_autoincrement.facts.schema import Affinity, Column, SqlType
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.annotations import ENUM, Annotations, PythonType
from flake8_autoincrement.inference.declarations.columns import Columns, Place
from flake8_autoincrement.inference.declarations.mapping import Attribute
from flake8_autoincrement.inference.declarations.sqltypes import NULL, SqlTypes
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import (
    Class,
    Constant,
    Indexed,
    Made,
    Mapping,
    Symbol,
    Value,
    is_none,
    text_of,
)

AWARE_SINCE = (0, 0, 45)  # from here on a plain `datetime` is a timestamptz
_TYPES: dict[str, SqlType] = {
    "builtins.int": SqlType("Integer", Affinity.INTEGER),
    "builtins.float": SqlType("Float", Affinity.NUMERIC, float=True),
    "decimal.Decimal": SqlType("Numeric", Affinity.NUMERIC),
    "builtins.bool": SqlType("Boolean", Affinity.OTHER),
    "builtins.str": SqlType("AutoString", Affinity.OTHER),
    "pathlib.Path": SqlType("AutoString", Affinity.OTHER),
    "builtins.bytes": SqlType("LargeBinary", Affinity.OTHER),
    "uuid.UUID": SqlType("Uuid", Affinity.OTHER),
    "datetime.date": SqlType("Date", Affinity.OTHER),
    "datetime.time": SqlType("Time", Affinity.OTHER),
    "datetime.timedelta": SqlType("Interval", Affinity.OTHER),
    "pydantic.EmailStr": SqlType("AutoString", Affinity.OTHER),
    "pydantic.NaiveDatetime": SqlType("DateTime", Affinity.OTHER, timestamp=True, timezone=False),
}
_DATETIMES = frozenset({"datetime.datetime", "pydantic.AwareDatetime"})


class SqlModels:
    """Turns the fields of SQLModel classes into columns."""

    def __init__(
        self, interpreter: Interpreter, annotations: Annotations, columns: Columns, types: SqlTypes, version: Version
    ) -> None:
        self._interpreter = interpreter
        self._annotations = annotations
        self._columns = columns
        self._types = types
        self._version = version

    def is_no_column(self, attribute: Attribute) -> bool:
        """Say whether a field is a relationship or a class variable."""
        value = None if attribute.value is None else self._interpreter.force(attribute.value)
        if isinstance(value, Made) and known_name(value.callee) in ("sqlmodel.Relationship", "relationship"):
            return True
        if attribute.annotation is None:
            return False
        annotated = self._annotations.value(attribute.annotation)
        head = annotated.of if isinstance(annotated, Indexed) else annotated
        return isinstance(head, Symbol) and head.path in ("typing.ClassVar", "typing_extensions.ClassVar")

    def column(self, attribute: Attribute, place: Place) -> Column:
        """Give the column that a field makes."""
        python = self._python_type(attribute)
        field = self._field(attribute, python)
        keywords = (
            {} if field is None else {key: self._interpreter.force(value) for key, value in field.keywords.items()}
        )
        given = self._columns.made_column(keywords["sa_column"]) if "sa_column" in keywords else None
        if given is not None:
            return self._columns.column(given, place)
        made = self._made(attribute, field, keywords)
        column = self._columns.column(made, place)
        if column.type is NULL:
            column = replace(column, type=self._type(keywords, python))
        return replace(column, nullable=python.optional if column.nullable is None else column.nullable)

    def _python_type(self, attribute: Attribute) -> PythonType:
        if attribute.annotation is None:
            return PythonType(Unknown("no annotation"), Unknown("no annotation"), [], False)
        return self._annotations.python_type(self._annotations.value(attribute.annotation))

    def _field(self, attribute: Attribute, python: PythonType) -> Made | None:
        """Give the call of `Field`, as the value or inside `Annotated`."""
        values = [attribute.value] if attribute.value is not None else []
        for value in (*values, *python.metadata):
            value = self._interpreter.force(value)
            if isinstance(value, Made) and (known_name(value.callee) == "sqlmodel.Field" or _is_pydantic_field(value)):
                return value
        return None

    def _made(self, attribute: Attribute, field: Made | None, keywords: dict[str, Value]) -> Made:
        """Write the call of `Column` that SQLModel would make of a field."""
        symbol = self._interpreter.symbol
        args: list[Value] = []
        target = text_of(keywords.get("foreign_key"))
        if target is not None:
            args.append(Made(symbol("sqlalchemy.ForeignKey"), [Constant(target)], {}))
        args += self._interpreter.items(keywords["sa_column_args"]) or [] if "sa_column_args" in keywords else []
        written: dict[str, Value] = {
            key: keywords[key]
            for key in ("primary_key", "index", "nullable")
            if key in keywords and not _is_undefined(keywords[key])
        }
        default = self._default(attribute, field, keywords)
        if default is not None:
            written["default"] = default
        extra = keywords.get("sa_column_kwargs")
        if isinstance(extra, Mapping):
            written |= {name: value for key, value in extra.entries.values() if (name := text_of(key)) is not None}
        open_ = field.open if field is not None else None
        return Made(symbol("sqlalchemy.Column"), args, written, open=open_)

    def _default(self, attribute: Attribute, field: Made | None, keywords: dict[str, Value]) -> Value | None:
        factory = keywords.get("default_factory")
        if factory is not None and not is_none(factory):
            return factory
        if field is None:
            value = attribute.value
        else:
            value = keywords.get("default", field.args[0] if field.args else None)
        value = None if value is None else self._interpreter.force(value)
        return None if value is None or _is_undefined(value) else value

    def _type(self, keywords: dict[str, Value], python: PythonType) -> SqlType | Unknown:
        if "sa_type" in keywords and not _is_undefined(keywords["sa_type"]):
            return self._types.sql_type(keywords["sa_type"]) or Unknown("a type that is not known")
        return self._of(self._interpreter.force(python.inner))

    def _of(self, inner: Value, depth: int = 0) -> SqlType | Unknown:
        match inner:
            case Symbol(path=path) if path in _TYPES:
                return _TYPES[path]
            case Symbol(path=path) if path in _DATETIMES:
                return SqlType("DateTime", Affinity.OTHER, timestamp=True, timezone=self._version >= AWARE_SINCE)
            case Class() if self._interpreter.is_enum(inner):
                return ENUM
            case Class():
                symbols = [entry for entry in inner.mro if isinstance(entry, Symbol)]
                return next((_TYPES[s.path] for s in symbols if s.path in _TYPES), Unknown(f"{inner.name} is no type"))
            case Indexed() if isinstance(inner.of, Symbol) and inner.of.path.endswith(".Literal"):
                return SqlType("AutoString", Affinity.OTHER)
            case Made(callee=Symbol(path=path), args=[_, base]) if depth < 10 and path.endswith(".NewType"):
                python = self._annotations.python_type(base)
                return self._of(self._interpreter.force(python.inner), depth + 1)
            case Unknown():
                return inner
        return Unknown("its type is not known")


def _is_undefined(value: Value) -> bool:
    if isinstance(value, Constant):
        return value.value is Ellipsis
    return isinstance(value, Symbol) and value.path.rpartition(".")[2] in ("Undefined", "PydanticUndefined")


def _is_pydantic_field(made: Made) -> bool:
    return isinstance(made.callee, Symbol) and made.callee.path in ("pydantic.Field", "pydantic.fields.Field")
