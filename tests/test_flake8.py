"""The plugin inside flake8, on real files: in processes where processes matter, else by flake8's own entry point."""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Write
from flake8.main import cli as flake8_cli
from flake8.utils import stdin_get_value
from shop import FILES, PLACES
from test_cli import places as check_places

from flake8_autoincrement.cli.main import main
from flake8_autoincrement.plugin import Plugin

LINE = re.compile(r"(?P<path>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<code>\w+) .* \[(?P<slug>[\w-]+)\]")

# Other plugins would report the blank lines and comments of the test files.
SELECT = "--select=AIN,E9,F"


Command = Callable[..., str]


@pytest.fixture
def flake8(capsys: pytest.CaptureFixture[str]) -> Command:
    """Give a function that runs flake8 in this process and gives what it prints."""

    def run(*arguments: str) -> str:
        flake8_cli.main([SELECT, "--jobs=1", *arguments])
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return run


@pytest.fixture
def buffer_of(flake8: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Give a function that runs flake8 on a buffer under the name of a file."""

    def run(name: str, text: str) -> str:
        stdin_get_value.cache_clear()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return flake8("--stdin-display-name", name, "-")

    return run


def process(*arguments: str, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flake8", SELECT, *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=60,
    )


def places(output: str) -> set[tuple[str, int, str, str]]:
    found = [LINE.fullmatch(line) for line in output.splitlines()]
    return {(Path(m["path"]).as_posix(), int(m["line"]), m["code"], m["slug"]) for m in found if m}


@pytest.fixture
def ain(capsys: pytest.CaptureFixture[str]) -> Command:
    """Give a function that runs `ain check` and gives what it prints."""

    def run(*arguments: str) -> str:
        main(["check", *arguments])
        return capsys.readouterr().out

    return run


def test_the_plugin_is_installed() -> None:
    version = subprocess.run([sys.executable, "-m", "flake8", "--version"], capture_output=True, text=True, check=True)
    assert f"flake8-autoincrement: {Plugin.version}" in version.stdout


def test_the_findings_of_ain_check(write: Write, ain: Command) -> None:
    write(FILES)
    done = process("app")
    assert places(done.stdout) == PLACES == check_places(ain("app"))
    assert done.returncode == 1
    assert done.stderr == ""


def test_the_same_columns_as_ain_check(write: Write, flake8: Command, ain: Command) -> None:
    """Columns are characters, not bytes, and count from 1 in both."""
    models = """
        from sqlalchemy import Column, Integer, MetaData, Table
        größe = "ä"; t = Table("t", MetaData(), Column("ü", Integer), Column("id", Integer, primary_key=True))
        """
    write({"models.py": models})
    column = re.compile(r"models\.py:3:(\d+): (?:warning: |AIN)")
    found = set(column.findall(flake8("models.py")))
    assert found and found == set(column.findall(ain("models.py")))


def test_messages_are_one_line_with_the_slug(write: Write, flake8: Command) -> None:
    write(FILES)
    for line in flake8("app").splitlines():
        assert re.fullmatch(r"app/\S+\.py:\d+:\d+: AIN\d{3} \S.* \[[a-z-]+\]", line.replace(os.sep, "/"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--jobs=2", "."],
        ["--jobs=2", "app/models/order.py", "app/db.py", "app/models/user.py", "app/__init__.py"],
        ["--jobs=1", "app/models/user.py", "app/db.py", "app/models/order.py"],
        ["--jobs=1", "app/db.py", "app/models/order.py", "app/models/user.py"],
    ],
    ids=["everything in two processes", "files in two processes", "one order", "another order"],
)
def test_neither_order_nor_processes_matter(write: Write, arguments: list[str]) -> None:
    write(FILES)
    done = process(*arguments)
    assert {(path.removeprefix("./"), *rest) for path, *rest in places(done.stdout)} == PLACES


@pytest.mark.parametrize("path", ["app/models/user.py", "app/models/order.py", "app/db.py"])
def test_one_file_is_told_what_the_whole_is_told_about_it(write: Write, flake8: Command, path: str) -> None:
    folder = write(FILES)
    expected = {place for place in PLACES if place[0] == path}
    assert places(flake8(path)) == expected
    absolute = places(flake8(str(folder / path)))
    assert {(Path(name).relative_to(folder).as_posix(), *rest) for name, *rest in absolute} == expected


class TestBuffers:
    """Unsaved text of an editor comes by standard input."""

    def test_in_a_process(self, write: Write) -> None:
        write(FILES)
        buffer = "\n" + textwrap.dedent(FILES["app/models/user.py"])
        done = process("--stdin-display-name", "app/models/user.py", "-", text=buffer)
        assert {line for _, line, _, _ in places(done.stdout)} == {6, 8}

    def test_the_text_counts_and_not_the_file(self, write: Write, buffer_of: Command) -> None:
        write(FILES)
        buffer = "\n" + textwrap.dedent(FILES["app/models/user.py"])
        done = buffer_of("app/models/user.py", buffer)
        expected = {(path, line + 1, code, slug) for path, line, code, slug in PLACES if path == "app/models/user.py"}
        assert places(done) == expected

    def test_a_buffer_that_is_mended(self, write: Write, buffer_of: Command) -> None:
        write(FILES)
        buffer = textwrap.dedent(FILES["app/models/user.py"]).replace("db.Base", "db.AutoIncrementBase")
        buffer = buffer.replace("    id: Mapped[int] = mapped_column(primary_key=True)\n", "")
        buffer = buffer.replace("from sqlalchemy.orm import Mapped, mapped_column\n", "")
        done = buffer_of("app/models/user.py", buffer)
        assert done == ""

    def test_an_absolute_name(self, write: Write, buffer_of: Command) -> None:
        folder = write(FILES)
        name = str(folder / "app/models/user.py")
        buffer = textwrap.dedent(FILES["app/models/user.py"])
        done = buffer_of(name, buffer)
        assert {line for _, line, _, _ in places(done)} == {5, 7}

    def test_a_file_that_does_not_exist_yet(self, write: Write, buffer_of: Command) -> None:
        write(FILES)
        buffer = textwrap.dedent(FILES["app/models/user.py"])
        done = buffer_of("app/models/new.py", buffer)
        assert places(done) == {
            ("app/models/new.py", 5, "AIN001", "raw-base"),
            ("app/models/new.py", 7, "AIN002", "implicit-autoincrement"),
        }

    def test_a_package_that_does_not_exist_yet(self, write: Write, buffer_of: Command) -> None:
        """The folder of the buffer is missing too; what is imported is found all the same."""
        write({**FILES, "pyproject.toml": ""})
        done = buffer_of("app/new/user.py", textwrap.dedent(FILES["app/models/user.py"]))
        assert {line for _, line, _, _ in places(done)} == {5, 7}

    def test_a_name_with_turns(self, write: Write, buffer_of: Command) -> None:
        write(FILES)
        done = buffer_of("./app/models/../models/order.py", textwrap.dedent(FILES["app/models/order.py"]))
        assert {(line, slug) for _, line, _, slug in places(done)} == {(9, "implicit-autoincrement")}

    def test_from_another_folder(self, write: Write, buffer_of: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        """An absolute name leads to the project of the file, wherever the editor was started."""
        folder = write({**FILES, "pyproject.toml": "[tool.flake8-autoincrement]\nignore = ['AIN001']\n", "else/x": ""})
        monkeypatch.chdir(folder / "else")
        user = buffer_of(str(folder / "app/models/user.py"), textwrap.dedent(FILES["app/models/user.py"]))
        assert {(line, slug) for _, line, _, slug in places(user)} == {(7, "implicit-autoincrement")}
        order = buffer_of("../app/models/order.py", textwrap.dedent(FILES["app/models/order.py"]))
        assert {(line, slug) for _, line, _, slug in places(order)} == {(9, "implicit-autoincrement")}

    @pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["of Windows", "of old Macs"])
    def test_line_ends(self, write: Write, end: str) -> None:
        """Lines and columns are those that the editor counts."""
        write(FILES)
        buffer = textwrap.dedent(FILES["app/models/user.py"]).replace("\n", end)
        done = process("--stdin-display-name", "app/models/user.py", "-", text=buffer)
        found = re.findall(r"user\.py:(\d+:\d+): (AIN\d+)", done.stdout)
        assert found == [("5:1", "AIN001"), ("7:5", "AIN002")]

    @pytest.mark.parametrize("buffer", ["", "\n", "\ufeff", "# nothing", " "])
    def test_nothing_in_it(self, write: Write, buffer_of: Command, buffer: str) -> None:
        """What stands in the file on disk does not count."""
        write(FILES)
        assert places(buffer_of("app/models/user.py", buffer)) == set()

    def test_a_mark_of_the_encoding(self, write: Write, buffer_of: Command) -> None:
        write(FILES)
        done = buffer_of("app/models/user.py", "\ufeff" + textwrap.dedent(FILES["app/models/user.py"]))
        assert {line for _, line, _, _ in places(done)} == {5, 7}

    def test_the_base_s_file_between_two_runs(self, write: Write, buffer_of: Command) -> None:
        """Nothing of the first run is left, also where both are in one process."""
        folder = write(FILES)
        buffer = textwrap.dedent(FILES["app/models/order.py"])
        assert "unresolved-base" not in buffer_of("app/models/order.py", buffer)
        base = folder / "app/db.py"
        base.write_text(base.read_text().replace("AutoIncrementBase", "BigKeyBase"))
        assert ("app/models/order.py", 12, "AIN004", "unresolved-base") in places(
            buffer_of("app/models/order.py", buffer)
        )

    def test_without_a_name(self, write: Write, buffer_of: Command) -> None:
        write(FILES)
        done = buffer_of("stdin", textwrap.dedent(FILES["app/models/user.py"]))
        assert {line for _, line, _, _ in places(done)} == {5, 7}


def test_two_runs_in_one_process(write: Write, flake8: Command) -> None:
    """An editor's server may run flake8 so: files, settings and folders are looked at anew by every run."""
    folder = write({**FILES, "pyproject.toml": ""})
    assert places(flake8("app")) == PLACES
    base, user = folder / "app/db.py", folder / "app/models/user.py"
    base.write_text(base.read_text().replace("AutoIncrementBase", "BigKeyBase"))
    user.write_text("\n" + user.read_text())
    (folder / "pyproject.toml").write_text("[tool.flake8-autoincrement]\nignore = ['AIN001']\n")
    assert places(flake8("app")) == {
        ("app/models/order.py", 9, "AIN002", "implicit-autoincrement"),
        ("app/models/order.py", 12, "AIN004", "unresolved-base"),
        ("app/models/user.py", 8, "AIN002", "implicit-autoincrement"),
    }


class TestOptions:
    def test_on_the_command_line(self, write: Write, flake8: Command) -> None:
        write(FILES)
        assert places(flake8("--ain-ignore=raw-base,AIN002", "app")) == set()
        assert "raw-base" not in flake8("--ain-bases=Base", "app")
        assert places(flake8("--ain-fail-on=error", "app")) == set()
        assert "key-pattern" in flake8("--ain-strict", "app")
        assert "key-pattern" in flake8("--ain-enable=key-pattern", "app")

    def test_in_flake8_s_settings(self, write: Write, flake8: Command) -> None:
        settings = "[flake8]\nain-ignore =\n    raw-base,\n    implicit-autoincrement\nain-strict = false\n"
        write({**FILES, "setup.cfg": settings})
        assert places(flake8("app")) == set()

    def test_they_hold_over_the_settings_of_the_project(self, write: Write, flake8: Command) -> None:
        write({**FILES, "pyproject.toml": "[tool.flake8-autoincrement]\nignore = ['AIN001', 'AIN002']\n"})
        assert places(flake8("app")) == set()
        assert {code for _, _, code, _ in places(flake8("--ain-enable=AIN001", "app"))} == {"AIN001"}

    def test_the_environment(self, write: Write, flake8: Command) -> None:
        """A base in an environment that is given; the path in the settings is relative to them."""
        base = textwrap.dedent(FILES["app/db.py"])
        write(
            {
                "env/lib/python3.12/site-packages/shared/__init__.py": base,
                "models.py": """
                from shared import AutoIncrementBase

                class User(AutoIncrementBase):
                    __tablename__ = "users"
                """,
            }
        )
        assert "unresolved-base" not in flake8("--ain-python=env", "models.py")
        assert flake8("--ain-python=./env", "models.py") == ""

    @pytest.mark.parametrize(
        ("option", "message"),
        [
            ("--ain-ignore=AIN01", 'ain-ignore: "AIN01" is neither the code nor the slug of a check; did you mean'),
            ("--ain-enable=raw_base", 'did you mean "raw-base"?'),
            ("--ain-fail-on=never", "invalid choice: 'never'"),
        ],
    )
    def test_wrong_ones_stop_flake8(self, write: Write, option: str, message: str) -> None:
        write(FILES)
        done = process(option, "app")
        assert done.returncode != 0
        assert message in done.stdout + done.stderr

    def test_a_wrong_severity_in_flake8_s_settings(self, write: Write, flake8: Command) -> None:
        write({**FILES, "setup.cfg": "[flake8]\nain-fail-on = never\n"})
        assert 'ain-fail-on: "never" must be warning or error' in flake8("app")


def test_what_the_settings_exclude(write: Write, flake8: Command, ain: Command) -> None:
    """Below a given path it is left out; a file that is given is checked, as by `ain check`."""
    write({**FILES, "pyproject.toml": "[tool.flake8-autoincrement]\nexclude = ['app/models/user.py']\n"})
    order = {place for place in PLACES if place[0] == "app/models/order.py"}
    assert places(flake8("app")) == order == check_places(ain("app"))
    user = places(flake8("app/models/user.py"))
    assert user == PLACES - order == check_places(ain("app/models/user.py"))


class TestManners:
    def test_wrong_settings_are_one_diagnostic(self, write: Write, flake8: Command) -> None:
        write({**FILES, "pyproject.toml": "[tool.flake8-autoincrement]\nignore = 3\n"})
        message = r"\S+pyproject\.toml: ignore = 3: must be a list of strings, such as .* \[wrong-settings\]"
        assert re.fullmatch(rf"app.db\.py:1:1: AIN000 {message}\n", flake8("app/db.py"))

    def test_a_wrong_environment_is_one_diagnostic(self, write: Write, flake8: Command) -> None:
        write(FILES)
        assert "AIN000 there is no " in flake8("--ain-python=gone/bin/python", "app/db.py")

    def test_a_mistake_of_ours_is_one_diagnostic(self, write: Write) -> None:
        """The fault is put into the process from outside; flake8 goes on with its other plugins."""
        fault = """
            from flake8_autoincrement.inference.program import Program

            def fail(self, path):
                raise RuntimeError("two\\nlines")

            Program.facts = fail
            """
        folder = write({**FILES, "fault/sitecustomize.py": fault, "unused.py": "import os  # Column\n"})
        done = process("unused.py", PYTHONPATH=str(folder / "fault"))
        assert done.stderr == ""
        assert done.stdout.splitlines() == [
            "unused.py:1:1: AIN000 flake8-autoincrement failed at unused.py: RuntimeError: two lines [internal-error]",
            "unused.py:1:1: F401 'os' imported but unused",
        ]
        command = [sys.executable, "-m", "flake8_autoincrement", "check", "unused.py"]
        environment = {**os.environ, "PYTHONPATH": str(folder / "fault")}
        loud = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert loud.returncode == 2
        assert "unused.py:1:1: error: flake8-autoincrement failed at unused.py: RuntimeError: two lines" in loud.stdout
        assert "Traceback (most recent call last)" in loud.stderr

    def test_nothing_comes_out_of_run(self) -> None:
        reports = list(Plugin(ast.parse(""), "nul\0.py", ["# Column"]).run())
        assert [(line, column, message[:6]) for line, column, message, _ in reports] == [(1, 0, "AIN000")]

    def test_a_working_directory_that_is_gone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        [(line, column, message, _)] = Plugin(ast.parse(""), "a.py", ["# Column"]).run()
        assert (line, column) == (1, 0)
        assert message.startswith("AIN000 flake8-autoincrement failed at a.py: FileNotFoundError: ")

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"from sqlalchemy import Table\nclass A(:\n", "E999"),
            (b"import sqlalchemy\nsqlalchemy.Table = '\xff'  # latin-1, and not said so\n", "AIN000"),
            (b"", None),
            (b"\xef\xbb\xbfimport sqlalchemy\r\nsqlalchemy.Table\r\n", None),
            (b"\nimport sqlalchemy\n\x0c\nx = (\n", "E999"),
        ],
    )
    def test_broken_files_are_survived(self, write: Write, flake8: Command, data: bytes, code: str | None) -> None:
        """Also those that flake8 reads in another way than Python."""
        folder = write(FILES)
        (folder / "odd.py").write_bytes(data)
        output = flake8("odd.py", "app")
        found = re.findall(r"^odd\.py:\d+:\d+: (\w+)", output, re.M)
        assert (found[0] if found else None) == code
        assert {place for place in places(output) if place[0] != "odd.py"} == PLACES

    def test_noqa_is_flake8_s(self, write: Write, flake8: Command) -> None:
        user = FILES["app/models/user.py"].replace("(db.Base):", "(db.Base):  # noqa: AIN001")
        write({**FILES, "app/models/user.py": user})
        assert places(flake8("app")) == {place for place in PLACES if place[2] != "AIN001"}
        assert places(flake8("--disable-noqa", "app")) == PLACES

    def test_nothing_twice(self, write: Write, flake8: Command) -> None:
        write(FILES)
        lines = flake8("app", "app/models/user.py").splitlines()
        once = flake8("app/models/user.py").splitlines()
        assert len(once) == len(set(once)) == 2
        assert set(once) <= set(lines)


def test_whether_sqlalchemy_is_installed_does_not_matter(write: Write) -> None:
    """The same files, checked where imports of SQLAlchemy and of all that is built on it fail."""
    fault = """
        import sys

        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in ("sqlalchemy", "sqlmodel", "flask_sqlalchemy"):
                    raise ImportError(name)

        sys.meta_path.insert(0, Refuse())
        """
    folder = write({**FILES, "fault/sitecustomize.py": fault})
    assert places(process("app", PYTHONPATH=str(folder / "fault")).stdout) == PLACES
