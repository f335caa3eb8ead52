"""Where the script directory of a revision is, and which files belong to it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_autoincrement.engine.script_settings import ScriptSettings, nested_settings, script_settings
from flake8_autoincrement.inference.dependencies import Asked
from flake8_autoincrement.inference.finder import LIBRARIES, Finder
from flake8_autoincrement.inference.sources import ReadError, Sources
from flake8_autoincrement.inference.triggers import may_be_revision

_REPOSITORY = (".git", ".hg")
_PROJECT = (*_REPOSITORY, "pyproject.toml", "setup.py", "setup.cfg")
_NEVER_READ = (*LIBRARIES, "node_modules")
_VERSIONS = "versions"
_TEMPLATE, _SCRIPT = "script.py.mako", "env.py"

# Alembic's own, `alembic.script.base._only_source_rev_file`.
_REVISION_FILE = re.compile(r"(?!\.\#|__init__)(.*\.py)$")


@dataclass(frozen=True, slots=True)
class VersionLocations:
    """The folders that Alembic reads together by one section of its settings."""

    settings: ScriptSettings
    folders: tuple[str, ...]

    def holds(self, folder: str) -> bool:
        """Say whether the files of a folder are among those that are read."""
        return any(
            folder == each or (self.settings.recursive and folder.startswith(each + os.sep)) for each in self.folders
        )


@dataclass(frozen=True, slots=True)
class ScriptDirectory:
    """What Alembic calls so: the folder with `env.py`.

    `configured` is what settings say of it, if any do. `is_alone` is true for a folder of revisions for which neither
    settings nor an `env.py` were found: what is below it is another matter.
    """

    folder: str
    configured: tuple[VersionLocations, ...] = ()
    is_alone: bool = False

    @property
    def databases(self) -> tuple[str, ...]:
        """Give the databases that each revision is run for, none where there is one."""
        return tuple(dict.fromkeys(name for each in self.configured for name in each.settings.databases))


class ScriptDirectories:
    """Finds script directories from their revisions, by what is on disk and never by what else was given.

    What is asked of the disk is recorded by `sources`. `finder` resolves a `script_location` like `package:folder`.
    """

    def __init__(self, sources: Sources, finder: Finder) -> None:
        self._sources = sources
        self._finder = finder
        self._found: dict[str, tuple[ScriptDirectory, set[Asked]]] = {}
        self._settings: dict[str, tuple[tuple[ScriptSettings, ...], set[Asked]]] = {}
        self._scanned: dict[str, bool] = {}
        self._files: dict[ScriptDirectory, tuple[tuple[str, ...], set[Asked]]] = {}

    def of(self, path: str) -> ScriptDirectory:
        """Give the script directory of a revision's file; raises `SettingsError` for settings that cannot be used."""
        return self._of_folder(os.path.dirname(path))

    def files(self, directory: ScriptDirectory) -> tuple[str, ...]:
        """Give the files that may be revisions of a script directory, sorted: those with the word that all have."""
        if directory not in self._files:
            with self._sources.recording() as asked:
                self._files[directory] = (tuple(sorted(set(self._candidates(directory)))), asked)
        else:
            self._sources.repeat(self._files[directory][1])
        return self._files[directory][0]

    def may_be_revision(self, path: str) -> bool:
        """Say whether a file may be a revision, by its name and its bytes; one that cannot be read may be anything."""
        if not _REVISION_FILE.match(os.path.basename(path)):
            return False
        digest = self._sources.digest_of(path)
        if path in self._scanned and digest is not None:
            self._sources.repeat([Asked(path, digest)])
        else:
            self._scanned[path] = self._has_word(path)
        return self._scanned[path]

    def _has_word(self, path: str) -> bool:
        try:
            return may_be_revision(self._sources.data(path))
        except ReadError:
            return True

    # The script directory of a folder.

    def _of_folder(self, folder: str) -> ScriptDirectory:
        if folder not in self._found:
            with self._sources.recording() as asked:
                found = self._configured(folder) or self._unconfigured(folder)
            self._found[folder] = (found, asked)
        else:
            self._sources.repeat(self._found[folder][1])
        return self._found[folder][0]

    def _configured(self, folder: str) -> ScriptDirectory | None:
        """Give the script directory that the nearest settings above a folder name for it."""
        above = list(self._above(folder))
        for each in above:
            found = [
                (location, VersionLocations(settings, versions))
                for settings in self._settings_in(each)
                for location, versions in self._places(settings, above)
                if any(_is_inside(folder, place) for place in (location, *versions))
            ]
            if found:
                return _nearest(folder, found)
        return None

    def _settings_in(self, folder: str) -> tuple[ScriptSettings, ...]:
        """Give what settings in a folder say, and in the folder of a project also those one folder below."""
        if folder not in self._settings:
            with self._sources.recording() as asked:
                is_project = any(self._sources.exists(os.path.join(folder, mark)) for mark in _PROJECT)
                more = nested_settings(self._sources, folder) if is_project else ()
                self._settings[folder] = (script_settings(self._sources, folder) + more, asked)
        else:
            self._sources.repeat(self._settings[folder][1])
        return self._settings[folder][0]

    def _places(self, settings: ScriptSettings, above: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Give the folder of the scripts and those of their versions, nothing where they do not exist here."""
        location = self._resolved(settings.location, settings, above)
        if location is not None:
            written = settings.versions or (os.path.join(location, _VERSIONS),)
            found = (self._resolved(each, settings, above) for each in written)
            yield location, tuple(dict.fromkeys(each for each in found if each is not None))

    def _resolved(self, written: str, settings: ScriptSettings, above: Sequence[str]) -> str | None:
        """Find a folder as Alembic does, which is run in the folder of its settings or in one above."""
        if not os.path.isabs(written) and ":" in written:
            package, *rest = written.split(":")
            found = self._finder.absolute(package, settings.file) if package else None
            candidates = [os.path.join(folder, *rest) for folder in found.folders] if found else []
        else:
            bases = dict.fromkeys([settings.folder, *above])
            candidates = [os.path.join(base, written) for base in bases if base in above or base == settings.folder]
        folders = (os.path.normpath(each) for each in candidates)
        return next((each for each in folders if self._sources.is_folder(each)), None)

    def _unconfigured(self, folder: str) -> ScriptDirectory:
        """Give the nearest folder above with `env.py` or its template, else the one above `versions`, else itself."""
        above = list(self._above(folder))
        for each in above:
            if self._is_script_directory(each):
                return ScriptDirectory(each)
        for each in above:
            if os.path.basename(each) == _VERSIONS:
                return ScriptDirectory(os.path.dirname(each))
        return ScriptDirectory(folder, is_alone=True)

    def _is_script_directory(self, folder: str) -> bool:
        if self._sources.is_file(os.path.join(folder, _TEMPLATE)):
            return True
        script = os.path.join(folder, _SCRIPT)
        try:
            return self._sources.is_file(script) and b"alembic" in self._sources.data(script)
        except ReadError:
            return False

    def _above(self, folder: str) -> Iterator[str]:
        """Give a folder and those above, up to that of the repository or of installed libraries."""
        while True:
            yield folder
            parent = os.path.dirname(folder)
            if parent == folder or os.path.basename(folder) in LIBRARIES:
                return
            if any(self._sources.exists(os.path.join(folder, mark)) for mark in _REPOSITORY):
                return
            folder = parent

    # The files of a script directory.

    def _candidates(self, directory: ScriptDirectory) -> Iterator[str]:
        for locations in directory.configured:
            for folder in locations.folders:
                yield from self._candidates_in(folder) if not locations.settings.recursive else self._below(folder)
        if directory.is_alone:
            yield from self._candidates_in(directory.folder)
        else:
            yield from (path for path in self._below(directory.folder) if self.of(path).folder == directory.folder)

    def _below(self, folder: str) -> Iterator[str]:
        pending = [folder]
        while pending:
            folder = pending.pop()
            yield from self._candidates_in(folder)
            names = (name for name in self._sources.names(folder, "/") if name not in _NEVER_READ)
            pending += (os.path.join(folder, name) for name in names)

    def _candidates_in(self, folder: str) -> Iterator[str]:
        paths = (os.path.join(folder, name) for name in self._sources.names(folder, ".py"))
        return (path for path in paths if self.may_be_revision(path))


def _nearest(folder: str, found: Sequence[tuple[str, VersionLocations]]) -> ScriptDirectory:
    """Choose the script directory whose version folders hold a folder, else the innermost around it."""

    def rank(each: tuple[str, VersionLocations]) -> tuple[bool, int]:
        location, versions = each
        return (versions.holds(folder), len(location) if _is_inside(folder, location) else 0)

    location = max(found, key=rank)[0]
    return ScriptDirectory(location, tuple(versions for each, versions in found if each == location))


def _is_inside(folder: str, other: str) -> bool:
    return folder == other or folder.startswith(other.rstrip(os.sep) + os.sep)
