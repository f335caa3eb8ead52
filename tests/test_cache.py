"""The cache on real files and databases: whatever happens to it, a run says what it says without one."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from conftest import Write
from runs import python_files, with_cache, without_cache
from shop import FILES

from flake8_autoincrement.cli.main import main
from flake8_autoincrement.engine import cache as cache_module
from flake8_autoincrement.engine.cache import Cache, Entry, Plain, Stamp
from flake8_autoincrement.engine.project import Invocation
from flake8_autoincrement.inference.dependencies import FILE, NO_FILE

Output = tuple[int, list[str], str]
Ain = Callable[..., Output]

PROJECT = {**FILES, "pyproject.toml": ""}
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="it is done by what Linux has")
ROOT = Path(__file__).parents[1]


@pytest.fixture
def ain(capsys: pytest.CaptureFixture[str]) -> Ain:
    """Give a function that runs `ain check` in this process: its exit status, output and errors."""

    def run(*arguments: str) -> Output:
        status = main(["check", *arguments])
        captured = capsys.readouterr()
        return status, captured.out.splitlines(), captured.err

    return run


@pytest.fixture
def agreed(ain: Ain) -> Ain:
    """Give a function that runs `ain check` with a cache and without, and gives what both say."""

    def run(*arguments: str) -> Output:
        expected = ain("--no-cache", *arguments)
        assert spoken(ain(*arguments)) == expected
        return expected

    return run


def spoken(output: Output) -> Output:
    """Leave out the note that nothing can be kept."""
    status, lines, errors = output
    return status, [line for line in lines if not line.startswith("note: nothing is kept")], errors


def process(*arguments: str, program: Sequence[str] = ("-m", "flake8_autoincrement", "check"), **options: object) -> Output:
    """Run a command in a process of its own."""
    command = [sys.executable, *program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)  # type: ignore[call-overload]
    return done.returncode, done.stdout.splitlines(), done.stderr


def database(folder: Path) -> Path:
    """Give the only database in a cache's folder."""
    [found] = folder.glob("results.*.sqlite")
    return found


def stamped(folder: Path) -> dict[str, Stamp]:
    return opened(folder).stamps()


def entries(folder: Path) -> dict[str, list[Entry]]:
    return opened(folder).entries()


def opened(folder: Path) -> Cache:
    return Cache(str(folder))


def wait_until_old() -> None:
    """Wait until files that were just written are so old that their content is taken from their stamps."""
    time.sleep(2.1)


class TestFolder:
    def test_marks(self, write: Write, ain: Ain) -> None:
        """Neither git nor a backup takes it."""
        folder = write(PROJECT) / ".ain_cache"
        ain()
        assert (folder / ".gitignore").read_text() == "*\n"
        assert (folder / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")
        assert database(folder).read_bytes()[:15] == b"SQLite format 3"

    def test_git_sees_nothing_of_it(self, write: Write, ain: Ain) -> None:
        folder = write(PROJECT)
        subprocess.run(["git", "init", "-q", "."], check=True)
        ain()
        done = subprocess.run(["git", "status", "--porcelain", "-uall"], capture_output=True, text=True, check=True)
        assert (folder / ".ain_cache").is_dir()
        assert ".ain_cache" not in done.stdout

    def test_a_folder_of_somebody_else_s_is_not_marked(self, write: Write, agreed: Ain) -> None:
        """Git would ignore all that is in it."""
        folder = write(PROJECT)
        agreed("--cache-dir", ".")
        assert not (folder / ".gitignore").exists()
        assert entries(folder)

    @pytest.mark.parametrize("given", ["kept", "./kept/here", "{folder}/kept", "~/kept"])
    def test_it_may_be_given(self, write: Write, agreed: Ain, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
        folder = write({**PROJECT, "home/x": ""})
        monkeypatch.setenv("HOME", str(folder / "home"))
        agreed("--cache-dir", given.format(folder=folder))
        assert entries(folder / os.path.expanduser(given.format(folder=folder)))
        assert not (folder / ".ain_cache").exists()

    @pytest.mark.parametrize(
        ("mark", "working_directory", "place"),
        [
            (".git/HEAD", "app/models", ""),
            ("pyproject.toml", "app/models", ""),
            ("app/setup.cfg", "app/models", "app"),
            (None, "app/models", "app/models"),
        ],
    )
    def test_the_default_is_in_the_project(
        self, write: Write, ain: Ain, monkeypatch: pytest.MonkeyPatch, mark: str | None, working_directory: str, place: str
    ) -> None:
        folder = write({**FILES, **({} if mark is None else {mark: ""})})
        monkeypatch.chdir(folder / working_directory)
        ain()
        assert [found.parent for found in folder.rglob(".ain_cache")] == [folder / place]

    def test_nothing_is_written_without_one(self, write: Write, ain: Ain) -> None:
        folder = write(PROJECT)
        before = sorted(folder.rglob("*"))
        ain("--no-cache")
        ain("--no-cache", "--cache-dir", "kept")
        main(["tables", "--no-cache"])
        assert sorted(folder.rglob("*")) == before

    def test_nothing_is_used_without_one(self, write: Write, ain: Ain) -> None:
        folder = write(PROJECT)
        expected = ain()
        database(folder / ".ain_cache").write_bytes(b"nothing")
        assert ain("--no-cache") == expected
        assert database(folder / ".ain_cache").read_bytes() == b"nothing"


class TestWhoShares:
    """`ain`, flake8, its processes and an editor have one cache."""

    def test_flake8_after_ain(self, write: Write, ain: Ain) -> None:
        folder = write(PROJECT)
        ain()
        before = entries(folder / ".ain_cache")
        expected = flake8("--ain-no-cache", "app")
        assert expected[1]
        assert flake8("--jobs=2", "app") == expected
        assert entries(folder / ".ain_cache") == before

    def test_ain_after_flake8(self, write: Write, agreed: Ain) -> None:
        folder = write(PROJECT)
        assert flake8("--jobs=2", "app") == flake8("--ain-no-cache", "app")
        before = entries(folder / ".ain_cache")
        assert before
        agreed("app")
        assert entries(folder / ".ain_cache") == before

    def test_tables_after_check(self, write: Write, ain: Ain, capsys: pytest.CaptureFixture[str]) -> None:
        folder = write(PROJECT)
        ain()
        before = entries(folder / ".ain_cache")
        main(["tables"])
        shown = capsys.readouterr().out
        assert entries(folder / ".ain_cache") == before
        main(["tables", "--no-cache"])
        assert capsys.readouterr().out == shown

    @pytest.mark.parametrize("place", ["kept", "{folder}/kept", "~/kept"])
    def test_options_of_flake8(self, write: Write, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
        folder = write({**PROJECT, "home/x": ""})
        monkeypatch.setenv("HOME", str(folder / "home"))
        place = place.format(folder=folder)
        (folder / "setup.cfg").write_text(f"[flake8]\nain-cache-dir = {place}\n")
        flake8("app")
        assert entries(folder / os.path.expanduser(place))
        shutil.rmtree(folder / os.path.expanduser(place))
        flake8(f"--ain-cache-dir={place}", "--isolated", "app")
        assert entries(folder / os.path.expanduser(place))
        (folder / "setup.cfg").write_text("[flake8]\nain-no-cache = true\n")
        flake8("app")
        assert not list(folder.rglob(".ain_cache"))

    def test_a_buffer_and_its_file(self, write: Write) -> None:
        """What is known of the one is not said of the other, and both are kept."""
        folder = write(PROJECT)
        path = "app/models/user.py"
        saved = (folder / path).read_text()
        buffer = "\n" + saved.replace("db.Base", "db.AutoIncrementBase")
        arguments = ("--stdin-display-name", path, "-")
        for _ in range(2):
            assert flake8(path) == flake8("--ain-no-cache", path)
            assert flake8(*arguments, text=buffer) == flake8("--ain-no-cache", *arguments, text=buffer)
        assert len(entries(folder / ".ain_cache")[str(folder / path)]) == 2
        before = entries(folder / ".ain_cache")
        (folder / path).write_text(buffer)
        assert flake8(path) == flake8(*arguments, text=buffer)
        assert entries(folder / ".ain_cache") == before

    def test_a_buffer_in_another_encoding_than_its_file(self, write: Write) -> None:
        """The bytes of the buffer, read as the file would be, are another text: columns differ."""
        folder = write(PROJECT)
        path, text = "tables.py", (
            "# coding: latin-1\nfrom sqlalchemy import Column, Integer, MetaData, Table\n"
            'größe = "ÄÖÜ"; Table("t", MetaData(), Column("id", Integer, primary_key=True))\n'
        )
        (folder / path).write_bytes(text.encode("utf-8"))
        arguments = ("--stdin-display-name", path, "-")
        buffer = flake8(*arguments, text=text)
        assert flake8(path) == flake8("--ain-no-cache", path)
        assert flake8(*arguments, text=text) == buffer == flake8("--ain-no-cache", *arguments, text=text)

    def test_other_working_directories(self, write: Write, agreed: Ain, monkeypatch: pytest.MonkeyPatch) -> None:
        """Notes name files as they are seen from there."""
        folder = write({f"src/{path}": text for path, text in FILES.items()} | {"pyproject.toml": ""})
        for place in (folder, folder / "src", folder / "src/app", folder):
            monkeypatch.chdir(place)
            agreed(str(folder / "src"))
            agreed()


def flake8(*arguments: str, text: str | None = None) -> Output:
    """Run flake8 with this plugin's findings alone, on a buffer where a text is given."""
    return process("--select=AIN", *arguments, program=("-m", "flake8"), input=text)


class TestWhatElseDecides:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["--ignore=AIN001"],
            ["--bases=Base"],
            ["--bases="],
            ["--strict"],
            ["--enable=key-pattern"],
            ["--fail-on=error"],
        ],
    )
    def test_options(self, write: Write, agreed: Ain, arguments: list[str]) -> None:
        write(PROJECT)
        first = agreed()
        second = agreed(*arguments)
        assert second != first
        assert agreed() == first
        assert agreed(*arguments) == second

    @pytest.mark.parametrize(
        "settings",
        [
            "ignore = ['AIN001']",
            "strict = true",
            "bases = ['Base']",
            "[[tool.flake8-autoincrement.overrides]]\nmodule = 'app.models.user'\nignore = ['AIN002']",
        ],
    )
    def test_settings(self, write: Write, agreed: Ain, settings: str) -> None:
        folder = write(PROJECT)
        first = agreed()
        (folder / "pyproject.toml").write_text(f"[tool.flake8-autoincrement]\n{settings}\n")
        assert agreed() != first
        (folder / "pyproject.toml").write_text("")
        assert agreed() == first

    def test_comments_are_the_file_s(self, write: Write, agreed: Ain) -> None:
        folder = write(PROJECT)
        agreed()
        user = folder / "app/models/user.py"
        user.write_text(user.read_text().replace("(db.Base):", "(db.Base):  # noqa: AIN001, AIN003"))
        agreed()
        agreed("--ignore=AIN003")
        agreed("--ignore=AIN000")

    def test_another_environment(self, write: Write, agreed: Ain) -> None:
        """Its libraries and their versions."""
        number = """
            from decimal import Decimal
            from shared import Base
            from sqlalchemy.orm import Mapped, mapped_column

            class Number(Base):
                __tablename__ = "numbers"
                id: Mapped[Decimal] = mapped_column(primary_key=True)
            """
        base = "from sqlalchemy.orm import DeclarativeBase\nclass {}(DeclarativeBase):\n    pass\n"
        libraries = "lib/python3.12/site-packages"
        write(
            {
                "models.py": number,
                f"old/{libraries}/shared.py": base.format("Base"),
                f"old/{libraries}/SQLAlchemy-2.0.40.dist-info/METADATA": "",
                f"new/{libraries}/shared.py": base.format("Base"),
                f"new/{libraries}/SQLAlchemy-2.1.0.dist-info/METADATA": "",
                f"bare/{libraries}/shared.py": base.format("Other"),
            }
        )
        outputs = [agreed("--python", name, "models.py") for name in ("old", "new", "bare", "old", "new", "bare")]
        assert outputs[:3] == outputs[3:]
        assert len({str(output) for output in outputs}) == 3

    def test_metadata_that_go(self, write: Write, agreed: Ain) -> None:
        """A file beside it is of an installed library, and what Python cannot parse there concerns nobody."""
        folder = write({"libs/x-1.dist-info/METADATA": "", "libs/bad.py": "class Base(object):\n    x = (\n"})
        command = ("--cache-dir", "kept", "libs/bad.py")
        assert process(*command)[0] == 0
        shutil.rmtree(folder / "libs/x-1.dist-info")
        assert process(*command) == process("--no-cache", "libs/bad.py")
        assert process(*command)[0] == 2

    def test_another_version_of_the_program(self, write: Write) -> None:
        """A copy of this one, in which a check says something else, and in which more files may declare something."""
        folder = write({**PROJECT, "odd.py": "class A(Odd):\n    __tab = 1\n"})
        shutil.copytree(ROOT / "flake8_autoincrement", folder / "copy/flake8_autoincrement")
        wait_until_old()
        environment = {**os.environ, "PYTHONPATH": str(folder / "copy")}
        first = process("app", "odd.py", env=environment)
        assert first == process("--no-cache", "app", "odd.py", env=environment)
        assert stamped_by(folder / ".ain_cache", environment)
        rule = folder / "copy/flake8_autoincrement/rules/ain002_model_key/implicit_autoincrement.py"
        rule.write_text(rule.read_text().replace("relies on", "rests on"))
        assert not stamped_by(folder / ".ain_cache", environment)
        second = process("app", "odd.py", env=environment)
        assert second == process("--no-cache", "app", "odd.py", env=environment)
        assert second != first


def stamped_by(folder: Path, environment: dict[str, str]) -> bool:
    """Say whether the program of an environment believes any stamp of a cache."""
    code = f"from flake8_autoincrement.engine.cache import Cache; print(len(Cache({str(folder)!r}).stamps()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return int(done.stdout) > 0


class TestDamage:
    """What is damaged or somebody else's is left behind, and the run after that has a cache again."""

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"garbage" * 1000,
            b"SQLite format 3\0",
            b"SQLite format 3\0" + bytes(4080),
            b"SQLite format 3\0" + b"\xff" * 8176,
        ],
        ids=["nothing", "garbage", "a beginning", "zeros", "ones"],
    )
    def test_no_database(self, write: Write, agreed: Ain, content: bytes) -> None:
        folder = write(PROJECT) / ".ain_cache"
        agreed()
        database(folder).write_bytes(content)
        agreed()
        agreed()
        assert len(entries(folder)) == 3

    def test_a_database_of_another_program(self, write: Write, agreed: Ain) -> None:
        folder = write(PROJECT) / ".ain_cache"
        folder.mkdir()
        connection = sqlite3.connect(folder / "results.1.sqlite")
        connection.execute("CREATE TABLE entries (path TEXT, report TEXT)")
        connection.execute("PRAGMA application_id = 7")
        connection.commit()
        connection.close()
        agreed()
        agreed()
        assert len(entries(folder)) == 3

    def test_a_database_of_another_program_that_gives_no_number(self, write: Write, agreed: Ain) -> None:
        folder = write(PROJECT) / ".ain_cache"
        folder.mkdir()
        connection = sqlite3.connect(folder / "results.1.sqlite")
        connection.execute("CREATE TABLE entries (path TEXT, report TEXT)")
        connection.commit()
        connection.close()
        agreed()
        agreed()
        assert len(entries(folder)) == 3

    def test_a_folder_in_its_place(self, write: Write, agreed: Ain) -> None:
        folder = write(PROJECT) / ".ain_cache"
        (folder / "results.1.sqlite/x").mkdir(parents=True)
        agreed()
        agreed()

    def test_a_file_in_the_folder_s_place(self, write: Write, ain: Ain, agreed: Ain) -> None:
        write({**PROJECT, ".ain_cache": "something"})
        agreed()
        assert any(line.startswith("note: nothing is kept for the next run: ") for line in ain()[1])

    @pytest.mark.parametrize("target", ["gone", "gone/too", "results.1.sqlite"])
    def test_a_link_to_nothing(self, write: Write, agreed: Ain, target: str) -> None:
        folder = write(PROJECT) / ".ain_cache"
        folder.mkdir()
        (folder / "results.1.sqlite").symlink_to(target)
        agreed()
        agreed()

    @pytest.mark.parametrize("name", ["results.999999999999999999999.sqlite", "results.x.sqlite", "results.²2.sqlite"])
    def test_other_names(self, write: Write, agreed: Ain, name: str) -> None:
        write({**PROJECT, f".ain_cache/{name}": ""})
        agreed()
        agreed()

    def test_bytes_at_random(self, write: Write, tmp_path: Path) -> None:
        """A row that was changed proves itself no longer, wherever it was."""
        project = write(PROJECT)
        paths = python_files(project)
        expected = without_cache(project, paths)
        wait_until_old()
        with_cache(project, tmp_path / "whole", paths)
        assert stamped(tmp_path / "whole")
        whole = database(tmp_path / "whole").read_bytes()
        for seed in range(80):
            folder = tmp_path / str(seed)
            folder.mkdir()
            (folder / "results.1.sqlite").write_bytes(damaged(whole, random.Random(seed)))
            for _ in range(2):
                assert with_cache(project, folder, paths).found == expected, seed
            shutil.rmtree(folder)

    def test_values_at_random(self, write: Write, tmp_path: Path) -> None:
        """A well-formed database in which something else stands."""
        project = write(PROJECT)
        paths = python_files(project)
        expected = without_cache(project, paths)
        wait_until_old()
        with_cache(project, tmp_path / "whole", paths)
        columns = {
            "segments": ("first", "count", "states", "digest"),
            "stamps": ("path", "mark", "content", "plain", "digest"),
            "needs": ("id", "mask", "digest"),
            "entries": ("context", "path", "content", "needs", "facts", "rules", "report", "digest"),
        }
        values = [None, -1, 1, 2, 2**62, 0.5, "text", b"", b"\0" * 16]
        for table, column in [(table, column) for table, names in columns.items() for column in names]:
            for value in values:
                folder = tmp_path / "changed"
                shutil.copytree(tmp_path / "whole", folder)
                connection = sqlite3.connect(database(folder), isolation_level=None)
                with suppress(sqlite3.IntegrityError):  # where a value of this type cannot stand
                    connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ?", (value,))
                connection.close()
                assert with_cache(project, folder, paths).found == expected, (table, column, value)
                shutil.rmtree(folder)

    def test_a_bit_that_would_silence_a_file(self, write: Write, tmp_path: Path) -> None:
        project = write(PROJECT)
        wait_until_old()
        with_cache(project, tmp_path / "kept", python_files(project))
        path = str(project / "app/models/user.py")
        assert stamped(tmp_path / "kept")[path].plain is Plain.NO
        connection = sqlite3.connect(database(tmp_path / "kept"), isolation_level=None)
        connection.execute("UPDATE stamps SET plain = 2")
        connection.close()
        assert path not in stamped(tmp_path / "kept")


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """Change some bytes, overwrite a part, or cut a part off."""
    data = bytearray(whole)
    match chance.randrange(4):
        case 0:
            for _ in range(chance.choice([1, 1, 2, 5, 50])):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 1:
            at = chance.randrange(len(data))
            data[at : at + 300] = chance.randbytes(len(data[at : at + 300]))
        case 2:
            page = chance.randrange(len(data) // 4096)
            data[page * 4096 : page * 4096 + 4096] = bytes(4096)
        case _:
            del data[chance.randrange(len(data)) :]
    return bytes(data)


class TestRefusals:
    """Where nothing can be written the run takes longer, and says why."""

    @LINUX
    @pytest.mark.parametrize("size", [0, 100, 4096, 20480])
    def test_a_full_disk(self, write: Write, ain: Ain, agreed: Ain, size: int) -> None:
        """The system refuses to make a file larger, as it does where a disk is full."""
        import resource

        write({**PROJECT, **many_models(20)})
        expected = ain("--no-cache")
        full = process(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        assert spoken(full) == expected
        agreed()

    @LINUX
    @pytest.mark.parametrize("is_kept", [False, True])
    @pytest.mark.parametrize("what", ["the folder", "the folder around it", "the database", "everything"])
    def test_what_may_not_be_written(self, write: Write, ain: Ain, what: str, is_kept: bool) -> None:
        folder = write(PROJECT)
        expected = ain("--no-cache")
        (folder / ".ain_cache").mkdir()
        if is_kept:
            ain()
        paths = {
            "the folder": [folder / ".ain_cache"],
            "the folder around it": [folder],
            "the database": list((folder / ".ain_cache").glob("*.sqlite")),
            "everything": [folder, folder / ".ain_cache", *(folder / ".ain_cache").iterdir()],
        }[what]
        modes = {path: path.stat().st_mode for path in paths}
        (folder / "app/models/user.py").touch()
        for path in paths:
            path.chmod(0o555)
        try:
            assert spoken(powerless()) == expected
            assert spoken(powerless("--jobs=2")) == expected
        finally:
            for path, mode in modes.items():
                path.chmod(mode)
        assert ain() == expected

    @LINUX
    def test_what_may_not_be_read(self, write: Write, ain: Ain) -> None:
        folder = write(PROJECT)
        expected = ain()
        for path in (database(folder / ".ain_cache"), folder / ".ain_cache"):
            mode = path.stat().st_mode
            path.chmod(0)
            try:
                assert spoken(powerless()) == expected
            finally:
                path.chmod(mode)
        assert ain() == expected

    @LINUX
    def test_a_base_that_may_not_be_read(self, write: Write, ain: Ain) -> None:
        """It may be read next time: nothing is kept of what rests on it."""
        folder = write(PROJECT)
        (folder / "app/db.py").chmod(0)
        try:
            hidden = powerless("app/models", "--no-cache")
            assert powerless("app/models") == hidden
        finally:
            (folder / "app/db.py").chmod(0o644)
        assert not entries(folder / ".ain_cache")
        assert ain("app/models") == ain("app/models", "--no-cache")
        assert ain("app/models")[1] != hidden[1]

    def test_a_database_that_is_locked(self, write: Write, ain: Ain, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is waited for once and not for every question."""
        folder = write(PROJECT)
        expected = ain()
        monkeypatch.setattr(cache_module, "_LOCK_SECONDS", 0.5)
        with locked(database(folder / ".ain_cache")):
            (folder / "app/db.py").touch()
            began = time.monotonic()
            assert ain() == expected
            assert ain("--jobs=2") == expected
            assert time.monotonic() - began < 3
        assert ain() == expected

    def test_a_database_that_is_locked_before_it_has_tables(
        self, write: Write, ain: Ain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = write({**PROJECT, ".ain_cache/results.1.sqlite": ""})
        monkeypatch.setattr(cache_module, "_LOCK_SECONDS", 0.5)
        expected = ain("--no-cache")
        with locked(folder / ".ain_cache/results.1.sqlite"):
            began = time.monotonic()
            assert ain() == expected
            assert time.monotonic() - began < 2
        assert ain() == expected
        assert entries(folder / ".ain_cache")


def many_models(number: int) -> dict[str, str]:
    """Give files that each declare a model."""
    model = "from app.db import Base\n\nclass Model{0}(Base):\n    __tablename__ = 'table_{0}'\n"
    return {f"more/model_{at}.py": model.format(at) for at in range(number)}


def powerless(*arguments: str) -> Output:
    """Run `ain check` as somebody whom permissions bind, also where the tests are run by root."""
    done = process(*arguments, preexec_fn=drop_capabilities)
    if done[0] == -1:
        pytest.skip("root cannot do without its powers here")
    return done


def drop_capabilities() -> None:
    """Let root lose, with the program that is started next, what lets it read and write everything."""
    if os.geteuid() == 0:
        import ctypes

        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let another process have a database for itself."""
    code = """
        import sqlite3, sys
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        print("locked", flush=True)
        sys.stdin.read()
        """
    command = [sys.executable, "-c", textwrap.dedent(code), str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "locked\n"
        yield
        assert other.stdin is not None
        other.stdin.close()


class TestTime:
    """Whether a file was touched is seen by its times, its size and its number, and only where these tell."""

    def test_a_file_that_was_just_written_is_read(self, write: Write, tmp_path: Path) -> None:
        """It may be written again without getting other times."""
        project = write(PROJECT)
        paths = python_files(project)
        with_cache(project, tmp_path / "kept", paths)
        assert stamped(tmp_path / "kept") == {}
        for text in ("Base", "Case", "Base"):
            user = project / "app/models/user.py"
            times = user.stat()
            user.write_text(user.read_text().replace("db.Base", f"db.{text}").replace("db.Case", f"db.{text}"))
            os.utime(user, ns=(times.st_atime_ns, times.st_mtime_ns))
            assert with_cache(project, tmp_path / "kept", paths).found == without_cache(project, paths)

    def test_an_old_file(self, write: Write, tmp_path: Path) -> None:
        """Other content of the same size and with the same time of modification is seen; a touch alone is nothing."""
        project = write(PROJECT)
        paths = python_files(project)
        wait_until_old()
        first = with_cache(project, tmp_path / "kept", paths)
        user = project / "app/models/user.py"
        assert stamped(tmp_path / "kept").keys() >= {str(project / path) for path in paths}
        assert with_cache(project, tmp_path / "kept", paths).evaluated == frozenset()
        times = user.stat()
        user.write_text(user.read_text().replace("db.Base", "db.Gone"))
        os.utime(user, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert user.stat().st_size == times.st_size and user.stat().st_mtime_ns == times.st_mtime_ns
        changed = with_cache(project, tmp_path / "kept", paths)
        assert changed.found == without_cache(project, paths) != first.found
        assert changed.evaluated == {"app/models/user.py"}
        user.touch()
        assert with_cache(project, tmp_path / "kept", paths).evaluated == frozenset()

    def test_another_file_in_its_place(self, write: Write, tmp_path: Path) -> None:
        """An old file is moved to where another one was, with all its times."""
        project = write(PROJECT)
        user, paths = project / "app/models/user.py", python_files(project)
        (project / "other").write_text(user.read_text().replace("db.Base", "db.Gone"))
        shutil.copystat(user, project / "other")
        wait_until_old()
        with_cache(project, tmp_path / "kept", paths)
        (project / "other").replace(user)
        assert with_cache(project, tmp_path / "kept", paths).found == without_cache(project, paths)


class TestProcesses:
    def test_a_fork(self, write: Write, tmp_path: Path) -> None:
        """Both sides go on with a cache that was opened before."""
        code = """
            import os, sys
            from flake8_autoincrement.engine.cache import Cache, Entry
            cache = Cache(sys.argv[1])
            def keep(name):
                numbers = cache.numbers([(name, b"file")])
                entry = Entry(cache.generation, b"c", name, b"d", 1 << numbers[(name, b"file")], b"", b"", None)
                cache.keep([entry], {})
            keep("before")
            child = os.fork()
            for at in range(20):
                keep(f"{'parent' if child else 'child'}{at}")
            if child:
                assert os.waitpid(child, 0)[1] == 0
                assert len(cache.entries()) == 41, cache.entries().keys()
                for name, [entry] in cache.entries().items():
                    assert [state for _, state in cache.states(entry.needs)] == [(name, b"file")], name
            """
        status = process(str(tmp_path / "kept"), program=("-c", textwrap.dedent(code)))
        assert status == (0, [], "")

    def test_many_files_in_processes(self, write: Write, ain: Ain) -> None:
        folder = write({**PROJECT, **many_models(200)})
        expected = ain("--no-cache", "--jobs=1")
        assert ain("--jobs=2") == expected
        assert len(entries(folder / ".ain_cache")) == 203
        before = entries(folder / ".ain_cache")
        assert ain("--jobs=2") == expected
        assert entries(folder / ".ain_cache") == before


class TestRecords:
    """The database itself."""

    def test_a_state_gets_one_number(self, tmp_path: Path) -> None:
        first, second = opened(tmp_path), opened(tmp_path)
        one = first.numbers([("/a", FILE), ("/b", NO_FILE)])
        two = second.numbers([("/b", NO_FILE), ("/c", FILE)])
        three = first.numbers([("/a", FILE), ("/b", NO_FILE), ("/c", FILE)])
        assert one is not None and two is not None and three is not None
        assert three == one | two
        assert sorted(three.values()) == [0, 1, 2]

    def test_numbers_are_of_one_database(self, tmp_path: Path) -> None:
        """What was read from a database that was deleted since is not kept in the one that another process began."""
        first = opened(tmp_path)
        numbers = first.numbers([("/a", FILE)])
        assert numbers is not None
        first.keep([entry_of(first, "/x", numbers[("/a", FILE)])], {})
        [entry] = first.entries()["/x"]
        first.close()
        shutil.rmtree(tmp_path)
        second = opened(tmp_path)
        assert second.numbers([("/b", NO_FILE)]) is not None
        first.keep([entry], {})
        assert second.entries() == {}

    def test_unknown_numbers(self, tmp_path: Path) -> None:
        cache = opened(tmp_path)
        assert cache.numbers([("/a", FILE)]) is not None
        with pytest.raises(KeyError):
            list(cache.states(2))
        with pytest.raises(KeyError):
            list(cache.states(-1))

    def test_two_contents_of_a_file_are_kept(self, tmp_path: Path) -> None:
        cache = opened(tmp_path)
        for content in (b"1", b"2", b"3"):
            assert cache.numbers([("/a", FILE)]) is not None
            cache.keep([Entry(cache.generation, b"", "/x", content, 1, None, b"", None)], {})
        assert [entry.content for entry in cache.entries(["/x"])["/x"]] == [b"3", b"2"]

    def test_names_that_are_no_text(self, tmp_path: Path) -> None:
        name = os.fsdecode(b"/\xff\n\xc3\xbc")
        cache = opened(tmp_path)
        numbers = cache.numbers([(name, FILE)])
        assert numbers is not None
        stamp = Stamp(b"mark", b"content", Plain.PARSED)
        cache.keep([entry_of(cache, name, numbers[(name, FILE)])], {name: stamp})
        other = opened(tmp_path)
        assert other.stamps([name]) == other.stamps() == {name: stamp}
        [entry] = other.entries()[name]
        assert list(other.states(entry.needs)) == [(0, (name, FILE))]

    def test_names_that_no_file_can_have(self, write: Write, agreed: Ain) -> None:
        text = """
            import app
            from größe import Base as Other
            from sqlalchemy import Column, Integer

            class A(getattr(app, "a\\0b")):
                id = Column(Integer, primary_key=True)

            class B(getattr(app, "\\ud800"), Other):
                id = Column(Integer, primary_key=True)
            """
        write({**PROJECT, "odd.py": text})
        agreed("odd.py")
        agreed("odd.py")
        ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        for _ in range(2):
            assert process("odd.py", env=ascii_only) == process("--no-cache", "odd.py", env=ascii_only)

    def test_a_mask_is_kept_as_long_as_an_entry_needs_it(self, write: Write, tmp_path: Path) -> None:
        project = write({**PROJECT, **many_models(30)})
        base = project / "app/db.py"
        for at in range(4):
            base.write_text(base.read_text() + f"# {at}\n")
            with_cache(project, tmp_path / "kept", python_files(project))
        connection = sqlite3.connect(database(tmp_path / "kept"))
        [(masks,)] = connection.execute("SELECT COUNT(*) FROM needs").fetchall()
        [(needed,)] = connection.execute("SELECT COUNT(DISTINCT needs) FROM entries").fetchall()
        connection.close()
        assert masks == needed


def entry_of(cache: Cache, path: str, number: int) -> Entry:
    return Entry(cache.generation, b"context", path, b"content", 1 << number, None, b"rules", None)


def test_another_invocation(write: Write, tmp_path: Path) -> None:
    """The reader takes what another one kept under other options, as far as it holds."""
    project = write(PROJECT)
    paths = python_files(project)
    with_cache(project, tmp_path / "kept", paths)
    strict = Invocation(override=Invocation().override.__class__(strict=True))
    run = with_cache(project, tmp_path / "kept", paths, strict)
    assert run.found == without_cache(project, paths, strict)
    assert run.evaluated == frozenset()
