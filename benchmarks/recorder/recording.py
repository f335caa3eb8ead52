"""The recording of a history that Alembic applies: what each revision calls, executes and leaves behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from alembic import context
from alembic.operations import Operations
from alembic.operations.batch import BatchOperationsImpl
from alembic.runtime.migration import RevisionStep
from catalog import catalog, changes
from places import Places
from sqlalchemy import event
from sqlalchemy.engine import Engine

JSON = dict[str, Any]

LONGEST_SQL = 4000


class Recording:
    """Notes what every revision does, from the moment that `start` is called."""

    def __init__(self, places: Places) -> None:
        """Begin with nothing applied."""
        self.base: JSON | None = None
        self.revisions: list[JSON] = []
        self.running: JSON | None = None
        """The revision that is being applied, or that failed."""
        self._places = places
        self._last: JSON = {}
        self._file = ""
        self._depth = 0
        """How many operations of Alembic are at work, one in the other."""
        self._asking = False

    def start(self) -> None:
        """Put this recording in the way of Alembic's steps and operations, and of every statement."""
        make_step = RevisionStep.__init__
        # Batches inherit it from the same class.
        operator = next(each for each in Operations.__mro__ if "invoke" in vars(each))
        invoke = operator.invoke

        def recorded_step(step: RevisionStep, *arguments: Any, **keywords: Any) -> None:
            make_step(step, *arguments, **keywords)
            if step.is_upgrade:
                step.migration_fn = self._recorded(step.revision, step.migration_fn)

        def recorded_invoke(operations: Operations, operation: Any) -> Any:
            self._note_operation(operations, operation)
            self._depth += 1
            try:
                return invoke(operations, operation)
            finally:
                self._depth -= 1

        RevisionStep.__init__ = recorded_step  # type: ignore[method-assign]
        operator.invoke = recorded_invoke
        event.listen(Engine, "before_cursor_execute", self._note_statement)

    def _recorded(self, script: Any, upgrade: Callable[..., None]) -> Callable[..., None]:
        def step(**keywords: Any) -> None:
            if self.base is None:
                self.base = self._last = self._catalog()
            self._begin(script)
            start = time.perf_counter()
            upgrade(**keywords)
            self._end(time.perf_counter() - start)

        return step

    def _begin(self, script: Any) -> None:
        self._file = script.module.__file__
        self.running = {
            "revision": script.revision,
            "file": self._places.shown(script.path),
            "down_revisions": _names(script.down_revision),
            "dependencies": _names(script.dependencies),
            "calls": [],
        }

    def _end(self, seconds: float) -> None:
        assert self.running is not None
        now = self._catalog()
        self.revisions.append({**self.running, "seconds": round(seconds, 3), "changes": changes(self._last, now)})
        self._last, self.running = now, None

    def _catalog(self) -> JSON:
        self._asking = True
        try:
            return catalog(context.get_context().connection)
        finally:
            self._asking = False

    def _note_operation(self, operations: Operations, operation: Any) -> None:
        if self.running is None:
            return
        batch = isinstance(operations.impl, BatchOperationsImpl)
        self.running["calls"].append(
            {
                "call": type(operation).__name__,
                **_subject(operation, operations.impl if batch else None),
                "batch": batch,
                "inside": self._depth > 0,
                **self._places.of_call(self._file),
            }
        )

    def _note_statement(self, connection: Any, cursor: Any, statement: Any, *others: Any) -> None:
        if self.running is None or self._asking:
            return
        sql = statement.decode(errors="replace") if isinstance(statement, bytes) else str(statement)
        self.running["calls"].append(
            {
                "call": "statement",
                "sql": sql.strip()[:LONGEST_SQL],
                "inside": self._depth > 0,
                **self._places.of_call(self._file),
            }
        )


def _subject(operation: Any, batch: BatchOperationsImpl | None) -> JSON:
    """Return the table, its schema, the column and the SQL of an operation, each None where it has none."""
    table = getattr(operation, "table_name", None) or getattr(operation, "source_table", None)
    schema = getattr(operation, "schema", None)
    if hasattr(operation, "kw") and isinstance(operation.kw, dict):
        schema = schema or operation.kw.get("schema") or operation.kw.get("source_schema")
    if table is None and batch is not None:
        table, schema = batch.table_name, batch.schema
    # bulk_insert is given a table itself; create_table has its name only.
    core = getattr(operation, "table", None)
    if table is None and core is not None:
        table, schema = core.name, core.schema
    column = getattr(operation, "column_name", None) or getattr(getattr(operation, "column", None), "name", None)
    sql = getattr(operation, "sqltext", None)
    return {
        "table": None if table is None else str(table),
        "schema": None if schema is None else str(schema),
        "column": None if column is None else str(column),
        "sql": None if sql is None else str(sql).strip()[:LONGEST_SQL],
    }


def _names(value: Any) -> list[str]:
    """Return what Alembic writes as None, a text or several texts."""
    return [] if value is None else [value] if isinstance(value, str) else list(value)
