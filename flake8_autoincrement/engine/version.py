"""What tells this program from any other version of it, also while it is developed."""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from flake8_autoincrement import __version__


@cache
def own_version() -> tuple[object, ...]:
    """Give the versions of this program and Python, and the times and sizes of this program's files and astroid's.

    Also how the names of files are encoded: where an encoding lacks a name, there is no such file.
    """
    own = Path(__file__).parents[1]
    files = tuple((str(file), *_state(file)) for file in sorted(own.rglob("*.py")))
    astroid = find_spec("astroid")
    folder = Path(astroid.origin).parent if astroid is not None and astroid.origin else own
    python = (*sys.version_info[:3], sys.getfilesystemencoding())
    return (__version__, python, files, str(folder), *_state(folder / "__pkginfo__.py"))


def fingerprint(parts: object) -> bytes:
    """Give 16 bytes that stand for something with a `repr` of its own."""
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _state(file: Path) -> tuple[int, int]:
    try:
        found = os.stat(file)
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
