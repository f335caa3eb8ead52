"""Run the checks over what a file declares."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_autoincrement.diagnostics import Diagnostic, Finding, Note, Severity, printable
from flake8_autoincrement.engine.project import Project
from flake8_autoincrement.engine.suppress import Suppressions
from flake8_autoincrement.facts.declared import Declaration, declarations
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.schema import KeyGeneration, Table
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.inference.sources import ReadError, Sources
from flake8_autoincrement.output.paths import shown_posix
from flake8_autoincrement.registry import Check, discovered
from flake8_autoincrement.settings import Settings
from flake8_autoincrement.settings import check_names as accepted
from flake8_autoincrement.source import Source, Span

# What is wrong with a file, a setting or this program, and not with a table.
CODE = "AIN000"
UNREADABLE, INTERNAL, UNUSED_NOQA, SETTINGS = "unreadable-file", "internal-error", "unused-noqa", "wrong-settings"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What is to be said about a file.

    `failed` is true where the file could not be read or this program made a mistake; `trace` is set for the latter.
    `facts` is None then.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...]
    settings: Settings
    facts: FileFacts | None = None
    failed: bool = False
    trace: str | None = None


def check_names() -> frozenset[str]:
    """Give the codes and slugs that settings may name."""
    return frozenset(name for check in discovered() for name in (check.code, check.slug)) | {UNUSED_NOQA}


def known_checks(names: Sequence[str]) -> frozenset[str]:
    """Give codes and slugs as a set; raises `ValueError` with what would be right where one is of no check."""
    return accepted(names, check_names())


def check_file(project: Project, path: str, program: Program | None = None) -> FileReport:
    """Check one file, with the project's program unless another is given; raises nothing for what the file holds."""
    settings = project.settings_for(path)
    try:
        facts = (program or project.program).facts(path)
        findings = () if facts.error else tuple(run_checks(facts, settings))
    except Exception as error:
        return _failure(path, settings, INTERNAL, internal_error(path, error), trace=traceback.format_exc())
    if facts.error is not None:
        return _failure(path, settings, UNREADABLE, facts.error.why, facts.error.span)
    return FileReport(path, findings, settings, facts)


def internal_error(path: str, error: Exception) -> str:
    """Say in one line that this program failed at a file, and how."""
    return f"flake8-autoincrement failed at {shown_posix(path)}: {type(error).__name__}: {' '.join(str(error).split())}"


def run_checks(facts: FileFacts, settings: Settings, checks: Iterable[Check] | None = None) -> Iterator[Diagnostic]:
    """Run every check that the settings let run over a file's facts, by place and without repetition.

    What a check finds in another file is left out: it is said when that file is checked.
    """
    found = {
        diagnostic.sort_key: diagnostic
        for check in (discovered() if checks is None else checks)
        if settings.runs(check.code, check.slug, strict=check.strict)
        for fact in facts_on(facts, check.on)
        for diagnostic in (_diagnostic(check, finding) for finding in _findings(check, fact, settings))
        if diagnostic.span.path == facts.path
    }
    return (found[key] for key in sorted(found))


def facts_on(facts: FileFacts, on: type) -> Iterable[object]:
    """Give the facts of one type that a file holds."""
    return _FACTS[on](facts)


def declared_tables(facts: FileFacts) -> tuple[Declaration, ...]:
    """Give what declares the file's tables, each once; a class that is mapped to another file's table is left out."""
    return tuple(
        declaration
        for declaration in declarations(facts)
        if declaration.table is not None
        and (declaration.table.span is None or declaration.table.span.path == facts.path)
    )


def unread_tables(facts: FileFacts) -> int:
    """Count the tables of a file that could not be read, or whose key could not."""
    tables = (declaration.table for declaration in declared_tables(facts))
    unknown = sum(any(key.generation is KeyGeneration.UNKNOWN for key in table.key) for table in tables if table)
    return unknown + len(facts.unread)


_FACTS: Mapping[type, Callable[[FileFacts], Iterable[object]]] = {
    FileFacts: lambda facts: (facts,),
    ModelClass: lambda facts: facts.models,
    Declaration: declarations,
    Table: lambda facts: [declaration.table for declaration in declared_tables(facts)],
}


def without_suppressed(report: FileReport) -> FileReport:
    """Leave out what the file's `# noqa` comments silence, and add the comments that silence nothing."""
    source = _source(report.path)
    if report.failed or source is None or "noqa" not in source.text.lower():
        return report
    suppressions = Suppressions(source)
    if suppressions.whole_file:
        kept: Sequence[Diagnostic] = ()
    else:
        kept = [diagnostic for diagnostic in report.diagnostics if not suppressions.silences(diagnostic)]
        kept = [*kept, *_unused(suppressions, report)]
    diagnostics = tuple(sorted(kept, key=lambda diagnostic: diagnostic.sort_key))
    return FileReport(report.path, diagnostics, report.settings, report.facts)


def _unused(suppressions: Suppressions, report: FileReport) -> Iterator[Diagnostic]:
    if UNUSED_NOQA in report.settings.ignore:
        return
    off = _codes_off(report.settings)
    for comment in suppressions.unused("AIN", report.diagnostics):
        if comment.code not in off:
            message = f'"# noqa: {comment.code}" silences nothing'
            yield Diagnostic(comment.span, message, CODE, UNUSED_NOQA, Severity.WARNING)


def _codes_off(settings: Settings) -> frozenset[str]:
    """Give the codes of which a check is off: a comment for it may be meant for another run."""
    return frozenset(
        check.code for check in discovered() if not settings.runs(check.code, check.slug, strict=check.strict)
    )


def _findings(check: Check, fact: object, settings: Settings) -> Iterator[Finding]:
    return check.function(fact, settings) if check.takes_settings else check.function(fact)


def _diagnostic(check: Check, finding: Finding) -> Diagnostic:
    severity = check.severity if finding.severity is None else finding.severity
    notes = tuple(Note(printable(note.message), note.span) for note in finding.notes)
    return Diagnostic(finding.span, printable(finding.message), check.code, check.slug, severity, notes)


def _failure(
    path: str, settings: Settings, slug: str, message: str, span: Span | None = None, trace: str | None = None
) -> FileReport:
    place = span if span is not None and span.path == path else Span(path, 1, 0, 1, 0)
    diagnostic = Diagnostic(place, message, CODE, slug, Severity.ERROR)
    return FileReport(path, (diagnostic,), settings, failed=True, trace=trace)


def _source(path: str) -> Source | None:
    try:
        return Source(path, Sources().text(path))
    except ReadError:
        return None
