"""The reports and histories of many files: what is kept at once, the rest in several processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flake8_autoincrement.engine.cache import Cache
from flake8_autoincrement.engine.check import FileReport, check_names
from flake8_autoincrement.engine.files import is_sql
from flake8_autoincrement.engine.histories import Search
from flake8_autoincrement.engine.project import Invocation, Workspace
from flake8_autoincrement.engine.reader import Reader
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.facts.unknown import Unreadable

Result = TypeVar("Result")

# Below this, one process is faster than to start another.
_FEW_FILES = 150
_FEW_BYTES = 1_500_000
_PARTS = 8  # that each process is given one after the other, so that none waits long for the last
_LARGEST_PART = 400  # files, after which what was found out is kept


@dataclass(frozen=True, slots=True)
class Batch:
    """How the files of one run are read: under which settings, with which cache, in how many processes."""

    invocation: Invocation
    workspace: Workspace
    cache: Cache | None
    jobs: int

    def reports(self, paths: Sequence[str]) -> list[FileReport]:
        """Check files; gives their reports in the order of the paths. Raises `SettingsError` and `NoEnvironment`."""
        reader = self._knowing_reader()
        found = {path: report for path in paths if (report := reader.known_report(path)) is not None}
        left = [path for path in paths if path not in found]
        found.update(zip(left, self._read(reader, left, _reports), strict=True))
        return [found[path] for path in paths]

    def facts(self, paths: Sequence[str]) -> list[tuple[FileFacts, FileReport]]:
        """Give what files declare and their reports, in the order of the paths."""
        return self._facts(self._knowing_reader(), paths)

    def histories(self, paths: Sequence[str], known: Mapping[str, FileFacts]) -> tuple[list[History], list[FileReport]]:
        """Give the histories that files have a part in, and the reports on what was read for them.

        `known` are the facts of files that were read already. A history is whole, also where only some of its revisions
        were given. Raises `SettingsError` and `NoEnvironment`.
        """
        search = Search(self.workspace)
        reader = self._knowing_reader()
        given = [path for path in paths if not reader.is_known_plain(path) and search.concerns(path, known.get(path))]
        directories = search.directories(given)
        wanted = {path for files in directories.values() for path in files}
        wanted.update(path for path in paths if is_sql(path))
        read = self._facts(reader, sorted(wanted - known.keys()))
        facts = {**known, **{each.path: each for each, _ in read}}
        return list(search.histories(directories, paths, facts)), [report for _, report in read]

    def _knowing_reader(self) -> Reader:
        reader = Reader(self.workspace, self.cache)
        reader.know_all()
        return reader

    def _facts(self, reader: Reader, paths: Sequence[str]) -> list[tuple[FileFacts, FileReport]]:
        found = {path: known for path in paths if (known := reader.known_facts(path)) is not None}
        left = [path for path in paths if path not in found]
        found.update(zip(left, self._read(reader, left, _facts), strict=True))
        return [found[path] for path in paths]

    def _read(self, reader: Reader, paths: Sequence[str], read: Read[Result]) -> Iterator[Result]:
        parts = _parts(paths, [reader.size(path) for path in paths], self.jobs)
        if len(parts) > 1 and self.jobs > 1:
            yield from self._in_processes(reader, parts, read)
        else:
            for part in parts:
                yield from read(reader, part)
                reader.keep()
        reader.keep()

    def _in_processes(self, reader: Reader, parts: list[Sequence[str]], read: Read[Result]) -> Iterator[Result]:
        """Read parts in processes, the first ones by themselves; one that was lost is read here."""
        import multiprocessing  # which most runs can do without
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        folder = None if self.cache is None else self.cache.folder
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        if self.cache is not None:
            self.cache.close()
        with ProcessPoolExecutor(self.jobs, context, _begin, (self.invocation, folder)) as pool:
            futures = [pool.submit(_read_part, part, read) for part in parts]
            try:
                for part, future in zip(parts, futures, strict=True):
                    try:
                        yield from future.result()
                    except BrokenProcessPool:
                        yield from read(reader, part)
                        reader.keep()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


Read = Callable[[Reader, Sequence[str]], list[Result]]

_reader: Reader | None = None


def _begin(invocation: Invocation, folder: str | None) -> None:
    """Prepare a process."""
    global _reader
    cache = None if folder is None else Cache(folder)
    _reader = Reader(Workspace(invocation, check_names()), cache)
    _reader.know_all()


def _read_part(paths: Sequence[str], read: Read[Result]) -> list[Result]:
    assert _reader is not None
    found = read(_reader, paths)
    _reader.keep()
    return found


def _reports(reader: Reader, paths: Sequence[str]) -> list[FileReport]:
    return [reader.report(path) for path in paths]


def _facts(reader: Reader, paths: Sequence[str]) -> list[tuple[FileFacts, FileReport]]:
    reports = _reports(reader, paths)
    return [(_failed(report) if report.failed else reader.facts(report.path), report) for report in reports]


def _failed(report: FileReport) -> FileFacts:
    """Give the facts of a file that could not be read, or at which this program failed."""
    return FileFacts(report.path, error=Unreadable(report.found[0].message, report.found[0].span))


def _parts(paths: Sequence[str], sizes: Sequence[int], jobs: int) -> list[Sequence[str]]:
    """Divide files into stretches of about the same size; neighbours stay together, since they read the same others."""
    total = sum(sizes)
    if len(paths) < _FEW_FILES and total < _FEW_BYTES:
        return [paths] if paths else []
    limit = total / (jobs * _PARTS)
    parts: list[Sequence[str]] = []
    part: list[str] = []
    size = 0
    for path, more in zip(paths, sizes, strict=True):
        part.append(path)
        size += more
        if size >= limit or len(part) >= _LARGEST_PART:
            parts.append(part)
            part, size = [], 0
    return [*parts, part] if part else parts


def available_processors() -> int:
    """Give the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
