"""Which project a file belongs to: its settings, its import roots, its libraries."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_autoincrement.engine.cache import FOLDER
from flake8_autoincrement.engine.environment import (
    Environment,
    NoEnvironment,
    enclosing_environment,
    given_environment,
    own_environment,
    project_environment,
)
from flake8_autoincrement.engine.scripts import ScriptDirectories
from flake8_autoincrement.engine.version import fingerprint, own_version
from flake8_autoincrement.facts.keys import Version
from flake8_autoincrement.inference.finder import Finder
from flake8_autoincrement.inference.sources import Sources
from flake8_autoincrement.settings import Override, Settings, SettingsError, settings_in

if TYPE_CHECKING:
    from flake8_autoincrement.inference.program import Program

# What holds where neither the settings nor a project's own environment say otherwise.
NEWEST_SQLALCHEMY: Version = (2, 1)
NEWEST_SQLMODEL: Version = (0, 0, 50)

_REPOSITORY = (".git", ".hg")
_INSTALLED = ("site-packages", "dist-packages")
_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the command line says over all settings; `python` is None where it says nothing."""

    python: str | None = None
    override: Override = field(default_factory=Override)


@dataclass(frozen=True)
class Project:
    """What the files of one project share, however many of them are checked."""

    settings: Settings
    override: Override
    roots: tuple[str, ...]
    libraries: tuple[str, ...]
    sqlalchemy: Version
    sqlmodel: Version

    def new_program(self) -> Program:
        """Make a program that has read nothing yet."""
        from flake8_autoincrement.inference.program import Program  # which brings astroid in: not for what is kept

        return Program(self.roots, self.libraries, sqlalchemy=self.sqlalchemy, sqlmodel=self.sqlmodel)

    def script_directories(self, sources: Sources) -> ScriptDirectories:
        """Make what finds script directories; what it asks of the disk is recorded by `sources`."""
        return ScriptDirectories(sources, Finder(sources, self.roots, self.libraries))

    @cached_property
    def context(self) -> bytes:
        """Give what stands for everything that facts depend on beside files: where is searched, and this program."""
        searched = (self.roots, self.libraries, self.sqlalchemy, self.sqlmodel)
        return fingerprint((searched, own_version()))

    def settings_for(self, path: str) -> Settings:
        """Give the settings that hold for one file: those of its module, and the command line's over them."""
        settings = self.settings.for_module(self._finder.name(path)) if self.settings.overrides else self.settings
        return settings.overridden(self.override)

    @cached_property
    def _finder(self) -> Finder:
        return Finder(Sources(), self.roots, self.libraries)


class Workspace:
    """Gives every file its project; a project, its settings and its environment are looked for once.

    The project of a file depends on where the file is, and on the working directory, never on other files.
    """

    def __init__(self, invocation: Invocation, checks: Collection[str]) -> None:
        self._invocation = invocation
        self._checks = checks
        self.working_directory = Path.cwd()
        self._settings: dict[Path, Settings] = {}
        self._folders: dict[str, Project] = {}
        self._outermost: dict[tuple[Path, str | None], Project] = {}
        self._projects: dict[Project, Project] = {}

    def settings(self, folder: Path) -> Settings:
        """Give the settings that are written for a folder; raises `SettingsError`."""
        found = self._settings.get(folder)
        if found is None:
            found = settings_in(folder, self._checks)
            if found is None:
                found = Settings() if folder.parent == folder else self.settings(folder.parent)
            self._settings[folder] = found
        return found

    def project(self, path: str) -> Project:
        """Give the project of a file; raises `SettingsError` and `NoEnvironment`."""
        folder = os.path.dirname(path)
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = self._project(Path(folder))
        return found

    def _project(self, folder: Path) -> Project:
        settings = self.settings(folder)
        while (folder / "__init__.py").exists():
            folder = folder.parent
        key = (folder, settings.file)
        if key not in self._outermost:
            self._outermost[key] = self._outermost_project(folder, settings)
        return self._outermost[key]

    def _outermost_project(self, folder: Path, settings: Settings) -> Project:
        """Give the project of the files in a folder that is no package, and in the packages inside it."""
        folders = _project_folders(folder, settings)
        environment = self._environment(folder, folders, settings)
        marked = [each for each in folders if _is_root(each)]
        roots = [root for each in (*marked, self.working_directory) for root in _roots(each)]
        found = Project(
            settings,
            self._invocation.override,
            tuple(dict.fromkeys([*map(str, roots), *settings.search_path])),
            environment.libraries,
            settings.sqlalchemy or environment.known_version("sqlalchemy") or NEWEST_SQLALCHEMY,
            settings.sqlmodel or environment.known_version("sqlmodel") or NEWEST_SQLMODEL,
        )
        return self._projects.setdefault(found, found)

    def _environment(self, folder: Path, folders: tuple[Path, ...], settings: Settings) -> Environment:
        if self._invocation.python is not None:
            return given_environment(self._invocation.python)
        if settings.python is not None:
            try:
                return given_environment(settings.python)
            except NoEnvironment as error:
                raise SettingsError(str(settings.file), "python", settings.python, str(error)) from None
        return enclosing_environment(folder / "file") or project_environment(folders) or own_environment()


def cache_folder(given: str | None) -> str:
    """Give the folder of the cache: the given one, else that of the project that the working directory belongs to."""
    if given is not None:
        return os.path.abspath(os.path.expanduser(given))
    folder = Path.cwd()
    above = [folder, *folder.parents]
    return str(above[_top(above)] / FOLDER)


def _roots(folder: Path) -> Iterator[Path]:
    if (folder / "src").is_dir() and not (folder / "src" / "__init__.py").exists():
        yield folder / "src"
    yield folder


def _project_folders(folder: Path, settings: Settings) -> tuple[Path, ...]:
    """Give the folders that make up a file's project, from the one above its outermost package.

    The last is the repository's, or else the first with a build file, and never below the one with the settings.
    """
    above = [folder, *folder.parents]
    return tuple(above[: max(_top(above), _index(above, settings)) + 1])


def _top(folders: list[Path]) -> int:
    for index, folder in enumerate(folders):
        if _has(folder, _REPOSITORY) or folder.name in _INSTALLED:
            return index
    return next((index for index, folder in enumerate(folders) if _has(folder, _MARKS)), 0)


def _index(folders: list[Path], settings: Settings) -> int:
    settings_folder = Path(settings.file).parent if settings.file else None
    return folders.index(settings_folder) if settings_folder in folders else 0


def _is_root(folder: Path) -> bool:
    return folder.name in _INSTALLED or _has(folder, (*_MARKS, *_REPOSITORY))


def _has(folder: Path, names: tuple[str, ...]) -> bool:
    return any(os.path.exists(folder / name) for name in names)
