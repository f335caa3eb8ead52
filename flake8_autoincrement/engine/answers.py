"""Whether the file system gives the same answers as when something was found out."""

from __future__ import annotations

import os
import stat
import struct
import time

from flake8_autoincrement.engine.cache import Cache, Plain, Stamp, State
from flake8_autoincrement.inference.dependencies import (
    ANSWERS,
    FILE,
    FOLDER,
    INSTALLED,
    MARK,
    NO_FILE,
    NO_FOLDER,
    NO_MARK,
    NOT_INSTALLED,
    ending_asked,
    names_answer,
)
from flake8_autoincrement.inference.finder import is_installed
from flake8_autoincrement.inference.sources import ReadError, decoded, digest, names_in, read_bytes
from flake8_autoincrement.inference.syntax import parse_problem
from flake8_autoincrement.inference.triggers import is_plain

# A file that was changed twice within the clock's grain has one mark and two contents: what is younger is read again.
_YOUNG = 2 * 10**9  # nanoseconds


class Answers:
    """Asks the file system, each question once.

    The content of a file is taken for that of its `Stamp` where the file was not touched since, by its times, its size
    and its number. `stamps` are those that were made here.
    """

    def __init__(self, cache: Cache | None) -> None:
        self.stamps: dict[str, Stamp] = {}
        self.last_read: tuple[str, bytes] | None = None  # what `is_plain` has read last, and nobody has taken yet
        self._cache = cache
        self._known: dict[str, Stamp] = {}
        self._is_all_known = cache is None
        self._stats: dict[str, os.stat_result | None] = {}
        self._contents: dict[str, bytes | None] = {}
        self._names: dict[tuple[str, str], bytes] = {}
        self._overlays: set[str] = set()
        self._generation = 0
        self._holding = 0
        self._failing = 0

    def know_all(self) -> None:
        """Take all stamps of the cache at once, as is worth it for many files."""
        if not self._is_all_known and self._cache is not None:
            self._known = self._cache.stamps()
            self._is_all_known = True

    def overlay(self, path: str, content: bytes) -> None:
        """Take a file to have a content, by its digest, whatever is on disk."""
        self._overlays.add(path)
        self._contents[path] = content

    def is_known_plain(self, path: str) -> bool:
        """Say whether nothing can be said about a file, as far as that is known without reading it."""
        stamp = self.stamp(path)
        return stamp is not None and stamp.plain is not Plain.NO and stamp.plain >= _wanted(path)

    def is_plain(self, path: str) -> bool:
        """Say whether nothing can be said about a file, by its content."""
        if self.is_known_plain(path):
            return True
        plain = Plain.NO
        data, began, mark = _read(path)
        if data is not None:
            self._contents[path] = digest(data)
            self.last_read = (path, data)
            plain = _plain(data, _wanted(path))
            self._remember(path, began, mark, plain)
        return plain is not Plain.NO

    def content(self, path: str) -> bytes | None:
        """Give the digest of a file's content, None where it cannot be read."""
        if path not in self._contents:
            stamp = self.stamp(path)
            if stamp is None:
                data, began, mark = _read(path)
                self._contents[path] = None if data is None else digest(data)
                self._remember(path, began, mark, Plain.NO)
            else:
                self._contents[path] = stamp.content
        return self._contents[path]

    def size(self, path: str) -> int:
        """Give the size of a file in bytes, 0 where there is none."""
        found = self._stat(path)
        return 0 if found is None else found.st_size

    def stamp(self, path: str) -> Stamp | None:
        """Give the stamp of a file that was not touched since, None where there is no such."""
        if path not in self._known and not self._is_all_known and self._cache is not None:
            self._known.update(self._cache.stamps([path]))
        stamp = self._known.get(path)
        found = None if stamp is None else self._stat(path)
        return stamp if stamp is not None and found is not None and stamp.mark == _mark(found) else None

    def hold(self, mask: int) -> bool:
        """Say whether all recorded answers that a mask names would be given again."""
        if self._cache is None:
            return False
        if self._generation != self._cache.generation:
            self._generation, self._holding, self._failing = self._cache.generation, 0, 0
        if mask < 0 or mask & self._failing:
            return False
        try:
            for number, state in self._cache.states(mask & ~self._holding):
                if not self._is_true(state):
                    self._failing |= 1 << number
                    return False
                self._holding |= 1 << number
        except KeyError:
            return False
        return True

    def _is_true(self, state: State) -> bool:
        path, answer = state
        if (ending := ending_asked(answer)) is not None:
            return self._names_answer(path, ending) == answer
        if answer not in ANSWERS:
            return self.content(path) == answer
        if answer in (INSTALLED, NOT_INSTALLED):
            return is_installed(path) == (answer == INSTALLED)
        if path in self._overlays and answer not in (MARK, NO_MARK):
            return answer in (FILE, NO_FOLDER)
        found = self._stat(path)
        is_file = found is not None and stat.S_ISREG(found.st_mode)
        is_folder = found is not None and stat.S_ISDIR(found.st_mode)
        return answer in (
            FILE if is_file else NO_FILE,
            FOLDER if is_folder else NO_FOLDER,
            MARK if found is not None else NO_MARK,
        )

    def _names_answer(self, folder: str, ending: str) -> bytes:
        if (folder, ending) not in self._names:
            overlaid = {os.path.basename(path) for path in self._overlays if os.path.dirname(path) == folder}
            names = {*names_in(folder, ending), *(name for name in overlaid if name.endswith(ending))}
            self._names[folder, ending] = names_answer(ending, sorted(names))
        return self._names[folder, ending]

    def _stat(self, path: str) -> os.stat_result | None:
        if path not in self._stats:
            self._stats[path] = _status(path)
        return self._stats[path]

    def _remember(self, path: str, began: int, mark: bytes | None, plain: Plain) -> None:
        """Make a stamp, unless the file is so young that it may be changed without getting another mark."""
        content = self._contents[path]
        if mark is not None and content is not None and max(struct.unpack("<qqqQ", mark)[:2]) < began - _YOUNG:
            self.stamps[path] = self._known[path] = Stamp(mark, content, plain)


def _wanted(path: str) -> Plain:
    """Give how well a file must be known to be plain: an installed one need not be parsed."""
    return Plain.SCANNED if is_installed(os.path.dirname(path)) else Plain.PARSED


def _plain(data: bytes, wanted: Plain) -> Plain:
    """Say whether nothing can be said about a file of these bytes."""
    if not is_plain(data):
        return Plain.NO
    return wanted if wanted is Plain.SCANNED or _parses(data) else Plain.NO


def _parses(data: bytes) -> bool:
    try:
        return parse_problem(decoded(data)) is None
    except ReadError:
        return False


def _read(path: str) -> tuple[bytes | None, int, bytes | None]:
    """Give a file's bytes, when it was read, and its mark, None where it changed meanwhile."""
    began = time.time_ns()
    before = _status(path)
    try:
        data = read_bytes(path)
    except (OSError, ValueError):
        return None, began, None
    after = _status(path)
    same = before is not None and after is not None and _mark(before) == _mark(after)
    return data, began, _mark(before) if before is not None and same else None


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _mark(found: os.stat_result) -> bytes:
    return struct.pack("<qqqQ", found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
