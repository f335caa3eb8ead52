"""Histories for people: each revision with what it did, and how much of it all could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from flake8_autoincrement.diagnostics import printable
from flake8_autoincrement.facts.history import History, Section, operations, unread
from flake8_autoincrement.facts.operation import Unread
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.output.changes_text import changes
from flake8_autoincrement.output.moments import Moment, Told
from flake8_autoincrement.output.paths import shown
from flake8_autoincrement.output.text import counted, place


def render(told: Told) -> Iterator[str]:
    """Give the lines of a history."""
    yield printable(f"{shown(told.history.folder)}{_found_by(told.history)}")
    children = Counter(parent for moment in told.moments for parent in moment.revision.down_revisions)
    for moment in told.moments:
        yield f"  {printable(_title(moment, told, children[moment.revision.revision]))}"
        yield from (f"      {printable(line)}" for line in changes(moment))
        for refusal in moment.refusals:
            line = f"{place(refusal.span)}: " if refusal.span else ""
            yield f"      ! {line}PostgreSQL refuses it: {printable(refusal.message)}"
        if count := sum(1 for _ in unread(moment.revision)):
            yield f"      ? {counted(count, 'statement')} not read"
    for problem in told.problems:
        yield f"  note: {printable(problem)}"
    for failure in told.history.failed:
        yield f"  note: not read: {f'{place(failure.span)}: ' if failure.span else ''}{printable(failure.why)}"


def _found_by(history: History) -> str:
    if history.origin == "sql":
        return " (SQL)"
    by = ", ".join(_section(each) for each in history.sections)
    databases = f"; databases: {', '.join(history.databases)}" if history.databases else ""
    return f" ({by}{databases})" if by else ""


def _section(section: Section) -> str:
    return shown(section.file) if section.name == "alembic" else f"{shown(section.file)} [{section.name}]"


def _title(moment: Moment, told: Told, children: int) -> str:
    """Give a revision in the words of `alembic history`."""
    revision = moment.revision
    if told.history.origin == "sql":
        return revision.revision
    marks = [
        f" ({', '.join(revision.branch_labels)})" if revision.branch_labels else "",
        " (head)" if revision.revision in told.heads else "",
        " (branchpoint)" if children > 1 else "",
        " (mergepoint)" if len(revision.down_revisions) > 1 else "",
        f" (depends on {', '.join(revision.depends_on)})" if revision.depends_on else "",
    ]
    message = f", {revision.header.message}" if revision.header and revision.header.message else ""
    parents = ", ".join(revision.down_revisions) or "<base>"
    return f"{parents} -> {revision.revision}{''.join(marks)}{message}  {shown(revision.path)}"


def summary(histories: Sequence[Told]) -> Iterator[str]:
    """Count revisions, operations, and what could not be read by its reason."""
    revisions = [moment for told in histories for moment in told.moments if told.history.origin == "migrations"]
    files = sum(told.history.origin == "sql" for told in histories)
    every = [each for told in histories for moment in told.moments for each in operations(moment.revision)]
    missed = [each for told in histories for moment in told.moments for each in unread(moment.revision)]
    parts = [counted(len(revisions), "revision"), counted(len(every), "operation")]
    parts += [counted(files, "file") + " of SQL"] if files else []
    failed = sum(len(told.history.failed) for told in histories)
    parts += [counted(failed, "file") + " not read"] if failed else []
    yield f"{', '.join(parts)}, {len(missed)} not read{':' if missed else ''}"
    for why, count in sorted(Counter(each.why for each in missed).items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:>4} {printable(why)}"


def unread_lines(histories: Sequence[Told]) -> Iterator[str]:
    """Give the places of what could not be read, by reason."""
    found: dict[str, list[tuple[Revision, Unread]]] = {}
    for moment in (moment for told in histories for moment in told.moments):
        for each in unread(moment.revision):
            found.setdefault(each.why, []).append((moment.revision, each))
    for why, places in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        yield f"{printable(why)}: {len(places)}"
        for revision, each in places:
            yield f"  {place(each.span) if each.span else printable(shown(revision.path))}{_touched(each)}"


def _touched(statement: Unread) -> str:
    """Say what a statement that could not be read may have changed."""
    if statement.tables is None:
        return " (any table)" if not statement.rows_only else " (rows of any table)"
    return f" ({', '.join(map(str, statement.tables))})" if statement.tables else ""
