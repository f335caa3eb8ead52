"""Column types: from the value that was written to what SQLAlchemy's PostgreSQL compiler makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flake8_autoincrement.facts.schema import Affinity, SqlType, Width
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.spellings import Spellings
from flake8_autoincrement.inference.evaluate.classes import unwrapped
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Class,
    Constant,
    Function,
    Instance,
    Made,
    Part,
    Symbol,
    Value,
    text_of,
)

NULL = SqlType("NullType", Affinity.NULL)

_WIDTHS = {
    "Integer": Width.NORMAL,
    "INTEGER": Width.NORMAL,
    "INT": Width.NORMAL,
    "TINYINT": Width.NORMAL,
    "MEDIUMINT": Width.NORMAL,
    "BigInteger": Width.BIG,
    "BIGINT": Width.BIG,
    "SmallInteger": Width.SMALL,
    "SMALLINT": Width.SMALL,
}
_EXACT = frozenset({"Numeric", "NUMERIC", "DECIMAL", "NUMBER"})
_FLOATS = frozenset({"Float", "FLOAT", "REAL", "Double", "DOUBLE", "DOUBLE_PRECISION"})
# `DATETIME` is not among them: PostgreSQL's compiler writes it as it stands, and PostgreSQL has no such type.
_TIMESTAMPS = frozenset({"DateTime", "TIMESTAMP"})
# Classes of types that are no type by themselves: what a subclass of them is, its methods say.
_OWN_TYPES = frozenset({"UserDefinedType", "TypeEngine", "TypeEngineMixin", "NullType", "External", "Concatenable"})
_NOT_TYPES = frozenset(
    "ForeignKey ForeignKeyConstraint Sequence Identity Computed CheckConstraint UniqueConstraint FetchedValue "
    "DefaultClause ColumnDefault PrimaryKeyConstraint Index Column mapped_column relationship backref text "
    "MetaData Table Constraint conv".split()
)


class SqlTypes:
    """Turns values into types."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._spellings = Spellings(interpreter, self._spelling)
        self._found: dict[int, tuple[Class | Instance, SqlType | Unknown | None]] = {}

    def sql_type(self, value: Value, depth: int = 0) -> SqlType | Unknown | None:
        """Give the type that a value is, `Unknown` if that is not known, None if it is certainly no type."""
        value = self._interpreter.force(value)
        if depth > 20:
            return Unknown("a type that is defined in terms of itself")
        match value:
            case Symbol():
                return self._library_type(value, Made(value, [], {}))
            case Made(callee=Part(name="with_variant")):
                return self._variant(value, depth)
            case Made(callee=Part(name="as_generic" | "evaluates_none" | "copy", of=of)):
                return self.sql_type(of, depth + 1)
            case Made(callee=Symbol() as callee):
                return self._library_type(callee, value)
            case Class():
                return self._own_type(value, lambda: self._class_type(value, depth))
            case Instance():
                return self._own_type(value, lambda: self._instance_type(value, depth))
            case Unknown() | Absent():
                return Unknown(value.why, value.span)
            case Constant() if value.value is None:
                return NULL
        return None

    def _spelling(self, value: Value) -> str | None:
        """Give the spelling of a type inside another."""
        found = self.sql_type(value)
        return found.sql if isinstance(found, SqlType) else None

    def _library_type(self, symbol: Symbol, made: Made) -> SqlType | Unknown | None:
        known = known_name(symbol)
        if known is None:
            return Unknown(symbol.missing or f"{symbol.path} is not a type that is known", None)
        dialect, _, short = known.rpartition(".")
        if short in _NOT_TYPES or dialect == "func" or not short[:1].isupper():
            return None
        if dialect == "oracle" and short == "NUMBER":
            return SqlType(short, Affinity.NUMERIC)
        found = self._sqlmodel_type(short) if dialect == "sqlmodel" else self._named(short, dialect, made)
        spelling = self._spellings.spelling(short, made)
        if spelling is None and found.timezone is True:
            spelling = "timestamp with time zone"
        if short not in ("Enum", "ENUM") or found is NULL:
            return found if spelling is None or found is NULL else replace(found, sql=spelling)
        return replace(found, sql=spelling, labels=self._created_labels(made))

    def _created_labels(self, made: Made) -> tuple[str, ...] | None:
        """Give the labels of an enum that is created along with the table, None if it is not."""
        for flag in ("native_enum", "create_type"):
            if flag in made.keywords and self._interpreter.truth(made.keywords[flag]) is False:
                return None
        return self._spellings.labels(made) or ()

    def _named(self, name: str, dialect: str, made: Made) -> SqlType:
        if name in _WIDTHS:
            return SqlType(name, Affinity.INTEGER, _WIDTHS[name])
        if name in _EXACT:
            return SqlType(name, Affinity.NUMERIC, scale=self._number(made, 1, "scale"))
        if name in _FLOATS:
            return SqlType(name, Affinity.NUMERIC, float=True)
        if name in _TIMESTAMPS or (dialect == "sqlite" and name == "DATETIME"):
            return SqlType(name, Affinity.OTHER, timestamp=True, timezone=self._timezone(made))
        return NULL if name == "NullType" else SqlType(name, Affinity.OTHER)

    def _sqlmodel_type(self, name: str) -> SqlType:
        if name == "UTCDateTime":
            return SqlType(name, Affinity.OTHER, timestamp=True, timezone=True)
        return SqlType(name, Affinity.OTHER)

    def _timezone(self, made: Made) -> bool | Unknown:
        given = made.keywords.get("timezone", made.args[0] if made.args else None)
        if given is None:
            return made.open or False
        truth = self._interpreter.truth(self._interpreter.force(given))
        return Unknown("its time zone is only known at run time") if truth is None else truth

    def _number(self, made: Made, position: int, name: str) -> int | None:
        given = made.keywords.get(name, made.args[position] if len(made.args) > position else None)
        plain = None if given is None else self._interpreter.plain(given)
        return plain[0] if plain is not None and isinstance(plain[0], int) else None

    def _variant(self, made: Made, depth: int) -> SqlType | Unknown | None:
        """Apply `type.with_variant(other, "postgresql")`: the generic type counts, the variant picks the width."""
        assert isinstance(made.callee, Part)
        generic = self.sql_type(made.callee.of, depth + 1)
        dialects = [text_of(self._interpreter.force(name)) for name in made.args[1:]]
        if None in dialects or made.open is not None:
            return Unknown("a variant for an unknown dialect")
        if "postgresql" not in dialects or not isinstance(generic, SqlType):
            return generic
        variant = self.sql_type(made.args[0], depth + 1)
        return _on_postgresql(generic, variant)

    # Types of the project's own.

    def _own_type(
        self, value: Class | Instance, compute: Callable[[], SqlType | Unknown | None]
    ) -> SqlType | Unknown | None:
        """Evaluate a type of the project's own, once, with a budget of its own."""
        if id(value) not in self._found:
            self._found[id(value)] = (value, self._interpreter.within_budget(compute, None))
        return self._found[id(value)][1]

    def _class_type(self, cls: Class, depth: int) -> SqlType | Unknown | None:
        if not self._is_type(cls):
            return self._unclear(cls)
        made = self._interpreter.force(self._interpreter.call(cls, [], {}))
        return self._instance_type(made, depth) if isinstance(made, Instance) else self._unclear(cls)

    def _is_type(self, cls: Class) -> bool:
        symbols = [entry for entry in cls.mro if isinstance(entry, Symbol)]
        return any(isinstance(self._library_type(entry, Made(entry, [], {})), SqlType) for entry in symbols)

    def _unclear(self, cls: Class) -> Unknown | None:
        """Say why a class might be a type after all."""
        for entry in cls.mro:
            if isinstance(entry, (Unknown, Absent)):
                return Unknown(entry.why, entry.span)
            if isinstance(entry, Symbol) and entry.missing is not None:
                return Unknown(entry.missing)
        return None

    def _instance_type(self, instance: Instance, depth: int) -> SqlType | Unknown | None:
        cls = instance.cls
        names = [known_name(entry) for entry in cls.mro if isinstance(entry, Symbol)]
        if "TypeDecorator" in names:
            found = self._decorated(instance, depth)
        else:
            found = self._derived(instance)
        return replace(found, name=cls.name) if isinstance(found, SqlType) else found

    def _derived(self, instance: Instance) -> SqlType | Unknown | None:
        """Give the type of a subclass of a library's type."""
        made = instance.supers
        for entry in instance.cls.mro:
            short = (known_name(entry) or "").rpartition(".")[2] if isinstance(entry, Symbol) else ""
            if isinstance(entry, Symbol) and short not in ("", *_OWN_TYPES):
                given = Made(entry, made.args, made.keywords) if made is not None else Made(entry, [], {})
                found = self._library_type(entry, given)
                if found is not None:
                    return self._compiled(instance, found)
        if not self._is_type(instance.cls):
            return self._unclear(instance.cls)
        return self._compiled(instance, SqlType(instance.cls.name, Affinity.OTHER))

    def _compiled(self, instance: Instance, found: SqlType | Unknown) -> SqlType | Unknown:
        """Look at `get_col_spec`, by which a type of one's own says what it is in SQL."""
        hook = self._interpreter.raw_attribute(instance.cls, "get_col_spec")
        if hook is None or not isinstance(found, SqlType):
            return found
        text = text_of(self._interpreter.force(self._interpreter.call(unwrapped(hook[0]), [instance], {})))
        if text is None:
            return replace(found, sql=None)
        if not text.upper().startswith("TIMESTAMP"):
            return replace(found, sql=text)
        return replace(
            found, timestamp=True, timezone="WITH TIME ZONE" in text.upper() or text.upper() == "TIMESTAMPTZ", sql=text
        )

    def _decorated(self, instance: Instance, depth: int) -> SqlType | Unknown | None:
        """Give the type of a `TypeDecorator`: its `impl` counts, `load_dialect_impl` picks what PostgreSQL has."""
        impl = self._interpreter.force(self._interpreter.class_attribute(instance.cls, "impl"))
        if isinstance(impl, (Unknown, Absent, Part)):
            return Unknown(f"{instance.cls.name} has no impl that is known")
        supers = instance.supers
        if isinstance(impl, (Symbol, Class)) and supers is not None:
            impl = self._interpreter.call(impl, supers.args, supers.keywords)
        generic = self.sql_type(impl, depth + 1)
        hook = self._interpreter.raw_attribute(instance.cls, "load_dialect_impl")
        if hook is None or not isinstance(generic, SqlType):
            return generic
        function = unwrapped(hook[0])
        if not isinstance(function, Function):
            return generic
        instance.attributes.update(impl=impl, impl_instance=impl)
        loaded = self._interpreter.call(function, [instance, self._postgresql()], {})
        return _on_postgresql(generic, self.sql_type(loaded, depth + 1))

    def _postgresql(self) -> Made:
        """Make the dialect that types are loaded for."""
        symbol = self._interpreter.symbol("sqlalchemy.dialects.postgresql.dialect")
        return Made(symbol, [], {}, attributes={"name": Constant("postgresql"), "driver": Constant("psycopg")})


def _on_postgresql(generic: SqlType, variant: SqlType | Unknown | None) -> SqlType | Unknown:
    """Combine a generic type with what PostgreSQL has in its place."""
    if isinstance(variant, SqlType):
        return replace(
            generic,
            width=variant.width,
            timestamp=variant.timestamp,
            timezone=variant.timezone,
            sql=variant.sql,
            labels=variant.labels,
        )
    why = variant or Unknown("what it is on PostgreSQL is only known at run time")
    if generic.affinity is Affinity.OTHER:
        return replace(generic, timezone=why) if generic.timestamp else generic
    return why
