"""The order in which Alembic runs the nodes of a graph, and the cycles that leave it without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

# The neighbours of every node; the nodes in the order in which Alembic loads them.
Edges = Mapping[str, tuple[str, ...]]


def ordered(before: Edges) -> tuple[str, ...]:
    """Give the nodes of a graph without cycles in the order of `alembic upgrade heads`; `before` has their parents.

    Alembic (`RevisionMap._topological_sort`) walks down from the heads, as far as it can on one line, and does last
    what it comes to first. Where a node is also below another head, it goes on at the first such head.
    """
    after = turned(before)
    heads = [name for name in before if not after[name]]
    left = set(before)
    found: list[str] = []
    at = 0
    while heads:
        name = heads[at]
        if any(each in left for each in after[name]):
            above = reachable([name], after, within=left) - {name}
            at = next(number for number, head in enumerate(heads) if head in above)
            continue
        found.append(name)
        left.discard(name)
        parents = [each for each in before[name] if each in left and each not in heads]
        heads[at : at + 1] = parents[:1]
        heads += parents[1:]
        at = at if parents else max(at - 1, 0)
    return tuple(reversed(found))


def turned(edges: Edges) -> dict[str, tuple[str, ...]]:
    """Give the edges of a graph the other way round."""
    found: dict[str, list[str]] = {name: [] for name in edges}
    for name, others in edges.items():
        for each in others:
            found[each].append(name)
    return {name: tuple(others) for name, others in found.items()}


def reachable(names: Iterable[str], edges: Edges, within: set[str] | None = None) -> set[str]:
    """Give nodes and all that their edges lead to, inside a set of nodes if one is given."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += (each for each in edges[name] if within is None or each in within)
    return found


def cycles(before: Edges) -> Iterator[tuple[str, ...]]:
    """Give the nodes that lead to each other, or one that leads to itself, in the order of the first of them."""
    after = turned(before)
    if left := _unordered(before, after):
        left &= _unordered(after, before)
    for name in before if left else ():
        if name in left:
            mutual = reachable([name], before, within=left) & reachable([name], after, within=left)
            left -= mutual
            if len(mutual) > 1 or name in before[name]:
                yield tuple(each for each in before if each in mutual)


def _unordered(before: Edges, after: Edges) -> set[str]:
    """Give the nodes that are in a cycle or come after one."""
    waiting = {name: len(parents) for name, parents in before.items()}
    ready = [name for name, count in waiting.items() if not count]
    while ready:
        for each in after[ready.pop()]:
            waiting[each] -= 1
            if not waiting[each]:
                ready.append(each)
    return {name for name, count in waiting.items() if count}
