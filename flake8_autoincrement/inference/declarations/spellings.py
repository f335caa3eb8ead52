"""How SQLAlchemy's PostgreSQL compiler writes a type, as PostgreSQL's `format_type()` gives it back."""

from __future__ import annotations

from collections.abc import Callable

from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.values import Class, Items, Made, Value, constant, text_of

_PLAIN = {
    "Integer": "integer",
    "INTEGER": "integer",
    "INT": "integer",
    "BigInteger": "bigint",
    "BIGINT": "bigint",
    "SmallInteger": "smallint",
    "SMALLINT": "smallint",
    "REAL": "real",
    "Double": "double precision",
    "DOUBLE": "double precision",
    "DOUBLE_PRECISION": "double precision",
    "Text": "text",
    "TEXT": "text",
    "UnicodeText": "text",
    "Boolean": "boolean",
    "BOOLEAN": "boolean",
    "Date": "date",
    "DATE": "date",
    "LargeBinary": "bytea",
    "BYTEA": "bytea",
    "PickleType": "bytea",
    "Uuid": "uuid",
    "UUID": "uuid",
    "JSON": "json",
    "JSONB": "jsonb",
    "Interval": "interval",
    "CITEXT": "citext",
    **{
        name: name.lower()
        for name in (
            "HSTORE INET CIDR MACADDR MACADDR8 MONEY OID REGCLASS REGCONFIG TSVECTOR TSQUERY JSONPATH "
            "INT4RANGE INT8RANGE NUMRANGE DATERANGE TSRANGE TSTZRANGE "
            "INT4MULTIRANGE INT8MULTIRANGE NUMMULTIRANGE DATEMULTIRANGE TSMULTIRANGE TSTZMULTIRANGE"
        ).split()
    },
}
_VARYING = frozenset({"String", "VARCHAR", "Unicode", "AutoString"})
_EXACT = frozenset({"Numeric", "NUMERIC", "DECIMAL"})
_TIMES = {"DateTime": "timestamp", "TIMESTAMP": "timestamp", "Time": "time", "TIME": "time"}
_ENUMS = frozenset({"Enum", "ENUM"})


class Spellings:
    """Spells types of libraries; `spelling_of` gives that of a type inside another."""

    def __init__(self, interpreter: Interpreter, spelling_of: Callable[[Value], str | None]) -> None:
        self._interpreter = interpreter
        self._spelling_of = spelling_of

    def spelling(self, name: str, made: Made) -> str | None:
        """Give the spelling of a type, None if it is not known or PostgreSQL has no such type."""
        has_length = name in _VARYING and (bool(made.args) or "length" in made.keywords)
        if made.open is not None and not has_length:
            return None
        if name in ("Uuid", "UUID") and self._flag(made, "native_uuid") is False:
            return "character(32)"
        if name in _PLAIN:
            return _PLAIN[name]
        if name in _VARYING:
            return self._sized("character varying", made)
        if name in ("CHAR", "NCHAR"):
            return self._sized("character", made, "(1)")
        if name in _EXACT:
            return self._numeric(made)
        if name in ("Float", "FLOAT"):
            precision = self._argument(made, 0, "precision")
            return "real" if isinstance(precision, int) and precision <= 24 else "double precision"
        if name in _TIMES:
            return self._time(_TIMES[name], made)
        if name in ("BIT", "INTERVAL"):
            return self._other(name, made)
        if name == "ARRAY":
            item = made.args[0] if made.args else made.keywords.get("item_type")
            inner = None if item is None else self._spelling_of(item)
            return None if inner is None else f"{inner}[]"
        return self.enum(made) if name in _ENUMS else None

    def _argument(self, made: Made, position: int, name: str) -> object:
        """Give a constant argument, Ellipsis where it is not known, None where it is not given."""
        given = made.keywords.get(name, made.args[position] if len(made.args) > position else None)
        if given is None:
            return None
        plain = self._interpreter.plain(given)
        return ... if plain is None else plain[0]

    def _flag(self, made: Made, name: str) -> bool | None:
        return self._interpreter.truth(made.keywords[name]) if name in made.keywords else None

    def _sized(self, word: str, made: Made, default: str = "") -> str | None:
        length = self._argument(made, 0, "length")
        if length is ...:
            return None
        return f"{word}({length})" if isinstance(length, int) else f"{word}{default}"

    def _numeric(self, made: Made) -> str | None:
        precision, scale = self._argument(made, 0, "precision"), self._argument(made, 1, "scale")
        if precision is ... or scale is ...:
            return None
        return "numeric" if precision is None else f"numeric({precision},{scale or 0})"

    def _time(self, word: str, made: Made) -> str | None:
        zone = made.keywords.get("timezone", made.args[0] if made.args else None)
        truth = False if zone is None else self._interpreter.truth(zone)
        precision = self._argument(made, 1, "precision")
        if truth is None or precision is ...:
            return None
        size = f"({precision})" if isinstance(precision, int) else ""
        return f"{word}{size} {'with' if truth else 'without'} time zone"

    def _other(self, name: str, made: Made) -> str | None:
        if name == "INTERVAL":
            precision = self._argument(made, 0, "precision")
            return "interval" if precision is None and not made.keywords and not made.args else None
        varying = self._flag(made, "varying") is True
        return self._sized("bit varying" if varying else "bit", made, "" if varying else "(1)")

    # Enumerations.

    def enum(self, made: Made) -> str | None:
        """Give the name of an enum's type, or the text type that stands for it."""
        if self._flag(made, "native_enum") is False:
            return self._text_enum(made)
        name = self.enum_name(made)
        schema = text_of(self._interpreter.force(made.keywords["schema"])) if "schema" in made.keywords else None
        return f"{schema}.{name}" if schema and name else name

    def _text_enum(self, made: Made) -> str | None:
        labels = self.labels(made)
        length = self._argument(made, len(made.args), "length")
        if labels is None or length is ...:
            return None
        return f"character varying({max([*map(len, labels), length if isinstance(length, int) else 0])})"

    def enum_name(self, made: Made) -> str | None:
        """Give the name of an enum's type: the one given, or the class's in lower case."""
        if "name" in made.keywords:
            return text_of(self._interpreter.force(made.keywords["name"]))
        cls = self._interpreter.force(made.args[0]) if made.args else None
        if not isinstance(cls, Class) or not self._interpreter.is_enum(cls):
            return None
        return cls.name.rpartition(".")[2].lower()

    def labels(self, made: Made) -> tuple[str, ...] | None:
        """Give the labels of an enum, None if they are not all known."""
        first = self._interpreter.force(made.args[0]) if made.args else None
        if isinstance(first, Class):
            return self._class_labels(made, first)
        given = [constant(self._interpreter.force(argument)) for argument in made.args]
        labels = tuple(label for label in given if isinstance(label, str))
        return labels if len(labels) == len(given) else None

    def _class_labels(self, made: Made, cls: Class) -> tuple[str, ...] | None:
        if "values_callable" in made.keywords:
            listed = self._interpreter.force(self._interpreter.call(made.keywords["values_callable"], [cls], {}))
            plain = self._interpreter.plain(listed) if isinstance(listed, Items) else None
            values = plain[0] if plain is not None else None
            return tuple(map(str, values)) if isinstance(values, (list, tuple)) else None
        if not self._interpreter.is_enum(cls):
            return None
        names = [text_of(self._interpreter.attribute(member, "name")) for member in self._interpreter.items(cls) or ()]
        return tuple(name for name in names if name is not None)
