"""The options that the commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flake8_autoincrement.engine.batch import Batch, available_processors
from flake8_autoincrement.engine.cache import FOLDER, Cache
from flake8_autoincrement.engine.check import FileReport, check_names, known_checks
from flake8_autoincrement.engine.files import PYTHON, files_in
from flake8_autoincrement.engine.project import Invocation, Workspace, cache_folder
from flake8_autoincrement.output import text
from flake8_autoincrement.settings import Override, class_names

T = TypeVar("T")


class WrongOption(Exception):
    """A value on the command line that cannot be used; the message names the option and says what would be right."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a command works on: the files to look at and how they are read."""

    batch: Batch
    files: tuple[str, ...]


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Add what says which files are read, and in which environment."""
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="files and folders (default: .)")
    parser.add_argument(
        "--python", metavar="PATH", help="interpreter or folder of the environment whose libraries are searched"
    )


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add what says how files are read."""
    parser.add_argument(
        "--jobs", "-j", type=_jobs, metavar="N", help="processes that read files (default: one for each processor)"
    )
    parser.add_argument(
        "--cache-dir", metavar="DIR", help=f"where results are kept between runs (default: {FOLDER} in the project)"
    )
    parser.add_argument("--no-cache", action="store_true", help="keep nothing, and use nothing that was kept")


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Add what says which checks run; it holds over every settings file."""
    parser.add_argument("--enable", metavar="NAMES", default="", help="codes and slugs to switch on, with commas")
    parser.add_argument("--ignore", metavar="NAMES", default="", help="codes and slugs to switch off, with commas")
    parser.add_argument("--strict", action="store_true", help="run the strict checks too")
    parser.add_argument("--bases", metavar="NAMES", help='names of the auto-increment bases, with commas; "" for none')


def begun(
    arguments: argparse.Namespace, override: Override | None = None, kinds: Mapping[str, str] = PYTHON
) -> Run:
    """Find the files of some kinds; raises `NoSuchPath`, `NoEnvironment` and `SettingsError`."""
    invocation = Invocation(arguments.python, override or Override())
    workspace = Workspace(invocation, check_names())
    files = files_in(arguments.paths, workspace.settings, kinds)
    cache = None if arguments.no_cache else Cache(cache_folder(arguments.cache_dir))
    return Run(Batch(invocation, workspace, cache, arguments.jobs or available_processors()), files)


def _jobs(written: str) -> int:
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(f'"{written}" must be a number of processes, such as 4')
    return int(written)


def override(arguments: argparse.Namespace) -> Override:
    """Give what the switches say; raises `WrongOption`."""
    return Override(
        bases=None if arguments.bases is None else _accepted("--bases", arguments.bases, class_names),
        enable=_accepted("--enable", arguments.enable, known_checks),
        ignore=_accepted("--ignore", arguments.ignore, known_checks),
        strict=True if arguments.strict else None,
    )


def _accepted(option: str, written: str, accept: Callable[[Sequence[str]], T]) -> T:
    """Read a list with commas."""
    try:
        return accept([name.strip() for name in written.split(",") if name.strip()])
    except ValueError as error:
        raise WrongOption(f"{option}: {error}") from None


def failures(reports: Iterable[FileReport]) -> Iterator[str]:
    """Give the lines about files that could not be read at all."""
    for report in reports:
        if report.failed:
            yield from (str(line) for line in text.render(report.diagnostics))
        if report.trace is not None:
            yield report.trace
