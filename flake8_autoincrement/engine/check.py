"""Run the checks over what a file declares."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_autoincrement.diagnostics import Diagnostic, Finding, Note, Severity, printable
from flake8_autoincrement.engine.suppress import Suppressions
from flake8_autoincrement.facts.declared import Declaration, declarations
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.schema import KeyGeneration, Table
from flake8_autoincrement.inference.sources import decoded
from flake8_autoincrement.inference.triggers import has_own_comment
from flake8_autoincrement.output.paths import shown_posix
from flake8_autoincrement.registry import Check, discovered
from flake8_autoincrement.settings import Settings
from flake8_autoincrement.settings import check_names as accepted
from flake8_autoincrement.source import Source, Span

# What is wrong with a file, a setting or this program, and not with a table.
CODE = "AIN000"
UNREADABLE, INTERNAL, UNUSED_NOQA, SETTINGS = "unreadable-file", "internal-error", "unused-noqa", "wrong-settings"
_RAW_BASE = "AIN001"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What is to be said about a file.

    `found` is everything, `diagnostics` what is left of it once the file's `# noqa` comments were heard, and what is
    said of these. `unread` counts the tables that could not be read, `unread_statements` the statements of a
    revision. `wants_bases` are the names of the auto-increment bases that a model was asked to inherit from, `has_base`
    says whether a class of such a name was met. `failed` is true where the file could not be read or this program made
    a mistake; `trace` is set for the latter.
    """

    path: str
    found: tuple[Diagnostic, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    unread: int = 0
    unread_statements: int = 0
    wants_bases: tuple[str, ...] = ()
    has_base: bool = False
    failed: bool = False
    trace: str | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to say."""
        return self == FileReport(self.path)


def check_names() -> frozenset[str]:
    """Give the codes and slugs that settings may name."""
    return frozenset(name for check in discovered() for name in (check.code, check.slug)) | {UNUSED_NOQA}


def known_checks(names: Sequence[str]) -> frozenset[str]:
    """Give codes and slugs as a set; raises `ValueError` with what would be right where one is of no check."""
    return accepted(names, check_names())


def report_on(
    facts: FileFacts,
    settings: Settings,
    data: bytes | None,
    checks: Sequence[Check],
    reviewed: Sequence[Diagnostic] = (),
) -> FileReport:
    """Check what a file declares; `data` are its bytes, None where they could not be read.

    `reviewed` is what its history says of it, and stands in the report too.
    """
    if facts.error is not None:
        return failure(facts.path, UNREADABLE, facts.error.why, facts.error.span)
    own = run_checks(facts, settings, checks)
    found = tuple(sorted([*own, *reviewed], key=lambda diagnostic: diagnostic.sort_key))
    is_commented = data is not None and (has_own_comment(data) or (found and b"noqa" in data.lower()))
    heard = tuple(_heard(found, settings, Source(facts.path, decoded(data)))) if data and is_commented else found
    wants = settings.bases if any(diagnostic.code == _RAW_BASE for diagnostic in heard) else ()
    has_base = any(settings.names_base(name) for name in _classes(facts))
    return FileReport(facts.path, found, heard, unread_tables(facts), unread_statements(facts), wants, has_base)


def internal_failure(path: str, error: Exception) -> FileReport:
    """Report that this program failed at a file; called where the error is handled."""
    return failure(path, INTERNAL, internal_error(path, error), trace=traceback.format_exc())


def internal_error(path: str, error: Exception) -> str:
    """Say in one line that this program failed at a file, and how."""
    return f"flake8-autoincrement failed at {shown_posix(path)}: {type(error).__name__}: {' '.join(str(error).split())}"


def failure(path: str, slug: str, message: str, span: Span | None = None, trace: str | None = None) -> FileReport:
    """Report that a file was not checked, and why."""
    place = span if span is not None and span.path == path else Span(path, 1, 0, 1, 0)
    diagnostics = (Diagnostic(place, printable(message), CODE, slug, Severity.ERROR),)
    return FileReport(path, diagnostics, diagnostics, failed=True, trace=trace)


def run_checks(facts: FileFacts, settings: Settings, checks: Iterable[Check] | None = None) -> Iterator[Diagnostic]:
    """Run every check that the settings let run over a file's facts, by place and without repetition.

    What a check finds in another file is left out: it is said when that file is checked.
    """
    found = {
        diagnostic.sort_key: diagnostic
        for check in (discovered() if checks is None else checks)
        if settings.runs(check.code, check.slug, strict=check.strict)
        for fact in facts_on(facts, check.on)
        for diagnostic in (diagnostic_of(check, finding) for finding in findings(check, fact, settings))
        if diagnostic.span.path == facts.path
    }
    return (found[key] for key in sorted(found))


def findings(check: Check, fact: object, settings: Settings) -> Iterator[Finding]:
    """Give what a check finds in a fact."""
    return check.function(fact, settings) if check.takes_settings else check.function(fact)


def diagnostic_of(check: Check, finding: Finding) -> Diagnostic:
    """Give what a user sees of a finding."""
    severity = check.severity if finding.severity is None else finding.severity
    notes = tuple(Note(printable(note.message), note.span) for note in finding.notes)
    return Diagnostic(finding.span, printable(finding.message), check.code, check.slug, severity, notes)


def facts_on(facts: FileFacts, on: type) -> Iterable[object]:
    """Give the facts of one type that a file holds by itself, none of a type that takes a history."""
    given = _FACTS.get(on)
    return () if given is None else given(facts)


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


def unread_statements(facts: FileFacts) -> int:
    """Count the statements of a revision that could not be read."""
    if facts.revision is None:
        return 0
    from flake8_autoincrement.facts.history import unread  # which takes a while to import, and most files need not

    return sum(1 for _ in unread(facts.revision))


def missing_bases(reports: Iterable[FileReport]) -> tuple[str, ...]:
    """Give the names of the bases that AIN001 asks for, where no class of that name was met; nothing where one was."""
    names: dict[str, None] = {}
    for report in reports:
        if report.has_base:
            return ()
        names.update(dict.fromkeys(report.wants_bases))
    return tuple(names)


_FACTS: Mapping[type, Callable[[FileFacts], Iterable[object]]] = {
    FileFacts: lambda facts: (facts,),
    ModelClass: lambda facts: facts.models,
    Declaration: declarations,
    Table: lambda facts: [declaration.table for declaration in declared_tables(facts)],
}


def _classes(facts: FileFacts) -> Iterator[str]:
    for model in facts.models:
        yield model.name
        yield from (base.name for base in model.bases)


def _heard(found: Sequence[Diagnostic], settings: Settings, source: Source) -> list[Diagnostic]:
    """Leave out what the file's `# noqa` comments silence, and add the comments that silence nothing."""
    suppressions = Suppressions(source)
    if suppressions.whole_file:
        return []
    kept = [diagnostic for diagnostic in found if not suppressions.silences(diagnostic)]
    return sorted([*kept, *_unused(suppressions, found, settings)], key=lambda diagnostic: diagnostic.sort_key)


def _unused(suppressions: Suppressions, found: Sequence[Diagnostic], settings: Settings) -> Iterator[Diagnostic]:
    if UNUSED_NOQA in settings.ignore:
        return
    off = _codes_off(settings)
    for comment in suppressions.unused("AIN", found):
        if comment.code not in off:
            message = f'"# noqa: {comment.code}" silences nothing'
            yield Diagnostic(comment.span, message, CODE, UNUSED_NOQA, Severity.WARNING)


def _codes_off(settings: Settings) -> frozenset[str]:
    """Give the codes of which a check is off: a comment for it may be meant for another run."""
    return frozenset(
        check.code for check in discovered() if not settings.runs(check.code, check.slug, strict=check.strict)
    )
