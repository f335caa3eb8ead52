"""`ain tables`: every table, its model, its key, what PostgreSQL will do for it, and what the migrations built."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from flake8_autoincrement.cli.moments import add_revision, at_revision
from flake8_autoincrement.cli.options import add_paths, add_reading, begun, failures
from flake8_autoincrement.cli.terminal import print_rich
from flake8_autoincrement.engine.check import declared_tables
from flake8_autoincrement.engine.files import PYTHON_AND_SQL, is_sql
from flake8_autoincrement.engine.telling import State, states
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.history.declared import declared
from flake8_autoincrement.output import tables_json, tables_text, text
from flake8_autoincrement.output.rows import BuiltRow, Row, built_rows


def add_tables(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("tables", help="list the tables and how each gets its key", description=__doc__)
    add_paths(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, in the format that the README describes")
    add_revision(parser, "show the tables that migrations have built at a revision: an id, its beginning, head, base")
    add_reading(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the tables and give the exit status: 2 where a file could not be read, else 0."""
    begun_run = begun(arguments, kinds=PYTHON_AND_SQL)
    if arguments.revision is None:
        read = begun_run.batch.facts([path for path in begun_run.files if not is_sql(path)])
    else:
        read = []
    known = {facts.path: facts for facts, _ in read}
    histories, more = begun_run.batch.histories(begun_run.files, known)
    reached = at_revision(states, histories, arguments.revision)
    rows = [row for file in declared(known.values()) for row in _rows(file)]
    built = [row for state in reached for row in built_rows(state.history, state.schema)]
    if arguments.json:
        print(tables_json.render(rows, built, [(state.history, state.schema) for state in reached]))
    elif arguments.revision is None:
        _print_tables(rows, built, list(known.values()), histories)
    else:
        _print_built(built, reached)
    reports = [*(report for _, report in read), *more]
    for line in failures(reports):
        print(line, file=sys.stderr)
    return 2 if any(report.failed for report in reports) else 0


def _print_tables(
    rows: list[Row], built: list[BuiltRow], files: Sequence[FileFacts], histories: Sequence[History]
) -> None:
    unread = [unread for file in files for unread in file.unread]
    if rows or built:
        print_rich(tables_text.render(rows, built))
        print()
    for declaration in unread:
        place = f"{text.place(declaration.span)}: " if declaration.span else ""
        print(f"{place}note: not read: {declaration.why}")
    print(tables_text.summary(rows, len(unread)))
    if histories:
        print(tables_text.built_summary(rows, built, histories))


def _print_built(built: list[BuiltRow], reached: Sequence[State]) -> None:
    if built:
        print_rich(tables_text.render_built(built))
        print()
    for state in reached:
        print(tables_text.state_summary(state.history, state.label, state.schema))


def _rows(file: FileFacts) -> Iterator[Row]:
    for declaration in declared_tables(file):
        if declaration.table is not None:
            yield Row(declaration.table, declaration, file.path)
