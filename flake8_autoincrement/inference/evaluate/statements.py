"""Statements: what a body does, in order, on every path that may be taken."""

from __future__ import annotations

from collections.abc import Sequence

from astroid import nodes

from flake8_autoincrement.facts.operation import Condition, Opaque
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.bindings import Bindings, may_make_table
from flake8_autoincrement.inference.evaluate.containers import Near
from flake8_autoincrement.inference.evaluate.core import Exhausted, Raised
from flake8_autoincrement.inference.evaluate.observer import Entry, Observer, Perhaps, Question, all_of, any_of, negated
from flake8_autoincrement.inference.evaluate.values import (
    FALSE,
    TRUE,
    Absent,
    Constant,
    Deferred,
    Frame,
    Instance,
    Items,
    Made,
    Scope,
    Symbol,
    Value,
)
from flake8_autoincrement.inference.trees import written

MAXIMUM_ROUNDS = 1_000  # of a while loop
MAXIMUM_ROW_STEPS = 6_000  # for what a loop does with a row, where a fresh database has none
Ending = str | None  # "return", "raise", "break" or "continue"; None where the body runs to its end


class Statements(Bindings):
    """Executes statements."""

    def execute(self, body: Sequence[nodes.NodeNG], scope: Scope) -> Ending:
        """Execute statements one after the other, until one ends the run."""
        for statement in body:
            self.step()
            ending = self._statement(statement, scope)
            if ending is not None:
                return ending
        return None

    def _statement(self, node: nodes.NodeNG, scope: Scope) -> Ending:
        match node:
            case nodes.Assign():
                self._assign_all(node, scope)
            case nodes.AnnAssign():
                self._annotated(node, scope)
            case nodes.AugAssign():
                self._augmented(node, scope)
            case nodes.Expr():
                self.take_effect(self.evaluate(node.value, scope), node.value)
            case nodes.ClassDef():
                self._bind(node.name, self.class_statement(node, scope), scope, node)
            case nodes.FunctionDef():
                self._bind(node.name, self._function_statement(node, scope), scope, node)
            case nodes.Import():
                self._import(node, scope)
            case nodes.ImportFrom():
                self._import_from(node, scope)
            case nodes.If():
                return self._if(node, scope)
            case nodes.For():
                return self._for(node, scope)
            case nodes.While():
                return self._while(node, scope)
            case nodes.Try() | nodes.TryStar():
                return self._try(node, scope)
            case nodes.With():
                return self._with(node, scope)
            case nodes.Return():
                return self._return(node, scope)
            case nodes.Raise():
                return "raise"
            case nodes.Break():
                return "break"
            case nodes.Continue():
                return "continue"
            case nodes.Delete():
                self._delete(node, scope)
            case nodes.Global() | nodes.Nonlocal():
                self._outward(node, scope)
            case nodes.Match():
                return self._either([case.body for case in node.cases] + [[]], scope)
            case nodes.TypeAlias():
                scope.names[node.name.name] = Made(
                    self.symbol("typing.TypeAliasType"),
                    [],
                    {},
                    attributes={"__value__": self._lazily(node.value, scope)},
                )
        return None

    def _lazily(self, node: nodes.NodeNG, scope: Scope) -> Value:
        return Deferred(lambda: self.evaluate(node, scope))

    def class_statement(self, node: nodes.ClassDef, scope: Scope) -> Value:
        """Make the class of a class statement."""
        raise NotImplementedError

    def take_effect(self, value: Value, node: nodes.NodeNG) -> None:
        """Compute the value of a statement for its effect, if that belongs to this project or may make a table."""
        if (
            isinstance(value, Near)
            or self.observer is not None
            or (isinstance(value, Deferred) and may_make_table(node))
        ):
            self.force(value)

    def _return(self, node: nodes.Return, scope: Scope) -> Ending:
        value = Constant(None) if node.value is None else self.evaluate(node.value, scope)
        if self.frames:
            self.returned(self.frames[-1], value)
        return "return"

    def returned(self, frame: Frame, value: Value) -> None:
        """Remember what a function returns on this path."""
        frame.returns.append(value)
        if self.observer is not None:
            frame.paths.append(self.observer.path(frame.depth))

    def answer(self, frame: Frame) -> Value | None:
        """Give the question that a function answers on different paths, None if it gives something else."""
        if self.observer is None or len(frame.paths) != len(frame.returns):
            return None
        conditions = []
        for path, value in zip(frame.paths, map(self.force, frame.returns), strict=True):
            truth = self.truth(value)
            if truth is False:
                continue
            if not isinstance(value, (Question, Entry)) and not (isinstance(value, Constant) and value.value is True):
                return None
            asked = [self.observer.condition(value)] if isinstance(value, Question) else []
            parts = [*([] if path is None else [path]), *asked]
            if not parts:
                return TRUE
            conditions.append(all_of(parts))
        return Question("it is only known at run time", None, any_of(conditions)) if conditions else FALSE

    # Conditions.

    def _if(self, node: nodes.If, scope: Scope) -> Ending:
        test = self.evaluate(node.test, scope)
        if _is_type_checking(test):
            self._typing_only(node.body, scope)
            return self.execute(node.orelse, scope)
        truth = self.truth(test)
        if truth is not None:
            return self.execute(node.body if truth else node.orelse, scope)
        return self._either([node.body, node.orelse], scope, self._asked(test))

    def _asked(self, test: Value) -> list[Condition]:
        """Give the conditions of the two branches of a test, none where nobody observes."""
        if self.observer is None:
            return []
        condition = self.observer.condition(test)
        return [condition, negated(condition)]

    def _typing_only(self, body: list[nodes.NodeNG], scope: Scope) -> None:
        """Bind what only type checkers see where only annotations look."""
        self.execute(body, Scope(scope.module.typing_names, self.scope_of(scope.module), scope.module))

    def _either(
        self, bodies: list[list[nodes.NodeNG]], scope: Scope, conditions: Sequence[Condition] = ()
    ) -> Ending:
        """Execute bodies of which one will be taken, and keep what they agree upon.

        `conditions` are those under which each is taken, where somebody observes and they are known.
        """
        observer = self.observer
        if observer is not None and not conditions:
            conditions = [Opaque("which case it is is only known at run time")] * len(bodies)
        self.uncertain += 1
        before = dict(scope.names)
        endings: list[Ending] = []
        results: list[dict[str, Value]] = []
        branches: list[object] = []
        for at, body in enumerate(bodies):
            scope.names.clear()
            scope.names.update(before)
            if observer is None:
                ending = self.execute(body, scope)
            else:
                with observer.branch(conditions[at]) as branch:
                    ending = self.execute(body, scope)
                branches.append(branch)
            endings.append(ending)
            if ending is None:
                results.append(dict(scope.names))
        self.uncertain -= 1
        scope.names.clear()
        scope.names.update(self._merged(results) if results else before)
        if observer is not None:
            depth = observer.depth()
            observer.branched(branches, endings)
            self.uncertain += observer.depth() > depth
        if None in endings:
            self.open_exits += any(ending in ("return", "break") for ending in endings)
            return None
        return next((ending for ending in endings if ending != "raise"), "raise")

    def _merged(self, results: list[dict[str, Value]]) -> dict[str, Value]:
        merged = dict(results[0])
        for result in results[1:]:
            for name, value in result.items():
                if name not in merged:
                    merged[name] = value
                elif merged[name] is not value:
                    merged[name] = self._joined_lazily(merged[name], value)
        return merged

    def _joined_lazily(self, first: Value, second: Value) -> Value:
        if isinstance(first, Deferred) or isinstance(second, Deferred):
            return Deferred(lambda: self.joined(first, second))
        return self.joined(first, second)

    # Loops.

    def _for(self, node: nodes.For, scope: Scope) -> Ending:
        items = self.items(self.evaluate(node.iter, scope))
        if items is None:
            return self._for_unknown(node, scope)
        depth, uncertain = 0 if self.observer is None else self.observer.depth(), self.uncertain
        for item in items:
            if isinstance(item, Perhaps):
                ending = self._for_perhaps(node, item, scope)
            else:
                self.assign(node.target, item, scope)
                ending = self.execute(node.body, scope)
            if self.observer is not None:
                self.observer.release(depth, ("continue",))
                self.uncertain = uncertain + (self.observer.depth() > depth)
            if ending in ("break", "return", "raise"):
                break
        else:
            ending = self.execute(node.orelse, scope)
        if self.observer is not None:
            self.observer.release(depth, ("break",))
            self.uncertain = uncertain + (self.observer.depth() > depth)
        return ending if ending in ("return", "raise") else None

    def _for_perhaps(self, node: nodes.For, item: Perhaps, scope: Scope) -> Ending:
        """Execute a round of a loop that only happens where a condition holds."""
        self.assign(node.target, item.value, scope)
        return self._round(node, scope, item.condition)

    def _round(self, node: nodes.For, scope: Scope, condition: Condition) -> Ending:
        """Execute the body of a loop where a condition holds; one that a fresh database never enters has few steps."""
        conditions = [condition, negated(condition)]
        if self.observer is None or self.observer.is_likely(condition):
            return self._either([node.body, []], scope, conditions)
        limit = self.limit
        self.limit = min(limit, self.steps + MAXIMUM_ROW_STEPS)
        try:
            return self._either([node.body, []], scope, conditions)
        except Exhausted:
            if self.steps > limit:
                raise
            with self.observer.branch(condition) as entered:
                self.observer.abandoned(node, scope.module, self.span(node, scope.module))
            with self.observer.branch(negated(condition)) as passed:
                pass
            self.observer.branched([entered, passed], [None, None])
            self.give_up(node, scope, Unknown("reading what is done with each row takes too many steps"))
            return None
        finally:
            self.limit = limit

    def _for_unknown(self, node: nodes.For, scope: Scope) -> Ending:
        """Execute a loop over what is not known: its body may be executed, with an item that stands for all."""
        place = self.span(node.iter, scope.module)
        iterable = self.force(self.evaluate(node.iter, scope))
        each = None if self.observer is None else self.observer.each(iterable)
        item, condition = each or (
            Unknown("an item of an unknown iterable", place),
            Opaque("what a loop goes through is only known at run time"),
        )
        depth, uncertain = 0 if self.observer is None else self.observer.depth(), self.uncertain
        self.assign(node.target, item, scope)
        ending = self._either([node.body, []], scope) if self.observer is None else self._round(node, scope, condition)
        if self.observer is not None:
            self.observer.release(depth, ("break", "continue"))
            self.uncertain = uncertain + (self.observer.depth() > depth)
        return ending if ending in ("return", "raise") else self.execute(node.orelse, scope)

    def _while(self, node: nodes.While, scope: Scope) -> Ending:
        """Execute a while loop, until it ends or might have ended for a reason that is only known at run time."""
        if self.observer is None:
            return self._rounds_of(node, scope)
        depth, uncertain = self.observer.depth(), self.uncertain
        ending = self._rounds_of(node, scope)
        self.observer.release(depth, ("break", "continue"))
        self.uncertain = uncertain + (self.observer.depth() > depth)
        return ending

    def _rounds_of(self, node: nodes.While, scope: Scope) -> Ending:
        for _ in range(MAXIMUM_ROUNDS):
            test = self.evaluate(node.test, scope)
            truth = self.truth(test)
            if truth is False:
                return self.execute(node.orelse, scope)
            if truth is None:
                self._either([node.body, []], scope, self._asked(test))
                return None
            exits = self.open_exits
            ending = self.execute(node.body, scope)
            if ending in ("return", "raise"):
                return ending
            if ending == "break":
                return None
            if self.open_exits > exits:
                break
        self.give_up(
            node, scope, Unknown("when the loop ends is only known at run time", self.span(node, scope.module))
        )
        return None

    # Blocks.

    def _try(self, node: nodes.Try | nodes.TryStar, scope: Scope) -> Ending:
        """Execute a try statement: the body, and its handlers only where the body raises for certain."""
        returned = len(self.frames[-1].returns) if self.frames else 0
        ending = self._tried(node.body, scope) if node.handlers else self.execute(node.body, scope)
        if ending == "raise" and node.handlers:
            ending = self._either([handler.body for handler in node.handlers], scope)
        elif ending is None:
            handler = self._handler_of_missing_import(node, scope)
            ending = self.execute(node.orelse if handler is None else handler.body, scope)
        until = len(self.frames[-1].returns) if self.frames else 0
        last = self.execute(node.finalbody, scope)
        if last == "return" and self.frames:
            del self.frames[-1].returns[returned:until]
        return last or ending

    def _tried(self, body: list[nodes.NodeNG], scope: Scope) -> Ending:
        """Execute a body whose exceptions are caught."""
        self.trying += 1
        try:
            return self.execute(body, scope)
        except Raised:
            return "raise"
        finally:
            self.trying -= 1

    def _handler_of_missing_import(self, node: nodes.Try | nodes.TryStar, scope: Scope) -> nodes.ExceptHandler | None:
        """Give the handler that runs because the body imports what is not there, None if it imports nothing such."""
        for handler in node.handlers:
            caught = written(handler.type) if handler.type is not None else "Exception"
            if any(name in caught for name in ("ImportError", "ModuleNotFoundError", "Exception")):
                fails = any(self._is_missing_import(statement, scope) for statement in node.body)
                return handler if fails else None
        return None

    def _is_missing_import(self, statement: nodes.NodeNG, scope: Scope) -> bool:
        if not isinstance(statement, (nodes.Import, nodes.ImportFrom)):
            return False
        for path, alias in statement.names:
            found = scope.names.get(alias or path.partition(".")[0])
            found = self.force(found) if isinstance(found, Near) else found
            if isinstance(found, Absent) or (isinstance(found, Symbol) and found.missing is not None):
                return True
        return False

    def _with(self, node: nodes.With, scope: Scope) -> Ending:
        if self.observer is not None:
            return self._observed_with(self.observer, node, scope)
        for context, target in node.items:
            value = self.evaluate(context, scope)
            if target is not None:
                entered = self.attribute(value, "__enter__") if isinstance(value, Instance) else value
                known = isinstance(value, Instance) and not isinstance(entered, (Absent, Unknown))
                self.assign(target, self.call(entered, [], {}) if known else value, scope)
        return self.execute(node.body, scope)

    def _observed_with(self, observer: Observer, node: nodes.With, scope: Scope) -> Ending:
        """Execute a `with` statement and show the beginning and the end of each context."""
        contexts: list[Value] = []
        for context, target in node.items:
            value = self.force(self.evaluate(context, scope))
            contexts.append(value)
            bound = observer.entered(value)
            if isinstance(value, Instance):
                entered = self.attribute(value, "__enter__")
                bound = None if isinstance(entered, (Absent, Unknown)) else self.call(entered, [], {})
            elif isinstance(value, Items) and value.items:  # a generator behind `contextmanager`
                bound = value.items[0]
            if target is not None:
                self.assign(target, value if bound is None else bound, scope)
        ending = self.execute(node.body, scope)
        for value in reversed(contexts):
            observer.left(value)
        return ending


def _is_type_checking(value: Value) -> bool:
    return isinstance(value, Symbol) and value.path in ("typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING")
