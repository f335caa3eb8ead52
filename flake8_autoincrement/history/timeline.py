"""Histories as they unfold: every revision done, and undone from where it led."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.history import History, RoundTrip, Timeline
from flake8_autoincrement.history.graph import Graph
from flake8_autoincrement.history.replay.run import downgraded, upgraded


def timelines(history: History) -> tuple[Timeline, ...]:
    """Replay a history: once, or for each of the databases that its revisions are run for."""
    databases: tuple[str | None, ...] = history.databases or (None,)
    order = Graph(history.revisions)
    return tuple(Timeline(history, tuple(_trips(history, order, name)), name) for name in databases)


def _trips(history: History, graph: Graph, database: str | None) -> Iterator[RoundTrip]:
    schema = Schema()
    for revision in graph.order:
        upgrade = upgraded(revision, schema, database)
        downgrade = None if revision.downgrade is None else downgraded(revision, upgrade.after, database)
        yield RoundTrip(history, upgrade, downgrade)
        schema = upgrade.after
