"""Which files the reading of a file rests on, and what the file system said of each path that was asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple


class Asked(NamedTuple):
    """A question to the file system and its answer.

    `answer` is one of the constants below, the digest of the content of the file at `path`, or what `names_answer`
    makes of the names in the folder there.
    """

    path: str
    answer: bytes


FILE, NO_FILE = b"file", b"no file"
FOLDER, NO_FOLDER = b"folder", b"no folder"
MARK, NO_MARK = b"exists", b"does not exist"
INSTALLED, NOT_INSTALLED = b"installed", b"not installed"
UNREADABLE = b"unreadable"
ANSWERS = frozenset({FILE, NO_FILE, FOLDER, NO_FOLDER, MARK, NO_MARK, INSTALLED, NOT_INSTALLED, UNREADABLE})

_NAMES = b"names "
_DIGEST = 16  # bytes


def names_answer(ending: str, names: Sequence[str]) -> bytes:
    """Give what stands for the names in a folder that have an ending; `/` stands for folders."""
    encoded = "\0".join(names).encode("utf-8", "surrogateescape")
    return _NAMES + ending.encode() + blake2b(encoded, digest_size=_DIGEST).digest()


def ending_asked(answer: bytes) -> str | None:
    """Give the ending of the names that an answer is about, None where it is about something else."""
    is_about_names = len(answer) > len(_NAMES) + _DIGEST and answer.startswith(_NAMES)
    return answer[len(_NAMES) : -_DIGEST].decode() if is_about_names else None


class Dependencies:
    """A graph of files: what was asked on behalf of each, and of which others it takes the content into account.

    All that one file knows of another it knows by an import of its own, so that whatever was found out for one file
    and is used again for another rests on the same edges. The graph is kept by file and not by name: what a file rests
    on may be more than it needs, and never less.
    """

    def __init__(self) -> None:
        self._asked: dict[str, set[Asked]] = defaultdict(set)
        self._reads: dict[str, set[str]] = defaultdict(set)

    def ask(self, asker: str, asked: Iterable[Asked]) -> None:
        """Note questions that were asked on behalf of a file."""
        self._asked[asker].update(asked)

    def read(self, reader: str, path: str) -> None:
        """Note that a file takes the content of another into account."""
        self._reads[reader].add(path)

    def of(self, path: str) -> frozenset[Asked]:
        """Give all questions that the reading of a file rests on, those of the files that it reads included."""
        return frozenset(asked for file in self.files([path]) for asked in self._asked.get(file, ()))

    def files(self, paths: Iterable[str]) -> set[str]:
        """Give some files and all that they read, directly or not."""
        seen = set(paths)
        pending = list(seen)
        while pending:
            more = self._reads.get(pending.pop(), set()) - seen
            seen |= more
            pending += more
        return seen

    def asked(self, files: Iterable[str]) -> set[Asked]:
        """Give the questions that were asked on behalf of files themselves."""
        return {asked for file in files for asked in self._asked.get(file, ())}

    def masks(self, paths: Iterable[str], number: Mapping[tuple[str, bytes], int]) -> dict[str, int]:
        """Give all questions that each file rests on, as an integer with a bit set for the number of each.

        Files that read one another in a circle rest on the same: they are found as Tarjan's algorithm finds them, in
        time that is linear in the size of the graph.
        """
        masks: dict[str, int] = {}
        search = _Search(self._reads)
        for path in paths:
            for circle in search.circles(path):
                mask = 0
                for file in circle:
                    for asked in self._asked.get(file, ()):
                        mask |= 1 << number[asked]
                    for read in self._reads.get(file, ()):
                        mask |= masks.get(read, 0)
                masks.update(dict.fromkeys(circle, mask))
        return masks


class _Search:
    """A depth-first search for strongly connected files, without recursion; each is given after all that it reads."""

    def __init__(self, reads: Mapping[str, set[str]]) -> None:
        self._reads = reads
        self._order: dict[str, int] = {}
        self._lowest: dict[str, int] = {}
        self._open: list[str] = []
        self._is_open: set[str] = set()

    def circles(self, start: str) -> Iterator[list[str]]:
        """Give the circles that are reached from a file and were not given before."""
        if start in self._order:
            return
        path = [self._entered(start)]
        while path:
            file, reads = path[-1]
            read = next(reads, None)
            if read is not None:
                if read not in self._order:
                    path.append(self._entered(read))
                elif read in self._is_open:
                    self._lowest[file] = min(self._lowest[file], self._order[read])
                continue
            path.pop()
            if path:
                self._lowest[path[-1][0]] = min(self._lowest[path[-1][0]], self._lowest[file])
            if self._lowest[file] == self._order[file]:
                yield self._closed(file)

    def _entered(self, file: str) -> tuple[str, Iterator[str]]:
        self._order[file] = self._lowest[file] = len(self._order)
        self._open.append(file)
        self._is_open.add(file)
        return file, iter(self._reads.get(file, ()))

    def _closed(self, file: str) -> list[str]:
        at = self._open.index(file) if self._open[-1] != file else len(self._open) - 1
        circle = self._open[at:]
        del self._open[at:]
        self._is_open.difference_update(circle)
        return circle
