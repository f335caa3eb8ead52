"""Printing: plain text into pipes and files, colour on terminals."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def is_coloured() -> bool:
    """Say whether standard output takes colour: a terminal, unless NO_COLOR is set; FORCE_COLOR means yes."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def print_rich(renderable: RenderableType, *, soft_wrap: bool = False) -> None:
    """Print something of rich's: as wide as the terminal in colour, as wide as it needs elsewhere."""
    if is_coloured():
        _console().print(renderable, soft_wrap=soft_wrap)
        return
    from rich.console import Console

    plain = Console(file=io.StringIO(), width=100_000, color_system=None)
    plain.print(renderable)
    assert isinstance(plain.file, io.StringIO)
    for line in plain.file.getvalue().splitlines():
        print(line.rstrip())


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, force_terminal=True)
