"""`ain check`: what the models of a project break."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from flake8_autoincrement.cli.options import Run, add_paths, add_switches, begun, override
from flake8_autoincrement.cli.terminal import is_coloured, print_rich
from flake8_autoincrement.diagnostics import Diagnostic, Severity
from flake8_autoincrement.engine.bases import missing_bases
from flake8_autoincrement.engine.check import FileReport, check_file, unread_tables, without_suppressed
from flake8_autoincrement.engine.syntax import with_syntax
from flake8_autoincrement.output import text


def add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("check", help="report what the models break", description=__doc__)
    add_paths(parser)
    add_switches(parser)
    parser.add_argument(
        "--fail-on",
        choices=[severity.word for severity in Severity],
        default=Severity.WARNING.word,
        help="the mildest report that makes the exit status 1 (default: warning)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, print and give the exit status: 0 nothing found, 1 something, 2 a file or this program failed."""
    reports = list(_reports(begun(arguments, override(arguments))))
    diagnostics = [diagnostic for report in reports for diagnostic in report.diagnostics]
    _print_lines(text.render(diagnostics))
    for report in reports:
        if report.trace is not None:
            print(report.trace, file=sys.stderr)
    for note in _notes(reports):
        print(f"note: {note}")
    print(text.summary(diagnostics, len(reports)))
    return _status(reports, diagnostics, Severity[arguments.fail_on.upper()])


def _reports(run: Run) -> Iterable[FileReport]:
    for path in run.files:
        yield without_suppressed(with_syntax(check_file(run.workspace.project(path), path)))


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


def _notes(reports: Sequence[FileReport]) -> Iterable[str]:
    """Say what the diagnostics alone do not: what was not seen."""
    unread = sum(unread_tables(report.facts) for report in reports if report.facts is not None)
    if unread:
        yield f"{text.counted(unread, 'table')} could not be read; ain tables says where"
    if names := missing_bases(reports):
        advice = "`bases` in the settings names yours, `bases = []` says that there is none"
        yield f"no class called {' or '.join(names)} was found; {advice}"
