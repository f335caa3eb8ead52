"""Where a module's file is, and what a file's module is called."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from flake8_autoincrement.inference.dependencies import INSTALLED, NOT_INSTALLED, Asked
from flake8_autoincrement.inference.sources import Sources

LIBRARIES = ("site-packages", "dist-packages")
_PROJECT_MARKS = ("pyproject.toml", "setup.py", ".git")

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
Remembered = tuple[Answer, set[Asked]]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a module is.

    `path` is its file, None for a namespace package; `folders` are where its submodules are sought. `top` is the folder
    (or file) of the outermost package that it belongs to: modules of one `top` are one project.
    """

    path: str | None
    folders: tuple[str, ...]
    top: str


MAXIMUM_LEVELS = 4  # from a revision up to its environment


class Finder:
    """Resolves imports by the file system alone.

    An absolute name is sought from the importing file's own package root, then from `roots`, then from the folders
    above the importing file (a script of a project that is not installed), then in `libraries`, at last beside the
    `env.py` above it.
    """

    def __init__(self, sources: Sources, roots: Sequence[str], libraries: Sequence[str]) -> None:
        self._sources = sources
        self._roots = tuple(roots)
        self._libraries = tuple(libraries)
        self._found: dict[tuple[str, str], Remembered[Location | None]] = {}
        self._package_roots: dict[str, Remembered[str]] = {}
        self._environments: dict[str, Remembered[str | None]] = {}

    def absolute(self, name: str, importer: str) -> Location | None:
        """Find the module called `name`, as the file `importer` would import it."""
        root = self.package_root(os.path.dirname(importer))
        found = self._remembered(self._found, (name, root), lambda: self._absolute(name, root))
        environment = None if found is not None else self._environment(os.path.dirname(importer))
        if environment is None:
            return found
        return self._remembered(self._found, (name, environment), lambda: self._in_folder(name, environment))

    def _environment(self, folder: str) -> str | None:
        """Give the folder of Alembic's environment that a file is in, from which its revisions may import.

        `prepend_sys_path` puts it in front of the path, and so do the programs that run Alembic.
        """
        return self._remembered(self._environments, folder, lambda: self._environment_above(folder))

    def _environment_above(self, folder: str) -> str | None:
        for _ in range(MAXIMUM_LEVELS):
            if self._sources.is_file(os.path.join(folder, "env.py")):
                return folder
            folder = os.path.dirname(folder)
        return None

    def _in_folder(self, name: str, folder: str) -> Location | None:
        parts = name.split(".")
        first = self._child((folder,), parts[0], None)
        return None if first is None else self.below(first, parts[1:])

    def relative(self, level: int, name: str, importer: str) -> Location | None:
        """Find the module that `from {level dots}{name} import` means in the file `importer`."""
        folder = os.path.dirname(importer)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        top = self._top(folder)
        location = Location(self._initializer(folder), (folder,), top)
        return self.below(location, name.split(".")) if name else location

    def below(self, location: Location, parts: Sequence[str]) -> Location | None:
        """Find a submodule of a package."""
        for part in parts:
            found = self._child(location.folders, part, location.top)
            if found is None:
                return None
            location = found
        return location

    def package_root(self, folder: str) -> str:
        """Give the first folder from `folder` upward that is not a package, that is, has no `__init__.py`."""
        return self._remembered(self._package_roots, folder, lambda: self._package_root(folder))

    def _package_root(self, folder: str) -> str:
        parent = os.path.dirname(folder)
        is_package = parent != folder and self._initializer(folder) is not None
        return self.package_root(parent) if is_package else folder

    def name(self, path: str) -> str:
        """Give the dotted name of the module in a file: from the innermost known root, else from its package root."""
        stem = os.path.splitext(path)[0]
        folder = self.package_root(os.path.dirname(path))
        below = [
            root
            for root in (*self._roots, *self._libraries)
            if _inside(folder, root) and _importable(os.path.relpath(folder, root))
        ]
        start = max(below, key=len, default=folder) if self._is_loose(folder, below) else folder
        parts = os.path.relpath(stem, start).split(os.sep)
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        return ".".join(parts)

    def top(self, path: str) -> str:
        """Give the folder of the outermost package that a file belongs to, or the file's folder if it is in none."""
        return self._top(os.path.dirname(path))

    def is_installed(self, folder: str) -> bool:
        """Say whether a folder holds installed libraries, or lies in such a folder."""
        found = is_installed(folder)
        self._sources.repeat([Asked(folder, INSTALLED if found else NOT_INSTALLED)])
        return found

    def _is_loose(self, folder: str, roots: list[str]) -> bool:
        """Say whether a folder is a part of a namespace package below a root, and not a root itself."""
        return bool(roots) and folder not in self._roots and folder not in self._libraries

    def _top(self, folder: str) -> str:
        root = self.package_root(folder)
        if root == folder:
            return folder
        return os.path.join(root, os.path.relpath(folder, root).split(os.sep)[0])

    def _remembered(self, memory: dict[Key, Remembered[Answer]], key: Key, find: Callable[[], Answer]) -> Answer:
        """Give an answer that was found before, and put what it rests on to the account of who asks this time."""
        found = memory.get(key)
        if found is None:
            with self._sources.recording() as asked:
                found = memory[key] = (find(), asked)
        else:
            self._sources.repeat(found[1])
        return found[0]

    def _absolute(self, name: str, root: str) -> Location | None:
        parts = name.split(".")
        for folder in self._search_path(root):
            first = self._child((folder,), parts[0], None)
            if first is None:
                continue
            found = self.below(first, parts[1:])
            if found is not None and (found.path is not None or first.path is not None):
                return found
            if first.path is not None:
                return None
        return None

    def _search_path(self, root: str) -> Iterator[str]:
        seen = set()
        for candidate in itertools.chain((root,), self._roots, self._above(root), self._libraries):
            if candidate not in seen:
                seen.add(candidate)
                yield candidate

    def _above(self, folder: str) -> Iterator[str]:
        """Give the folders above, up to four, stopping where a project ends."""
        for _ in range(4):
            if any(self._sources.exists(os.path.join(folder, mark)) for mark in _PROJECT_MARKS):
                return
            parent = os.path.dirname(folder)
            if parent == folder or os.path.basename(folder) in LIBRARIES:
                return
            folder = parent
            yield folder

    def _child(self, folders: Sequence[str], part: str, top: str | None) -> Location | None:
        spaces = []
        for folder in folders:
            path = os.path.join(folder, part)
            if self._sources.is_folder(path):
                initializer = self._initializer(path)
                if initializer is not None:
                    return Location(initializer, (path,), top or path)
                spaces.append(path)
            file = path + ".py"
            if self._sources.is_file(file):
                return Location(file, (), top or folder)
        return Location(None, tuple(spaces), top or spaces[0]) if spaces else None

    def _initializer(self, folder: str) -> str | None:
        path = os.path.join(folder, "__init__.py")
        return path if self._sources.is_file(path) else None


@lru_cache(maxsize=None)
def is_installed(folder: str) -> bool:
    """Say whether a folder holds installed libraries, by its name or the metadata inside, or lies in such a folder."""
    parent = os.path.dirname(folder)
    if os.path.basename(folder) in LIBRARIES or _has_metadata(folder):
        return True
    return parent != folder and is_installed(parent)


def _has_metadata(folder: str) -> bool:
    try:
        return any(name.endswith(".dist-info") for name in os.listdir(folder))
    except OSError:
        return False


def is_standard(name: str) -> bool:
    """Say whether a module is of Python's standard library."""
    return name.partition(".")[0] in sys.stdlib_module_names


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _importable(relative: str) -> bool:
    return relative == "." or all(part.isidentifier() for part in relative.split(os.sep))
