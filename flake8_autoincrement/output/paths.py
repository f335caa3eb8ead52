"""How a file's path is shown."""

from __future__ import annotations

import os
from pathlib import Path


def shown(path: str) -> str:
    """Give a path relative to the working directory; as it is where there is no way, as from another drive."""
    try:
        return os.path.relpath(path)
    except (OSError, ValueError):
        return path


def shown_posix(path: str) -> str:
    """Give a path relative to the working directory, with `/` on every system."""
    return Path(shown(path)).as_posix()
