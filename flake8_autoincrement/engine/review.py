"""Judge a history: run the checks over it as it unfolds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from flake8_autoincrement.diagnostics import Diagnostic, Finding, Note
from flake8_autoincrement.engine.check import diagnostic_of, findings
from flake8_autoincrement.facts.history import History, RoundTrip, Timeline
from flake8_autoincrement.facts.operation import Operation
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.history.graph import AmbiguousRevision, Graph, UnknownRevision
from flake8_autoincrement.history.timeline import timelines
from flake8_autoincrement.output.paths import shown_posix
from flake8_autoincrement.registry import Check
from flake8_autoincrement.settings import Settings
from flake8_autoincrement.source import Span

Place = tuple[Span, str, str, str]
Reports = Mapping[str, tuple[Diagnostic, ...]]


def reviewed(history: History, settings_for: Callable[[str], Settings], checks: Sequence[Check]) -> Reports:
    """Give what the checks find in a history, by the files of its revisions, each by place and without repetition.

    `settings_for` gives the settings that hold for a file. Nothing is said of the revisions up to `start-after`.
    """
    found: dict[str, dict[Place, Diagnostic]] = defaultdict(dict)
    settings = {path: settings_for(path) for path in history.files}
    silent = _silent(history, settings)
    for timeline in timelines(history):
        for check, finding, revision in _findings(timeline, settings, checks):
            for placed in _placed(finding, revision, history):
                diagnostic = diagnostic_of(check, placed)
                if diagnostic.span.path not in silent and _runs(check, settings[diagnostic.span.path]):
                    found[diagnostic.span.path].setdefault(diagnostic.sort_key, diagnostic)
    return {path: tuple(each[key] for key in sorted(each)) for path, each in found.items()}


def known_start(history: History, names: Iterable[str]) -> tuple[str, ...]:
    """Give the revisions up to those that names stand for; of names that the history does not know, none."""
    graph = Graph(history.revisions)
    known: list[str] = []
    for name in names:
        try:
            known += graph.resolve(name)
        except (UnknownRevision, AmbiguousRevision):
            continue
    return graph.ancestors(*known)


def _silent(history: History, settings: Mapping[str, Settings]) -> frozenset[str]:
    """Give the files of which nothing is said."""
    names = dict.fromkeys(name for each in settings.values() for name in each.start_after)
    if not names:
        return frozenset()
    numbers = set(known_start(history, names))
    return frozenset(each.path for each in history.revisions if each.revision in numbers)


def _findings(
    timeline: Timeline, settings: Mapping[str, Settings], checks: Sequence[Check]
) -> Iterator[tuple[Check, Finding, Revision | None]]:
    """Give what checks find, with the revision that they were looking at, None where it was the whole."""
    some = next(iter(settings.values()), Settings())
    for check in checks:
        if not any(_runs(check, each) for each in settings.values()):
            continue
        if check.on is Timeline:
            yield from ((check, finding, None) for finding in findings(check, timeline, some))
            continue
        for trip in timeline.trips:
            own = settings[trip.revision.path]
            if _runs(check, own):
                for fact in _facts(trip, check.on):
                    yield from ((check, finding, trip.revision) for finding in findings(check, fact, own))


def _runs(check: Check, settings: Settings) -> bool:
    return settings.runs(check.code, check.slug, strict=check.strict)


def _facts(trip: RoundTrip, on: type) -> Iterator[object]:
    if on is RoundTrip:
        yield trip
    elif issubclass(on, Operation):
        yield from (step for step in trip.upgrade.steps if isinstance(step.operation, on))


def _placed(finding: Finding, revision: Revision | None, history: History) -> Iterator[Finding]:
    """Place a finding in a file of the history: one in a file of SQL is said where the revision runs it."""
    if finding.span.path in history.files:
        yield finding
    elif revision is not None:
        place = revision.upgrade_span or revision.span or Span(revision.path, 1, 0, 1, 0)
        where = f"{shown_posix(finding.span.path)}:{finding.span.line}"
        note = Note(f"the statement is in {where}", finding.span)
        yield replace(finding, span=place, notes=(note, *finding.notes))
