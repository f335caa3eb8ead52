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

SHARED = """
from itertools import count
from sqlalchemy.types import Integer as Plain
class Base(DeclarativeBase):
    pass
class Kind(Plain):
    pass
COLUMNS = []
OPTIONS = {}
NAMES = iter(["a", "b", "c"])
NUMBER = 0
TABLE = Table("shared", MetaData(), *COLUMNS)
Table("shared", TABLE.metadata, Column("id", Integer, primary_key=True), extend_existing=True)
def register(column):
    COLUMNS.append(column)
    return column
def next_number():
    global NUMBER
    NUMBER += 1
    return NUMBER
def remembered(one, seen=[]):
    seen.append(one)
    return len(seen)
def counter():
    number = 0
    def following():
        nonlocal number
        number += 1
        return number
    return following
following = counter()
class Numbered:
    made = []
    number = 0
    def __init_subclass__(cls):
        Numbered.made.append(cls)
        cls.__tablename__ = f"table_{len(Numbered.made)}"
    @classmethod
    def following(cls):
        cls.number += 1
        return cls.number
"""
CHANGES = {
    "a column of a class": ("db.Base.id = Column(Integer)", "class User(db.Base):\n    __tablename__ = 'u'"),
    "a list": ("db.COLUMNS.append(ID)", "Table('t', MetaData(), *db.COLUMNS)"),
    "a list, by a function": ("db.register(ID)", "Table('t', MetaData(), *db.COLUMNS)"),
    "a list that something was made of": ("db.COLUMNS.append(ID)", "class User(db.Base):\n    __table__ = db.TABLE"),
    "a dict": ("db.OPTIONS.update(schema='s')", "Table('t', MetaData(), ID, **db.OPTIONS)"),
    "an item": ("db.OPTIONS['schema'] = 's'", "Table('t', MetaData(), ID, **db.OPTIONS)"),
    "an iterator": ("Table(next(db.NAMES), MetaData(), ID)", "Table(next(db.NAMES), MetaData(), ID)"),
    "a global name": ("db.next_number()", "Table(f't{db.next_number()}', MetaData(), ID)"),
    "a default": ("db.remembered(1)", "Table(f't{db.remembered(1)}', MetaData(), ID)"),
    "a closure": ("Table(f't{db.following()}', MetaData(), ID)", "Table(f't{db.following()}', MetaData(), ID)"),
    "a class that counts": (
        "Table(f't{db.Numbered.following()}', MetaData(), ID)",
        "Table(f't{db.Numbered.following()}', MetaData(), ID)",
    ),
    "what hears of subclasses": (
        "class A(db.Numbered, db.Base):\n    id = Column(Integer, primary_key=True)",
        "class B(db.Numbered, db.Base):\n    id = Column(Integer, primary_key=True)",
    ),
    "how a type is written": (
        "from sqlalchemy.ext.compiler import compiles\n"
        "@compiles(db.Kind, 'postgresql')\ndef written(*_):\n    return 'TEXT'",
        "Table('t', MetaData(), Column('id', db.Kind, primary_key=True))",
    ),
    "a table": ("db.TABLE.append_column(Column('more', Integer))", "class User(db.Base):\n    __table__ = db.TABLE"),
}


@pytest.mark.parametrize(("change", "use"), CHANGES.values(), ids=CHANGES)
def test_where_a_file_changes_what_another_made(write: Write, change: str, use: str) -> None:
    begin = "import db\nID = Column('id', Integer, primary_key=True)\n"
    assert_no_order_matters(write, {"changing": f"{begin}{change}\n", "db": SHARED, "using": f"{begin}{use}\n"})


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
