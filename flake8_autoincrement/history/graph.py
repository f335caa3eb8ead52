"""Revisions as a graph: their order, their heads, and the names that they go by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from flake8_autoincrement.facts.revision import Revision

MINIMUM_PREFIX = 4  # letters that a revision must have to be called by its beginning, as Alembic has it
_RELATIVE = re.compile(r"(?:(?P<label>.+?)@)?(?P<symbol>\w+)?(?P<steps>[+-]\d+)")


class UnknownRevision(Exception):
    """A name that stands for no revision."""


class AmbiguousRevision(Exception):
    """A name that stands for several revisions where one is meant."""


class Graph:
    """Revisions in the order in which `alembic upgrade heads` runs them.

    `revisions` come as Alembic reads their files: sorted by path. Of two with one number the later one counts. `order`
    leaves out what is in a circle or comes behind one. `missing` are the pairs of a revision and one that it follows
    or depends on, and that is not there.
    """

    def __init__(self, revisions: Iterable[Revision]) -> None:
        given = tuple(revisions)
        self.revisions = {each.revision: each for each in given}
        self._labels = {label: each.revision for each in given for label in each.branch_labels}
        self.missing = tuple(
            (each.revision, name)
            for each in given
            for name in (*each.down_revisions, *each.depends_on)
            if self._named(name) is None
        )
        self._parents = {
            name: tuple(found for each in revision.down_revisions if (found := self._named(each)) is not None)
            for name, revision in self.revisions.items()
        }
        self._before = {name: self._with_dependencies(name) for name in self.revisions}
        self._masks = self._ancestor_masks()
        self._settled = self._dependencies_above()
        self._children: dict[str, list[str]] = {}
        for name, parents in self._parents.items():
            for parent in parents:
                self._children.setdefault(parent, []).append(name)
        self.heads = tuple(name for name in self._masks if name not in self._children)
        self.order = tuple(self.revisions[name] for name in reversed(list(self._downward())))

    def _named(self, name: str) -> str | None:
        """Give the revision that another one names: by its number, a label, or the beginning of its number."""
        if name in self.revisions:
            return name
        if name in self._labels:
            return self._labels[name]
        found = [each for each in self.revisions if each.startswith(name) and len(each) >= MINIMUM_PREFIX]
        return found[0] if len(found) == 1 else None

    def _with_dependencies(self, name: str) -> tuple[str, ...]:
        depends = (self._named(each) for each in self.revisions[name].depends_on)
        return tuple(dict.fromkeys([*self._parents[name], *(each for each in depends if each is not None)]))

    def before(self, name: str) -> tuple[str, ...]:
        """Give the revisions that one follows or depends on."""
        return self._before[name]

    def _ancestor_masks(self) -> dict[str, int]:
        """Give the ancestors of each revision that can be reached, itself among them, as the bits of a number."""
        places = {name: at for at, name in enumerate(self.revisions)}
        waiting = {name: len(before) for name, before in self._before.items()}
        after: dict[str, list[str]] = {}
        for name, before in self._before.items():
            for each in before:
                after.setdefault(each, []).append(name)
        ready = [name for name, count in waiting.items() if not count]
        masks: dict[str, int] = {}
        while ready:
            name = ready.pop()
            mask = 1 << places[name]
            for each in self._before[name]:
                mask |= masks[each]
            masks[name] = mask
            for each in after.get(name, ()):
                waiting[each] -= 1
                if not waiting[each]:
                    ready.append(each)
        return {name: masks[name] for name in self.revisions if name in masks}

    def _dependencies_above(self) -> dict[str, frozenset[str]]:
        """Give what the revisions that lead to each one depend on."""
        found: dict[str, frozenset[str]] = {}
        for name in sorted(self._masks, key=lambda each: self._masks[each].bit_count()):
            above: frozenset[str] = frozenset()
            for parent in self._parents[name]:
                own = frozenset(self._before[parent]) - frozenset(self._parents[parent])
                above |= found.get(parent, frozenset()) | own
            found[name] = above
        return found

    def _nearest(self, name: str) -> tuple[str, ...]:
        """Give what comes right before a revision, without that on which one that it follows depends already.

        Alembic takes several of the latter in the order of a set, that is in any; here it is the one written.
        """
        own = self._parents[name]
        return (*own, *(each for each in self._before[name] if each not in own and each not in self._settled[name]))

    def _has(self, name: str, ancestor: str) -> bool:
        """Say whether a revision has another one among its ancestors."""
        return self._masks[ancestor] & self._masks[name] == self._masks[ancestor]

    def _downward(self) -> Iterator[str]:
        """Walk from the heads down as Alembic does (`RevisionMap._topological_sort`), which runs the way backwards."""
        heads = self._ends()
        left = set(self._masks)
        at = 0
        while heads:
            candidate = heads[at]
            needing = next((i for i, head in enumerate(heads) if i != at and self._has(head, candidate)), None)
            if needing is not None:
                at = needing
                continue
            if candidate in left:
                left.remove(candidate)
                yield candidate
            further = [each for each in self._nearest(candidate) if each in left and each not in heads]
            if further:
                heads[at] = further[0]
                heads.extend(further[1:])
            else:
                del heads[at]
                at = max(at - 1, 0)

    def _ends(self) -> list[str]:
        """Give the heads on which no other revision depends."""
        followed = {before for name in self._masks for before in self._before[name]}
        return [name for name in self._masks if name not in followed]

    def ancestors(self, names: Sequence[str]) -> set[str]:
        """Give revisions and all that must be done before them."""
        found: set[str] = set()
        pending = list(names)
        while pending:
            if (name := pending.pop()) not in found:
                found.add(name)
                pending += self._before[name]
        return found

    # Names.

    def resolve(self, text: str) -> tuple[str, ...]:
        """Give the revisions that a text stands for, as `alembic upgrade` takes it; none for `base`.

        Raises `UnknownRevision` and `AmbiguousRevision`.
        """
        relative = _RELATIVE.fullmatch(text)
        if relative is not None and text not in self.revisions:
            return self._walked(text, relative["label"], relative["symbol"], int(relative["steps"]))
        label, _, rest = text.rpartition("@")
        if label:
            heads = self._heads_of(label)
            return self._head(text, heads) if rest == "head" else heads if rest == "heads" else (self._one(rest),)
        if text in ("base", "heads"):
            return () if text == "base" else tuple(self._ends())
        return self._head(text, self.heads) if text == "head" else (self._one(text),)

    def _heads_of(self, label: str) -> tuple[str, ...]:
        branch = self._one(label)
        return tuple(head for head in self.heads if self._has(head, branch))

    def _head(self, text: str, heads: tuple[str, ...]) -> tuple[str, ...]:
        if len(heads) > 1:
            raise AmbiguousRevision(f"{text} may be {' or '.join(heads)}; heads stands for all")
        return heads

    def _walked(self, text: str, label: str | None, symbol: str | None, steps: int) -> tuple[str, ...]:
        """Walk a number of steps, up from a revision or the base, or down from one or the head."""
        if symbol is not None and symbol not in ("head", "base"):
            current: str | None = self._one(symbol)
        elif symbol == "base" or (symbol is None and steps > 0):
            current = None
        else:
            heads = self.heads if label is None else self._heads_of(label)
            current = next(iter(self._head("head", heads)), None)
        for _ in range(abs(steps)):
            choice = self._parents.get(current or "", ()) if steps < 0 else self._following(current, label)
            if len(choice) > 1:
                raise AmbiguousRevision(f"{text} may lead to {' or '.join(choice)}")
            if not choice and (steps > 0 or current is None):
                raise UnknownRevision(f"{text} leads beyond the end")
            current = choice[0] if choice else None
        return () if current is None else (current,)

    def _following(self, current: str | None, label: str | None) -> tuple[str, ...]:
        """Give the revisions behind one, the first ones behind none; with a label only those of its branch."""
        if current is None:
            found = [name for name in self._masks if not self.revisions[name].down_revisions]
        else:
            found = self._children.get(current, [])
        if label is None:
            return tuple(found)
        branch = self._one(label)
        return tuple(each for each in found if self._has(each, branch) or self._has(branch, each))

    def _one(self, text: str) -> str:
        found = self._named(text)
        if found is not None:
            return found
        several = [each for each in self.revisions if each.startswith(text) and text]
        if len(several) > 1:
            raise AmbiguousRevision(f"{text} may be {' or '.join(sorted(several))}")
        close = get_close_matches(text, [*self.revisions, *self._labels], 1)
        raise UnknownRevision(f"no revision is called {text}" + (f"; did you mean {close[0]}?" if close else ""))
