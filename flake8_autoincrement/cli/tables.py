"""`ain tables`: every table, its model, its key and what PostgreSQL will do for it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from flake8_autoincrement.cli.options import add_paths, add_reading, begun
from flake8_autoincrement.cli.terminal import print_rich
from flake8_autoincrement.engine.check import FileReport, declared_tables
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.history.declared import declared
from flake8_autoincrement.output import tables_json, tables_text, text
from flake8_autoincrement.output.rows import Row


def add_tables(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("tables", help="list the tables and how each gets its key", description=__doc__)
    add_paths(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, in the format that the README describes")
    add_reading(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the tables and give the exit status: 2 where a file could not be read, else 0."""
    begun_run = begun(arguments)
    read = begun_run.batch.facts(begun_run.files)
    reports = [report for _, report in read]
    files = declared(facts for facts, _ in read)
    rows = [row for file in files for row in _rows(file)]
    if arguments.json:
        print(tables_json.render(rows))
    else:
        _print_tables(rows, files)
    for line in _failures(reports):
        print(line, file=sys.stderr)
    return 2 if any(report.failed for report in reports) else 0


def _print_tables(rows: list[Row], files: Sequence[FileFacts]) -> None:
    unread = [unread for file in files for unread in file.unread]
    if rows:
        print_rich(tables_text.render(rows))
        print()
    for declaration in unread:
        place = f"{text.place(declaration.span)}: " if declaration.span else ""
        print(f"{place}note: not read: {declaration.why}")
    print(tables_text.summary(rows, len(unread)))


def _rows(file: FileFacts) -> Iterator[Row]:
    for declaration in declared_tables(file):
        if declaration.table is not None:
            yield Row(declaration.table, declaration, file.path)


def _failures(reports: list[FileReport]) -> Iterator[str]:
    """Give the lines about files that could not be read at all."""
    for report in reports:
        if report.failed:
            yield from (str(line) for line in text.render(report.diagnostics))
        if report.trace is not None:
            yield report.trace
