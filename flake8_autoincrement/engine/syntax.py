"""Whether Python can read a file that declares nothing: such a file may not have been parsed at all."""

from __future__ import annotations

import ast
import warnings

from flake8_autoincrement.diagnostics import Diagnostic, Severity
from flake8_autoincrement.engine.check import CODE, UNREADABLE, FileReport
from flake8_autoincrement.inference.sources import ReadError, Sources
from flake8_autoincrement.source import Span


def with_syntax(report: FileReport) -> FileReport:
    """Report a file as unreadable where nothing was found in it and Python cannot parse it; give others as they are."""
    if report.facts is None or report.facts.models or report.facts.tables:
        return report
    problem = _problem(report.path)
    return report if problem is None else FileReport(report.path, (problem,), report.settings, failed=True)


def _problem(path: str) -> Diagnostic | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(Sources().text(path), path)
    except SyntaxError as error:
        line, column = error.lineno or 1, max((error.offset or 1) - 1, 0)
        return _diagnostic(Span(path, line, column, line, column), f"invalid syntax: {error.msg}")
    except (ReadError, ValueError, RecursionError, MemoryError) as error:
        return _diagnostic(Span(path, 1, 0, 1, 0), str(error))
    return None


def _diagnostic(span: Span, message: str) -> Diagnostic:
    return Diagnostic(span, message, CODE, UNREADABLE, Severity.ERROR)
