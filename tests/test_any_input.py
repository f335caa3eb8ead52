"""Any input: the right answer for an odd file, path or setting, or one clear line about it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Write

from flake8_autoincrement.cli.main import main

HEAD = """\
from sqlalchemy import Column, Integer
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


"""
USER = """\
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
"""
MODEL = HEAD + USER
KEY = "class K{0}(Base):\n    __tablename__ = 'k{0}'\n    id = Column(ForeignKey('k{1}.id'), primary_key=True)\n"
SUMMARY = "Found 1 error and 1 warning in 2 files (checked 2 source files)"
BASES = "--bases="  # no class is asked to be below an auto-increment base

Tables = Callable[..., list[str]]
Check = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    """Give a function that runs `ain check` and gives its exit status and what it prints, without the last line."""

    def run(*paths: str) -> tuple[int, list[str]]:
        status = main(["check", "--no-cache", BASES, *paths])
        captured = capsys.readouterr()
        assert captured.err == ""
        return status, captured.out.splitlines()[:-1]

    return run


@pytest.fixture
def tables(capsys: pytest.CaptureFixture[str]) -> Tables:
    """Give a function that runs `ain tables --json`, where all is well, and gives the names of the tables."""

    def run(*paths: str) -> list[str]:
        status = main(["tables", "--json", "--no-cache", *paths])
        captured = capsys.readouterr()
        assert (status, captured.err) == (0, "")
        return [table["name"] for table in json.loads(captured.out)["tables"]]

    return run


def flake8(*arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "flake8", "--select=AIN,E9", "--ain-bases=", "--ain-no-cache", *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


def error(why: str, place: str) -> str:
    """Give the line about a file that cannot be read."""
    return f"{place}: error: {why}  [AIN000 unreadable-file]"


# What a file may hold.


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + MODEL.encode(),
        b"\xef\xbb\xbf# coding: utf-8\n" + MODEL.encode(),
        b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + MODEL.encode(),
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n" + MODEL.encode(),
        MODEL.replace("\n\n\n", "\n\x0c\n").encode(),
        MODEL.replace("    ", "\x0c    ").encode(),
        MODEL.replace("    ", "\t").encode(),
        MODEL.replace("\n", "\r\n").encode(),
        MODEL.replace("\n", "\r").encode(),
        MODEL.rstrip().encode(),
        MODEL.replace("(Base)", "(\\\n    Base)").encode(),
        MODEL.encode() + b"# \x1a \x1b[31m \x7f\n",
        MODEL.replace("User", "Größe").encode(),
        MODEL.replace("User", "𝔘ser").encode(),
        MODEL.encode() + b"x = '\\ud800' + '\\x00' + '\\N{SNOWMAN}'\n",
    ],
    ids=[
        "byte order mark",
        "byte order mark and coding line",
        "latin-1",
        "coding in the second line",
        "form feeds",
        "form feeds in indentation",
        "tabs",
        "line ends of Windows",
        "line ends of old Macs",
        "no line end",
        "joined lines",
        "control characters",
        "a name that is not ASCII",
        "a name that Python normalizes",
        "lone surrogates",
    ],
)
def test_odd_text_is_read(write: Write, tables: Tables, data: bytes) -> None:
    (write({}) / "odd.py").write_bytes(data)
    assert tables() == ["users"]
    done = flake8("odd.py")
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"AIN002 users.id relies on the implicit" in done.stdout and b"AIN000" not in done.stdout


def test_what_python_warns_of_is_not_printed(write: Write, tables: Tables) -> None:
    write({"odd.py": MODEL + "x = '\\d' is 1\nassert (x, 'always')\n"})
    assert tables() == ["users"]


@pytest.mark.parametrize(
    ("data", "place", "why"),
    [
        (MODEL.encode() + b"# caf\xe9\n", "1:1", "it is not utf-8: invalid continuation byte at byte 218"),
        (b"# caf\xe9\n" + MODEL.encode(), "1:1", "invalid or missing encoding declaration"),
        (b"# coding: klingon\n" + MODEL.encode(), "1:1", "unknown encoding: klingon"),
        (MODEL.encode("utf-16"), "1:1", "it is UTF-16, which Python does not read"),
        (MODEL.encode() + b"\0", "1:1", "it contains a NUL byte"),
        (b"\x7fELF\2\1\1" + bytes(range(256)), "1:1", "it contains a NUL byte"),
        (b"print 'x'\n", "1:1", "invalid syntax: Missing parentheses in call to 'print'. Did you mean print(...)?"),
        (b"try:\n    f()\nexcept A, e: f()\n", "3:8", "invalid syntax: multiple exception types must be parenthesized"),
        (b"exec 'x' in {}\n", "1:1", "invalid syntax: Missing parentheses in call to 'exec'. Did you mean exec(...)?"),
        (b"%matplotlib inline\n", "1:1", "invalid syntax"),
        (b"files = !ls\n", "1:9", "invalid syntax"),
        (b"class A(:\n", "1:9", "invalid syntax"),
        (MODEL.encode() + b"    name = Column(", "12:18", "invalid syntax: '(' was never closed"),
        (b"x = '''", "1:5", "invalid syntax: unterminated triple-quoted string literal (detected at line 1)"),
        (b"def f():\n", "1:9", "invalid syntax: expected an indented block after function definition on line 1"),
        (b"if x:\n\ty\n        z\n", "3:1", "invalid syntax: inconsistent use of tabs and spaces in indentation"),
        (b"<<<<<<< HEAD\nx = 1\n=======\n", "1:1", "invalid syntax"),
        (b"x = 1\xc2\xa0+ 2\n", "1:6", "invalid syntax: invalid non-printable character U+00A0"),
    ],
    ids=[
        "latin-1",
        "latin-1 in the first line",
        "an encoding that is none",
        "UTF-16",
        "a NUL byte",
        "no text at all",
        "print of Python 2",
        "except of Python 2",
        "exec of Python 2",
        "a notebook's magic",
        "a notebook's command",
        "half a class",
        "half a call",
        "half a string",
        "half a function",
        "tabs among spaces",
        "a conflict",
        "a space that is none",
    ],
)
def test_what_python_cannot_read_is_said_in_a_line(
    write: Write, check: Check, data: bytes, place: str, why: str
) -> None:
    """The place and the words are Python's own where it has some; the other files are checked all the same."""
    (write({"fine.py": MODEL}) / "odd.py").write_bytes(data)
    status, lines = check()
    assert status == 2
    assert [line for line in lines if line.startswith("odd.py")] == [error(why, f"odd.py:{place}")]
    assert any(line.startswith("fine.py:11:5: warning: users.id relies") for line in lines)


def test_what_is_only_like_python_is_not_walked(write: Write, tables: Tables) -> None:
    """Stubs and notebooks are read where they are given; what an editor or a system hides beside a file never is."""
    folder = write(
        {
            "models.py": MODEL,
            "models.pyi": MODEL.replace("users", "stubs"),
            "models.ipynb": '{"cells": [{"source": ["%matplotlib inline"]}]}',
            ".hidden/models.py": "class A(:",
        }
    )
    (folder / "._models.py").write_bytes(b"\0\5\x16\7\0\2")
    (folder / ".#models.py").symlink_to("somebody@host.1234:5678")
    assert tables() == ["users"]
    assert tables("models.pyi") == ["stubs"]
    assert tables("models.ipynb") == []


# Circles.


def test_classes_that_inherit_from_each_other(write: Write, check: Check) -> None:
    """Python raises a NameError at the first of each circle."""
    itself = "class A(A):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n\n\n"
    each_other = "class B(C):\n    __tablename__ = 'b'\n\n\nclass C(B):\n    __tablename__ = 'c'\n"
    write({"odd.py": HEAD + itself + each_other})
    status, lines = check()
    why = "it is neither defined nor imported  [AIN004 unresolved-base]"
    assert status == 1
    assert [line for line in lines if "AIN004" in line] == [
        f"odd.py:9:9: error: A inherits from A: {why}",
        f"odd.py:18:9: error: C inherits from B: {why}",
    ]


def test_modules_that_import_each_other(write: Write, check: Check) -> None:
    """As such modules do for the sake of relationships."""
    write(
        {
            "base.py": "from user import *\nfrom sqlalchemy import Column, Integer\n" + HEAD,
            "group.py": "import user\nfrom base import *\n" + USER.replace("User", "Group").replace("user", "group"),
            "user.py": "from group import Group\nfrom base import *\n" + USER,
        }
    )
    status, lines = check()
    assert status == 1
    assert [line.partition(" relies")[0] for line in lines if "note" not in line] == [
        "group.py:5:5: warning: groups.id",
        "user.py:5:5: warning: users.id",
    ]


def test_a_name_that_modules_import_from_each_other(write: Write, check: Check) -> None:
    head = "from sqlalchemy import Column, Integer\nfrom {} import *\nfrom {} import Base\n\n\n"
    write({f"{name}.py": head.format(other, other) + USER for name, other in ("ab", "bc", "ca")})
    assert check() == (0, ["note: 3 tables could not be read; ain tables says where"])


# Great size and depth.


def test_chains_and_nests_of_a_thousand(write: Write, tables: Tables) -> None:
    """As deep as Python reads them at all."""
    names = {
        "sums": "x = " + " + ".join(["1"] * 1000),
        "attributes": "x = HEAD" + ".a" * 1000,
        "targets": "x" + ".a" * 1000 + " = 1",
        "calls": "x = f" + "()" * 1000,
        "methods": "x = f" + ".where(1)" * 1000,
        "subscripts": "x = {}" + "[1]" * 1000,
        "signs": "x = " + "-" * 1000 + "1",
        "negations": "x = " + "not " * 1000 + "1",
        "powers": "x = " + "1 ** " * 1000 + "1",
        "lambdas": "x = " + "lambda: " * 1000 + "1",
        "conditions": "x = " + "1 if y else " * 1000 + "1",
        "branches": "if x:\n    y = 1\n" + "elif y:\n    x = 1\n" * 1000,
        "alternatives": "x = " + " or ".join(f"y{at}" for at in range(20_000)),
        "decorators": "@d\n" * 1000 + "def f(): pass",
    }
    types = ".with_variant(Integer(), 'mysql')" * 1000
    write(
        {
            **{f"{name}.py": f"{text}\n{MODEL}".replace("users", name) for name, text in names.items()},
            "types.py": MODEL.replace("users", "types").replace("(Integer", f"(Integer(){types}"),
        }
    )
    assert tables() == sorted([*names, "types"])


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("x = " + " + ".join(["'a'"] * 20_000), "1:1", "it is nested too deeply to be read"),
        ("x = " + "(" * 1000 + ")" * 1000, "1:205", "invalid syntax: too many nested parentheses"),
        ("x = " + "[" * 1000 + "]" * 1000, "1:205", "invalid syntax: too many nested parentheses"),
        ("if x:", "101:1", "invalid syntax: too many levels of indentation"),
        ("def f():", "101:1", "invalid syntax: too many levels of indentation"),
        ("class A:", "101:1", "invalid syntax: too many levels of indentation"),
    ],
    ids=["a sum of 20,000", "parentheses", "lists", "conditions", "functions", "classes"],
)
def test_what_is_nested_too_deeply_for_python(write: Write, check: Check, text: str, place: str, why: str) -> None:
    if text.endswith(":"):
        text = "\n".join(" " * level + text for level in range(1000))
    write({"odd.py": text + "\n" + MODEL})
    assert check() == (2, [error(why, f"odd.py:{place}")])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("".join(f"NAME_OF_A_CONSTANT_{at} = 'a value of some length'\n" for at in range(90_000)), 1),
        ("X = {\n" + "".join(f"    {at}: ['one value', 'another', None],\n" for at in range(20_000)) + "}\n", 1),
        ("".join(USER.replace("User", f"U{at}").replace("users", f"u{at}") + "\n\n" for at in range(2_000)), 2_001),
        ("".join(f"t{at} = Table('t{at}', m, Column(Integer, primary_key=True))\n" for at in range(2_000)), 2_001),
        ("".join(f"class C{at + 1}(C{at}):\n    x = {at}\n" for at in range(1, 1_000)), 1),
        ("".join(KEY.format(at, at + 1) for at in range(1_000)), 1_001),
        ("".join(KEY.format(at, (at + 1) % 300) for at in range(300)), 301),
    ],
    ids=["4 MB of constants", "a dict", "classes", "tables", "heirs", "references", "references in a circle"],
)
def test_generated_code(write: Write, tables: Tables, text: str, count: int) -> None:
    """The time grows with the length: each of these once took longer than anybody waits, or all memory."""
    head = HEAD + "from sqlalchemy import ForeignKey, MetaData, Table\nm = MetaData()\nC1 = Base\n"
    write({"odd.py": head + text + USER})
    assert len(tables()) == count


@pytest.mark.slow
def test_a_base_that_is_handed_on_by_many_files(write: Write, tables: Tables) -> None:
    heir = "from m{1} import C{1}\n\n\nclass C{0}(C{1}):\n    pass\n"
    files = {f"m{at}.py": heir.format(at, at + 1) for at in range(300)}
    write({**files, "m300.py": HEAD + USER.replace("User", "C300"), "user.py": "from m0 import C0\n"})
    assert tables("m0.py", "user.py") == []
    assert tables("m300.py") == ["users"]


# Paths.


NAMES = [
    *(b"with space/a b.py", b"new\nline/c\nd.py", b"not utf-8 \xe9/\xff.py"),
    *(b"\x1b[31m.py", b"a:1:2.py", b"[x]{}%s.py"),
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_odd_paths(write: Write, capsys: pytest.CaptureFixture[str], name: bytes) -> None:
    """In text a path is one line, and what cannot be printed is escaped; in JSON it is exact."""
    folder = os.fsencode(write({}))
    os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    for path, text in ((name, MODEL), (name[:-3] + b"2.py", "class A(:\n")):
        with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
            file.write(text)
    path = os.fsdecode(name)
    shown = path.replace("\n", r"\n").replace("\x1b", r"\x1b").replace("\udce9", r"\udce9").replace("\udcff", r"\udcff")
    assert main(["check", BASES, "."]) == main(["check", BASES, path, path[:-3] + "2.py"]) == 2
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert captured.err == ""
    assert lines[:4] == lines[4:]
    assert sorted(line.partition(": ")[0] for line in lines[:3]) == sorted(
        [f"{shown}:11:5", f"{shown}:5:1", f"{shown[:-3]}2.py:1:9"]
    )
    assert f"{shown[:-3]}2.py:1:9: error: invalid syntax  [AIN000 unreadable-file]" in lines
    assert main(["tables", "--json", path]) == 0
    [table] = json.loads(capsys.readouterr().out)["tables"]
    assert os.fsencode(table["file"]) == name


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_odd_paths_in_flake8(write: Write, name: bytes) -> None:
    """flake8 itself prints a path as it is, and cannot print one that is not UTF-8."""
    folder = os.fsencode(write({}))
    os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(MODEL)
    done = flake8(b"--extend-ignore=AIN002", name)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    if b"\xff" not in name:
        done = flake8(name)
        assert done.stdout.startswith(name + b":11:5: AIN002 users.id relies on the implicit ")
        assert (done.returncode, done.stderr) == (1, b"")


def test_a_folder_called_like_a_file(write: Write, tables: Tables) -> None:
    write({"x.py/models.py": MODEL, "x.py/y.py/__init__.py": MODEL.replace("users", "y")})
    assert tables() == tables("x.py") == ["users", "y"]
    done = flake8("x.py")
    assert done.stdout.count(b"AIN002") == 2 and done.stderr == b""


def test_links(write: Write, check: Check) -> None:
    """A link is the file that it leads to; folders that lead to each other are walked once."""
    folder = write({"app/models.py": MODEL, "elsewhere/base.py": MODEL})
    (folder / "app/link.py").symlink_to("../elsewhere/base.py")
    (folder / "app/up").symlink_to("..")
    (folder / "app/self").symlink_to("self")
    (folder / "app/broken.py").symlink_to("nowhere.py")
    (folder / "app/circle.py").symlink_to("circle2.py")
    (folder / "app/circle2.py").symlink_to("circle.py")
    status, lines = check("app")
    assert status == 2
    circle = "Too many levels of symbolic links"
    assert [line for line in lines if ": note: " not in line and "AIN002" not in line] == [
        error("it is a symbolic link to nothing", "app/broken.py:1:1"),
        error(circle, "app/circle.py:1:1"),
        error(circle, "app/circle2.py:1:1"),
    ]
    assert sum("AIN002" in line for line in lines) == 2
    assert check("app/broken.py") == (2, [error("it is a symbolic link to nothing", "app/broken.py:1:1")])
    assert check("app/self") == (2, [error(circle, "app/self:1:1")])
    assert check("app/up/app/models.py")[0] == 1


@pytest.fixture
def server(tmp_path: Path) -> Iterator[socket.socket]:
    """Give a socket that has no name yet."""
    with socket.socket(socket.AF_UNIX) as made:
        yield made


def test_what_is_no_file_is_not_waited_for(
    write: Write, check: Check, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens a pipe that nobody writes to waits for ever; so would one who reads an endless device."""
    folder = write({"models.py": "from pipe import Base\nfrom endless import other\n" + USER, "pyproject.toml": ""})
    os.mkfifo(folder / "pipe.py")
    (folder / "endless.py").symlink_to("/dev/zero")
    server.bind("socket.py")
    (folder / "pyproject.toml").unlink()
    os.mkfifo(folder / "pyproject.toml")
    os.mkfifo(folder / "setup.cfg")
    status, lines = check()
    why = "it is not a regular file"
    assert status == 2
    assert [line for line in lines if "AIN000" in line] == [
        error(why, f"{name}.py:1:1") for name in ("endless", "pipe", "socket")
    ]
    assert check("/dev/null") == (2, [error(why, f"{os.path.relpath('/dev/null')}:1:1")])


RACE = """\
import os, sys
from flake8_autoincrement.cli.main import main

def remove(event, arguments):
    if event == "open" and os.path.basename(str(arguments[0])) == sys.argv[1]:
        os.path.exists("gone.py") and os.unlink("gone.py")

sys.addaudithook(remove)
sys.exit(main(["check", "--bases=", *sys.argv[2:]]))
"""


@pytest.mark.parametrize("moment", ["first.py", "gone.py"], ids=["before it is its turn", "as it is opened"])
@pytest.mark.parametrize("cache", ["--no-cache", "--cache-dir=kept"])
def test_a_file_that_vanishes(write: Write, moment: str, cache: str) -> None:
    """It is removed by the process itself, at the moment that it opens a file: after the folder was listed."""
    write({"first.py": MODEL, "gone.py": MODEL})
    done = subprocess.run([sys.executable, "-c", RACE, moment, cache], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    lines = [line for line in done.stdout.splitlines() if "note" not in line]
    assert lines[0].startswith("first.py:11:5: warning: users.id relies on the implicit")
    assert lines[1:] == [error("No such file or directory", "gone.py:1:1"), SUMMARY]


def test_a_base_that_vanishes(write: Write) -> None:
    """A model whose base is in the file says what it rests on."""
    write({"first.py": "from gone import Base\nfrom sqlalchemy import Column, Integer\n" + USER, "gone.py": MODEL})
    done = subprocess.run(
        [sys.executable, "-c", RACE, "gone.py", "--no-cache", "first.py"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "note: 1 table could not be read; ain tables says where"


UNPRIVILEGED = """\
import contextlib, io, os, sys
from flake8_autoincrement.cli.main import main

with contextlib.redirect_stdout(io.StringIO()):
    main(["check", "--no-cache", "fine.py"])  # imports what somebody else might not be allowed to
if os.geteuid() == 0:
    os.setuid(65534)
sys.exit(main(["check", "--no-cache", "--bases="]))
"""


def test_a_file_that_may_not_be_read() -> None:
    """Root may read everything: as root, the command is run as somebody else."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name in ("fine.py", "secret.py"):
            Path(folder, name).write_text(MODEL, encoding="utf-8")
        Path(folder, "secret.py").chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED], capture_output=True, text=True, check=False, cwd=folder
        )
    assert (done.returncode, done.stderr) == (2, "")
    lines = [line for line in done.stdout.splitlines() if "note" not in line]
    assert lines[0].startswith("fine.py:11:5: warning: ")
    assert lines[1:] == [error("Permission denied", "secret.py:1:1"), SUMMARY]


# Settings and options.


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pyproject.toml", "x = " + "[" * 5000 + "]" * 5000, "not valid TOML: it is nested too deeply to be read"),
        ("pyproject.toml", "x = " + "9" * 5000, "not valid TOML: Exceeds the limit"),
        ("pyproject.toml", "x = 2024-02-31", "not valid TOML: "),
        ("pyproject.toml", "[tool.flake8-autoincrement", "not valid TOML: "),
        ("pyproject.toml", "[[tool.flake8-autoincrement]]\n", "tool.flake8-autoincrement = [{}]: must be a table"),
        ("pyproject.toml", "[tool.flake8-autoincrement]\npython = '~nobody-here/env'\n", "python = "),
        ("pyproject.toml", "[tool.flake8-autoincrement]\npython = 'a\\u0000b'\n", "python = "),
        ("setup.cfg", "[flake8-autoincrement]\n[flake8-autoincrement]\n", "not a valid INI file: "),
        ("tox.ini", "[flake8-autoincrement-]\nstrict = yes\n", "[flake8-autoincrement-] module = (nothing): must name"),
    ],
)
def test_settings_that_nobody_would_write(
    write: Write, capsys: pytest.CaptureFixture[str], name: str, text: str, message: str
) -> None:
    """File, key and value, and what would be right."""
    folder = write({"models.py": MODEL, name: f"# flake8-autoincrement\n{text}\n"})
    assert main(["check", "--no-cache"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"ain: {folder / name}: {message}") and captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--python", "~nobody-here/env"], "there is no ~nobody-here/env; give the path of an interpreter or"),
        (["--bases", "no\nname"], '--bases: "no\\nname" is no name of a class'),
        (["--ignore", "\udcff"], '--ignore: "\\udcff" is neither the code nor the slug'),
        (["not\nhere"], "there is no file or folder not\\nhere"),
        (["x" * 5000], "there is no file or folder xxx"),
        (["nul\0.py"], "there is no file or folder nul\\x00.py"),
        ([""], "there is no file or folder ''"),
    ],
)
def test_options_that_nobody_would_write(
    write: Write, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    write({"models.py": MODEL})
    assert main(["check", "--no-cache", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"ain: {message}") and captured.err.count("\n") == 1
