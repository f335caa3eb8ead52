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
    left = dict(parents)
    while True:
        children = {parent for names in left.values() for parent in names}
        ends = [name for name, names in left.items() if name not in children or not any(each in left for each in names)]
        if not ends:
            return list(left)
        for name in ends:
            del left[name]
