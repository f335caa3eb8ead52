"""Which revisions make up a history, wherever they are; Alembic itself says what it would read."""

from __future__ import annotations

import importlib
import os
import sys
import textwrap
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from conftest import Write

from flake8_autoincrement.engine.answers import Answers
from flake8_autoincrement.engine.batch import Batch
from flake8_autoincrement.engine.cache import Cache
from flake8_autoincrement.engine.files import PYTHON_AND_SQL, files_in
from flake8_autoincrement.engine.project import Invocation, Workspace
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.inference.sources import Sources
from flake8_autoincrement.settings import SettingsError

ENV = "from alembic import context\n"


def revision(number: str, *parents: str, more: str = "") -> str:
    down = repr(parents[0] if len(parents) == 1 else parents or None)
    return f"revision = {number!r}\ndown_revision = {down}\n{textwrap.dedent(more)}\ndef upgrade():\n    pass\n"


def histories(*paths: str) -> list[History]:
    invocation = Invocation()
    workspace = Workspace(invocation, frozenset())
    files = files_in(paths or ["."], workspace.settings, PYTHON_AND_SQL)
    return Batch(invocation, workspace, None, 1).histories(files, {})[0]


def numbers(history: History) -> set[str]:
    return {each.revision for each in history.revisions}


def found(*paths: str) -> dict[str, set[str]]:
    """Give the revisions of each history by the name of the history."""
    return {os.path.relpath(history.folder): numbers(history) for history in histories(*paths)}


def read_by_alembic(settings: str, section: str = "alembic") -> set[str]:
    """Give the revisions that Alembic itself reads, run in the working directory."""
    config = Config(toml_file=settings) if settings.endswith(".toml") else Config(settings, ini_section=section)
    if (Path(settings).parent / "pyproject.toml").exists() and settings.endswith(".ini"):
        config = Config(settings, toml_file=Path(settings).parent / "pyproject.toml", ini_section=section)
    path = list(sys.path)
    importlib.invalidate_caches()  # `.` was another folder in the test before
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    finally:
        sys.path[:] = path
        for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
            del sys.modules[name]


@dataclass(frozen=True)
class Case:
    """A project with one history; `settings` and `section` are what Alembic is run with."""

    files: Mapping[str, str]
    history: str
    revisions: set[str]
    settings: str = "alembic.ini"
    section: str = "alembic"
    more: Mapping[str, set[str]] = field(default_factory=dict)


def chain(folder: str, *ids: str) -> dict[str, str]:
    return {
        f"{folder}/{number}_x.py": revision(number, *([ids[at - 1]] if at else []))
        for at, number in enumerate(ids)
    }


CASES = {
    "as alembic init makes it": Case(
        {
            "alembic.ini": """\
                [alembic]
                script_location = %(here)s/migrations
                prepend_sys_path = .
                path_separator = os
                """,
            "migrations/env.py": ENV,
            **chain("migrations/versions", "a1", "b2"),
            "migrations/versions/__init__.py": "",
            "migrations/versions/notes.txt": "down_revision",
        },
        "migrations",
        {"a1", "b2"},
    ),
    "relative to the working directory": Case(
        {
            "alembic.ini": "[alembic]\nscript_location = ./app/db/../migrations\n",
            "app/db/x.py": "",
            "app/migrations/env.py": ENV,
            **chain("app/migrations/versions", "a1"),
        },
        "app/migrations",
        {"a1"},
    ),
    "in a package": Case(
        {
            "alembic.ini": "[alembic]\nscript_location = app.db:migrations\nprepend_sys_path = .\n",
            "app/__init__.py": "",
            "app/db/__init__.py": "",
            "app/db/migrations/env.py": ENV,
            **chain("app/db/migrations/versions", "a1"),
        },
        "app/db/migrations",
        {"a1"},
    ),
    "a section of another name": Case(
        {
            "alembic.ini": """\
                [DEFAULT]
                prepend_sys_path = .
                [billing]
                script_location = billing
                [loggers]
                keys = root
                """,
            "billing/env.py": ENV,
            **chain("billing/versions", "a1"),
        },
        "billing",
        {"a1"},
        section="billing",
    ),
    "two sections": Case(
        {
            "alembic.ini": "[one]\nscript_location = one\n[two]\nscript_location = two\n",
            "one/env.py": ENV,
            "two/env.py": ENV,
            **chain("one/versions", "a1"),
            **chain("two/versions", "a1", "b2"),
        },
        "two",
        {"a1", "b2"},
        section="two",
        more={"one": {"a1"}},
    ),
    "a location that all sections inherit": Case(
        {
            "alembic.ini": "[DEFAULT]\nscript_location = scripts\n[alembic]\n[loggers]\nkeys = root\n",
            "scripts/env.py": ENV,
            **chain("scripts/versions", "a1"),
        },
        "scripts",
        {"a1"},
    ),
    "version locations with the old rule": Case(
        {
            "alembic.ini": "[alembic]\nscript_location = m\nversion_locations = m/one, m/two more/three\n",
            "m/env.py": ENV,
            **chain("m/one", "a1"),
            **chain("m/two", "b1"),
            **chain("more/three", "c1"),
        },
        "m",
        {"a1", "b1", "c1"},
    ),
    "version locations with a separator": Case(
        {
            "alembic.ini": """\
                [alembic]
                script_location = m
                path_separator = newline
                version_locations =
                    m/one
                    %(here)s/with blank
                """,
            "m/env.py": ENV,
            **chain("m/one", "a1"),
            **chain("with blank", "b1"),
        },
        "m",
        {"a1", "b1"},
    ),
    "version locations with the old name of the separator": Case(
        {
            "alembic.ini": """\
                [alembic]
                script_location = m
                version_path_separator = ;
                version_locations = m/one;m/two
                """,
            "m/env.py": ENV,
            **chain("m/one", "a1"),
            **chain("m/two", "b1"),
        },
        "m",
        {"a1", "b1"},
    ),
    "version locations in packages": Case(
        {
            "alembic.ini": "[alembic]\nscript_location = m\npath_separator = space\nversion_locations = m/one app:two\n"
            "prepend_sys_path = .\n",
            "m/env.py": ENV,
            "app/__init__.py": "",
            **chain("m/one", "a1"),
            **chain("app/two", "b1"),
        },
        "m",
        {"a1", "b1"},
    ),
    "folders below the versions": Case(
        {
            "alembic.ini": "[alembic]\nscript_location = m\nrecursive_version_locations = true\n",
            "m/env.py": ENV,
            "m/versions/2023/a.py": revision("a1"),
            "m/versions/2024/05/b.py": revision("b2", "a1"),
            "m/versions/c.py": revision("c3"),
        },
        "m",
        {"a1", "b2", "c3"},
    ),
    "pyproject.toml": Case(
        {
            "pyproject.toml": """\
                [tool.alembic]
                script_location = "%(here)s/m"
                version_locations = ["%(here)s/m/one", "%(here)s/m/two"]
                recursive_version_locations = true
                """,
            "m/env.py": ENV,
            **chain("m/one", "a1"),
            **chain("m/two/deep", "b1"),
        },
        "m",
        {"a1", "b1"},
        settings="pyproject.toml",
    ),
    "what alembic.ini leaves to pyproject.toml": Case(
        {
            "pyproject.toml": '[tool.alembic]\nscript_location = "m"\n',
            "alembic.ini": "[alembic]\nsqlalchemy.url = postgresql://%%40\n",
            "m/env.py": ENV,
            **chain("m/versions", "a1"),
        },
        "m",
        {"a1"},
    ),
    "several databases": Case(
        {
            "alembic.ini": "[alembic]\ndatabases = one, two\nscript_location = m\n[one]\nsqlalchemy.url = x\n",
            "m/env.py": ENV,
            **chain("m/versions", "a1"),
        },
        "m",
        {"a1"},
    ),
    "settings in a folder of their own": Case(
        {
            "pyproject.toml": "",
            "config/alembic.ini": """\
                [alembic]
                script_location = %(here)s/../app/scripts
                version_locations = app/old app/new
                """,
            "app/scripts/env.py": ENV,
            **chain("app/old", "a1"),
            **chain("app/new", "b1"),
        },
        "app/scripts",
        {"a1", "b1"},
        settings="config/alembic.ini",
    ),
}


@pytest.mark.parametrize("name", CASES)
class TestSettings:
    def test_as_alembic_reads_them(self, write: Write, name: str) -> None:
        case = CASES[name]
        write(case.files)
        assert read_by_alembic(case.settings, case.section) == case.revisions
        assert found() == {case.history: case.revisions, **case.more}

    def test_a_history_is_whole_whichever_file_is_given(self, write: Write, name: str) -> None:
        case = CASES[name]
        write(case.files)
        paths = [path for path, text in case.files.items() if text.startswith("revision")]
        together = {**case.more, case.history: case.revisions}
        for path in paths:
            assert [found(path).items() <= together.items(), len(found(path))] == [True, 1]


class TestWithoutSettings:
    def test_the_folder_with_env_py(self, write: Write) -> None:
        write({"m/env.py": ENV, **chain("m/versions", "a1", "b2"), "m/versions/tools.py": "x = 'down_revision'\n"})
        assert found() == found("m/versions/a1_x.py") == {"m": {"a1", "b2"}}

    def test_the_folder_with_the_template(self, write: Write) -> None:
        write({"m/script.py.mako": "", **chain("m/history/deep", "a1", "b2")})
        assert found() == {"m": {"a1", "b2"}}

    def test_another_env_py(self, write: Write) -> None:
        write({"env.py": "import environ\n", **chain("m/versions", "a1")})
        assert found() == {"m": {"a1"}}

    def test_a_folder_alone(self, write: Write) -> None:
        write({**chain("here", "a1", "b2"), **chain("here/below", "c3")})
        assert found() == {"here": {"a1", "b2"}, "here/below": {"c3"}}

    def test_folders_below_the_versions(self, write: Write) -> None:
        """OpenStack's releases have two branches each, that begin at one revision."""
        files = {
            "db/env.py": ENV,
            "db/versions/start.py": revision("start"),
            "db/versions/wallaby/expand/a.py": revision("a1", "start", more="branch_labels = ('expand',)"),
            "db/versions/wallaby/contract/b.py": revision("b1", "start", more="branch_labels = ('contract',)"),
            "db/versions/xena/expand/c.py": revision("c1", "a1"),
        }
        write(files)
        assert found() == found("db/versions/xena") == {"db": {"start", "a1", "b1", "c1"}}

    def test_two_databases_beside_each_other(self, write: Write) -> None:
        """As Prefect keeps them: one `env.py`, and versions that nothing connects."""
        write(
            {
                "db/env.py": ENV,
                **chain("db/versions/postgresql", "a1", "a2"),
                **chain("db/versions/sqlite", "b1", "b2"),
            }
        )
        assert found() == {"db/versions/postgresql": {"a1", "a2"}, "db/versions/sqlite": {"b1", "b2"}}
        assert found("db/versions/sqlite/b1_x.py") == {"db/versions/sqlite": {"b1", "b2"}}

    def test_the_same_numbers_for_two_databases(self, write: Write) -> None:
        write({"db/env.py": ENV, **chain("db/versions/one", "a1", "a2"), **chain("db/versions/two", "a1", "a2")})
        assert found() == {"db/versions/one": {"a1", "a2"}, "db/versions/two": {"a1", "a2"}}

    def test_a_dependency_connects(self, write: Write) -> None:
        depends = revision("b1", more="depends_on = ('a1',)")
        write({"db/env.py": ENV, "db/versions/one/a.py": revision("a1"), "db/versions/two/b.py": depends})
        assert found() == {"db": {"a1", "b1"}}

    def test_two_environments_one_inside_the_other(self, write: Write) -> None:
        files = {"m/env.py": ENV, "m/tenant/env.py": ENV}
        write({**files, **chain("m/versions", "a1"), **chain("m/tenant/versions", "b1")})
        assert found() == {"m": {"a1"}, "m/tenant": {"b1"}}

    def test_settings_whose_folder_is_elsewhere(self, write: Write) -> None:
        """As where they are meant for a container."""
        settings = "[alembic]\nscript_location = /nowhere/at/all\n"
        write({"alembic.ini": settings, "m/env.py": ENV, **chain("m/versions", "a1")})
        assert found() == {"m": {"a1"}}

    def test_flask_migrate(self, write: Write) -> None:
        write({"m/alembic.ini": "[alembic]\n[loggers]\nkeys = root\n", "m/env.py": ENV, **chain("m/versions", "a1")})
        history = histories()[0]
        assert [numbers(history), [each.name for each in history.sections]] == [{"a1"}, ["alembic"]]

    def test_folders_that_the_settings_leave_out(self, write: Write) -> None:
        """Where a program gives Alembic the locations of its versions by itself."""
        settings = "[alembic]\nscript_location = m\n"
        write({"alembic.ini": settings, "m/env.py": ENV, **chain("m/versions", "a1"), **chain("m/versions/x", "b1")})
        assert found() == {"m/versions": {"a1"}, "m/versions/x": {"b1"}}


class TestWrongSettings:
    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({"alembic.ini": "script_location = m\n"}, "alembic.ini: not a valid INI file: File contains no section"),
            ({"alembic.ini": "[alembic]\n[alembic]\n"}, "alembic.ini: not a valid INI file: While reading from"),
            (
                {"alembic.ini": "[alembic]\nscript_location = %(root)s/m\n"},
                'alembic.ini: [alembic] script_location = "%(root)s/m": Bad value substitution',
            ),
            (
                {"alembic.ini": "[alembic]\nscript_location = m\npath_separator = comma\nversion_locations = a,b\n"},
                'alembic.ini: [alembic] path_separator = "comma": must be space, newline, os, : or ;',
            ),
            ({"pyproject.toml": "[tool.alembic\n"}, "pyproject.toml: not valid TOML: "),
            ({"pyproject.toml": "[tool]\nalembic = 1\n"}, "pyproject.toml: tool.alembic = 1: must be a table"),
            (
                {"pyproject.toml": '[tool.alembic]\nscript_location = "m"\nversion_locations = "a b"\n'},
                'pyproject.toml: [tool.alembic] version_locations = "a b": must be a list of strings',
            ),
            (
                {"pyproject.toml": '[tool.alembic]\nscript_location = "m"\nrecursive_version_locations = "yes"\n'},
                'recursive_version_locations = "yes": must be true or false',
            ),
            (
                {"pyproject.toml": '[tool.alembic]\nscript_location = "50%/m"\n'},
                'pyproject.toml: [tool.alembic] script_location = "50%/m": only %(here)s is known',
            ),
        ],
    )
    def test_the_file_and_the_cause_are_named(self, write: Write, files: dict[str, str], message: str) -> None:
        write({**files, "m/env.py": ENV, **chain("m/versions", "a1")})
        with pytest.raises(SettingsError) as raised:
            histories()
        assert message in str(raised.value)

    def test_no_utf_8(self, write: Write) -> None:
        folder = write({"m/env.py": ENV, **chain("m/versions", "a1")})
        (folder / "alembic.ini").write_bytes(b"[alembic]\nscript_location = \xff\n")
        with pytest.raises(SettingsError, match="alembic.ini: not UTF-8"):
            histories()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_no_permission(self, write: Write) -> None:
        folder = write({"alembic.ini": "[alembic]\n", "m/env.py": ENV, **chain("m/versions", "a1")})
        (folder / "alembic.ini").chmod(0)
        with pytest.raises(SettingsError, match="alembic.ini: cannot be read: Permission denied"):
            histories()

    def test_files_that_do_not_concern_alembic(self, write: Write) -> None:
        write({"pytest.ini": "nonsense\n", "m/env.py": ENV, **chain("m/versions", "a1")})
        assert found() == {"m": {"a1"}}


class TestOddFiles:
    def test_one_that_cannot_be_parsed(self, write: Write) -> None:
        write({"m/env.py": ENV, **chain("m/versions", "a1"), "m/versions/bad.py": "down_revision = (\n"})
        (history,) = histories()
        assert numbers(history) == {"a1"}
        assert [Path(each.span.path).name for each in history.failed if each.span] == ["bad.py"]

    def test_nothing_but_such(self, write: Write) -> None:
        write({"m/env.py": ENV, "m/versions/bad.py": "down_revision = (\n"})
        (history,) = histories()
        assert (len(history.revisions), len(history.failed)) == (0, 1)

    def test_a_link_that_leads_back(self, write: Write) -> None:
        folder = write({"m/env.py": ENV, **chain("m/versions", "a1")})
        (folder / "m/versions/loop").symlink_to(folder / "m", target_is_directory=True)
        assert found("m") == {"m": {"a1"}}
        assert found("m/versions/loop/versions/a1_x.py") == {"m/versions/loop": {"a1"}}

    def test_versions_behind_a_link(self, write: Write) -> None:
        folder = write({"m/env.py": ENV, **chain("elsewhere", "a1", "b2")})
        (folder / "m/versions").symlink_to(folder / "elsewhere", target_is_directory=True)
        assert found("m/versions/a1_x.py", "m/versions/b2_x.py") == {"m": {"a1", "b2"}}

    def test_folders_in_folders(self, write: Write) -> None:
        deep = "/".join(["d"] * 600)
        folder = write({"m/env.py": ENV, **chain("m/versions", "a1"), f"m/{deep}/x.py": "x = 1\n"})
        assert folder and found() == {"m": {"a1"}}

    @pytest.mark.parametrize("text", ["[alembic]\nscript_location =\n", "[alembic]\nscript_location = a\0b\n", ""])
    def test_settings_that_lead_nowhere(self, write: Write, text: str) -> None:
        write({"alembic.ini": text, "m/env.py": ENV, **chain("m/versions", "a1")})
        assert list(found().values()) == [{"a1"}]

    def test_settings_that_are_a_folder(self, write: Write) -> None:
        write({"alembic.ini/x.py": "", "m/env.py": ENV, **chain("m/versions", "a1")})
        assert found() == {"m": {"a1"}}


class TestSql:
    def test_a_file_is_a_history(self, write: Write) -> None:
        write({"schema.sql": "CREATE TABLE users (id serial PRIMARY KEY);\n", "query.sql": "-- nothing\n"})
        assert found() == {"schema.sql": {"schema.sql"}}
        assert [each.origin for each in histories()] == ["sql"]


class TestRecorded:
    """What is known of a history holds as long as every answer of the disk that it rests on."""

    FILES: Mapping[str, str] = {
        "alembic.ini": "[alembic]\nscript_location = m\nrecursive_version_locations = true\n",
        "m/env.py": ENV,
        "m/readme.txt": "",
        "other.py": "",
        **chain("m/versions/2023", "a1", "b2"),
    }

    def holds(self, folder: Path) -> Callable[[], bool]:
        """Ask for a history, and give what says whether all of its answers would be given again."""
        path = str(folder / "m/versions/2023/a1_x.py")
        sources = Sources()
        finder = Workspace(Invocation(), frozenset()).project(path).script_directories(sources)
        with sources.recording() as asked:
            found = finder.files(finder.of(path))
        with sources.recording() as again:
            assert finder.files(finder.of(path)) == found
        assert asked == again
        cache = Cache(str(folder / ".kept"))
        numbers = cache.numbers(asked)
        assert numbers is not None
        mask = sum(1 << number for number in numbers.values())
        return lambda: Answers(cache).hold(mask)

    def test_nothing_changed(self, write: Write) -> None:
        folder = write(self.FILES)
        holds = self.holds(folder)
        (folder / "other.py").write_text("x = 1\n")
        (folder / "m/readme.txt").write_text("more\n")
        (folder / "m/versions/2023/__pycache__").mkdir()
        assert holds()

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("m/versions/2023/c3_x.py", "revision = 'c3'\ndown_revision = 'b2'\n"),
            ("m/versions/2024/c3_x.py", "revision = 'c3'\ndown_revision = 'b2'\n"),
            ("m/versions/2023/b2_x.py", "x = 1\n"),
            ("m/versions/2023/env.py", ENV),
            ("alembic.ini", "[alembic]\nscript_location = m\n"),
            ("development.ini", "[alembic]\nscript_location = m/versions\n"),
            ("m/alembic.ini", "[alembic]\n"),
            ("pyproject.toml", "[tool.alembic]\n"),
        ],
    )
    def test_what_could_lead_elsewhere(self, write: Write, path: str, text: str) -> None:
        folder = write(self.FILES)
        holds = self.holds(folder)
        file = folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        assert not holds()

    def test_a_file_that_went(self, write: Write) -> None:
        folder = write(self.FILES)
        holds = self.holds(folder)
        (folder / "m/versions/2023/b2_x.py").unlink()
        assert not holds()

    def test_a_buffer_that_is_not_saved_yet(self, write: Write) -> None:
        folder = write(self.FILES)
        path = str(folder / "m/versions/2023/c3_x.py")
        sources = Sources()
        sources.overlay(path, "revision = 'c3'\ndown_revision = 'b2'\n")
        finder = Workspace(Invocation(), frozenset()).project(path).script_directories(sources)
        assert path in finder.files(finder.of(path))
