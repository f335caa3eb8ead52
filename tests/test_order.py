"""What is found in a file does not depend on which files were read before it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import pytest
from conftest import Write

from flake8_autoincrement.inference.program import Program

HEAD = """\
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
"""
BASE = "class Base(DeclarativeBase):\n    pass\n"
KEYED = "class Base(DeclarativeBase):\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
USER = "class User(Base):\n    __tablename__ = 'users'\n    id = Column(Integer, primary_key=True)\n"

REBOUND = {
    "a class": {
        "db": BASE + USER + KEYED,
        "orders": "from db import Base\nclass Order(Base):\n    __tablename__ = 'orders'\n",
    },
    "a constant": {
        "db": "KEY = Integer\ndef key():\n    return Column('id', KEY, primary_key=True)\n"
        "small = Table('small', MetaData(), key())\nKEY = BigInteger\nbig = Table('big', MetaData(), key())\n",
        "orders": "from db import key\nTable('orders', MetaData(), key())\n",
    },
    "a class that is imported": {
        "base": KEYED,
        "db": f"{BASE}{USER}from base import Base\n",
        "lines": "from db import User\n"
        "Table('lines', MetaData(), Column('id', ForeignKey('gone.id'), primary_key=True))\n",
        "orders": "import db\nclass Order(db.Base):\n    __tablename__ = 'orders'\n",
    },
}
ENDED = {
    "by a raise": {
        "db": f"{BASE}raise SystemExit\n{USER}",
        "orders": "from db import User\nclass Order(User):\n    __tablename__ = 'orders'\n",
    },
    "by a raise under a condition that holds": {
        "db": f"{BASE}READY = False\nif not READY:\n    raise SystemExit\n{USER}",
        "orders": "from db import User\nclass Order(User):\n    __tablename__ = 'orders'\n",
    },
}


@pytest.mark.parametrize("files", REBOUND.values(), ids=REBOUND)
def test_where_a_name_is_bound_again(write: Write, files: Mapping[str, str]) -> None:
    assert_no_order_matters(write, files)


@pytest.mark.parametrize("files", ENDED.values(), ids=ENDED)
def test_where_a_module_ends_early(write: Write, files: Mapping[str, str]) -> None:
    assert_no_order_matters(write, files)


def assert_no_order_matters(write: Write, files: Mapping[str, str]) -> None:
    folder = write({f"{name}.py": HEAD + text for name, text in files.items()})
    paths = [str(folder / f"{name}.py") for name in files]
    alone = {path: repr(Program([str(folder)]).facts(path)) for path in paths}  # places are not compared
    for order in permutations(paths):
        program = Program([str(folder)])
        assert {path: repr(program.facts(path)) for path in order} == alone, order
