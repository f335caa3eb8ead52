"""`ain history`: what each revision of a project's migrations does to tables, keys and sequences."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from flake8_autoincrement.cli.moments import add_revision, at_revision
from flake8_autoincrement.cli.options import add_paths, add_reading, begun, failures
from flake8_autoincrement.engine.files import PYTHON_AND_SQL
from flake8_autoincrement.engine.telling import told
from flake8_autoincrement.output import history_json, history_text
from flake8_autoincrement.output.moments import Told


def add_history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("history", help="list the revisions and what each does", description=__doc__)
    add_paths(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, in the format that the README describes")
    add_revision(parser, "end at a revision: an id, its beginning, head, base")
    parser.add_argument("--show-unread", action="store_true", help="list what could not be read, by its reason")
    add_reading(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the histories and give the exit status: 2 where a file could not be read, else 0."""
    begun_run = begun(arguments, kinds=PYTHON_AND_SQL)
    found, reports = begun_run.batch.histories(begun_run.files, {})
    histories = at_revision(told, found, arguments.revision)
    if arguments.json:
        print(history_json.render(histories))
    else:
        for line in _lines(histories, show_unread=arguments.show_unread):
            print(line)
    for line in failures(reports):
        print(line, file=sys.stderr)
    return 2 if any(report.failed for report in reports) else 0


def _lines(histories: Sequence[Told], *, show_unread: bool) -> Iterator[str]:
    for each in histories:
        yield from history_text.render(each)
        yield ""
    if show_unread and (lines := list(history_text.unread_lines(histories))):
        yield from (*lines, "")
    yield from history_text.summary(histories)
