"""Histories as they unfold: the schema around each revision, and at any moment that somebody names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.history.graph import AmbiguousRevision, Graph, UnknownRevision
from flake8_autoincrement.history.replay.run import replayed
from flake8_autoincrement.output.moments import Moment, Refusal, Told
from flake8_autoincrement.output.problems import problems


class NoSuchRevision(Exception):
    """A name that no history knows, or that stands for several revisions of one; the message says which."""


@dataclass(frozen=True, slots=True)
class State:
    """What a history has built at a moment, and how that is called."""

    history: History
    label: str
    schema: Schema


def told(histories: Sequence[History], text: str | None = None) -> list[Told]:
    """Replay histories, to their heads or to where a text leads; raises `NoSuchRevision`."""
    return [_told(history, text) for history in _knowing(histories, text)]


def states(histories: Sequence[History], text: str | None = None) -> list[State]:
    """Give what histories have built at their heads, or where a text leads; raises `NoSuchRevision`."""
    found = []
    for each in told(histories, text):
        found.append(State(each.history, text or "head", each.moments[-1].after if each.moments else Schema()))
    return found


def _knowing(histories: Sequence[History], text: str | None) -> list[History]:
    """Give the histories that know a name."""
    if text is None:
        return list(histories)
    known, errors = [], []
    for history in histories:
        try:
            Graph(history.revisions).resolve(text)
            known.append(history)
        except UnknownRevision as error:
            errors.append(str(error))
        except AmbiguousRevision as error:
            raise NoSuchRevision(str(error)) from None
    if not known:
        raise NoSuchRevision(errors[0] if errors else "no revisions were found")
    return known


def _told(history: History, text: str | None) -> Told:
    graph = Graph(history.revisions)
    wanted = None if text is None else graph.ancestors(*graph.resolve(text))
    moments = []
    schema = Schema()
    for done in replayed(each for each in graph.order if wanted is None or each.revision in wanted):
        refusals = tuple(Refusal(each.refusal, each.operation.span) for each in done.done if each.refusal is not None)
        moments.append(Moment(done.revision, done.before, done.after, refusals))
        schema = done.after
    if text is None:  # what has no place in the order is shown too
        ordered = {each.path for each in graph.order}
        moments += [Moment(each, schema, schema) for each in history.revisions if each.path not in ordered]
    return Told(history, tuple(moments), graph.heads, tuple(problems(history.revisions)))
