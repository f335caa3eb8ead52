"""The entry point of the `ain` command."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence

from flake8_autoincrement import __version__
from flake8_autoincrement.cli.check import add_check
from flake8_autoincrement.cli.explain import add_explain
from flake8_autoincrement.cli.history import add_history
from flake8_autoincrement.cli.options import WrongOption
from flake8_autoincrement.cli.tables import add_tables
from flake8_autoincrement.diagnostics import printable
from flake8_autoincrement.engine.environment import NoEnvironment
from flake8_autoincrement.engine.files import NoSuchPath
from flake8_autoincrement.settings import SettingsError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status: 0 for nothing to report, 1 for findings, 2 for what went wrong."""
    _accept_any_text(sys.stdout)
    _accept_any_text(sys.stderr)
    arguments = _parser().parse_args(argv)
    if not os.path.isdir(os.curdir):
        print("ain: the working directory does not exist any more", file=sys.stderr)
        return 2
    gc.disable()  # what is made is kept until the end, or dropped as a whole
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except (NoEnvironment, NoSuchPath, SettingsError, WrongOption) as error:
        print(f"ain: {printable(str(error))}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ain", description="Check that every SQLAlchemy table gets its primary key from PostgreSQL."
    )
    parser.add_argument("--version", action="version", version=f"ain {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (add_check, add_tables, add_history, add_explain):
        add(commands)
    return parser


def _accept_any_text(stream: object) -> None:
    """Let names be printed that the terminal's encoding lacks."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
