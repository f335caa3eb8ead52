"""What an editor shows that asks python-lsp-server: a real server, with buffers that are not saved."""

from __future__ import annotations

import json
import os
import re
import sys
import sysconfig
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Write
from lsp_client import Editor, Mark

pytestmark = pytest.mark.slow

Settings = dict[str, Any]

BASE = """\
    from sqlalchemy import BigInteger
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


    class Base(DeclarativeBase):
        pass


    class AutoIncrementBase(Base):
        __abstract__ = True

        id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    """

GOOD = """\
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AutoIncrementBase


class Order(AutoIncrementBase):
    __tablename__ = "orders"

    placed: Mapped[bool]


class OrderLine(AutoIncrementBase):
    __tablename__ = "order_lines"

    number: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.fixture
def settings() -> Settings:
    """Give the settings that the docs name, with the flake8 of this interpreter: nothing on PATH matters."""
    page = Path(__file__).parents[1] / "docs" / "editors.md"
    block = re.search(r"^## python-lsp-server$.*?^```json$(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    assert block is not None
    found: Settings = json.loads(block[1])
    found["pylsp"]["plugins"]["flake8"]["executable"] = str(Path(sysconfig.get_path("scripts"), "flake8"))
    return found


@pytest.fixture
def editor(write: Write, settings: Settings) -> Iterator[Editor]:
    """Give an editor of a project whose models have a base in another file."""
    folder = write({"pyproject.toml": "", "app/__init__.py": "", "app/db.py": BASE, "app/models.py": GOOD})
    with Editor([sys.executable, "-m", "pylsp"], folder, folder / "server.log", settings) as started:
        yield started


def edit_base(old: str, new: str) -> None:
    """Edit the base's file on disk, where the editor has no buffer of it."""
    text = Path("app/db.py").read_text(encoding="utf-8")
    assert text.count(old) == 1
    Path("app/db.py").write_text(text.replace(old, new), encoding="utf-8")


def test_the_diagnostics_follow_the_buffer(editor: Editor) -> None:
    own_key = "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    placed = "    placed: Mapped[bool]\n"
    buffer = editor.open("app/models.py", GOOD.replace(placed, placed + own_key))
    assert buffer.marks() == {Mark("AIN003", 9, own_key.strip())}
    buffer.replace(own_key, "")
    assert buffer.marks() == set()
    buffer.replace("class OrderLine(AutoIncrementBase):\n", f"class OrderLine(AutoIncrementBase):\n{own_key}\n")
    assert buffer.marks() == {Mark("AIN002", 12, own_key.strip())}


def test_they_follow_the_base_s_file(editor: Editor) -> None:
    """It is read again with every edit of the model's buffer and whenever that is saved."""
    buffer = editor.open("app/models.py", GOOD)
    assert buffer.marks() == set()
    edit_base(", autoincrement=True", "")
    buffer.replace("orders", "all_orders")
    assert buffer.marks() == {Mark("AIN002", 14, "number: Mapped[int] = mapped_column(primary_key=True)")}
    edit_base("AutoIncrementBase", "BigKeyBase")
    buffer.save()
    assert {(mark.code, mark.line) for mark in buffer.marks()} == {("AIN004", 5), ("AIN004", 11)}
    edit_base("BigKeyBase", "AutoIncrementBase")
    edit_base("primary_key=True", "primary_key=True, autoincrement=True")
    buffer.save()
    assert buffer.marks() == set()


def test_half_a_line(editor: Editor) -> None:
    """Python's own error is shown as long as the text is none, and the server goes on."""
    key = "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    buffer = editor.open("app/models.py", GOOD.replace("    placed: Mapped[bool]\n", key))
    complete = {Mark("AIN003", 8, key.strip())}
    assert buffer.marks() == complete
    buffer.replace("(primary_key=True)\n\n\nclass", "(primary_key=\n\n\nclass")
    assert {mark.code for mark in buffer.marks()} == {"E999"}
    buffer.replace("(primary_key=\n", "(primary_key=True)\n")
    assert buffer.marks() == complete


def test_a_file_that_is_not_saved_yet(editor: Editor) -> None:
    """Its name says where it will be, and so where its relative imports lead; its lines end as they do on Windows."""
    text = """\
        from . import db
        from sqlalchemy.orm import Mapped, mapped_column


        class Invoice(db.Base):
            __tablename__ = "invoices"
            id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
        """
    buffer = editor.open("app/invoices.py", textwrap.dedent(text).replace("\n", "\r\n"))
    assert {(mark.code, mark.line) for mark in buffer.marks()} == {("AIN001", 4)}
    assert not os.path.exists("app/invoices.py")
