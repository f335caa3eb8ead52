"""DEFAULTs: their text, and the sequence that they take values from."""

from __future__ import annotations

from flake8_autoincrement.facts.catalog import Default, QualifiedName
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import named_by_text, string, strings


def default_of(expression: Node, sql: str | Unknown) -> Default | Unknown:
    """Give the default that an expression of the tree makes; `sql` is its text."""
    if isinstance(sql, Unknown):
        return sql
    sequence, late = next_value(expression)
    return Default(sql, sequence, late)


def next_value(expression: Node) -> tuple[QualifiedName | None, bool]:
    """Give the sequence whose `nextval` an expression is, and whether it is named by a text (see `Default`)."""
    match expression:
        case {"TypeCast": {"arg": dict() as arg}}:
            return next_value(arg)
        case {"FuncCall": {"funcname": name, "args": [dict() as argument]}} if called(name, "nextval"):
            text, late = named_text(argument)
            return (None, False) if text is None else (named_by_text(text), late)
    return None, False


def named_text(argument: Node) -> tuple[str | None, bool]:
    """Give the text that names a sequence, and whether it is looked up only at run time.

    A bare literal is a regclass; `'s'::text` is a text, and `('s'::text)::regclass` is one that is cast at run time.
    """
    match argument:
        case {"TypeCast": {"arg": dict() as arg, "typeName": {"names": names}}}:
            text, late = named_text(arg)
            return text, late or strings(names)[-1] != "regclass"
    return string(argument), False


def called(name: list[Node], function: str) -> bool:
    """Say whether a function's name is the one of PostgreSQL's own."""
    names = strings(name)
    return names[-1:] == [function] and names[:-1] in ([], ["pg_catalog"])
