"""Who watches a run of `upgrade()` or `downgrade()` and writes down what it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

from astroid import nodes

from flake8_autoincrement.facts.operation import (
    AllOf,
    AnyOperation,
    Condition,
    Opaque,
    ReadRows,
    RecreateTable,
    Transaction,
    Unread,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.constraints import Convention
from flake8_autoincrement.inference.declarations.models import Models
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.observer import Exit, Observer
from flake8_autoincrement.inference.evaluate.texts import Template
from flake8_autoincrement.inference.evaluate.values import (
    NONE,
    Constant,
    Conventional,
    Instance,
    Items,
    Made,
    Module,
    Part,
    Symbol,
    Value,
    text_of,
)
from flake8_autoincrement.inference.migrations.arguments import Arguments
from flake8_autoincrement.inference.migrations.executed import Executed
from flake8_autoincrement.inference.migrations.inspection import QUERIED, Inspection, Result
from flake8_autoincrement.inference.migrations.opcalls import PARAMETERS, SILENT, OpCalls
from flake8_autoincrement.inference.migrations.ownoperations import OwnOperations, of_object
from flake8_autoincrement.inference.migrations.recording import Block, Recording
from flake8_autoincrement.inference.migrations.schemaobjects import SchemaObjects
from flake8_autoincrement.source import Span

_OP = "alembic.op."
_BATCH = "alembic.op.batch_alter_table"
_EXECUTE = frozenset({"execute", "exec_driver_sql", "scalar", "scalars", "executemany", "exec", "stream"})
_FETCH = frozenset(
    "fetchall fetchone fetchmany fetchval scalar scalar_one scalar_one_or_none scalars first all one one_or_none "
    "mappings unique partitions yield_per count exists".split()
)
_CREATE = frozenset({"create", "drop", "create_all", "drop_all"})
# Methods of what is unknown whose calls say something all the same.
_KEPT = _EXECUTE | _CREATE | frozenset({"dialect", "query", "insert", "update", "delete", "select"})
_MEANS = re.compile(r"\bop\b|alembic|execute|bind|conn|batch|create_all")
_TRANSACTION = {"autocommit_block": "autocommit"}


class Watcher(Observer):
    """Turns what a run does into operations.

    `path` is the revision's file, in which all places are; `environment` is the path of its `env.py`, `convention` the
    naming convention of the metadata there.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        models: Models,
        path: str,
        convention: Convention | None = None,
        environment: str | None = None,
    ) -> None:
        self._interpreter = interpreter
        self._path = path
        self._objects = SchemaObjects(interpreter, models, environment)
        self._executed = Executed(interpreter, models, self._objects.construct)
        self._op = OpCalls(interpreter, models, self._executed, convention)
        self._inspection = Inspection(interpreter)
        loaded = [path, *([] if environment is None else [environment])]
        self._own = OwnOperations(interpreter, [interpreter.module_at(each) for each in loaded])
        self._recording = Recording()
        self._batches: list[int] = []  # how much was seen where each batch begins

    @property
    def operations(self) -> tuple[AnyOperation, ...]:
        """Give what was done."""
        return self._recording.operations

    def failed(self, why: Unknown, site: Span) -> None:
        """Write down that a run could not be followed to its end."""
        self._recording.add(Unread(why.why, span=why.span or site))

    def _place(self, site: Span | None) -> Span:
        """Give the place in the revision's own file from which a call comes."""
        inside = [each for each in (*self._interpreter.sites, *([site] if site else [])) if each.path == self._path]
        return inside[-1] if inside else Span(self._path, 1, 0, 1, 0)

    # Calls.

    def called(self, callee: Value, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value | None:
        """Write down what a call does to the database."""
        match callee:
            case Symbol(path=path) if path.startswith(_OP):
                return self._op_call(path.removeprefix(_OP), args, keywords, self._place(site))
            case Part(of=Made(callee=Symbol(path=path)) as batch, name=name) if path == _BATCH:
                return self._batch_call(batch, name, args, keywords, self._place(site))
            case Part(of=Made(callee=Symbol(path=path)), name=name) if path.endswith(".Operations"):
                return self._op_call(name, args, keywords, self._place(site))
        found = self._inspection.called(callee, args, keywords)
        if found is not None:
            return found
        match callee:
            case Part(of=of, name=name):
                return self._method(of, name, args, keywords, self._place(site))
            case Symbol() if callee.missing is not None:
                return self._stranger(callee, args, keywords, self._place(site))
        return None

    def _op_call(self, name: str, args: list[Value], keywords: dict[str, Value], site: Span) -> Value | None:
        if name == "f" and args:
            return self._final(args[0])
        if name in SILENT:
            return None
        if name == "invoke" and args:
            return self._invoked(self._interpreter.force(args[0]), site)
        if name not in PARAMETERS and name != "run_async" and (own := self._own.call_of(name)) is not None:
            return self._interpreter.call(own, [self._operations(), *args], keywords, site)
        if name == "run_async":
            return self._interpreter.call(args[0], [Unknown("a connection"), *args[1:]], keywords, site)
        if name == "create_table":
            made = self._op.new_table(args, keywords, site)
            arguments = Arguments.bound(self._interpreter, PARAMETERS[name], args, keywords)
            self._recording.add(*self._op.created(made, arguments, site))
            return made
        self._recording.add(*self._op.operations(name, args, keywords, site))
        return NONE

    def _operations(self) -> Made:
        """Make the `Operations` that operations of a project's own are given."""
        return Made(self._interpreter.symbol("alembic.operations.Operations"), [], {})

    def _invoked(self, operation: Value, site: Span) -> Value:
        """Write down what an operation does that is given as an object."""
        if isinstance(operation, Made) and (found := of_object(self._interpreter, operation)) is not None:
            name, args = found
            return self._op_call(name, args, operation.keywords, site) or NONE
        if isinstance(operation, Instance) and (does := self._own.implementation_of(operation)) is not None:
            return self._interpreter.call(does, [self._operations(), operation], {}, site)
        self._recording.add(Unread("an operation that is only known at run time", span=site))
        return NONE

    def _final(self, name: Value) -> Value:
        """Give a name that no naming convention is applied to again."""
        text = text_of(self._interpreter.force(name))
        return name if text is None else Conventional(text)

    def _batch_call(
        self, of: Made, name: str, args: list[Value], keywords: dict[str, Value], site: Span
    ) -> Value | None:
        if name == "f" and args:
            return self._final(args[0])
        if name in SILENT:
            return None
        self._recording.add(*self._op.operations(name, args, keywords, site, self._op.batch(of)))
        return NONE

    def _method(
        self, of: Value, name: str, args: list[Value], keywords: dict[str, Value], site: Span
    ) -> Value | None:
        if name in _CREATE:
            made = self._objects.called(of, name, args, keywords, site)
            if made is not None:
                self._recording.add(*made)
                return NONE
        given = args[0] if args else keywords.get("statement", keywords.get("sqltext"))
        if name in _EXECUTE and given is not None and self._is_statement(given):
            return self._execute(given, name, site)
        if name in _FETCH and self._is_query(of):
            return Result(QUERIED, counted=name in ("count",))
        if name in ("update", "delete") and self._is_query(of):
            self._recording.add(self._executed.of_query(name, of, args, site))
            return Result(QUERIED, counted=True)
        if name in ("bulk_insert_mappings", "bulk_save_objects", "add", "add_all", "merge") and args:
            return self._added(name, args, site)
        return None

    def _is_statement(self, value: Value) -> bool:
        """Say whether a value may be executed: a text, a construct, or something unknown."""
        value = self._interpreter.force(value)
        if isinstance(value, Constant):
            return isinstance(value.value, str)
        return isinstance(value, (Made, Template, Unknown))

    def _execute(self, statement: Value, name: str, site: Span) -> Value:
        operations = self._executed.operations(statement, site, plain=name == "exec_driver_sql")
        self._recording.add(*operations)
        if self._executed.asks_catalog(statement):
            return Unknown("what the catalog has is only known at run time", site)
        if all(isinstance(operation, ReadRows) for operation in operations):
            return Result(QUERIED, counted=self._executed.counts(statement))
        return Result(QUERIED)

    def _is_query(self, of: Value) -> bool:
        """Say whether something is a query of a session, or what one gives."""
        of = self._interpreter.force(of)
        while isinstance(of, (Made, Part)):
            if isinstance(of, Part) and of.name in ("query", "execute", "scalars", "exec"):
                return True
            of = self._interpreter.force(of.callee if isinstance(of, Made) else of.of)
        return False

    def _added(self, name: str, args: list[Value], site: Span) -> Value | None:
        """Write down rows that a session adds."""
        first = self._interpreter.force(args[0])
        if name == "bulk_insert_mappings" and len(args) > 1:
            self._recording.add(self._executed.inserted(self._executed.table_name(first), args[1], site))
            return NONE
        objects = self._interpreter.items(first) if isinstance(first, Items) else [first]
        for each in objects or ():
            table = self._executed.table_name(each)
            if not isinstance(table, Unknown):
                self._recording.add(self._executed.inserted(table, NONE, site))
        return None

    def _stranger(
        self, callee: Symbol, args: list[Value], keywords: dict[str, Value], site: Span
    ) -> Value | None:
        """Write down a call of what could not be found, if it is given the means to change the database."""
        if any(self._is_means(self._interpreter.force(value)) for value in (*args, *keywords.values())):
            self._recording.add(Unread(f"{callee.path}() was not found: {callee.missing}", span=site))
        return None

    def _is_means(self, value: Value) -> bool:
        """Say whether a value is `op`, a connection, a session or a batch."""
        match value:
            case Symbol(path="alembic.op" | "alembic.context"):
                return True
            case Made(callee=Symbol(path=path)):
                return path.startswith(_OP) or path in ("sqlalchemy.orm.Session", "sqlalchemy.orm.sessionmaker")
            case Made(callee=Part(name="connect" | "begin" | "connection" | "session")):
                return True
        return False

    # Values.

    def attribute(self, value: Value, name: str) -> Value | None:
        """Give what is known of a connection; keep the methods of what is unknown, so that their calls are seen."""
        if isinstance(value, Unknown) and not isinstance(value, Result) and name in _KEPT:
            return Part(value, name)
        return self._inspection.attribute(value, name)

    def compared(self, sign: str, left: Value, right: Value) -> Value | None:
        """Give the result of a comparison that is a question."""
        return self._inspection.compared(sign, left, right)

    def condition(self, test: Value) -> Condition:
        """Give what a test asks."""
        if isinstance(test, Made) and self._is_query(test):
            test = Result(QUERIED)
        return self._inspection.condition(test)

    def is_likely(self, condition: Condition) -> bool:
        """Say whether a condition may hold on a database without rows."""
        match condition:
            case Opaque(fresh=False):
                return False
            case AllOf():
                return all(map(self.is_likely, condition.conditions))
        return True

    def each(self, iterable: Value) -> tuple[Value, Condition] | None:
        """Give an item that stands for all."""
        if isinstance(iterable, Made) and self._is_query(iterable):
            iterable = Result(QUERIED)
        return self._inspection.each(iterable)

    def abandoned(
        self, node: nodes.NodeNG, module: Module, site: Span | None, args: Sequence[Value] = ()
    ) -> None:
        """Write down that something takes too long; without Alembic's `op` or a connection it only changes rows."""
        lines = module.text.split("\n")
        body = "\n".join(lines[(node.lineno or 1) - 1 : node.end_lineno])
        has_means = any(self._is_means(self._interpreter.force(value)) for value in args)
        may_change = has_means or _MEANS.search(body) is not None
        what = f"calling {node.name}()" if isinstance(node, nodes.FunctionDef) else "what is done with each row"
        why = f"{what} takes too many steps"
        self._recording.add(Unread(why, rows_only=not may_change, span=self._place(site)))

    # Blocks.

    def entered(self, context: Value) -> Value | None:
        """Write down the begin of a batch or an `autocommit_block`."""
        if _is_batch(context):
            self._batches.append(len(self._recording.seen))
        elif _is_autocommit(context):
            self._recording.add(Transaction("autocommit", span=self._opened(context)))
        return None

    def left(self, context: Value) -> None:
        """Write down the end of a batch or an `autocommit_block`."""
        if isinstance(context, Made) and _is_batch(context):
            since = self._batches.pop()
            if self._op.batch(context).recreates:
                site = self._opened(context)
                inner = tuple(self._recording.seen[since:])
                arguments = Arguments.bound(self._interpreter, ("table_name", "schema"), context.args, context.keywords)
                self._recording.replace(since, [RecreateTable(arguments.table(), inner, span=site)])
        elif _is_autocommit(context):
            self._recording.add(Transaction("end of autocommit", span=self._opened(context)))

    def _opened(self, context: Value) -> Span:
        """Give the place of a block."""
        places = context.places if isinstance(context, Made) else ()
        return self._place(places[-1] if places else None)

    # Branches.

    def branch(self, condition: Condition) -> AbstractContextManager[object]:
        """Collect what is seen inside the block as a branch."""
        return self._recording.branch(condition)

    def branched(self, branches: Sequence[object], endings: Sequence[str | None]) -> None:
        """Take what was seen in branches of which one is taken."""
        self._recording.branched([branch for branch in branches if isinstance(branch, Block)], endings)

    def depth(self) -> int:
        """Give how many conditions there are around what is seen next."""
        return self._recording.depth()

    def release(self, depth: int, exits: Sequence[Exit]) -> None:
        """Take conditions back that lie behind a depth."""
        self._recording.release(depth, exits)

    def path(self, depth: int) -> Condition | None:
        """Give the condition under which the run is here."""
        return self._recording.path(depth)


def _is_batch(context: Value) -> bool:
    return isinstance(context, Made) and isinstance(context.callee, Symbol) and context.callee.path == _BATCH


def _is_autocommit(context: Value) -> bool:
    return isinstance(context, Made) and isinstance(context.callee, Part) and context.callee.name in _TRANSACTION
