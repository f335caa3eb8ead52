"""The option that names a moment of a history."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TypeVar

from flake8_autoincrement.cli.options import WrongOption
from flake8_autoincrement.engine.telling import NoSuchRevision
from flake8_autoincrement.facts.history import History

T = TypeVar("T")


def add_revision(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Add what names a moment of a history."""
    parser.add_argument("--revision", metavar="REV", help=meaning)


def at_revision(
    find: Callable[[Sequence[History], str | None], T], histories: Sequence[History], revision: str | None
) -> T:
    """Find something at a moment of histories; raises `WrongOption` where none knows it, or one knows several."""
    try:
        return find(histories, revision)
    except NoSuchRevision as error:
        raise WrongOption(f"--revision {revision}: {error}") from None
