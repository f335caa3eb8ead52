"""What no page can hold: odd files, budgets, overlays, and the record of what was asked for."""

from __future__ import annotations

import codecs
import sys
import textwrap
from pathlib import Path

import pytest

from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.model import Role
from flake8_autoincrement.facts.schema import KeyGeneration
from flake8_autoincrement.inference.dependencies import FILE, FOLDER, NO_FILE, Asked, Dependencies
from flake8_autoincrement.inference.evaluate import modules
from flake8_autoincrement.inference.finder import Finder
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.inference.sources import ReadError, Sources, decoded, digest
from flake8_autoincrement.inference.trees import ParseError, parsed

HEAD = "from sqlalchemy import Column, Integer, MetaData, Table\n\nmetadata = MetaData()\n"
TABLE = HEAD + 'users = Table("users", metadata, Column("id", Integer, primary_key=True))\n'


def facts(folder: Path, text: str | bytes, name: str = "models.py") -> FileFacts:
    """Write a file and read what it declares."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Program([str(folder)]).facts(str(file))


def error(found: FileFacts) -> str:
    """Give why a file could not be read."""
    assert found.error is not None and not found.tables
    return found.error.why


# How a file is decoded.


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + TABLE.encode(),
        ("# coding: latin-1\n# é\n" + TABLE).encode("latin-1"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
    ],
    ids=["bom", "latin-1", "crlf", "cr"],
)
def test_a_file_is_decoded_as_python_does(tmp_path: Path, data: bytes) -> None:
    assert [table.name for table in facts(tmp_path, data).tables] == ["users"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (TABLE.encode("utf-16"), "it is UTF-16, which Python does not read"),
        (TABLE.encode() + b"\0", "it contains a NUL byte"),
        (("# coding: utf-9\n" + TABLE).encode(), "unknown encoding: utf-9"),
        (TABLE.encode() + b"# \xe9\n", "it is not utf-8: invalid continuation byte at byte 155"),
        (b"\xe9" + TABLE.encode(), "invalid or missing encoding declaration"),
    ],
    ids=["utf-16", "nul", "unknown", "late latin-1", "early latin-1"],
)
def test_a_file_that_cannot_be_decoded_says_why(tmp_path: Path, data: bytes, why: str) -> None:
    assert why in error(facts(tmp_path, data))


def test_a_bom_and_a_coding_that_differ_are_refused() -> None:
    with pytest.raises(ReadError, match="encoding problem"):
        decoded(codecs.BOM_UTF8 + b"# coding: latin-1\n")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    program = Program([str(tmp_path)])
    assert error(program.facts(str(tmp_path / "none.py"))) == "No such file or directory"
    assert error(program.facts(str(tmp_path / "none.py"))) == "No such file or directory"


# How a file is parsed.


def test_a_syntax_error_has_its_place(tmp_path: Path) -> None:
    found = facts(tmp_path, TABLE + "class X(:\n")
    assert error(found) == "invalid syntax"
    assert found.error is not None and found.error.span is not None
    assert (found.error.span.line, found.error.span.column) == (5, 8)


def test_what_is_nested_too_deeply_for_python_is_said(tmp_path: Path) -> None:
    assert "too" in error(facts(tmp_path, TABLE + "(" * 500 + ")" * 500 + "\n"))


def test_a_tree_too_deep_to_rebuild_is_said() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(400)
    try:
        with pytest.raises(ParseError, match="it is nested too deeply to be read"):
            parsed("x = " + "-" * 900 + "1\n", "deep.py", "deep", False)
    finally:
        sys.setrecursionlimit(limit)


def test_a_text_that_python_refuses_to_parse_is_said() -> None:
    with pytest.raises(ParseError):
        parsed("x = 1\0", "nul.py", "nul", False)


def test_a_number_too_long_for_python_is_said() -> None:
    with pytest.raises(ParseError):
        parsed("x = " + "1" * 5000 + "\n", "long.py", "long", False)


def test_an_installed_file_that_declares_nothing_is_not_parsed(tmp_path: Path) -> None:
    assert "invalid syntax" in error(facts(tmp_path, "this is no Python at all\n"))
    folder = tmp_path / "site-packages"
    folder.mkdir()
    assert facts(folder, "this is no Python at all\n") == FileFacts(str(folder / "models.py"))
    assert "invalid syntax" in error(facts(folder, TABLE + "this is no Python at all\n"))


def test_a_revision_of_alembic_declares_nothing(tmp_path: Path) -> None:
    assert facts(tmp_path, TABLE + 'revision = "1"\ndown_revision = None\n').tables == ()


# Budgets.


def test_a_statement_that_takes_too_many_steps_is_unread(tmp_path: Path) -> None:
    loop = "for a in range(1000):\n    for b in range(1000):\n        seen = a + b\n"
    found = facts(tmp_path, HEAD + loop + 'Table("users", metadata)\n')
    assert [table.name for table in found.tables] == ["users"]
    assert found.unread[0].why == "reading it takes more than 100000 steps"
    assert found.unread[0].span is not None and found.unread[0].span.line == 4


def test_a_file_of_many_such_statements_is_read_no_further_than_it_is_plain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading a file takes a time that is bounded, however many of its statements are long."""
    monkeypatch.setattr(modules, "MAXIMUM_MODULE_STEPS", 150_000)
    long = "for a in range(1000):\n    for b in range(1000):\n        seen = a + b\n"
    found = facts(tmp_path, HEAD + long * 4 + "\n".join(TABLE.splitlines()[3:]) + "\n")
    assert [table.name for table in found.tables] == ["users"]
    assert [one.why for one in found.unread] == [
        *["reading it takes more than 100000 steps"] * 2,
        *["reading it takes more than 1000 steps"] * 2,
    ]


def test_names_of_every_kind_of_statement_are_unknown_then(tmp_path: Path) -> None:
    spent = "sum(a + b for a in range(1000) for b in range(1000))"
    statements = f"""
x = {spent}
with open(str({spent})) as y:
    pass
if {spent}:
    z = 1
try:
    v = {spent}
except ValueError:
    v = 2
import os.path as w, json, a{"."}b
class C:
    d = {spent}
def f(): return 1
@f({spent})
def g(): return 1
"""
    found = facts(tmp_path, HEAD + statements + "Table(str(x), metadata)\n")
    assert {one.why for one in found.unread} >= {"reading it takes more than 100000 steps"}


def test_a_call_that_takes_too_many_steps_is_unknown_itself(tmp_path: Path) -> None:
    long = "def long():\n    for a in range(200):\n        for b in range(200):\n            c = a + b\n    return c\n"
    outer = "def outer():\n    return long()\n"
    tables = 'Table("users", metadata, Column("id", Integer, primary_key=long()))\nTable(str(outer()), metadata)\n'
    found = facts(tmp_path, HEAD + long + outer + tables)
    assert [table.name for table in found.tables] == ["users"]
    assert [one.why for one in found.unread] == ["a table whose name is only known at run time"]


@pytest.mark.parametrize(
    "expression",
    [
        *("range()", "range(1, 2, 0)", "range(10 ** 30)", "[1][::0]", "[1, 2][10 ** 30]", "re.sub()", "re.match()"),
        *("re.sub('(', lambda found: 'x', 'x')", "re.compile(pattern='(').sub('x', 'y')", "re.compile().match('x')"),
        *("10 ** 5000", "0x" + "f" * 5000, "str(0x" + "f" * 5000 + ")", "f(0x" + "f" * 5000 + ")", "'%d' % 9 ** 9999"),
        *("chr(-1)", "divmod(1, 0)", "'x'.join(1)", "int('x' * 5000)", "min()", "sum(['x'])", "~'x'", "{**1}", "[*1]"),
    ],
)
def test_what_python_would_refuse_is_unknown(tmp_path: Path, expression: str) -> None:
    text = f"import re\n{HEAD}values = [1]\nvalues.insert(10 ** 30, 2)\nx = {expression}\n"
    table = 'Table("users", metadata, Column("id", Integer, primary_key=True, default=x, server_default=x))\n'
    found = facts(tmp_path, text + table + f"class Odd({expression}):\n    pass\n")
    assert [table.name for table in found.tables] == ["users"]


@pytest.mark.parametrize(
    "expression",
    [
        *("text.replace('a', text)", "text.join([text] * 9999)", "'{}'.join([text] * 2).format(text, text)"),
        *("('{}' * 9999).format(*[text] * 9999)", "('%s' * 9999) % (*[text] * 9999,)", "'%*d' % (10 ** 9, 1)"),
        *("'{:>{w}}'.format('x', w=10 ** 9)", "text * 9999", "9999 * text", "text.translate({97: text})"),
        *("re.sub('(a|a)*b', 'x', 'a' * 99)", "re.sub('((a)*)*b', 'x', 'a' * 99)"),
        "re.sub('a*a*a*a*a*a*b', 'x', 'a' * 99)",
        *("re.sub('(a|a)*b', lambda found: 'x', 'a' * 99)", "re.match(string='a' * 99, pattern='(a+)+b')"),
    ],
)
def test_what_would_take_too_much_is_unknown(tmp_path: Path, expression: str) -> None:
    """Neither time nor memory: nothing of that size is ever made."""
    text = f"import re\n{HEAD}text = 'a' * 9999\nx = {expression}\n"
    found = facts(tmp_path, text + 'Table(x, metadata)\nTable("users", metadata)\n')
    assert [table.name for table in found.tables] == ["users"]
    assert [one.why for one in found.unread] == ["a table whose name is only known at run time"]


@pytest.mark.parametrize("expression", ["'_'.join(['user', 's'])", "'%ss' % 'user'", "re.sub('x+', 'u', 'xsers')"])
def test_what_is_small_is_computed(tmp_path: Path, expression: str) -> None:
    found = facts(tmp_path, f"import re\n{HEAD}Table({expression}, metadata)\n")
    assert [table.name.replace("_", "") for table in found.tables] == ["users"]


def test_what_computing_warns_of_is_not_printed(tmp_path: Path) -> None:
    """Here every warning is an error: a set in a set, and the inversion of a flag."""
    text = HEAD + "import re\nTable(re.sub('[[x]', 'u', 'xsers') + str(~True), metadata)\n"
    assert [table.name for table in facts(tmp_path, text).tables] == ["users-2"]


def test_classes_that_make_classes_without_end_are_not_waited_for(tmp_path: Path) -> None:
    text = """
from sqlalchemy import Column, Integer
from sqlalchemy.orm import DeclarativeBase, declared_attr
class Base(DeclarativeBase):
    id = Column(Integer, primary_key=True)
    @declared_attr
    def __tablename__(cls):
        type(cls.__name__ + "s", (Base,), {})
        return cls.__name__.lower()
class User(Base):
    pass
"""
    found = [model.table.name for model in facts(tmp_path, text).models if model.table is not None]
    assert {"user", "users", "userss"} < set(found) and len(found) < 10


def test_what_a_module_puts_into_its_globals_is_seen_by_those_that_import_it(tmp_path: Path) -> None:
    """Whether or not it was read for itself before."""
    (tmp_path / "names.py").write_text(
        "from sqlalchemy.orm import declarative_base\nglobals()['Model'] = declarative_base()\n"
        "def __getattr__(name):\n    return globals()['Model']\n"
    )
    user = "import names\nfrom sqlalchemy import Column, Integer\nclass User(names.Base):\n"
    user += "    __tablename__ = 'users'\n    id = Column(Integer, primary_key=True)\n"
    alone = facts(tmp_path, user)
    program = Program([str(tmp_path)])
    program.facts(str(tmp_path / "names.py"))
    assert repr(program.facts(str(tmp_path / "models.py"))) == repr(alone)
    assert alone.models[-1].bases[0].name == "names.Base"


def test_a_function_that_never_ends_is_unknown(tmp_path: Path) -> None:
    endless = "def endless(n):\n    return endless(n + 1)\n\n\ndef turning():\n    while True:\n        n = 1\n"
    tables = "Table(str(endless(1)), metadata)\nturning()\n"
    found = facts(tmp_path, HEAD + endless + tables + 'Table("users", metadata)\n')
    assert [table.name for table in found.tables] == ["users"]


def test_a_long_chain_and_a_deep_nest_are_read(tmp_path: Path) -> None:
    chain = " + ".join(['"a"'] * 2000)
    nest = "[" * 80 + "1" + "]" * 80
    found = facts(tmp_path, HEAD + f'x = {chain}\ny = {nest}\nTable("t" + str(len(x)), metadata)\n')
    assert [table.name for table in found.tables] == ["t2000"]


def test_values_defined_in_terms_of_themselves_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text("from second import name\n")
    (tmp_path / "second.py").write_text("from first import name\n")
    text = "from first import name\n" + HEAD + "Table(name, metadata)\n"
    assert [one.why for one in facts(tmp_path, text).unread] == ["a table whose name is only known at run time"]


def test_a_declared_attr_that_asks_for_itself_is_unknown(tmp_path: Path) -> None:
    text = """
from sqlalchemy.orm import declarative_base, declared_attr
Base = declarative_base()
class User(Base):
    @declared_attr
    def __tablename__(cls):
        return cls.__tablename__ + "s"
"""
    found = facts(tmp_path, text)
    assert [one.why for one in found.unread] == [
        "models.User: its table's name is not known: it is defined in terms of itself"
    ]


def test_a_type_defined_in_terms_of_itself_is_unknown(tmp_path: Path) -> None:
    text = HEAD + "from sqlalchemy import TypeDecorator\nclass Same(TypeDecorator):\n    pass\nSame.impl = Same\n"
    found = facts(tmp_path, text + 'Table("users", metadata, Column("id", Same, primary_key=True))\n')
    assert found.tables[0].key[0].generation is KeyGeneration.UNKNOWN


def test_an_alias_defined_in_terms_of_itself_is_unknown(tmp_path: Path) -> None:
    text = """
from typing import Optional
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class User(Base):
    __tablename__ = "users"
    id: Mapped[%s] = mapped_column(primary_key=True)
"""
    found = facts(tmp_path, text % ("Optional[" * 30 + "int" + "]" * 30))
    assert found.models[1].table is not None
    assert found.models[1].table.key[0].generation is KeyGeneration.UNKNOWN


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement `type` is Python 3.12's")
def test_a_type_alias_is_followed(tmp_path: Path) -> None:
    text = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
type Number = int
type Again = Number
class Base(DeclarativeBase):
    pass
class User(Base):
    __tablename__ = "users"
    id: Mapped[Again] = mapped_column(primary_key=True)
class Generic[T]:
    pass
"""
    found = facts(tmp_path, text)
    assert [model.table.key[0].generation for model in found.models if model.table] == [KeyGeneration.SERIAL]


# Overlays and records.


def test_an_overlay_takes_the_place_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "models.py"
    file.write_text(TABLE)
    program = Program([str(tmp_path)])
    program.overlay(str(file), TABLE.replace('"users"', '"groups"').replace("\n", "\r\n"))
    program.overlay(str(tmp_path / "more.py"), TABLE)
    assert [table.name for table in program.facts(str(file)).tables] == ["groups"]
    assert [table.name for table in program.facts(str(tmp_path / "more.py")).tables] == ["users"]


def test_what_was_asked_for_is_recorded_present_or_absent(tmp_path: Path) -> None:
    here, gone = tmp_path / "here.py", tmp_path / "gone.py"
    here.write_text("x = 1\n")
    sources = Sources()
    with sources.recording() as outer:
        with sources.recording() as inner:
            assert sources.text(str(here)) == "x = 1\n"
            assert not sources.is_file(str(gone))
        assert sources.is_file(str(here))
        assert sources.is_folder(str(tmp_path))
    assert inner == {Asked(str(here), digest(b"x = 1\n")), Asked(str(gone), NO_FILE)}
    assert outer == inner | {Asked(str(here), FILE), Asked(str(tmp_path), FOLDER)}
    with pytest.raises(ReadError):
        sources.text(str(gone))


def test_a_file_rests_on_what_was_asked_for_those_that_it_reads() -> None:
    dependencies = Dependencies()
    for path in "abc":
        dependencies.ask(path, [Asked(path, FILE)])
    dependencies.read("a", "b")
    dependencies.read("b", "a")
    assert dependencies.of("b") == {Asked("a", FILE), Asked("b", FILE)}
    assert dependencies.of("c") == {Asked("c", FILE)}


@pytest.mark.parametrize(
    "change",
    [
        "User.extra = Column(DateTime)",
        "models.User.__tablename__ = 'people'",
        "User.__table__.append_column(Column('extra', DateTime))",
        "more.append(Column('extra', DateTime))",
        "more += [Column('extra', DateTime)]",
        "options['schema'] = 'other'",
        "del options['schema']",
        "models.Base = object",
        "setattr(User, 'extra', Column(DateTime))",
    ],
)
def test_what_a_file_does_to_another_does_not_outlast_it(tmp_path: Path, change: str) -> None:
    head = "from sqlalchemy import Column, DateTime, Integer, MetaData, Table\n"
    models = """
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        more = []
        options = {"schema": "own"}

        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)

        if True:
            Table("notes", MetaData(), *more, **options)
        """
    (tmp_path / "models.py").write_text(head + textwrap.dedent(models))
    (tmp_path / "changes.py").write_text(f"{head}import models\nfrom models import User, more, options\n{change}\n")
    paths = [str(tmp_path / "changes.py"), str(tmp_path / "models.py")]
    there, back = Program([str(tmp_path)]), Program([str(tmp_path)])
    assert [there.facts(path) for path in paths] == [back.facts(path) for path in reversed(paths)][::-1]


def test_many_decorators_are_no_trouble(tmp_path: Path) -> None:
    decorated = "@route('/x')\n" * 60 + "def view():\n" + "    answer = 1\n" * 500
    (tmp_path / "db.py").write_text("from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n")
    text = f"from db import Base\nfrom web import route\n{decorated}\n" + "class User(Base): x = Base.Column()\n"
    assert [model.role for model in facts(tmp_path, text).models] == [Role.MAPPED]


# Where modules are.


def test_modules_are_found_above_a_script_that_is_in_no_project(tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text(TABLE)
    script = tmp_path / "a" / "b" / "script.py"
    script.parent.mkdir(parents=True)
    script.write_text("")
    finder = Finder(Sources(), [], [])
    found = finder.absolute("shared", str(script))
    assert found is not None and found.path == str(tmp_path / "shared.py")
    assert finder.absolute("shared", str(script)) is found
    (tmp_path / "a" / "pyproject.toml").write_text("")
    assert Finder(Sources(), [], []).absolute("shared", str(script)) is None


def test_the_search_does_not_leave_an_installed_library(tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text("")
    inner = tmp_path / "site-packages" / "one" / "__init__.py"
    inner.parent.mkdir(parents=True)
    inner.write_text("")
    assert Finder(Sources(), [], []).absolute("shared", str(inner)) is None
    assert Finder(Sources(), [], []).absolute("x", "/script.py") is None


def test_modules_have_the_name_of_the_innermost_root(tmp_path: Path) -> None:
    sources = Sources()
    for name in ("pkg/__init__.py", "pkg/sub/mod.py", "src/space/mod.py", "src/not-a-name/mod.py", "__init__.py"):
        sources.overlay(str(tmp_path / name), "")
    finder = Finder(sources, [str(tmp_path / "src")], [])
    assert finder.name(str(tmp_path / "src" / "space" / "mod.py")) == "space.mod"
    assert finder.name(str(tmp_path / "src" / "not-a-name" / "mod.py")) == "mod"
    assert finder.name(str(tmp_path / "pkg" / "__init__.py")).endswith("pkg")
    assert finder.name(str(tmp_path / "pkg" / "sub" / "mod.py")) == "mod"


def test_columns_of_places_count_characters(tmp_path: Path) -> None:
    found = facts(tmp_path, HEAD + 'x = "äöü"; Table("users", metadata, Column("id", Integer))\n')
    assert found.tables[0].span is not None and found.tables[0].span.column == 11


def test_a_model_of_a_file_that_was_not_read_is_known_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("class Base(:\n")
    found = facts(tmp_path, "from broken import Base\n\n\nclass User(Base):\n    __tablename__ = 'users'\n")
    assert found.models[0].role is Role.UNKNOWN
    assert found.models[0].missing[0].absent is False
    assert found.models[0].short_name == "User"


# What SQLAlchemy refuses, so that no page can run it.


@pytest.mark.parametrize(
    "column",
    [
        'Column("id", Integer, primary_key=True, server_default=[1])',
        'Column("id", Integer, primary_key=True, server_default=nowhere)',
        'Column("id", Integer, nowhere, primary_key=True)',
        'Column("id", 7, primary_key=True)',
        'Column("id", Integer, primary_key=True, autoincrement=object())',
        'Column("id", Integer().with_variant(Integer(), nowhere), primary_key=True)',
    ],
)
def test_a_key_that_cannot_be_made_is_unknown(tmp_path: Path, column: str) -> None:
    found = facts(tmp_path, HEAD + f'Table("users", metadata, {column})\n')
    assert [key.generation for key in found.tables[0].key] == [KeyGeneration.UNKNOWN]


@pytest.mark.parametrize("argument", ['[Column("id", Integer)]', "nowhere", "nowhere.id", "nowhere()"])
def test_a_table_with_an_argument_that_is_not_known_is_incomplete(tmp_path: Path, argument: str) -> None:
    found = facts(tmp_path, HEAD + f'Table("users", metadata, {argument})\n')
    assert found.tables[0].incomplete is not None


@pytest.mark.parametrize(
    "made",
    ["type(nowhere, (), {})", 'type("Made", nowhere, {})', 'type("Made", (), nowhere)'],
)
def test_a_class_of_unknown_parts_is_unknown(tmp_path: Path, made: str) -> None:
    text = f"from sqlalchemy import Column, Integer\nMade = {made}\nclass User(Made):\n    __tablename__ = 'users'\n"
    found = facts(tmp_path, text + "    id = Column(Integer, primary_key=True)\n")
    assert found.models[-1].table is not None and found.models[-1].table.incomplete is not None


def test_a_class_of_parts_that_are_partly_known_misses_the_rest(tmp_path: Path) -> None:
    text = """
import os
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()
names = {"__tablename__": "users", "id": Column(Integer, primary_key=True), 3: 4}
if os.environ.get("X"):
    names.update(os.environ)
User = type("User", (Base,), names)
"""
    assert facts(tmp_path, text).models[-1].incomplete is not None


def test_a_base_that_is_defined_nowhere_is_missing_in_every_spelling(tmp_path: Path) -> None:
    text = """
from sqlalchemy import Column, Integer
from six import with_metaclass
class Meta(type):
    pass
class A(with_metaclass(Meta, Nowhere)):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
class B(super().x):
    __tablename__ = "b"
    id = Column(Integer, primary_key=True)
class C(*nowhere):
    __tablename__ = "c"
    id = Column(Integer, primary_key=True)
"""
    found = facts(tmp_path, text)
    tables = [model.table for model in found.models if model.table is not None]
    assert [table.name for table in tables if table.incomplete] == ["a", "b", "c"]


@pytest.mark.parametrize("name", ["Plain", "Plain()", "Below", "Below()", "Missing", "ForeignKey", "nowhere.x"])
def test_a_type_that_is_none_is_unknown(tmp_path: Path, name: str) -> None:
    text = "from missing_package import Missing\nfrom sqlalchemy import ForeignKey\n" + HEAD
    text += "class Plain:\n    pass\nclass Below(nowhere):\n    pass\n"
    found = facts(tmp_path, text + f'Table("users", metadata, Column("id", {name}, primary_key=True))\n')
    assert found.tables[0].key[0].generation is KeyGeneration.UNKNOWN


@pytest.mark.parametrize(
    "annotation", ["Mapped[enum.Enum]", "Mapped[()]", "Mapped[Annotated[()]]", "List[int]", "Mapped"]
)
def test_an_annotation_that_sqlalchemy_refuses_makes_no_key_that_counts(tmp_path: Path, annotation: str) -> None:
    text = f"""
import enum
from typing import Annotated, List
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class User(Base):
    __tablename__ = "users"
    id: {annotation} = mapped_column(primary_key=True)
"""
    table = facts(tmp_path, text).models[-1].table
    assert table is not None and not table.key[0].generation.by_server


@pytest.mark.parametrize("annotation", ["Nowhere", "List[int]", "Odd"])
def test_a_field_that_sqlmodel_refuses_is_unknown(tmp_path: Path, annotation: str) -> None:
    text = f"""
from typing import List
from missing_package import Odd
from sqlmodel import Field, SQLModel
class User(SQLModel, table=True):
    id: {annotation} = Field(primary_key=True)
"""
    table = facts(tmp_path, text).models[-1].table
    assert table is not None and table.key[0].generation is KeyGeneration.UNKNOWN


def test_a_module_that_raises_binds_nothing_behind(tmp_path: Path) -> None:
    found = facts(tmp_path, TABLE + 'raise SystemExit\nTable("groups", metadata, Column("id", Integer))\n')
    assert [table.name for table in found.tables] == ["users"]
