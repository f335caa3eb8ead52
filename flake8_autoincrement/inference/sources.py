"""The files of a project, read once, with a record of every path that was asked for."""

from __future__ import annotations

import errno
import io
import os
import stat
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b

from flake8_autoincrement.inference.dependencies import (
    FILE,
    FOLDER,
    MARK,
    NO_FILE,
    NO_FOLDER,
    NO_MARK,
    UNREADABLE,
    Asked,
    Dependencies,
    names_answer,
)
from flake8_autoincrement.inference.triggers import UTF_16


class ReadError(Exception):
    """A file that could not be read or decoded; the message says why."""


class Sources:
    """Reads files, the overlaid ones from memory, and keeps a record of what was asked for, present or absent.

    What is asked inside `on_behalf` goes to the account of the file that it names, in `dependencies`.
    """

    def __init__(self) -> None:
        self.dependencies = Dependencies()
        self.weight = 0  # of all texts that are kept, in characters
        self._overlays: dict[str, bytes] = {}
        self._taken: dict[str, bytes] = {}
        self._texts: dict[str, str | ReadError] = {}
        self._digests: dict[str, bytes] = {}
        self._files: dict[str, bool] = {}
        self._folders: dict[str, bool] = {}
        self._names: dict[tuple[str, str], tuple[str, ...]] = {}
        self._askers: list[str] = []
        self._records: list[set[Asked]] = []

    def overlay(self, path: str, text: str) -> None:
        """Use `text` for the file at `path`, whether it exists or not."""
        self._overlays[path] = text.encode("utf-8", "surrogatepass")
        self._texts[path] = _with_newlines(text)
        self._digests[path] = text_digest(text)
        self._files[path] = True

    def take(self, path: str, data: bytes) -> None:
        """Take the bytes of a file from somebody who has just read it, for the next time that they are asked for."""
        self._taken[path] = data

    def data(self, path: str) -> bytes:
        """Give a file's bytes, which are not kept; raise `ReadError` if there is none that can be read."""
        try:
            data = self._taken.pop(path, None)
            if data is None:
                data = self._overlays[path] if path in self._overlays else read_bytes(path)
        except OSError as error:
            self._record(Asked(path, UNREADABLE))
            raise ReadError(error.strerror or str(error)) from None
        if path not in self._overlays:
            self._digests[path] = digest(data)  # another one where the file was changed since the last question
        self._record(Asked(path, self._digests[path]))
        return data

    def text(self, path: str) -> str:
        """Give a file's decoded text, with `\\n` at the ends of lines; raise `ReadError` if there is none."""
        found = self._texts.get(path)
        if found is None or path not in self._digests:
            found = self._texts[path] = self._read(path)
            self.weight += len(found) if isinstance(found, str) else 0
        else:
            self._record(Asked(path, self._digests[path]))
        if isinstance(found, ReadError):
            raise found
        return found

    def digest_of(self, path: str) -> bytes | None:
        """Give the digest of a file's content as it was read, None where it was not."""
        return self._digests.get(path)

    def is_file(self, path: str) -> bool:
        """Say whether there is a file at `path`."""
        found = self._files.get(path)
        if found is None:
            found = self._files[path] = os.path.isfile(path)
        self._record(Asked(path, FILE if found else NO_FILE))
        return found

    def is_folder(self, path: str) -> bool:
        """Say whether there is a folder at `path`."""
        found = self._folders.get(path)
        if found is None:
            found = self._folders[path] = os.path.isdir(path)
        self._record(Asked(path, FOLDER if found else NO_FOLDER))
        return found

    def exists(self, path: str) -> bool:
        """Say whether there is anything at `path`."""
        found = os.path.exists(path)
        self._record(Asked(path, MARK if found else NO_MARK))
        return found

    def names(self, folder: str, ending: str) -> tuple[str, ...]:
        """Give the names of the files in a folder that end as asked, sorted; with the ending `/` those of its folders.

        What is hidden is left out. A file that is overlaid counts where its folder is on disk.
        """
        found = self._names.get((folder, ending))
        if found is None:
            names = names_in(folder, ending)
            overlaid = [os.path.basename(path) for path in self._overlays if os.path.dirname(path) == folder]
            more = [name for name in overlaid if name.endswith(ending) and name not in names]
            found = self._names[folder, ending] = tuple(sorted([*names, *more])) if more else names
        self._record(Asked(folder, names_answer(ending, found)))
        return found

    # Records.

    @contextmanager
    def on_behalf(self, path: str) -> Iterator[None]:
        """Put what is asked inside the block on the account of a file."""
        self._askers.append(path)
        try:
            yield
        finally:
            self._askers.pop()

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

    def repeat(self, asked: Iterable[Asked]) -> None:
        """Record questions once more whose answers somebody remembered."""
        if self._records:
            self._records[-1].update(asked)
        if self._askers:
            self.dependencies.ask(self._askers[-1], asked)

    def _record(self, asked: Asked) -> None:
        if _names_a_file(asked.path):
            self.repeat((asked,))

    def _read(self, path: str) -> str | ReadError:
        try:
            data = self.data(path)
            return self._texts[path] if path in self._overlays else decoded(data)
        except ReadError as error:
            return error


def read_bytes(path: str) -> bytes:
    """Read a regular file; raise `OSError` for anything else, so that nothing waits for what a pipe may bring."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        if os.path.islink(path):
            raise FileNotFoundError(errno.ENOENT, "it is a symbolic link to nothing", path) from None
        raise
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", path)
    with open(path, "rb") as file:
        return file.read()


def names_in(folder: str, ending: str) -> tuple[str, ...]:
    """Give the names in a folder that are not hidden and end as asked, `/` for folders; none where there is none."""
    try:
        with os.scandir(folder) as entries:
            found = [
                each.name
                for each in entries
                if not each.name.startswith(".")
                and (
                    each.is_dir(follow_symlinks=False)  # a link may lead back to where it stands
                    if ending == "/"
                    else each.name.endswith(ending) and each.is_file()
                )
            ]
    except (OSError, ValueError):
        return ()
    return tuple(sorted(name for name in found if name != "__pycache__"))


def _names_a_file(path: str) -> bool:
    """Say whether a file system could know a path at all; for others the answer never changes, and none is kept."""
    if "\0" in path:
        return False
    try:
        return path.isascii() or bool(os.fsencode(path))
    except UnicodeEncodeError:
        return False


def digest(data: bytes) -> bytes:
    """Give what stands for a content: 16 bytes that no other content has."""
    return blake2b(data, digest_size=16).digest()


def text_digest(text: str) -> bytes:
    """Give what stands for a text that was not read from a file.

    It is the digest of the file in which UTF-8 would save it, unless Python would read another text there: such a file
    may declare another encoding.
    """
    data = text.encode("utf-8", "surrogatepass")
    try:
        is_file_of_text = decoded(data) == _with_newlines(text)
    except ReadError:
        is_file_of_text = False
    return digest(data) if is_file_of_text else blake2b(data, digest_size=16, person=b"text").digest()


def decoded(data: bytes) -> str:
    """Decode source as Python does (PEP 263), with `\\n` at the ends of lines; raise `ReadError` if that fails."""
    if data.startswith(UTF_16):
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
    except ValueError as error:
        raise ReadError(f"it is not {encoding}: {error}") from None
    return _with_newlines(text.removeprefix("\ufeff"))


def _with_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
