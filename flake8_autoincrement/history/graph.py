"""The graph of Alembic's revisions: their order, their heads, and what the names of a command line stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property

from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.history.ordering import cycles, ordered, reachable, turned

# As Alembic's (`_relative_destination`), with numbers that have other characters than letters and digits.
RELATIVE = re.compile(r"(?:(?P<label>.+?)@)?(?P<start>[^@+:-]+)?(?P<steps>[+-]\d+)")
SHOWN = 5


class UnknownRevision(Exception):
    """A name that stands for no revision."""


class AmbiguousRevision(Exception):
    """A name that stands for several revisions where one is meant."""


class Graph:
    """Revisions, given in the order in which Alembic loads them: by the names of their files, folder by folder.

    Of several files with one number the last one counts (`duplicates`), a number that no file has is left out
    (`missing`), and the edges inside a cycle are (`cycles`): Alembic refuses to run such histories.
    """

    def __init__(self, revisions: Iterable[Revision]) -> None:
        given: dict[str, list[Revision]] = {}
        for each in revisions:
            given.setdefault(each.revision, []).append(each)
        self.revisions = {name: found[-1] for name, found in given.items()}
        self.duplicates = tuple(tuple(found) for found in given.values() if len(found) > 1)
        self._labels: dict[str, str] = {}
        for each in self.revisions.values():
            for label in each.branch_labels:
                self._labels.setdefault(label, each.revision)
        self._down = {
            name: _distinct(tuple(parent for parent in each.down_revisions if parent in self.revisions))
            for name, each in self.revisions.items()
        }
        self._up = turned(self._down)
        self._depends = {name: self._dependencies(each) for name, each in self.revisions.items()}
        self._before = {name: _distinct(down + self._depends[name]) for name, down in self._down.items()}

    @cached_property
    def order(self) -> tuple[Revision, ...]:
        """Give the revisions as `alembic upgrade heads` runs them; last those that are in a cycle or come after one."""
        inside = {name: set(cycle) for cycle in self.cycles for name in cycle}
        edges = {
            name: tuple(each for each in parents if each not in inside.get(name, ()))
            for name, parents in (self._before if inside else self._nearest()).items()
        }
        late = reachable(inside, turned(edges))
        found = sorted(ordered(edges), key=lambda name: name in late)
        return tuple(self.revisions[name] for name in found)

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Give the revisions that no other follows, as `alembic heads` does: one that others depend on is one too."""
        return tuple(name for name, children in self._up.items() if not children)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Give the revisions that follow no other."""
        return tuple(name for name, each in self.revisions.items() if not each.down_revisions)

    @cached_property
    def missing(self) -> tuple[tuple[Revision, str], ...]:
        """Give what revisions follow or depend on and is not there, each with the revision that names it."""
        return tuple(
            (each, name)
            for each in self.revisions.values()
            for name in (
                *(name for name in each.down_revisions if name not in self.revisions),
                *(name for name in each.depends_on if name not in self.revisions and name not in self._labels),
            )
        )

    @cached_property
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Give the revisions that follow or depend on each other in a circle."""
        return tuple(cycles(self._before))

    def ancestors(self, *names: str) -> tuple[str, ...]:
        """Give revisions and all that must be done before them, in their order."""
        found = reachable(names, self._before)
        return tuple(each.revision for each in self.order if each.revision in found)

    def resolve(self, text: str) -> tuple[str, ...]:
        """Give the revisions that the name of a destination stands for, none for `base`.

        Names are those of Alembic's command line: a number or the beginning of one, a branch label, `head`, `heads`,
        `base`, each behind `label@` for a branch alone, and with `+2` or `-1` behind it for steps up or down; steps
        without a start count from the base or from the heads. Raises `UnknownRevision` or `AmbiguousRevision`.
        """
        if text in self.revisions or not (found := RELATIVE.fullmatch(text)):
            return self._absolute(text)
        steps, label = int(found["steps"]), found["label"]
        start = found["start"] or ("base" if steps > 0 else "head")
        at = self._absolute(f"{label}@{start}" if label and not (steps > 0 and found["start"]) else start)
        for _ in range(abs(steps)):
            at = self._step(text, at, label, up=steps > 0)
        return at

    def _step(self, text: str, at: tuple[str, ...], label: str | None, *, up: bool) -> tuple[str, ...]:
        """Go a step from one revision, or from the base, which is none."""
        if not at and not up:
            raise UnknownRevision(f"{text} is before the first revision")
        found = self.roots if not at else self._up[at[0]] if up else self._down[at[0]]
        if up and label:
            found = self._related(found, self._one(label))
        if up and not found:
            raise UnknownRevision(f"{text} is beyond the last revision, {', '.join(at) or 'base'}")
        return self._single(text, found)

    def _absolute(self, text: str) -> tuple[str, ...]:
        label, _, name = text.rpartition("@")
        if name == "base":
            return ()
        if name in ("head", "heads"):
            heads = self._related(self.heads, self._one(label)) if label else self.heads
            return heads if name == "heads" else self._single(text, heads)
        found = self._one(name)
        if label and not self._related((found,), self._one(label)):
            raise UnknownRevision(f"{found} is no revision of the branch {label}")
        return (found,)

    def _single(self, text: str, found: tuple[str, ...]) -> tuple[str, ...]:
        if len(found) > 1:
            hint = "; heads stands for all" if text == "head" else ""
            raise AmbiguousRevision(f"{text} may be {_alternatives(found)}{hint}")
        return found

    def _related(self, names: tuple[str, ...], branch: str) -> tuple[str, ...]:
        """Give those of the revisions that come before or after another, leaving aside what depends on what."""
        line = reachable([branch], self._up) | reachable([branch], self._down)
        return tuple(name for name in names if name in line)

    def _one(self, text: str) -> str:
        """Give the revision of a number, of the beginning of one, or of a label."""
        if text in self.revisions or text in self._labels:
            return self._labels.get(text, text)
        known = {**self._labels, **{name: name for name in self.revisions}}
        found = _distinct(tuple(known[name] for name in known if text and name.startswith(text)))
        if len(found) > 1:
            raise AmbiguousRevision(f"{text} may be {_alternatives(found)}")
        if not found:
            close = get_close_matches(text, known, n=3)
            hint = f": did you mean {' or '.join(close)}?" if close else ""
            raise UnknownRevision(f"no revision is called {text or repr(text)}{hint}")
        return found[0]

    def _dependencies(self, revision: Revision) -> tuple[str, ...]:
        """Give the numbers of what a revision depends on, which it may name by labels too."""
        numbers = (name if name in self.revisions else self._labels.get(name) for name in revision.depends_on)
        return _distinct(tuple(number for number in numbers if number is not None))

    def _nearest(self) -> dict[str, tuple[str, ...]]:
        """Give what comes right before each, without what an ancestor depends on too (`_normalize_depends_on`)."""
        return {
            name: _distinct(down + self._own_dependencies(name)) if self._depends[name] else down
            for name, down in self._down.items()
        }

    def _own_dependencies(self, name: str) -> tuple[str, ...]:
        above = reachable(self._down[name], self._down) - {name}
        inherited = {each for other in above for each in self._depends[other]}
        return tuple(each for each in self._depends[name] if each not in inherited)


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _alternatives(names: Iterable[str]) -> str:
    """Give a choice of names, the first of them where they are many."""
    found = sorted(names)
    rest = len(found) - SHOWN
    return " or ".join(found[:SHOWN]) + (f" or {rest} more" if rest > 0 else "")
