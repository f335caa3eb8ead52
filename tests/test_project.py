"""Which files are checked, and what each file's project is: roots, libraries, versions, settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Write

from flake8_autoincrement.engine.environment import (
    NoEnvironment,
    enclosing_environment,
    given_environment,
    own_environment,
    project_environment,
)
from flake8_autoincrement.engine.files import NoSuchPath, files_in
from flake8_autoincrement.engine.project import Invocation, Project, Workspace
from flake8_autoincrement.settings import Override, Settings, SettingsError

SITE = "lib/python3.12/site-packages"


def workspace(python: str | None = None, override: Override | None = None) -> Workspace:
    return Workspace(Invocation(python, override or Override()), frozenset({"AIN001", "raw-base"}))


def project(file: Path, python: str | None = None) -> Project:
    return workspace(python).project(str(file))


def files(folder: Path, *paths: str) -> list[str]:
    found = files_in(paths or ["."], workspace().settings)
    return [Path(path).relative_to(folder).as_posix() for path in found]


def tree(*paths: str) -> Mapping[str, str]:
    return dict.fromkeys(paths, "")


class TestFiles:
    def test_folders_are_walked_in_order(self, write: Write) -> None:
        folder = write(tree("b.py", "a/z.py", "a/__init__.py", "a/data.txt", "a/stub.pyi"))
        assert files(folder) == ["a/__init__.py", "a/z.py", "b.py"]

    def test_what_is_never_walked(self, write: Write) -> None:
        folder = write(
            tree(
                "app.py",
                ".hidden/a.py",
                ".venv/a.py",
                "__pycache__/a.py",
                "node_modules/a.py",
                "build/lib/a.py",
                "my_env/pyvenv.cfg",
                "my_env/a.py",
                "site-packages/a.py",
                "old.egg-info/a.py",
            )
        )
        assert files(folder) == ["app.py"]

    def test_a_package_may_be_called_build(self, write: Write) -> None:
        assert files(write(tree("build/__init__.py"))) == ["build/__init__.py"]

    def test_what_is_given_is_never_skipped(self, write: Write) -> None:
        folder = write(tree(f".venv/{SITE}/lib/models.py", ".venv/pyvenv.cfg", "script", "build/a.py"))
        assert files(folder, f".venv/{SITE}/lib") == [f".venv/{SITE}/lib/models.py"]
        assert files(folder, "script", "build", "./script") == ["build/a.py", "script"]

    @pytest.mark.parametrize(
        ("pattern", "left"),
        [
            ("legacy", ["app/new/a.py"]),
            ("a.py", ["app/legacy/b.py"]),
            ("app/legacy", ["app/new/a.py"]),
            ("app/legacy/*", ["app/new/a.py"]),
            ("./app/legacy/", ["app/new/a.py"]),
            ("app/*/a.py", ["app/legacy/b.py"]),
            ("*/legacy/b.py", ["app/legacy/a.py", "app/new/a.py"]),
            ("gone", ["app/legacy/a.py", "app/legacy/b.py", "app/new/a.py"]),
        ],
    )
    def test_exclude(self, write: Write, pattern: str, left: list[str]) -> None:
        settings = f"[tool.flake8-autoincrement]\nexclude = ['{pattern}']\n"
        folder = write({**tree("app/legacy/a.py", "app/legacy/b.py", "app/new/a.py"), "pyproject.toml": settings})
        assert files(folder) == left
        assert files(folder, "app/legacy/a.py") == ["app/legacy/a.py"]
        assert files(folder, "app", "app/legacy/a.py")[0] == "app/legacy/a.py"

    def test_a_given_folder_is_not_excluded(self, write: Write) -> None:
        settings = "[tool.flake8-autoincrement]\nexclude = ['legacy', 'app/legacy/b.py']\n"
        folder = write({**tree("app/legacy/a.py", "app/legacy/b.py", "app/new/a.py"), "pyproject.toml": settings})
        assert files(folder, "app/legacy") == ["app/legacy/a.py"]
        assert files(folder, "../" + folder.name) == ["app/new/a.py"]

    def test_paths_that_hold_nothing(self, write: Write) -> None:
        folder = write(tree("text/readme.txt"))
        with pytest.raises(NoSuchPath, match="there is no file or folder nowhere"):
            files(folder, "text/readme.txt", "nowhere")
        with pytest.raises(NoSuchPath, match="there is no file or folder ''"):
            files(folder, "")
        with pytest.raises(NoSuchPath, match="there are no Python files in text"):
            files(folder, "text")


class TestRoots:
    def roots(self, folder: Path, file: str) -> list[str]:
        return [Path(os.path.relpath(root, folder)).as_posix() for root in project(folder / file).roots]

    def test_without_any_mark_the_working_directory(self, write: Write) -> None:
        """The folder above a file's own package is always searched first, and needs not to be told."""
        folder = write(tree("work/app/__init__.py", "work/app/models/__init__.py", "work/app/models/user.py"))
        assert self.roots(folder, "work/app/models/user.py") == ["."]

    def test_build_files_up_to_the_repository(self, write: Write) -> None:
        """A monorepo: the package's own folder, its `src`, then the repository, and nothing above that."""
        folder = write(
            tree(
                "pyproject.toml",
                "repo/.git/config",
                "repo/pyproject.toml",
                "repo/packages/a/pyproject.toml",
                "repo/packages/a/src/a/__init__.py",
            )
        )
        assert self.roots(folder, "repo/packages/a/src/a/__init__.py") == [
            "repo/packages/a/src",
            "repo/packages/a",
            "repo",
            ".",
        ]

    def test_without_a_repository_up_to_the_first_build_file(self, write: Write) -> None:
        folder = write(tree("setup.py", "p/setup.cfg", "p/src/ns/pkg/__init__.py", "p/src/ns/pkg/a.py"))
        assert self.roots(folder, "p/src/ns/pkg/a.py") == ["p/src", "p", "."]

    def test_a_package_called_src(self, write: Write) -> None:
        folder = write(tree("p/setup.cfg", "p/src/__init__.py", "p/src/a.py"))
        assert self.roots(folder, "p/src/a.py") == ["p", "."]

    def test_search_path_and_the_folder_of_the_settings(self, write: Write) -> None:
        settings = "[tool.flake8-autoincrement]\nsearch-path = ['libs']\n"
        folder = write({**tree("a/b/c/models.py", "a/b/setup.py"), "a/pyproject.toml": settings, "src/x.py": ""})
        assert self.roots(folder, "a/b/c/models.py") == ["a/b", "a", "src", ".", "a/libs"]

    def test_installed_files(self, write: Write) -> None:
        folder = write(tree(f"env/{SITE}/ns/lib/__init__.py", f"env/{SITE}/ns/lib/models.py"))
        found = project(folder / f"env/{SITE}/ns/lib/models.py")
        assert found.roots[0] == str(folder / f"env/{SITE}")
        assert found.libraries == (str(folder / f"env/{SITE}"),)

    def test_files_of_one_project_share_it(self, write: Write) -> None:
        folder = write(tree("setup.py", "app/__init__.py", "app/db/__init__.py", "app/db/base.py", "tools/x.py"))
        one = workspace()
        found = {id(one.project(str(folder / path))) for path in ("app/db/base.py", "app/a.py", "tools/x.py")}
        assert len(found) == 1


class TestEnvironment:
    def test_the_forms_of_a_given_one(self, write: Write) -> None:
        folder = write(
            tree(f"env/{SITE}/a.py", "env/bin/python", "win/Scripts/python.exe", "win/Lib/site-packages/a.py")
        )
        unix, windows = (str(folder / "env" / SITE),), (str(folder / "win/Lib/site-packages"),)
        assert given_environment("env").libraries == unix
        assert given_environment("env/bin/python").libraries == unix
        assert given_environment("win/Scripts/python.exe").libraries == windows
        assert given_environment(str(folder / "win")).libraries == windows

    def test_a_link_to_the_base_interpreter_is_not_followed(self, write: Write) -> None:
        folder = write(tree(f"base/{SITE}/a.py", "base/bin/python3.12", f"env/{SITE}/a.py", "env/bin/x"))
        (folder / "env/bin/python").symlink_to(folder / "base/bin/python3.12")
        assert given_environment("env/bin/python").libraries == (str(folder / "env" / SITE),)

    def test_of_several_versions_the_interpreter_s_own(self, write: Write) -> None:
        folder = write(
            tree(
                "usr/lib/python3.11/site-packages/a",
                "usr/lib/python3.12/site-packages/a",
                "usr/lib/python3/dist-packages/a",
                "usr/bin/python3.11",
            )
        )
        assert given_environment("usr/bin/python3.11").libraries == (
            str(folder / "usr/lib/python3.11/site-packages"),
            str(folder / "usr/lib/python3/dist-packages"),
        )

    def test_a_command(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = write(tree(f"env/{SITE}/a.py", "env/bin/python3.77"))
        (folder / "env/bin/python3.77").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder / "env/bin"))
        assert given_environment("python3.77").libraries == (str(folder / "env" / SITE),)

    @pytest.mark.parametrize("python", ["nowhere", "bin/python", "."])
    def test_wrong_ones(self, write: Write, python: str) -> None:
        write(tree("bin/python"))
        with pytest.raises(NoEnvironment, match="give the .* of an|give the environment's folder"):
            given_environment(python)

    def test_the_base_s_libraries_where_pyvenv_cfg_says_so(self, write: Write) -> None:
        folder = write(tree(f"base/{SITE}/a.py", "base/lib/python3.11/site-packages/a.py", f"env/{SITE}/a.py"))
        config = f"home = {folder}/base/bin\nversion = 3.12.1\ninclude-system-site-packages = "
        (folder / "env/pyvenv.cfg").write_text(config + "true\n")
        assert given_environment("env").libraries == (str(folder / "env" / SITE), str(folder / "base" / SITE))
        (folder / "env/pyvenv.cfg").write_text(config + "false\n")
        assert given_environment("env").libraries == (str(folder / "env" / SITE),)

    def test_editable_installs(self, write: Write) -> None:
        folder = write(
            {
                **tree("libs/a/x.py", "more/pkg/__init__.py", "renamed/old/__init__.py"),
                f"env/{SITE}/__editable__.a-1.pth": "../../../../libs\n",
                f"env/{SITE}/nspkg.pth": "import sys; sys.path\n# comment\n/nowhere\n",
            }
        )
        (folder / f"env/{SITE}/__editable___b_1_finder.py").write_text(
            f"MAPPING: dict[str, str] = {{'pkg': '{folder}/more/pkg', 'new': '{folder}/renamed/old'}}\n"
        )
        (folder / f"env/{SITE}/broken.pth").write_bytes(b"\xff\xff")
        assert given_environment("env").libraries == (
            str(folder / "env" / SITE),
            str(folder / "libs"),
            str(folder / "more"),
        )

    def test_the_project_s_own(self, write: Write) -> None:
        folder = write(tree(f"p/.venv/{SITE}/a.py", "p/.venv/pyvenv.cfg", "p/setup.py", "p/app/__init__.py"))
        assert project(folder / "p/app/__init__.py").libraries == (str(folder / "p/.venv" / SITE),)
        assert project_environment([folder]) is None

    def test_else_the_one_that_runs(self, write: Write) -> None:
        folder = write(tree("app.py"))
        found = project(folder / "app.py")
        assert found.libraries == own_environment().libraries
        assert any(path.startswith(sys.prefix) for path in found.libraries)

    def test_the_command_line_wins_over_settings_and_project(self, write: Write) -> None:
        folder = write(
            {
                **tree(f"one/{SITE}/a.py", f"two/{SITE}/a.py", f".venv/{SITE}/a.py", ".venv/pyvenv.cfg", "app.py"),
                "pyproject.toml": "[tool.flake8-autoincrement]\npython = 'one'\n",
            }
        )
        assert project(folder / "app.py").libraries == (str(folder / "one" / SITE),)
        assert project(folder / "app.py", "two").libraries == (str(folder / "two" / SITE),)

    def test_a_wrong_one_in_the_settings(self, write: Write) -> None:
        folder = write({"app.py": "", "setup.cfg": "[flake8-autoincrement]\npython = gone\n"})
        with pytest.raises(SettingsError, match="setup.cfg: python = .*gone.*there is no"):
            project(folder / "app.py")


class TestVersions:
    def versions(self, folder: Path, file: str = "app.py") -> tuple[object, object]:
        found = project(folder / file)
        return found.sqlalchemy, found.sqlmodel

    def test_from_the_project_s_environment(self, write: Write) -> None:
        installed = ("SQLAlchemy-2.0.36", "sqlalchemy_utils-0.41", "sqlmodel-0.0.38")
        metadata = [f".venv/{SITE}/{name}.dist-info/METADATA" for name in installed]
        folder = write(tree("app.py", ".venv/pyvenv.cfg", *metadata))
        assert self.versions(folder) == ((2, 0, 36), (0, 0, 38))

    def test_a_pre_release_and_an_egg(self, write: Write) -> None:
        folder = write(tree("app.py", ".venv/pyvenv.cfg", f".venv/{SITE}/SQLAlchemy-2.1.0b1.egg-info/PKG-INFO"))
        assert self.versions(folder) == ((2, 1, 0), (0, 0, 50))

    def test_what_stands_beside_the_linter_says_nothing(self, write: Write) -> None:
        """SQLAlchemy and SQLModel are installed where the tests run, in versions of their own."""
        assert own_environment().version("sqlalchemy") is not None
        assert self.versions(write(tree("app.py"))) == ((2, 1), (0, 0, 50))

    def test_from_the_settings(self, write: Write) -> None:
        settings = "[flake8-autoincrement]\nsqlalchemy-version = 2.0\nsqlmodel-version = 0.0.8\n"
        assert self.versions(write({"app.py": "", "tox.ini": settings})) == ((2, 0), (0, 0, 8))

    def test_of_an_installed_file(self, write: Write) -> None:
        folder = write(tree(f"env/{SITE}/lib/a.py", f"env/{SITE}/sqlalchemy-2.0.1.dist-info/METADATA"))
        environment = enclosing_environment(folder / f"env/{SITE}/lib/a.py")
        assert environment is not None and environment.version("SQLAlchemy") == (2, 0, 1)


def test_settings_for_one_file(write: Write) -> None:
    """The command line holds over what the settings say for a module."""
    folder = write(
        {
            **tree("src/app/__init__.py", "src/app/old.py", "src/app/new.py"),
            "pyproject.toml": """
            [tool.flake8-autoincrement]
            [[tool.flake8-autoincrement.overrides]]
            module = "app.old"
            ignore = ["raw-base"]
            bases = ["Old"]
            """,
        }
    )

    def settings(name: str, override: Override | None = None) -> Settings:
        path = str(folder / "src/app" / name)
        return workspace(override=override).project(path).settings_for(path)

    assert settings("new.py").ignore == frozenset()
    assert (settings("old.py").ignore, settings("old.py").bases) == (frozenset({"raw-base"}), ("Old",))
    forced = settings("old.py", Override(enable=frozenset({"raw-base"}), bases=("New",)))
    assert (forced.ignore, forced.enable, forced.bases) == (frozenset(), frozenset({"raw-base"}), ("New",))
