"""Revisions one after the other: each step with the schema before and after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.operation import AnyOperation, SetSearchPath, When
from flake8_autoincrement.facts.revision import Done, Replayed, Revision
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import apply
from flake8_autoincrement.history.replay.conditions import decided, guessed
from flake8_autoincrement.history.replay.merging import merged


def replayed(
    revisions: Iterable[Revision], initial: Schema | None = None, database: str | None = None
) -> Iterator[Replayed]:
    """Upgrade by revisions in their order; `database` is the one of several that is meant, None for all at once."""
    schema = Schema() if initial is None else initial
    for revision in revisions:
        done = upgraded(revision, schema, database)
        yield done
        schema = done.after


def upgraded(revision: Revision, schema: Schema, database: str | None = None) -> Replayed:
    """Do what a revision's `upgrade()` does."""
    return _run(revision, revision.upgrade or (), schema, database)


def downgraded(revision: Revision, schema: Schema, database: str | None = None) -> Replayed:
    """Do what a revision's `downgrade()` does, to the schema behind the revision."""
    return _run(revision, revision.downgrade or (), schema, database)


def _run(revision: Revision, operations: Sequence[AnyOperation], before: Schema, database: str | None) -> Replayed:
    done: list[Done] = []
    after = _all(operations, before, revision.revision, database, None, done)
    after = _settled(after, before, done)
    return Replayed(revision, before, after, tuple(done))


def _settled(after: Schema, before: Schema, done: Sequence[Done]) -> Schema:
    """End a revision: what it made is new no longer, and what it set for its transaction is as it was."""
    relations = after.relations
    if relations is not before.relations and any(relation.is_new for relation in relations.values()):
        relations = {name: replace(each, is_new=False) if each.is_new else each for name, each in relations.items()}
    is_local = any(isinstance(each.operation, SetSearchPath) and each.operation.local for each in done)
    return replace(
        after, relations=relations, search_path=before.search_path if is_local else after.search_path
    )


def _all(
    operations: Iterable[AnyOperation],
    schema: Schema,
    revision: str,
    database: str | None,
    guess: Unknown | None,
    done: list[Done],
) -> Schema:
    for operation in operations:
        if isinstance(operation, When):
            schema = _when(operation, schema, revision, database, guess, done)
            continue
        outcome = apply(schema, operation, revision)
        done.append(Done(operation, schema, outcome.schema, outcome.refusal, guess))
        schema = outcome.schema
    return schema


def _when(
    operation: When, schema: Schema, revision: str, database: str | None, guess: Unknown | None, done: list[Done]
) -> Schema:
    """Take the branch that the schema decides for; where it does not, keep what both branches agree upon."""
    answer = decided(operation.condition, schema, database)
    why = guessed(operation.condition)
    if answer is not None:
        branch = operation.then if answer else operation.otherwise
        return _all(branch, schema, revision, database, guess if why is None else guess or why, done)
    doubt = guess or why or Unknown("it is done under a condition that is only known at run time", operation.span)
    first = _all(operation.then, schema, revision, database, doubt, done)
    second = _all(operation.otherwise, schema, revision, database, doubt, done)
    return merged(first, second, doubt)
