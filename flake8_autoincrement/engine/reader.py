"""The facts and reports of files: from the cache where they hold, else read anew."""

from __future__ import annotations

import gc
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from flake8_autoincrement.encoding import Encoding
from flake8_autoincrement.engine.answers import Answers
from flake8_autoincrement.engine.cache import Cache, Entry
from flake8_autoincrement.engine.check import FileReport, internal_failure, report_on
from flake8_autoincrement.engine.environment import NoEnvironment
from flake8_autoincrement.engine.files import is_sql
from flake8_autoincrement.engine.project import Project, Workspace
from flake8_autoincrement.engine.reviews import Reviews
from flake8_autoincrement.engine.version import fingerprint
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.inference.dependencies import UNREADABLE
from flake8_autoincrement.inference.sources import digest, read_bytes, text_digest
from flake8_autoincrement.registry import Check, discovered
from flake8_autoincrement.settings import Settings, SettingsError
from flake8_autoincrement.source import Source

if TYPE_CHECKING:
    from flake8_autoincrement.inference.program import Program

MAXIMUM_WEIGHT = 1_200_000  # characters of source whose trees and values are kept, at some 80 bytes for each

Kept = TypeVar("Kept")

_FACTS = Encoding(FileFacts)
_REPORT = Encoding(FileReport)


class Reader:
    """Reads files one after the other and keeps what it finds out; what was kept is used as long as it holds.

    A buffer takes the place of one file, as in an editor that has not saved it. `keep` writes down what was found out
    since the last time: nothing is kept before.
    """

    def __init__(
        self,
        workspace: Workspace,
        cache: Cache | None,
        buffer: Source | None = None,
        checks: Sequence[Check] | None = None,
    ) -> None:
        self._checks = discovered() if checks is None else tuple(checks)
        self._reviews = Reviews(workspace, self.facts, self._checks)
        self._workspace = workspace
        self.cache = cache
        self._buffer = buffer
        self._answers = Answers(cache)
        self._entries: dict[str, list[Entry]] | None = None
        self._programs: dict[bytes, Program] = {}
        self._read: dict[str, tuple[bytes, FileFacts]] = {}
        self._reports: dict[str, tuple[bytes, FileReport]] = {}
        self._renewed: list[Entry] = []
        self._limit = MAXIMUM_WEIGHT
        self.evaluated: list[str] = []  # the files that were not known and had to be read
        if buffer is not None:
            self._answers.overlay(buffer.path, text_digest(buffer.text))

    def know_all(self) -> None:
        """Take everything from the cache at once, as is worth it for many files."""
        self._answers.know_all()
        if self.cache is not None:
            self._entries = self.cache.entries()

    # What is known without reading anything.

    def known_report(self, path: str) -> FileReport | None:
        """Give a file's report if it is kept and holds, without reading or evaluating a file that was touched."""
        if self.is_known_plain(path):
            return FileReport(path)
        return None if self._answers.stamp(path) is None else self._kept_report(path)

    def known_facts(self, path: str) -> tuple[FileFacts, FileReport] | None:
        """Give what a file declares and its report if both are kept and hold, without evaluating anything."""
        report = self.known_report(path)
        if report is None or report.failed:
            return None
        if self.is_known_plain(path):
            return FileFacts(path), report
        entry = self._entry(path, self._workspace.project(path))
        facts = None if entry is None else _kept_facts(path, entry)
        return None if facts is None else (facts, report)

    def is_known_plain(self, path: str) -> bool:
        """Say whether nothing can be said about a file, as far as that is known without reading it."""
        return not is_sql(path) and self._answers.is_known_plain(path)

    def size(self, path: str) -> int:
        """Give the size of a file in bytes, 0 where there is none."""
        return self._answers.size(path)

    # What is found out where it is not known.

    def report(self, path: str) -> FileReport:
        """Check one file; raises `SettingsError` and `NoEnvironment`, and nothing for what the file holds."""
        if self._is_plain(path):
            return FileReport(path)
        found = self._kept_report(path)
        if found is None:
            project = self._workspace.project(path)
            settings = project.settings_for(path)
            try:
                facts = self._evaluated(path, project)
                data, content = self._data(path)
                found = report_on(facts, settings, data, self._checks, self._reviews.of(path, facts))
            except (SettingsError, NoEnvironment):
                raise
            except Exception as error:
                self._read.pop(path, None)
                return internal_failure(path, error)
            if content is not None and content == self._programs[project.context].digest(path):
                self._reports[path] = (self._rules(settings), found)
            else:  # it was changed meanwhile: this is the report of no content
                self._read.pop(path, None)
        return found

    def facts(self, path: str) -> FileFacts:
        """Give what one file declares."""
        if self._is_plain(path):
            return FileFacts(path)
        project = self._workspace.project(path)
        entry = self._entry(path, project)
        if entry is not None and (kept := _kept_facts(path, entry)) is not None:
            return kept
        return self._evaluated(path, project)

    def keep(self) -> None:
        """Write down what was found out since the last time."""
        if self.cache is not None:
            entries = self._new_entries() + self._renewed
            if entries or self._answers.stamps:
                self.cache.keep(entries, self._answers.stamps)
        self._read.clear()
        self._reports.clear()
        self._renewed.clear()
        self._answers.stamps.clear()
        if self._is_heavy():
            self._programs.clear()
            gc.collect()

    # The parts.

    def _is_heavy(self) -> bool:
        return sum(program.weight for program in self._programs.values()) > self._limit

    def _is_plain(self, path: str) -> bool:
        return not self._is_buffer(path) and not is_sql(path) and self._answers.is_plain(path)

    def _is_buffer(self, path: str) -> bool:
        return self._buffer is not None and self._buffer.path == path

    def _entry(self, path: str, project: Project) -> Entry | None:
        """Give what is kept of a file, if it holds."""
        if self.cache is None:
            return None
        entries = self.cache.entries([path]) if self._entries is None else self._entries
        wanted = (self.cache.generation, project.context, self._answers.content(path))
        for entry in entries.get(path, ()):
            if (entry.generation, entry.context, entry.content) == wanted and self._answers.hold(entry.needs):
                return entry
        return None

    def _kept_report(self, path: str) -> FileReport | None:
        if self.cache is None or (self._entries is not None and path not in self._entries):
            return None
        project = self._workspace.project(path)
        entry = self._entry(path, project)
        if entry is None:
            return None
        settings = project.settings_for(path)
        if entry.rules == self._rules(settings):
            return FileReport(path) if entry.report is None else _unpacked(_REPORT, entry.report)
        facts = _kept_facts(path, entry)
        if facts is None:
            return None
        data, content = self._data(path)
        if content != entry.content:  # it was changed meanwhile
            return None
        found = report_on(facts, settings, data, self._checks, self._reviews.of(path, facts))
        self._renewed.append(replace(entry, rules=self._rules(settings), report=_packed_report(found)))
        return found

    def _evaluated(self, path: str, project: Project) -> FileFacts:
        if self._is_heavy():
            self.keep()
        program = self._programs.get(project.context)
        is_first = program is None
        if program is None:
            program = self._programs[project.context] = project.new_program()
            if self._buffer is not None:
                program.overlay(self._buffer.path, self._buffer.text)
        if self._answers.last_read is not None and self._answers.last_read[0] == path:
            program.take(*self._answers.last_read)
            self._answers.last_read = None
        facts = program.facts(path)
        if is_first:  # what one file needs must not be dropped before each of its neighbours
            self._limit = max(MAXIMUM_WEIGHT, 3 * program.weight)
        self.evaluated.append(path)
        self._read[path] = (project.context, facts)
        return facts

    def _rules(self, settings: Settings) -> bytes:
        """Give what stands for all that decides what is said about facts: settings, and where paths are shown from."""
        switches = (settings.bases, sorted(settings.enable), sorted(settings.ignore), settings.strict)
        return fingerprint((switches, str(self._workspace.working_directory)))

    def _data(self, path: str) -> tuple[bytes | None, bytes | None]:
        """Give a file's bytes and their digest, both None where there are none that can be read."""
        if self._buffer is not None and self._is_buffer(path):
            return self._buffer.text.encode("utf-8", "surrogatepass"), text_digest(self._buffer.text)
        try:
            data = read_bytes(path)
        except OSError:
            return None, None
        return data, digest(data)

    def _new_entries(self) -> list[Entry]:
        """Give entries for what was read, except where a file could not be read: that may be otherwise next time."""
        return [
            entry
            for context in {context for context, _ in self._read.values()}
            for entry in self._entries_of(context, [path for path, (own, _) in self._read.items() if own == context])
        ]

    def _entries_of(self, context: bytes, paths: Sequence[str]) -> Iterator[Entry]:
        assert self.cache is not None
        program = self._programs[context]
        files = program.dependencies.files(paths)
        numbers = self.cache.numbers(program.dependencies.asked(files))
        if numbers is None:
            return
        masks = program.dependencies.masks(paths, numbers)
        unreadable = sum(1 << number for (_, answer), number in numbers.items() if answer == UNREADABLE)
        for path in paths:
            content = program.digest(path)
            if content is not None and not masks[path] & unreadable:
                yield self._new_entry(context, path, content, masks[path])

    def _new_entry(self, context: bytes, path: str, content: bytes, needs: int) -> Entry:
        assert self.cache is not None
        facts = self._read[path][1]
        rules, report = self._reports.get(path, (b"", FileReport(path)))
        packed = None if facts == FileFacts(path) else _packed(_FACTS, facts)
        return Entry(self.cache.generation, context, path, content, needs, packed, rules, _packed_report(report))


def _kept_facts(path: str, entry: Entry) -> FileFacts | None:
    return FileFacts(path) if entry.facts is None else _unpacked(_FACTS, entry.facts)


def _packed_report(report: FileReport) -> bytes | None:
    return None if report.is_empty else _packed(_REPORT, report)


def _packed(encoding: Encoding[Kept], value: Kept) -> bytes:
    return zlib.compress(encoding.encoded(value).encode(), 1)


def _unpacked(encoding: Encoding[Kept], packed: bytes) -> Kept | None:
    """Give a value back, None where another version of this program made it otherwise."""
    try:
        return encoding.decoded(zlib.decompress(packed).decode())
    except (ValueError, zlib.error):
        return None
