"""A project that changes at random: what is found with a cache is always what is found without one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import python_files, with_cache, without_cache

LIBRARY = ".venv/lib/python3.12/site-packages/shared.py"
PATHS = ("db.py", "parts.py", "users.py", "orders.py", "shop/__init__.py", "shop/base.py", "shop/models.py", LIBRARY)
MODULES = ("db", "parts", "users", "orders", "shop", "shop.base", "shop.models", "shared", "gone")
BASES = ("Base", "Keyed", "AutoIncrementBase")
CLASSES = (*BASES, "Stamped", "User")
NAMES = (*CLASSES, "make_key", "KEY", "metadata", "TABLES", "*")

IMPORTS = (
    [f"from {module} import {name}" for module in MODULES for name in NAMES]
    + [f"from {dots} import {name}" for dots in (".", ".base", ".models", "..", "..db") for name in NAMES]
    + [f"from . import {name}" for name in ("base", "models", "parts")]
    + [f"import {module}" for module in MODULES]
    + ["from shop import base as db", "from db import Keyed as Base", "from shop.base import AutoIncrementBase as Base"]
)

ID = "    id: Mapped[int] = mapped_column(primary_key=True)\n"
DEFINITIONS = (
    [
        "class Base(DeclarativeBase):\n    pass\n",
        f"class Base(DeclarativeBase):\n{ID}",
        "class Base(DeclarativeBase):\n    type_annotation_map = {int: BigInteger}\n",
        "Base = declarative_base()\n",
        "class Stamped:\n    created = mapped_column(DateTime)\n",
        f"class Stamped:\n{ID}",
        "class Stamped:\n    @declared_attr\n    def id(cls):\n        return make_key()\n",
        "def make_key():\n    return mapped_column(KEY, primary_key=True)\n",
        "def make_key(kind=Integer):\n    return Column(kind, primary_key=True, autoincrement=True)\n",
        "KEY = Integer\n",
        "KEY = BigInteger\n",
        'KEY = ForeignKey("users.id")\n',
        "metadata = MetaData()\n",
        "metadata = Base.metadata\n",
        'TABLES = [Table("listed", metadata, Column("id", KEY, primary_key=True))]\n',
        'Table("loose", metadata, Column("id", ForeignKey("users.id"), primary_key=True))\n',
        '__all__ = ["Base", "KEY"]\n',
        "Base = Keyed\n",
        "Base = db.Base\n",
        "Keyed = shop.base.AutoIncrementBase\n",
        "class AutoIncrementBase(db.Base, parts.Stamped):\n    __abstract__ = True\n",
    ]
    + [f"class {name}({base}):\n    __abstract__ = True\n{ID}" for name in BASES[1:] for base in BASES]
    + [f"class User({base}):\n    __tablename__ = 'users'\n{body}" for base in CLASSES for body in ("", ID)]
    + [
        f"class Order({base}):\n    __tablename__ = 'orders'\n    {body}\n"
        for base in ("Base", "Keyed, Stamped", "User", "db.Base", "shop.base.Keyed", "AutoIncrementBase")
        for body in (
            "id = make_key()",
            'id = mapped_column(ForeignKey("users.id"), primary_key=True)',
            'user_id = mapped_column(ForeignKey("users.id"))',
            "id = parts.make_key(db.KEY)",
        )
    ]
)
HEADER = (
    "from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, MetaData, Table\n"
    "from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, declared_attr, mapped_column\n"
)


def texts() -> st.SearchStrategy[str]:
    """Give the texts of files: imports of one another, and what can be declared with them."""
    imports = st.lists(st.sampled_from(IMPORTS), max_size=4)
    definitions = st.lists(st.sampled_from(DEFINITIONS), max_size=4)
    whole = st.builds(lambda lines, parts: HEADER + "\n".join([*lines, *parts]) + "\n", imports, definitions)
    return st.one_of(whole, whole, whole, st.just(""))



@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that the examples have one after the other."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_results_with_a_cache_are_those_without(place: Path, data: st.DataObject) -> None:
    """Whichever files are checked, in whichever order, of a project that somebody works on."""
    shutil.rmtree(place)
    project = place / "project"
    (project / LIBRARY).parent.mkdir(parents=True)
    (project / ".venv/pyvenv.cfg").touch()
    (project / "pyproject.toml").touch()
    for path, text in data.draw(st.dictionaries(st.sampled_from(PATHS), texts(), min_size=4), "project").items():
        write(project / path, text)
    for _ in range(data.draw(st.integers(2, 4), "steps")):
        paths = data.draw(st.permutations(python_files(project)), "order")
        paths = paths[: data.draw(st.integers(1, len(paths)), "number")] if paths else []
        assert with_cache(project, place / "cache", paths).found == without_cache(project, paths)
        mutate(project, data)


def mutate(project: Path, data: st.DataObject) -> None:
    """Change something in a project."""
    existing = sorted(path.relative_to(project).as_posix() for path in project.rglob("*.py"))
    changes = ["edit"] + (["delete", "rename", "turn", "break", "touch", "insert", "swap"] if existing else [])
    change = data.draw(st.sampled_from(changes), "change")
    path = data.draw(st.sampled_from(PATHS if change == "edit" else existing), "file")
    file = project / path
    match change:
        case "edit":
            write(file, data.draw(texts(), "text"))
        case "delete":
            file.unlink()
        case "rename":
            target = project / data.draw(st.sampled_from(PATHS), "to")
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
        case "turn":
            turn(file)
        case "break":
            write(file, file.read_text() + "class Broken(:\n")
        case "touch":
            file.touch()
        case "insert":
            write(file, "# nothing\n" + file.read_text())
        case "swap":
            head, *lines = file.read_text().splitlines(keepends=True) or [""]
            write(file, head + "".join(reversed(lines)))


def turn(file: Path) -> None:
    """Make a package of a module, or a module of a package that has nothing else in it."""
    if file.name != "__init__.py":
        package = file.with_suffix("")
        package.mkdir(exist_ok=True)
        file.replace(package / "__init__.py")
    else:
        file.replace(file.parent.with_suffix(".py"))


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
