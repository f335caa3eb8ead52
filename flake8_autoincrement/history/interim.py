"""The order of revisions and their names, as far as `ain` shows them; `graph` takes its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from flake8_autoincrement.facts.revision import Revision


class UnknownRevision(Exception):
    """A name that stands for no revision."""


class AmbiguousRevision(Exception):
    """A name that stands for several revisions where one is meant."""


class Graph:
    """Revisions in an order in which each follows its parents and what it depends on."""

    def __init__(self, revisions: Sequence[Revision]) -> None:
        self.revisions = {each.revision: each for each in revisions}
        self._labels = {label: each.revision for each in revisions for label in each.branch_labels}
        self.order = tuple(self.revisions[name] for name in self._ordered())
        parents = {parent for each in revisions for parent in each.down_revisions}
        self.heads = tuple(each.revision for each in self.order if each.revision not in parents)

    def _ordered(self) -> Iterator[str]:
        """Give the revisions, the smallest number first among those that may be next; none that is in a circle."""
        waiting = {name: set(self.before(name)) for name in self.revisions}
        after: dict[str, list[str]] = {}
        for name, names in waiting.items():
            for each in names:
                after.setdefault(each, []).append(name)
        ready = sorted(name for name, names in waiting.items() if not names)
        while ready:
            name = heappop(ready)
            yield name
            for each in after.get(name, ()):
                waiting[each].discard(name)
                if not waiting[each]:
                    heappush(ready, each)

    def before(self, name: str) -> tuple[str, ...]:
        """Give the revisions that must be done before one."""
        revision = self.revisions[name]
        depends = (self._labels.get(each, each) for each in revision.depends_on)
        return tuple(each for each in (*revision.down_revisions, *depends) if each in self.revisions)

    def ancestors(self, names: Sequence[str]) -> set[str]:
        """Give revisions and all that must be done before them."""
        found: set[str] = set()
        pending = list(names)
        while pending:
            if (name := pending.pop()) not in found:
                found.add(name)
                pending += self.before(name)
        return found

    def resolve(self, text: str) -> tuple[str, ...]:
        """Give the revisions that a text stands for, none for `base`."""
        label, _, rest = text.rpartition("@")
        if label:
            branch = self._one(label)
            heads = tuple(head for head in self.heads if branch in self.ancestors([head]))
            return self._head(text, heads) if rest == "head" else heads if rest == "heads" else (self._one(rest),)
        if text in ("base", "heads"):
            return () if text == "base" else self.heads
        return self._head(text, self.heads) if text == "head" else (self._one(text),)

    def _head(self, text: str, heads: tuple[str, ...]) -> tuple[str, ...]:
        if len(heads) > 1:
            raise AmbiguousRevision(f"{text} may be {' or '.join(heads)}; heads stands for all")
        return heads

    def _one(self, text: str) -> str:
        if text in self.revisions or text in self._labels:
            return self._labels.get(text, text)
        found = [name for name in self.revisions if name.startswith(text)]
        if len(found) > 1:
            raise AmbiguousRevision(f"{text} may be {' or '.join(sorted(found))}")
        if not found:
            raise UnknownRevision(f"no revision is called {text}")
        return found[0]
