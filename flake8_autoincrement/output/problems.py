"""What is wrong with the revisions of a history as a graph, in a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.output.paths import shown


def problems(revisions: Sequence[Revision]) -> Iterator[str]:
    """Give the problems for which Alembic warns of a history or refuses it."""
    by_number: dict[str, list[Revision]] = {}
    for revision in revisions:
        by_number.setdefault(revision.revision, []).append(revision)
        if revision.unread is not None:
            yield f"{shown(revision.path)}: {revision.unread.why}"
    for number, found in by_number.items():
        if len(found) > 1:
            yield f"{number} is the revision of several files: {', '.join(sorted(shown(each.path) for each in found))}"
    for revision in revisions:
        for parent in revision.down_revisions:
            if parent not in by_number:
                yield f"{revision.revision} follows {parent}, which is no revision  ({shown(revision.path)})"
    if circle := _circle({each.revision: each.down_revisions for each in revisions}):
        yield f"no one of {', '.join(circle)} is the first: they follow one another in a circle"


def _circle(parents: dict[str, tuple[str, ...]]) -> list[str]:
    """Give the revisions that lead back to themselves, and those between such."""
    return list(_within(_within(parents), backwards=True))


def _within(parents: dict[str, tuple[str, ...]], *, backwards: bool = False) -> dict[str, tuple[str, ...]]:
    """Take away what can be reached from a beginning, or backwards from an end, step by step; give what is left."""
    before = {name: {each for each in names if each in parents} for name, names in parents.items()}
    after: dict[str, set[str]] = {name: set() for name in parents}
    for name, names in before.items():
        for each in names:
            after[each].add(name)
    if backwards:
        before, after = after, before
    ready = [name for name, names in before.items() if not names]
    gone = set(ready)
    while ready:
        for name in after[ready.pop()]:
            if name not in gone and before[name] <= gone:
                gone.add(name)
                ready.append(name)
    return {name: names for name, names in parents.items() if name not in gone}
