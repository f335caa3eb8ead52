"""The flake8 plugin."""

from __future__ import annotations

import argparse
import ast
import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from flake8.exceptions import ExecutionError
from flake8.utils import is_using_stdin, parse_comma_separated_list

from flake8_autoincrement import __version__
from flake8_autoincrement.diagnostics import Diagnostic, Severity
from flake8_autoincrement.engine.cache import FOLDER, Cache
from flake8_autoincrement.engine.check import CODE, INTERNAL, SETTINGS, check_names, internal_error, known_checks
from flake8_autoincrement.engine.environment import NoEnvironment
from flake8_autoincrement.engine.files import is_excluded
from flake8_autoincrement.engine.project import Invocation, Workspace, cache_folder
from flake8_autoincrement.engine.reader import Reader
from flake8_autoincrement.inference.triggers import is_plain
from flake8_autoincrement.settings import Override, SettingsError, class_names
from flake8_autoincrement.source import Source

if TYPE_CHECKING:
    from flake8.options.manager import OptionManager

Report = tuple[int, int, str, type]
T = TypeVar("T")


class Plugin:
    """Reports what the models of one file break, as `ain check` does.

    flake8 makes one for each file, with the tree, the name and the lines that it has read. What the file imports is
    read from disk, once for all files of a process in a run.
    """

    name: ClassVar[str] = "flake8-autoincrement"
    version: ClassVar[str] = __version__
    _invocation: ClassVar[Invocation] = Invocation()
    _threshold: ClassVar[Severity] = Severity.WARNING
    _stdin: ClassVar[bool] = False
    _given: ClassVar[tuple[str, ...]] = ()
    _kept: ClassVar[str | None] = None  # the folder of the cache, None where nothing is kept

    def __init__(self, tree: ast.AST, filename: str = "stdin", lines: Sequence[str] = ()) -> None:
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Add the options; each may stand in flake8's settings too, and holds over this plugin's own settings."""
        for option, explanation in _LISTS.items():
            manager.add_option(f"--{option}", metavar="NAMES", parse_from_config=True, help=explanation)
        manager.add_option(
            "--ain-strict", action="store_true", default=False, parse_from_config=True, help="run the strict checks too"
        )
        manager.add_option(
            "--ain-fail-on",
            choices=[severity.word for severity in Severity],
            default=Severity.WARNING.word,
            parse_from_config=True,
            help="the mildest finding that is reported (default: warning)",
        )
        manager.add_option(
            "--ain-python",
            metavar="PATH",
            parse_from_config=True,
            normalize_paths=True,
            help="interpreter or folder of the environment whose libraries are searched",
        )
        manager.add_option(
            "--ain-cache-dir",
            metavar="DIR",
            parse_from_config=True,
            normalize_paths=True,
            help=f"where results are kept between runs (default: {FOLDER} in the project)",
        )
        manager.add_option(
            "--ain-no-cache",
            action="store_true",
            default=False,
            parse_from_config=True,
            help="keep nothing, and use nothing that was kept",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Take the options, once in every process of a run; raises flake8's `ExecutionError` for a wrong one."""
        cls._invocation = Invocation(options.ain_python, _override(options))
        cls._threshold = _threshold(options.ain_fail_on)
        cls._stdin = is_using_stdin(options.filenames)
        cls._given = tuple(os.path.abspath(path) for path in options.filenames or ["."])
        # An editor's server may run flake8 many times in one process, and files change between two runs.
        _reader.cache_clear()
        cls._kept = None if options.ain_no_cache else cache_folder(_with_home(options.ain_cache_dir))

    def run(self) -> Iterator[Report]:
        """Give the findings as line, column from 0, message and type; whatever goes wrong is one of them."""
        try:
            diagnostics = self._diagnostics()
        except (SettingsError, NoEnvironment) as error:
            diagnostics = [(1, 0, _message(CODE, str(error), SETTINGS))]
        except Exception as error:
            diagnostics = [(1, 0, _message(CODE, internal_error(self._filename, error), INTERNAL))]
        for line, column, message in dict.fromkeys(diagnostics):
            yield line, column, message, type(self)

    def _diagnostics(self) -> list[tuple[int, int, str]]:
        text = "".join(self._lines)
        if is_plain(text.encode("utf-8", "surrogatepass")):
            return []
        path = os.path.abspath(self._filename)
        workspace, reader = _reader(self._invocation, os.getcwd(), self._kept)
        if is_excluded(path, workspace.project(path).settings, self._nearest_given(path)):
            return []
        if self._stdin:
            # The text may be an editor's: a reader of its own keeps it from the other files.
            reader = Reader(workspace, reader.cache, Source(path, text))
        report = reader.report(path)
        reader.keep()
        return [self._placed(found) for found in report.found if found.severity >= self._threshold]

    def _nearest_given(self, path: str) -> str:
        """Give the path on the command line that led flake8 to the file; a buffer's file is itself given."""
        above = [given for given in self._given if Path(path).is_relative_to(given)]
        return path if self._stdin else max(above, key=len, default=path)

    def _placed(self, found: Diagnostic) -> tuple[int, int, str]:
        """Place a diagnostic inside the file: editors drop all of a file's where one is behind its end."""
        line = max(1, min(found.span.line, len(self._lines)))
        return line, found.span.column, _message(found.code, found.message, found.slug)


_LISTS = {
    "ain-bases": "names of the auto-increment bases, with commas",
    "ain-enable": "codes and slugs of checks to switch on, with commas",
    "ain-ignore": "codes and slugs of checks to switch off, with commas",
}


@lru_cache(maxsize=4)
def _reader(invocation: Invocation, folder: str, kept: str | None) -> tuple[Workspace, Reader]:
    """Give what reads the files of a working directory, one for all files of a process in a run."""
    workspace = Workspace(invocation, check_names())
    return workspace, Reader(workspace, None if kept is None else Cache(kept))


def _message(code: str, message: str, slug: str) -> str:
    return f"{code} {' '.join(message.split())} [{slug}]"


def _override(options: argparse.Namespace) -> Override:
    return Override(
        bases=None if options.ain_bases is None else _accepted("ain-bases", options.ain_bases, class_names),
        enable=_accepted("ain-enable", options.ain_enable or "", known_checks),
        ignore=_accepted("ain-ignore", options.ain_ignore or "", known_checks),
        strict=options.ain_strict or None,
    )


def _with_home(folder: str | None) -> str | None:
    """Give a folder as it was written: `~/x` is a path relative to its settings for flake8."""
    _, home, rest = (folder or "").partition(f"{os.sep}~{os.sep}")
    return f"~{os.sep}{rest}" if home else folder


def _accepted(option: str, names: str, accept: Callable[[Sequence[str]], T]) -> T:
    try:
        return accept(parse_comma_separated_list(names))
    except ValueError as error:
        raise ExecutionError(f"{option}: {error}") from None


def _threshold(word: str) -> Severity:
    """Read a severity; what stands in flake8's settings was not compared with the choices."""
    try:
        return Severity[word.upper()]
    except KeyError:
        raise ExecutionError(f'ain-fail-on: "{word}" must be warning or error') from None
