"""What decides about a key, in every combination: reading agrees with each version of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from checking import read
from oracle import ask_all, number, versions
from pages import Block, Case
from rendering import by_table, understood, written

TYPES = (
    "Integer",
    "Numeric",
    "Numeric(10, 0)",
    "Float",
    "Uuid",
    'BigInteger().with_variant(Integer, "sqlite")',
)
COUNTS = ("", "autoincrement=True", "autoincrement=False", 'autoincrement="ignore_fk"')
SOURCES = (
    "",
    "default=1",
    'Sequence("s")',
    'Sequence("s", optional=True)',
    "Identity()",
    "server_default=text(\"nextval('s')\")",
    'server_default="1"',
    "server_default=FetchedValue()",
    'Computed("1", persisted=True)',
)
REFERENCES = ("", 'ForeignKey("parent.id")')
OTHERS = (
    "",
    'Column("other", Integer, primary_key=True)',
    'Column("other", Integer, primary_key=True, autoincrement=True)',
)


@pytest.mark.slow
@pytest.mark.parametrize("version", versions())
def test_every_combination(version: str) -> None:
    case = combinations()
    [found] = ask_all([case], version)
    assert found["error"] is None
    ran, ours = by_table(written(found["tables"])), by_table(understood(list(read(case, number(version)).values())))
    assert list(unified_diff(ran, ours, "running", "reading", lineterm="", n=0)) == []


@cache
def combinations() -> Case:
    """Give a case with a table for each combination, its definition in the table's name."""
    lines = ["from sqlalchemy import *", "", "metadata = MetaData()", PARENT, *tables()]
    return Case(Path(__file__), 0, "", "", (Block("python", {}, "\n".join(lines) + "\n", 1),))


PARENT = 'parent = Table("parent", metadata, Column("id", Integer, primary_key=True))'


def tables() -> Iterator[str]:
    for type_, counts, source, reference, other in product(TYPES, COUNTS, SOURCES, REFERENCES, OTHERS):
        if source == "Identity()" and counts == "autoincrement=False":
            continue  # SQLAlchemy refuses the column itself
        positional = ", ".join(filter(None, (type_, reference, source if "=" not in source.partition("(")[0] else "")))
        keywords = ", ".join(filter(None, (counts, source if "=" in source.partition("(")[0] else "")))
        name = " ".join(filter(None, (positional, keywords, "with" if other else "", other)))
        column = f'Column("id", {positional}, primary_key=True{", " if keywords else ""}{keywords})'
        yield f"Table({name!r}, metadata, {column}{', ' if other else ''}{other})"
