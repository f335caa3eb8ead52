"""Class hierarchies drawn at random: reading agrees with what SQLAlchemy makes of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from checking import read
from oracle import ask_all, number, versions
from pages import Block, Case
from rendering import by_table, understood, written

PROJECTS = 120
HEAD = """\
from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, Sequence, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column


class Base(DeclarativeBase):
    pass
"""
ATTRIBUTES = {
    "id": (
        "id = Column(Integer, primary_key=True)",
        "id = Column(BigInteger, primary_key=True, autoincrement=True)",
        "id: Mapped[int] = mapped_column(primary_key=True)",
        "id = Column(Integer, primary_key=True, autoincrement=False)",
        'id = Column(Integer, Sequence("ids"), primary_key=True)',
        'id: Mapped[int] = mapped_column("number", primary_key=True)',
        "@declared_attr\n    def id(cls):\n        return Column(BigInteger, primary_key=True)",
        "@declared_attr\n    def id(cls) -> Mapped[int]:\n"
        "        return mapped_column(primary_key=cls.__name__ != 'C3')",
    ),
    "code": ("code = Column(String, primary_key=True)", "code: Mapped[int] = mapped_column(primary_key=True)"),
    "seen": (
        "seen = Column(DateTime)",
        "seen = Column(DateTime(timezone=True))",
        "seen: Mapped[datetime]",
        "seen = None",
    ),
    "left": (
        "left: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))",
        "@declared_attr\n    def left(cls):\n        return Column(DateTime(timezone=cls.__name__ > 'C2'))",
    ),
}
CHANCES = {"id": 0.5, "code": 0.1, "seen": 0.3, "left": 0.3}
KINDS = ("mixin", "mixin", "abstract", "mapped", "mapped")


@pytest.mark.slow
@pytest.mark.parametrize("version", versions())
def test_reading_agrees_with_running(version: str) -> None:
    differing, agreeing = [], 0
    for case, found in zip(projects(), ask_all(projects(), version), strict=True):
        if found["error"]:
            continue  # Python or SQLAlchemy refuses the hierarchy
        ran = by_table(written(found["tables"]))
        ours = by_table(without_chains(understood(list(read(case, number(version)).values()))))
        agreeing += ran == ours
        differing += [] if ran == ours else [(case.files["models.py"], ran, ours)]
    assert not differing, "\n".join(map(str, differing[0]))
    assert agreeing > PROJECTS / 4


def without_chains(lines: list[str]) -> list[str]:
    return [line.partition(" < ")[0] for line in lines]


@cache
def projects() -> tuple[Case, ...]:
    """Draw the projects; the same ones each time."""
    return tuple(project(seed) for seed in range(PROJECTS))


def project(seed: int) -> Case:
    drawn = random.Random(seed)
    text = HEAD + "".join(f"\n\n{part}\n" for part in classes(drawn))
    return Case(Path(f"hierarchy_{seed}"), seed, "", "", (Block("python", {}, text, 1),))


def classes(drawn: random.Random) -> Iterator[str]:
    """Draw some class statements; each inherits from some before it, the declarative ones from `Base` at last."""
    mixins: list[str] = []
    bases: dict[str, str | None] = {"Base": None}  # each with the table that its children join
    for index in range(drawn.randint(2, 7)):
        name, kind = f"C{index}", drawn.choice(KINDS)
        parents = drawn.sample(mixins, min(len(mixins), drawn.randint(0, 2)))
        body = {"mixin": ["pass"], "abstract": ["__abstract__ = True"], "mapped": [f'__tablename__ = "t{index}"']}[kind]
        for attribute, spellings in ATTRIBUTES.items():
            if drawn.random() < CHANCES[attribute]:
                body.append(drawn.choice(spellings))
        if kind == "mixin":
            mixins.append(name)
        else:
            parents.append(drawn.choice(list(bases)))
            joined = bases[parents[-1]]
            if kind == "mapped" and joined:
                body.append(f'id = Column(Integer, ForeignKey("{joined}.id"), primary_key=True)')
            bases[name] = f"t{index}" if kind == "mapped" else joined
        inherited = f"({', '.join(parents)})" if parents else ""
        yield "\n    ".join([f"class {name}{inherited}:", *body])
