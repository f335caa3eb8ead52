"""What was found out about files, kept in a folder between runs: an SQLite database that many processes share.

Nothing in it is believed without proof. A row carries a digest of itself, and an entry holds only while the file system
would give the same answers as when it was made. What is damaged or of another program is left behind, and a new
database is begun. A cache that cannot be read or written is no cache: the program is slower then, and never wrong.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

from flake8_autoincrement.engine.version import fingerprint, own_version

FOLDER = ".ain_cache"
_NAME = "results"
_FORMAT = 0x41494E31  # "AIN1", the application_id of our databases
_LOCK_SECONDS = 5.0
_MAXIMUM_STATES = 400_000  # recorded answers; a database with more is begun anew
_MANY = 20  # entries kept at once, after which it is worth to look for what no entry uses any more
_KEPT = 2  # entries of one file, of different contents: as it is saved and as it is in an editor

_SCHEMA = (
    "CREATE TABLE segments (first INTEGER PRIMARY KEY, count INTEGER, states BLOB, digest BLOB)",
    "CREATE TABLE stamps (path BLOB PRIMARY KEY, mark BLOB, content BLOB, plain INTEGER, digest BLOB) WITHOUT ROWID",
    "CREATE TABLE needs (id INTEGER PRIMARY KEY, mask BLOB, digest BLOB UNIQUE)",
    "CREATE TABLE entries (id INTEGER PRIMARY KEY, context BLOB, path BLOB, content BLOB, needs INTEGER, facts BLOB, "
    "rules BLOB, report BLOB, digest BLOB, UNIQUE (path, context, content))",
)

_SIGNATURE = """\
Signature: 8a477f597d28d172789f06886806bc55
# This file marks the folder as a cache of flake8-autoincrement. It may be deleted at any time.
# See https://bford.info/cachedir/ for what the mark means.
"""

_MARKS = {".gitignore": "*\n", "CACHEDIR.TAG": _SIGNATURE}


class Plain(IntEnum):
    """Whether it is known that nothing can be said about a file: by its bytes alone, or also by parsing it."""

    NO = 0
    SCANNED = 1
    PARSED = 2


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file's content was, by its digest, when the file was as `mark` says."""

    mark: bytes
    content: bytes
    plain: Plain


@dataclass(frozen=True, slots=True)
class Entry:
    """What was found out about a file of a content.

    `needs` has a bit set for each recorded answer that it rests on, by the numbers of a `generation`. `facts` and
    `report` are encoded, None where they are empty; `rules` stands for the settings that the report was made under.
    """

    generation: int
    context: bytes
    path: str
    content: bytes
    needs: int
    facts: bytes | None
    rules: bytes
    report: bytes | None


State = tuple[str, bytes]  # a path, and what the file system said of it


class Cache:
    """A cache in a folder, which is made when something is first kept.

    States are numbered as they are recorded. The numbers, and so `Entry.needs`, are those of one database: `generation`
    tells which, by a number that it was given at random when it was made, 0 where none is open.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.problem: str | None = None  # why nothing can be kept, where that is so
        self.generation = 0
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._version = fingerprint(own_version())
        self._patience = _LOCK_SECONDS
        self._number = self._oldest = 1  # of the file, and of those that were not found to be damaged
        self._states: list[State] = []
        self._numbers: dict[State, int] = {}

    # Reading.

    def stamps(self, paths: Sequence[str] | None = None) -> dict[str, Stamp]:
        """Give what is known of files, of all where no paths are given."""
        query = "SELECT path, mark, content, plain, digest FROM stamps"
        return {
            os.fsdecode(path): Stamp(mark, content, Plain(plain))
            for path, mark, content, plain, digest in self._rows(query, "", paths)
            if self._is_stamp(path, mark, content, plain, digest)
        }

    def entries(self, paths: Sequence[str] | None = None) -> dict[str, list[Entry]]:
        """Give the entries of files by path, the newest first; of all files where no paths are given."""
        query = (
            "SELECT path, context, content, mask, facts, rules, report, entries.digest, needs.digest "
            "FROM entries JOIN needs ON needs.id = entries.needs"
        )
        found: dict[str, list[Entry]] = {}
        masks: dict[bytes, int] = {}
        rows = self._rows(query, "entries.id DESC", paths)
        for path, context, content, mask, facts, rules, report, digest, key in rows:
            if digest == _digest(context, path, content, key, facts, rules, report):
                if key not in masks:
                    masks[key] = _number(mask) if _digest(mask) == key else -1
                entry = Entry(self.generation, context, os.fsdecode(path), content, masks[key], facts, rules, report)
                found.setdefault(entry.path, []).append(entry)
        return found

    def states(self, mask: int) -> Iterator[tuple[int, State]]:
        """Give the recorded answers whose bits are set, with their numbers; raise `KeyError` if one is unknown."""
        if mask < 0 or (mask.bit_length() > len(self._states) and not self._read_states(mask.bit_length())):
            raise KeyError(mask.bit_length())
        for number in bits(mask):
            yield number, self._states[number]

    # Writing.

    def numbers(self, states: Iterable[State]) -> dict[State, int] | None:
        """Give the number of each answer, new ones where it was not recorded; None where nothing can be kept."""
        wanted = set(states)
        if not wanted <= self._numbers.keys():
            self._change(lambda connection: self._record(connection, wanted))
        numbers = {state: self._numbers[state] for state in wanted if state in self._numbers}
        return numbers if len(numbers) == len(wanted) else None

    def keep(self, entries: Sequence[Entry], stamps: Mapping[str, Stamp]) -> None:
        """Keep entries, as far as their numbers are still those of the database, and stamps."""
        self._change(lambda connection: self._keep(connection, entries, stamps))

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None

    def __del__(self) -> None:
        """Close the database, which Python would warn of otherwise."""
        self.close()

    # Queries.

    def _rows(self, query: str, order: str, paths: Sequence[str] | None) -> list[tuple[Any, ...]]:
        ending = f" ORDER BY {order}" if order else ""
        if paths is None:
            return self._fetched(query + ending, ())
        encoded = [os.fsencode(path) for path in paths]
        return [
            row
            for at in range(0, len(encoded), 500)
            for part in [encoded[at : at + 500]]
            for row in self._fetched(f"{query} WHERE path IN ({','.join('?' * len(part))}){ending}", part)
        ]

    def _fetched(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        connection = self._opened(create=False)
        if connection is None:
            return []
        try:
            return connection.execute(query, values).fetchall()
        except _ERRORS as error:
            self._failed(error)
            return []

    def _read_states(self, wanted: int) -> bool:
        """Read what was recorded since the last time; say whether as many answers are known as were wanted."""
        for first, states, digest in self._fetched(
            "SELECT first, states, digest FROM segments WHERE first >= ? ORDER BY first", (len(self._states),)
        ):
            if first != len(self._states) or digest != _digest(first, states):
                break
            self._add(_unpacked(states))
        return wanted <= len(self._states)

    def _add(self, states: Iterable[State]) -> None:
        for state in states:
            self._numbers.setdefault(state, len(self._states))
            self._states.append(state)

    def _record(self, connection: sqlite3.Connection, states: set[State]) -> None:
        self._read_states(0)
        new = sorted(states - self._numbers.keys())
        (end,) = connection.execute("SELECT COALESCE(MAX(first + count), 0) FROM segments").fetchone()
        if end != len(self._states) or end > _MAXIMUM_STATES:
            raise sqlite3.DatabaseError("its records are damaged, or too many")
        if not new:
            return
        packed = _packed(new)
        connection.execute("INSERT INTO segments VALUES (?, ?, ?, ?)", (end, len(new), packed, _digest(end, packed)))
        self._add(new)

    def _keep(self, connection: sqlite3.Connection, entries: Sequence[Entry], stamps: Mapping[str, Stamp]) -> None:
        connection.executemany(
            "INSERT OR REPLACE INTO stamps VALUES (?, ?, ?, ?, ?)",
            [self._stamp_row(path, stamp) for path, stamp in stamps.items()],
        )
        keys: dict[int, tuple[int, bytes]] = {}
        for entry in entries:
            if entry.generation != self.generation:
                continue
            if entry.needs not in keys:
                keys[entry.needs] = _kept_mask(connection, entry.needs)
            number, key = keys[entry.needs]
            path = os.fsencode(entry.path)
            digest = _digest(entry.context, path, entry.content, key, entry.facts, entry.rules, entry.report)
            row = (entry.context, path, entry.content, number, entry.facts, entry.rules, entry.report, digest)
            connection.execute(
                "INSERT OR REPLACE INTO entries (context, path, content, needs, facts, rules, report, digest) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            connection.execute(
                "DELETE FROM entries WHERE context = ? AND path = ? AND id NOT IN "
                f"(SELECT id FROM entries WHERE context = ? AND path = ? ORDER BY id DESC LIMIT {_KEPT})",
                row[:2] * 2,
            )
        if len(entries) > _MANY:
            connection.execute("DELETE FROM needs WHERE id NOT IN (SELECT needs FROM entries)")

    def _stamp_row(self, path: str, stamp: Stamp) -> tuple[object, ...]:
        row = (os.fsencode(path), stamp.mark, stamp.content, int(stamp.plain))
        return (*row, self._stamp_digest(*row))

    def _is_stamp(self, path: Any, mark: Any, content: Any, plain: Any, digest: Any) -> bool:
        """Say whether a row was written by this version: another one scans and parses otherwise."""
        try:
            return bool(digest == self._stamp_digest(path, mark, content, plain))
        except (TypeError, ValueError):  # in a damaged database anything may stand anywhere
            return False

    def _stamp_digest(self, path: bytes, mark: bytes, content: bytes, plain: int) -> bytes:
        return blake2b(b"%b%b%b%b" % (path, mark, content, bytes([plain])), digest_size=16, key=self._version).digest()

    # The database.

    def _change(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """Change the database in one transaction, or not at all."""
        connection = None if self.problem is not None else self._opened(create=True)
        if connection is None:
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            change(connection)
            connection.execute("COMMIT")
        except _ERRORS as error:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            self._forget()
            self._failed(error)
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            self._forget()
            raise

    def _opened(self, *, create: bool) -> sqlite3.Connection | None:
        if self._process != os.getpid():  # a connection must not be used behind a fork
            self._connection, self._process = None, os.getpid()
        if self._connection is None:
            try:
                self._connection = self._connected(create)
            except OSError as error:
                self.problem = f"{self.folder}: {error.strerror or error}"
            except _ERRORS as error:
                self._failed(error)
        return self._connection

    def _connected(self, create: bool) -> sqlite3.Connection | None:
        """Open the newest database, or begin one; None where there is none and none is to be begun."""
        newest = max([self._oldest, *_generations(self.folder)])
        path = os.path.join(self.folder, f"{_NAME}.{newest}.sqlite")
        is_there = os.path.exists(path) and (create or os.path.getsize(path) > 0)
        if not is_there and not create:
            return None
        if not is_there:
            _make_folder(self.folder)
        self._forget()
        self._number = newest
        mode = "rwc" if create else "rw" if os.access(path, os.W_OK) and os.access(self.folder, os.W_OK) else "ro"
        connection = sqlite3.connect(
            f"{Path(path).as_uri()}?mode={mode}", uri=True, timeout=self._patience, isolation_level=None
        )
        try:
            self.generation = self._prepared(connection, create)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepared(self, connection: sqlite3.Connection, create: bool) -> int:
        """Make the tables where there are none yet; give the generation."""
        connection.execute("PRAGMA synchronous = NORMAL")
        if _format(connection) == 0 and create:
            connection.execute("BEGIN EXCLUSIVE")
            (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            if _format(connection) == 0 and tables == 0:
                for statement in _SCHEMA:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_FORMAT}")
                connection.execute(f"PRAGMA user_version = {1 + secrets.randbelow(2**31 - 1)}")
            connection.execute("COMMIT")
        if _format(connection) != _FORMAT:
            raise sqlite3.DatabaseError("it is a database of another program")
        (generation,) = connection.execute("PRAGMA user_version").fetchone()
        return int(generation)

    def _forget(self) -> None:
        """Forget the recorded answers: some may have been taken back, or be another database's."""
        self._states.clear()
        self._numbers.clear()

    def _failed(self, error: Exception) -> None:
        """Leave a damaged database behind; write no more where that is refused; wait once for another process."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
            self._patience = 0.0
            if self._connection is not None:
                self._connection.execute("PRAGMA busy_timeout = 0")
            return
        if code in _REFUSED:
            self.problem = f"{self.folder}: {error}"
            return
        self.close()
        self._forget()
        self.generation = 0
        self._oldest = self._number + 1
        with suppress(OSError):
            os.unlink(os.path.join(self.folder, f"{_NAME}.{self._number}.sqlite"))


# What a damaged database may end with: its names may be no text, which is an error where SQLite's message has them.
_ERRORS = (sqlite3.Error, OverflowError, UnicodeDecodeError)

_REFUSED = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_NOMEM,
)


def bits(mask: int) -> Iterator[int]:
    """Give the numbers whose bits are set in a mask."""
    digits = bin(mask)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def _generations(folder: str) -> list[int]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    parts = (name.split(".") for name in names)
    return [int(part[1]) for part in parts if len(part) == 3 and part[::2] == [_NAME, "sqlite"] and part[1].isdecimal()]


def _make_folder(folder: str) -> None:
    """Make the folder, and mark it so that neither git nor backups take it; one that holds anything else is left."""
    os.makedirs(folder, exist_ok=True)
    names = os.listdir(folder)
    for name, text in _MARKS.items() if set(names) <= _MARKS.keys() else ():
        path = os.path.join(folder, name)
        if name not in names or os.path.getsize(path) == 0:  # a process may have ended before it wrote
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)


def _format(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("PRAGMA application_id").fetchone()
    return int(number)


def _kept_mask(connection: sqlite3.Connection, mask: int) -> tuple[int, bytes]:
    """Keep a mask once; give its row's number and its digest."""
    packed = zlib.compress(mask.to_bytes((mask.bit_length() + 7) // 8, "little"), 1)
    key = _digest(packed)
    connection.execute("INSERT OR IGNORE INTO needs (mask, digest) VALUES (?, ?)", (packed, key))
    (number,) = connection.execute("SELECT id FROM needs WHERE digest = ?", (key,)).fetchone()
    return number, key


def _number(packed: bytes) -> int:
    return int.from_bytes(zlib.decompress(packed), "little")


def _packed(states: Iterable[State]) -> bytes:
    parts = [part for path, answer in states for part in (os.fsencode(path), answer.hex().encode())]
    return zlib.compress(b"\0".join(parts), 1)


def _unpacked(packed: bytes) -> Iterator[State]:
    parts = zlib.decompress(packed).split(b"\0")
    return zip(map(os.fsdecode, parts[::2]), (bytes.fromhex(answer.decode()) for answer in parts[1::2]), strict=True)


def _digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16).digest()
