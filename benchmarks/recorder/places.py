"""Where in a package's own files a call comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

Place = dict[str, object]


class Places:
    """Finds the frames of the package's own files, whose folders are given, in the stack of a call."""

    def __init__(self, folders: Iterable[Path], below: Path) -> None:
        """Show files as paths below the folder `below`."""
        self._folders = tuple(f"{folder.resolve()}/" for folder in folders)
        self._below = f"{below.resolve()}/"

    def of_call(self, revision_file: str) -> Place:
        """Return the file and line of the innermost frame of the package, and the outermost line of the revision.

        All are None where there is no such frame, as for a call that env.py or this program makes.
        """
        frames = list(self._frames(sys._getframe(1)))
        in_revision = [line for file, line in frames if file == revision_file]
        file, line = frames[0] if frames else (None, None)
        return {
            "file": self.shown(file) if file else None,
            "line": line,
            "revision_line": in_revision[-1] if in_revision else None,
        }

    def shown(self, file: str) -> str:
        """Return the path of a file as it is below the folder of all packages."""
        return file.removeprefix(self._below)

    def _frames(self, frame: FrameType | None) -> Iterator[tuple[str, int]]:
        while frame is not None:
            if frame.f_code.co_filename.startswith(self._folders):
                yield frame.f_code.co_filename, frame.f_lineno
            frame = frame.f_back
