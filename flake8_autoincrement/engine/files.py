"""Which files the given paths stand for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from flake8_autoincrement.settings import Settings

# Folders of tools and of installed code; `build` and `dist` are also fine names of packages.
_NEVER_WALKED = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages", "__pypackages__"})
_BUILT = frozenset({"build", "dist"})

PYTHON = {".py": "Python"}
PYTHON_AND_SQL = {**PYTHON, ".sql": "SQL"}


def is_sql(path: str) -> bool:
    """Say whether a file is one of SQL, by its name."""
    return path.endswith(".sql")


class NoSuchPath(Exception):
    """A path that was given and does not exist, or holds nothing to check; the message says which."""


def files_in(
    paths: Sequence[str], settings_of: Callable[[Path], Settings], kinds: Mapping[str, str] = PYTHON
) -> tuple[str, ...]:
    """Give the absolute paths of the files that were given and of those below the folders, sorted.

    `kinds` are the endings of the files that are sought below folders, with what such files are called. A file that was
    given is never skipped. Below a folder, what is hidden, environments, build products and what the settings exclude
    are. `settings_of` gives the settings of a folder. Raises `NoSuchPath`.
    """
    found: dict[str, None] = {}
    for path in paths:
        files = list(_files(os.path.abspath(path), path, settings_of, tuple(kinds)))
        if not files:
            raise NoSuchPath(f"there are no {' or '.join(kinds.values())} files in {path}")
        found.update(dict.fromkeys(files))
    return tuple(sorted(found))


def _files(
    absolute: str, given: str, settings_of: Callable[[Path], Settings], endings: tuple[str, ...]
) -> Iterator[str]:
    if given and os.path.isdir(absolute):
        yield from _walk(absolute, settings_of, endings)
    elif given and os.path.lexists(absolute):
        yield absolute
    else:
        raise NoSuchPath(f"there is no file or folder {given or repr(given)}")


def _walk(top: str, settings_of: Callable[[Path], Settings], endings: tuple[str, ...]) -> Iterator[str]:
    for folder, subfolders, names in os.walk(top):
        settings = settings_of(Path(folder))
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not _is_skipped(folder, name) and not is_excluded(os.path.join(folder, name), settings, top)
        )
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(endings) and not name.startswith(".") and not is_excluded(path, settings, top):
                yield path


def _is_skipped(folder: str, name: str) -> bool:
    if name.startswith(".") or name in _NEVER_WALKED or name.endswith((".egg", ".egg-info")):
        return True
    path = os.path.join(folder, name)
    if name in _BUILT:
        return not os.path.exists(os.path.join(path, "__init__.py"))
    return os.path.exists(os.path.join(path, "pyvenv.cfg"))


def is_excluded(path: str, settings: Settings, given: str) -> bool:
    """Say whether the settings exclude a path that was met below a given one, itself never excluded.

    A pattern without `/` stands for the name of any file or folder, one with it for a path from the settings' folder.
    """
    if not settings.exclude or settings.file is None:
        return False
    folder = Path(settings.file).parent
    parts = Path(path).relative_to(folder).parts
    depth = len(Path(given).relative_to(folder).parts) if Path(given).is_relative_to(folder) else 0
    prefixes = ["/".join(parts[:count]) for count in range(depth + 1, len(parts) + 1)]
    return any(
        fnmatchcase(candidate, pattern.strip("/").removeprefix("./"))
        for pattern in settings.exclude
        for candidate in (prefixes if "/" in pattern.strip("/") else parts[depth:])
    )
