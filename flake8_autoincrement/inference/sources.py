"""The files of a project, read once, with a record of every path that was asked for."""

from __future__ import annotations

import codecs
import io
import os
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class ReadError(Exception):
    """A file that could not be read or decoded; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A path that an evaluation asked for; `present` says whether a file was there."""

    path: str
    present: bool


class Sources:
    """Reads files, the overlaid ones from memory, and keeps a record of what was asked for, present or absent."""

    def __init__(self) -> None:
        self._overlays: dict[str, str] = {}
        self._texts: dict[str, str | ReadError] = {}
        self._files: dict[str, bool] = {}
        self._folders: dict[str, bool] = {}
        self._records: list[set[Asked]] = []

    def overlay(self, path: str, text: str) -> None:
        """Use `text` for the file at `path`, whether it exists or not."""
        self._overlays[path] = text
        self._texts[path] = text.replace("\r\n", "\n").replace("\r", "\n")
        self._files[path] = True

    def text(self, path: str) -> str:
        """Give a file's decoded text, with `\\n` at the ends of lines; raise `ReadError` if there is none."""
        self._record(path, True)
        found = self._texts.get(path)
        if found is None:
            found = self._texts[path] = _read(path)
        if isinstance(found, ReadError):
            raise found
        return found

    def is_file(self, path: str) -> bool:
        """Say whether there is a file at `path`."""
        found = self._files.get(path)
        if found is None:
            found = self._files[path] = os.path.isfile(path)
        self._record(path, found)
        return found

    def is_folder(self, path: str) -> bool:
        """Say whether there is a folder at `path`."""
        found = self._folders.get(path)
        if found is None:
            found = self._folders[path] = os.path.isdir(path)
        return found

    @contextmanager
    def recording(self) -> Iterator[set[Asked]]:
        """Collect what is asked for inside the block."""
        record: set[Asked] = set()
        self._records.append(record)
        try:
            yield record
        finally:
            self._records.pop()
            if self._records:
                self._records[-1] |= record

    def _record(self, path: str, present: bool) -> None:
        if self._records:
            self._records[-1].add(Asked(path, present))


def _read(path: str) -> str | ReadError:
    try:
        with open(path, "rb") as file:
            return decoded(file.read())
    except OSError as error:
        return ReadError(error.strerror or str(error))
    except ReadError as error:
        return error


def decoded(data: bytes) -> str:
    """Decode source as Python does (PEP 263), with `\\n` at the ends of lines; raise `ReadError` if that fails."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ReadError("it is UTF-16, which Python does not read")
    if b"\0" in data:
        raise ReadError("it contains a NUL byte")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, LookupError) as error:
        raise ReadError(str(error)) from None
    except UnicodeDecodeError as error:
        raise ReadError(f"it is not {error.encoding}: {error.reason} at byte {error.start}") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
