"""`ain tables`: every table, its model, its key and what PostgreSQL will do for it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from flake8_autoincrement.cli.options import add_paths, begun
from flake8_autoincrement.cli.terminal import print_rich
from flake8_autoincrement.engine.check import FileReport, check_file, declared_tables
from flake8_autoincrement.output import tables_json, tables_text, text
from flake8_autoincrement.output.rows import Row


def add_tables(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("tables", help="list the tables and how each gets its key", description=__doc__)
    add_paths(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, in the format that the README describes")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the tables and give the exit status: 2 where a file could not be read, else 0."""
    begun_run = begun(arguments)
    reports = [check_file(begun_run.workspace.project(path), path) for path in begun_run.files]
    rows = [row for report in reports for row in _rows(report)]
    if arguments.json:
        print(tables_json.render(rows))
    elif rows:
        print_rich(tables_text.render(rows))
        print()
    for line in _unread(reports):
        print(line, file=sys.stderr)
    if not arguments.json:
        print(tables_text.summary(rows))
    return 2 if any(report.failed for report in reports) else 0


def _rows(report: FileReport) -> Iterator[Row]:
    if report.facts is not None:
        for declaration in declared_tables(report.facts):
            if declaration.table is not None:
                yield Row(declaration.table, declaration, report.path)


def _unread(reports: list[FileReport]) -> Iterator[str]:
    """Give a line for each file that could not be read, and for each declaration in a file."""
    for report in reports:
        if report.failed:
            yield from (str(line) for line in text.render(report.diagnostics))
            yield report.trace or ""
        for unread in report.facts.unread if report.facts else ():
            yield f"{text.place(unread.span) if unread.span else report.path}: note: not read: {unread.why}"
