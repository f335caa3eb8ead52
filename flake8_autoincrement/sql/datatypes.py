"""The spelling of types: as `format_type()` prints them, whatever a statement writes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.parsing import Node, expression
from flake8_autoincrement.sql.statement import FILLED_IN, HOLE_NUMBER, has_hole, string, strings

# The names in pg_type of the types that SQL has words for, and what format_type() prints.
_SPELT = {
    "bit": "bit",
    "bool": "boolean",
    "bpchar": "character",
    "char": '"char"',
    "float4": "real",
    "float8": "double precision",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "varbit": "bit varying",
    "varchar": "character varying",
}
_ZONED = {
    "time": ("time", " without time zone"),
    "timetz": ("time", " with time zone"),
    "timestamp": ("timestamp", " without time zone"),
    "timestamptz": ("timestamp", " with time zone"),
}
# PostgreSQL names the type of an array by an underscore and the type of its elements.
_IN_ARRAYS = frozenset(
    {*_SPELT, *_ZONED, "bytea", "date", "inet", "interval", "json", "jsonb", "name", "numeric", "text", "uuid"}
)
SERIALS = {
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
}
# The bits of an interval's first modifier (timestamp.h: INTERVAL_MASK), and all of them: no fields were named.
_FIELDS = {"year": 4, "month": 2, "day": 8, "hour": 1024, "minute": 2048, "second": 4096}
_ALL_FIELDS = 0x7FFF
_MOST_DIGITS = 6  # of a fraction of a second: PostgreSQL cuts what is more, with a warning

# What people write, and pg_type's name for it: these need no parser.
_WORDS = {
    "bigint": "int8",
    "bit varying": "varbit",
    "boolean": "bool",
    "character varying": "varchar",
    "char varying": "varchar",
    "double precision": "float8",
    "int": "int4",
    "integer": "int4",
    "real": "float4",
    "smallint": "int2",
    "dec": "numeric",
    "decimal": "numeric",
    "time without time zone": "time",
    "time with time zone": "timetz",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
}
_PLAIN = re.compile(
    r"(?P<words>(?:[a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*(?: varying| precision)?)"
    r" ?(?:\( ?(?P<first>\d+) ?(?:, ?(?P<second>-?\d+) ?)?\))?"
    r"(?P<zone> ?with(?:out)? time zone)?"
    r"(?P<array>(?: ?\[ ?\d* ?\])*)"
)
# Words that the grammar treats in ways of its own, or that begin a type of several words.
_OF_THE_GRAMMAR = frozenset({"bit", "char", "character", "float", "interval", "national", "nchar", "setof", "array"})
_TAKES_NUMBERS = frozenset({"varchar", "numeric", "varbit", "bpchar", *_ZONED})


def spelt(type_name: Node) -> str | Unknown:
    """Spell the type of a TypeName node."""
    names = strings(type_name.get("names"))
    modifiers = [_modifier(each) for each in type_name.get("typmods", ())]
    if any(map(has_hole, names)) or None in modifiers:
        return FILLED_IN
    text = _spelt(names, [each for each in modifiers if each is not None])
    if type_name.get("pct_type"):
        return f"{text}%TYPE"
    return f"{text}[]" if type_name.get("arrayBounds") else text


def data_type(text: str) -> str:
    """Spell a type as `format_type()` prints it; text that names no type is given back as it is.

    The types that nearly every column has are told without PostgreSQL's parser. A SERIAL is its integer.
    """
    plain = _PLAIN.fullmatch(" ".join(text.lower().split()))
    if plain is not None and (found := _without_parser(plain)):
        return found
    return _with_parser(text)


def _without_parser(plain: re.Match[str]) -> str | None:
    words = plain["words"]
    if "." in words:
        return None if " " in words or words.startswith("pg_") or plain["first"] else words + _array(plain)
    if words in ("char", "character"):
        return f"character({plain['first'] or 1}){_array(plain)}" if plain["second"] is None else None
    if words == "float" and plain["first"] is None:
        return f"double precision{_array(plain)}"
    if words in _OF_THE_GRAMMAR or (" " in words and words not in _WORDS):
        return None
    if plain["zone"] and (plain["second"] or words not in ("time", "timestamp")):
        return None
    words += f" {plain['zone'].strip()}" if plain["zone"] else ""
    name = _WORDS.get(words, words)
    modifiers = [number for number in (plain["first"], plain["second"]) if number is not None]
    if modifiers and name not in _TAKES_NUMBERS:
        return None
    found = SERIALS.get(name) or _spelt([name], modifiers)
    return found + _array(plain)


def _array(plain: re.Match[str]) -> str:
    return "[]" if plain["array"] else ""


def _with_parser(text: str) -> str:
    match expression(f"NULL::{text}"):
        case {"TypeCast": {"arg": {"A_Const": _}, "typeName": dict() as type_name}}:
            found = spelt(type_name)
            return text if isinstance(found, Unknown) else SERIALS.get(found, found)
    return text


def serial(type_name: Node) -> str | None:
    """Give the integer type behind SERIAL and its like, None for other types.

    Only a name without a schema is one (`transformColumnDefinition` in `parse_utilcmd.c`).
    """
    names = strings(type_name.get("names"))
    return SERIALS.get(names[0]) if len(names) == 1 and not type_name.get("arrayBounds") else None


def _spelt(names: Sequence[str], modifiers: Sequence[str]) -> str:
    *schema, name = names
    if schema and schema[-1] != "pg_catalog":
        return ".".join(map(_quoted, names[-2:])) + (f"({','.join(modifiers)})" if modifiers else "")
    if name.startswith("_") and name[1:] in _IN_ARRAYS:
        return f"{_spelt([name[1:]], modifiers)}[]"
    if name in _ZONED:
        word, zone = _ZONED[name]
        return f"{word}{_fraction(modifiers)}{zone}"
    if name == "interval":
        return _interval(modifiers)
    if name == "bpchar" and not modifiers:
        return "bpchar"
    if name == "numeric" and len(modifiers) == 1:
        modifiers = (*modifiers, "0")
    text = _SPELT.get(name) or _quoted(name)
    return f"{text}({','.join(modifiers)})" if modifiers else text


def _fraction(modifiers: Sequence[str]) -> str:
    return f"({min(int(modifiers[0]), _MOST_DIGITS)})" if modifiers and modifiers[0].isdigit() else ""


def _interval(modifiers: Sequence[str]) -> str:
    mask = int(modifiers[0]) if modifiers and modifiers[0].isdigit() else _ALL_FIELDS
    named = [field for field, bit in _FIELDS.items() if mask & bit] if mask != _ALL_FIELDS else []
    fields = f" {named[0]} to {named[-1]}" if len(named) > 1 else "".join(f" {field}" for field in named)
    return f"interval{fields}{_fraction(modifiers[1:])}"


def _modifier(node: Node) -> str | None:
    match node:
        case {"A_Const": {"ival": value}}:
            number = value.get("ival", 0)
            return None if number == HOLE_NUMBER else str(number)
        case {"ColumnRef": {"fields": fields}}:
            text: str | None = ".".join(strings(fields))
        case _:
            text = string(node)
    return None if text is None or has_hole(text) else text


def _quoted(name: str) -> str:
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        return name
    return '"' + name.replace('"', '""') + '"'
