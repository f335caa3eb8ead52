"""The `ain` command, run as users run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Write
from shop import FILES, PLACES

from flake8_autoincrement import __version__
from flake8_autoincrement.cli.main import main
from flake8_autoincrement.engine.project import Invocation, Workspace
from flake8_autoincrement.engine.reader import Reader
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.registry import discovered

PLACE = re.compile(r"(?P<path>[^:]+):(?P<line>\d+):\d+: (?:error|warning): .*  \[(?P<code>\w+) (?P<slug>\S+)\]")
COMMANDS = [["ain"], ["flake8-autoincrement"], [sys.executable, "-m", "flake8_autoincrement"]]


def places(output: str) -> set[tuple[str, int, str, str]]:
    found = map(PLACE.fullmatch, output.splitlines())
    return {(Path(m["path"]).as_posix(), int(m["line"]), m["code"], m["slug"]) for m in found if m}


def last(output: str) -> str:
    return output.splitlines()[-1]


class TestCheck:
    def test_in_mypy_s_words(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        assert main(["check", "app"]) == 1
        output = capsys.readouterr().out
        assert places(output) == PLACES
        finding = r"^app/models/user.py:7:5: warning: users\.id .*  \[AIN002 implicit-autoincrement\]$"
        assert re.search(finding, output, re.M)
        assert re.search(r"^app/db.py:5:1: note: .*User -> Base \(app/db.py:5\) -> DeclarativeBase", output, re.M)
        assert last(output) == "Found 3 warnings in 2 files (checked 5 source files)"

    def test_nothing_to_report(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        assert main(["check", "app/db.py"]) == 0
        assert capsys.readouterr().out == "Success: no issues found in 1 source file\n"

    def test_the_working_directory_is_the_default(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        assert main(["check"]) == 1
        assert places(capsys.readouterr().out) == PLACES

    def test_one_file_gets_what_the_whole_gives_it(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        found = set()
        for path in ("app/models/order.py", "app/db.py", "app/models/user.py"):
            main(["check", path])
            found |= places(capsys.readouterr().out)
        assert found == PLACES

    def test_from_another_folder(
        self, write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = write({**FILES, "elsewhere/x.py": ""})
        monkeypatch.chdir(folder / "elsewhere")
        assert main(["check", "../app/models/user.py"]) == 1
        assert "../app/models/user.py:7:5: warning:" in capsys.readouterr().out.replace(os.sep, "/")

    def test_switches(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        assert main(["check", "--ignore", "AIN001, implicit-autoincrement"]) == 0
        assert main(["check", "--ignore=AIN002", "--bases="]) == 0
        assert main(["check", "--ignore=AIN002,AIN003,AIN004", "--bases=Base"]) == 0
        assert main(["check", "--fail-on=error"]) == 0
        assert last(capsys.readouterr().out).startswith("Found 3 warnings")
        assert main(["check", "--enable=key-pattern"]) == 1
        assert "key-pattern" in capsys.readouterr().out
        assert main(["check", "--strict"]) == 1
        assert "key-pattern" in capsys.readouterr().out

    def test_settings(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        settings = """
            [tool.flake8-autoincrement]
            ignore = ["raw-base"]
            [[tool.flake8-autoincrement.overrides]]
            module = "app.models.order"
            ignore = ["AIN002"]
            """
        write({**FILES, "pyproject.toml": settings})
        assert main(["check"]) == 1
        assert places(capsys.readouterr().out) == {("app/models/user.py", 7, "AIN002", "implicit-autoincrement")}

    def test_bases_that_are_nowhere(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        main(["check", "--bases=Keyed,app.Base"])
        note = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]
        assert len(note) == 1 and note[0].startswith("note: no class called Keyed or app.Base was found; ")

    def test_noqa(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        user = FILES["app/models/user.py"].replace("(db.Base):", "(db.Base):  # noqa: AIN001, AIN003")
        order = "        # flake8: noqa\n" + FILES["app/models/order.py"]
        write({**FILES, "app/models/user.py": user, "app/models/order.py": order})
        assert main(["check"]) == 1
        output = capsys.readouterr().out
        assert places(output) == {
            ("app/models/user.py", 5, "AIN000", "unused-noqa"),
            ("app/models/user.py", 7, "AIN002", "implicit-autoincrement"),
        }
        assert 'app/models/user.py:5:39: warning: "# noqa: AIN003" silences nothing' in output
        assert main(["check", "--ignore=unused-noqa,AIN002"]) == 0

    def test_a_noqa_for_a_check_that_is_off_is_not_unused(self, write: Write) -> None:
        user = FILES["app/models/user.py"].replace("(db.Base):", "(db.Base):  # noqa: AIN001")
        write({**FILES, "app/models/user.py": user})
        assert main(["check", "--ignore=AIN001,AIN002"]) == 0

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"from sqlalchemy.orm import DeclarativeBase\nclass A(:\n", "bad.py:2:9: error: "),
            (b"from sqlalchemy.orm import DeclarativeBase\nx = '\xff'\n", "bad.py:1:1: error: it is not utf-8"),
            (b"# coding: nonsense\nfrom sqlalchemy import Column\n", "bad.py:1:1: error: unknown encoding"),
            (b"from sqlalchemy import Column\0", "bad.py:1:1: error: it contains a NUL byte"),
            (b"of = no(concern to us)\n", "bad.py:1:9: error: "),
            (b"# of no\n# concern\nx = '\xff'\n", "bad.py:1:1: error: it is not utf-8"),
            (b"x = " + b"(" * 5000 + b")" * 5000, "bad.py:1:"),
        ],
    )
    def test_an_unreadable_file_does_not_stop_the_rest(
        self, write: Write, capsys: pytest.CaptureFixture[str], data: bytes, message: str
    ) -> None:
        folder = write(FILES)
        (folder / "app" / "bad.py").write_bytes(data)
        assert main(["check"]) == 2
        output = capsys.readouterr().out
        assert message in output.replace(os.sep, "/")
        assert places(output) == {*PLACES, *(found for found in places(output) if found[2] == "AIN000")}
        assert last(output) == "Found 1 error and 3 warnings in 3 files (checked 6 source files)"

    def test_odd_files_that_are_fine(self, write: Write) -> None:
        folder = write(FILES)
        (folder / "empty.py").write_bytes(b"")
        (folder / "latin.py").write_bytes(b"# coding: latin-1\nx = '\xff'\n")
        (folder / "warned.py").write_bytes(b"x = '\\d' is 1\n")
        (folder / "windows.py").write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2\r\n")
        assert main(["check", "empty.py", "latin.py", "warned.py", "windows.py"]) == 0

    def test_a_mistake_of_ours_is_loud(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also when a check fails: the file is named, the rest goes on."""
        folder = write(FILES)

        def fail(program: Program, path: str) -> FileFacts:
            raise RuntimeError("two\nlines")

        monkeypatch.setattr(Program, "facts", fail)
        report = Reader(Workspace(Invocation(), frozenset()), None).report(str(folder / "app/db.py"))
        assert report.failed
        assert [found.message for found in report.diagnostics] == [
            "flake8-autoincrement failed at app/db.py: RuntimeError: two lines"
        ]
        assert report.trace is not None and "RuntimeError" in report.trace

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["nowhere.py"], "ain: there is no file or folder nowhere.py"),
            (["empty"], "ain: there are no Python files in empty"),
            (["--python", "nowhere"], "ain: there is no nowhere; give the path of an interpreter"),
            (["--ignore", "AIN01"], 'ain: --ignore: "AIN01" is neither the code nor the slug of a check; did you mean'),
            (["--enable", "raw_base"], 'did you mean "raw-base"?'),
        ],
    )
    def test_wrong_arguments(
        self, write: Write, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
    ) -> None:
        write({**FILES, "empty/readme.txt": ""})
        assert main(["check", *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert message in captured.err

    def test_wrong_settings(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        folder = write({**FILES, "setup.cfg": "[flake8-autoincrement]\nstrickt = yes\n"})
        assert main(["check"]) == 2
        assert capsys.readouterr().err == (
            f'ain: {folder / "setup.cfg"}: strickt = "yes": unknown setting; did you mean "strict"?\n'
        )

    def test_colour(
        self, write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(FILES)
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.delenv("NO_COLOR", raising=False)
        main(["check"])
        coloured = capsys.readouterr().out
        monkeypatch.setenv("NO_COLOR", "1")
        main(["check"])
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == capsys.readouterr().out


class TestTables:
    def test_a_row_for_each_table(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        assert main(["tables"]) == 0
        rows = capsys.readouterr().out.splitlines()
        assert [row.split()[0] for row in rows[:4]] == ["Table", "lines", "orders", "users"]
        assert re.fullmatch(r"lines +app\.models\.order\.lines +id Integer +SERIAL", rows[1])
        chain = r"AutoIncrementBase -> Base -> DeclarativeBase"
        assert re.fullmatch(
            rf"orders +app\.models\.order\.Order +{chain} +id BigInteger autoincrement=True +BIGSERIAL", rows[2]
        )
        assert rows[-1] == "2 of 3 tables do not say autoincrement=True, 0 get no key at all"

    def test_every_way_to_get_a_key(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(
            {
                "tables.py": """
                from sqlalchemy import *
                m = MetaData()
                Table("a_serial", m, Column("id", Integer, primary_key=True, autoincrement=True))
                Table("b_identity", m, Column("id", Integer, Identity(), primary_key=True))
                Table("c_sequence", m, Column("id", Integer, primary_key=True, server_default=text("nextval('s')")))
                Table("d_client", m, Column("id", Integer, primary_key=True, default=next_id))
                Table("e_parent", m, Column("id", Integer, ForeignKey("a_serial.id"), primary_key=True))
                Table("f_none", m, Column("id", Integer, primary_key=True, autoincrement=False))
                Table("g_composite", m, Column("a", Integer, primary_key=True), Column("b", Text, primary_key=True))
                Table("h_keyless", m, Column("id", Integer), schema="raw")
                Table("i_unknown", m, Column("id", mystery(), primary_key=True))
                """
            }
        )
        main(["tables"])
        rows = [re.split(r" {2,}", row) for row in capsys.readouterr().out.splitlines()]
        assert [row[-1] for row in rows if len(row) > 1][1:] == [
            "SERIAL",
            "IDENTITY",
            "DEFAULT nextval('s')",
            "nothing: Python gives the value",
            "nothing: the value is a parent row's",
            "nothing: autoincrement is off",
            "nothing: it is one of several key columns",
            "nothing: Text does not count",
            "no primary key",
        ] + [rows[-3][-1]]
        assert rows[-3][-1].startswith("unknown: ")
        assert rows[-4][0] == "raw.h_keyless"
        assert rows[-1] == [
            "2 of 5 tables with an integer key do not say autoincrement=True, 1 get no key at all, 1 could not be read"
            " (9 tables in all)"
        ]

    def test_json(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(
            {
                "app/db.py": """
                from sqlalchemy import DateTime
                from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

                class Base(DeclarativeBase):
                    id: Mapped[int] = mapped_column(primary_key=True)
                    created_at = mapped_column(DateTime(timezone=True))
                """,
                "app/user.py": """
                from app.db import Base

                class User(Base):
                    __tablename__ = "users"
                """,
            }
        )
        assert main(["tables", "--json", "app"]) == 0
        assert json.loads(capsys.readouterr().out) == {
            "version": 1,
            "tables": [
                {
                    "origin": "models",
                    "name": "users",
                    "schema": None,
                    "file": "app/user.py",
                    "line": 4,
                    "class": "app.user.User",
                    "bases": ["app.db.Base", "sqlalchemy.orm.DeclarativeBase"],
                    "key": [
                        {
                            "column": "id",
                            "type": "Integer",
                            "autoincrement": "auto",
                            "generation": "SERIAL",
                            "declared_in": "app.db.Base",
                            "reason": None,
                        }
                    ],
                    "timestamps": [{"column": "created_at", "timezone": True}],
                }
            ],
            "enums": [],
        }

    def test_json_does_not_depend_on_the_order_of_the_paths(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(FILES)
        main(["tables", "--json", "app"])
        first = capsys.readouterr().out
        main(["tables", "--json", "app/models/user.py", "app/models", "app/db.py", "./app"])
        assert capsys.readouterr().out == first
        assert [table["name"] for table in json.loads(first)["tables"]] == ["lines", "orders", "users"]

    def test_nothing_but_json_on_standard_output(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({"bad.py": "from sqlalchemy import Table\nx = (\n"})
        assert main(["tables", "--json"]) == 2
        captured = capsys.readouterr()
        assert json.loads(captured.out) == {"version": 1, "tables": [], "enums": []}
        assert "bad.py:2:5: error: " in captured.err

    def test_what_could_not_be_read_is_counted(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(
            {
                "a.py": """\
                import os
                from sqlalchemy import Column, Integer, MetaData, Table
                t = Table(os.environ["T"], MetaData(), Column("id", Integer, primary_key=True))
                """
            }
        )
        assert main(["tables"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("a.py:3:5: note: not read: ")
        assert lines[1] == (
            "0 of 0 tables do not say autoincrement=True, 0 get no key at all, 1 could not be read"
        )
        assert main(["check"]) == 0
        assert capsys.readouterr().out.startswith("note: 1 table could not be read; ain tables says where\n")

    def test_no_tables(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({"a.py": ""})
        assert main(["tables"]) == 0
        assert capsys.readouterr().out == "0 of 0 tables do not say autoincrement=True, 0 get no key at all\n"

    def test_colour(
        self, write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(FILES)
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.delenv("NO_COLOR", raising=False)
        main(["tables"])
        assert "\x1b[33mSERIAL" in capsys.readouterr().out


class TestExplain:
    @pytest.mark.parametrize("name", ["implicit-autoincrement", "AIN002", "ain002"])
    def test_pages_end_before_their_cases(self, capsys: pytest.CaptureFixture[str], name: str) -> None:
        assert main(["explain", name]) == 0
        output = capsys.readouterr().out
        assert "implicit-autoincrement" in output.splitlines()[0] or name != "implicit-autoincrement"
        assert "## Cases" not in output

    def test_every_check(self, capsys: pytest.CaptureFixture[str]) -> None:
        for check in discovered():
            assert main(["explain", check.slug]) == 0
            assert check.slug in capsys.readouterr().out

    def test_colour(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.delenv("NO_COLOR", raising=False)
        assert main(["explain", "raw-base"]) == 0
        assert "\x1b[" in capsys.readouterr().out

    def test_an_unknown_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["explain", "implicit-autoincrment"]) == 2
        assert 'did you mean "implicit-autoincrement"?' in capsys.readouterr().err


class TestProcess:
    """What depends on the process: its name, its streams, its exit status."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_three_names_for_one_command(self, command: list[str]) -> None:
        program = [str(Path(sys.executable).parent / command[0]), *command[1:]]
        done = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout == f"ain {__version__}\n"

    def test_the_exit_status(self, write: Write) -> None:
        write(FILES)
        for path, status in (("app/db.py", 0), ("app", 1), ("nowhere", 2)):
            assert self.ain("check", path).returncode == status

    def test_names_that_the_terminal_cannot_print(self, write: Write) -> None:
        user = FILES["app/models/user.py"].replace("User", "Größe").replace("users", "größen")
        write({**FILES, "app/models/user.py": user})
        done = self.ain("check", "app/models/user.py", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert (done.returncode, done.stderr) == (1, "")
        assert "gr\\xf6\\xdfen.id" in done.stdout

    def test_a_reader_that_stops_early(self, write: Write) -> None:
        write(FILES)
        command = f"{sys.executable} -m flake8_autoincrement check app | true"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    def test_without_a_command(self) -> None:
        done = self.ain()
        assert done.returncode == 2
        assert "usage: ain" in done.stderr

    def ain(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flake8_autoincrement", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
        )


def test_only_what_a_run_needs_is_imported(write: Write) -> None:
    """What is kept is shown without astroid, and nothing plain is printed with rich."""
    write(FILES)
    code = "import sys; from flake8_autoincrement.cli.main import main; main(['check'])"
    code += "; print('astroid' in sys.modules)"
    code += "; print([name for name in ('flake8', 'multiprocessing', 'rich') if name in sys.modules])"
    ends = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        ends.append(done.stdout.splitlines()[-2:])
    assert ends == [["True", "[]"], ["False", "[]"]]
