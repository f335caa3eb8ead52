"""`ain check`: what the models of a project break."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from flake8_autoincrement.cli.options import Run, add_paths, add_reading, add_switches, begun, override
from flake8_autoincrement.cli.terminal import is_coloured, print_rich
from flake8_autoincrement.diagnostics import Diagnostic, Severity, printable
from flake8_autoincrement.engine.check import FileReport, missing_bases
from flake8_autoincrement.output import text


def add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("check", help="report what the models break", description=__doc__)
    add_paths(parser)
    add_switches(parser)
    add_reading(parser)
    parser.add_argument(
        "--fail-on",
        choices=[severity.word for severity in Severity],
        default=Severity.WARNING.word,
        help="the mildest report that makes the exit status 1 (default: warning)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, print and give the exit status: 0 nothing found, 1 something, 2 a file or this program failed."""
    begun_run = begun(arguments, override(arguments))
    reports = begun_run.batch.reports(begun_run.files)
    diagnostics = [diagnostic for report in reports for diagnostic in report.diagnostics]
    _print_lines(text.render(diagnostics))
    for report in reports:
        if report.trace is not None:
            print(report.trace, file=sys.stderr)
    for note in _notes(reports, begun_run):
        print(f"note: {note}")
    print(text.summary(diagnostics, len(reports)))
    return _status(reports, diagnostics, Severity[arguments.fail_on.upper()])


def _status(reports: Sequence[FileReport], diagnostics: Sequence[Diagnostic], threshold: Severity) -> int:
    if any(report.failed for report in reports):
        return 2
    return int(any(diagnostic.severity >= threshold for diagnostic in diagnostics))


def _print_lines(lines: Iterable[text.Line]) -> None:
    coloured = is_coloured()
    for line in lines:
        if coloured:
            print_rich(line.coloured(), soft_wrap=True)
        else:
            print(line)


def _notes(reports: Sequence[FileReport], run: Run) -> Iterable[str]:
    """Say what the diagnostics alone do not: what was not seen, and what could not be kept."""
    if run.batch.cache is not None and run.batch.cache.problem is not None:
        yield f"nothing is kept for the next run: {printable(run.batch.cache.problem)}"
    unread = sum(report.unread for report in reports)
    if unread:
        yield f"{text.counted(unread, 'table')} could not be read; ain tables says where"
    statements = sum(report.unread_statements for report in reports)
    if statements:
        shown = text.counted(statements, "statement")
        yield f"{shown} of revisions could not be read; ain history --show-unread says where"
    if names := missing_bases(reports):
        advice = "`bases` in the settings names yours, `bases = []` says that there is none"
        yield f"no class called {' or '.join(names)} was found; {advice}"
