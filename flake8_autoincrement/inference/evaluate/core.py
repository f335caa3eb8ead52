"""What every part of the interpreter shares: symbols, deferred values, places and the budget."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from astroid import nodes

from flake8_autoincrement.facts.keys import Version
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.observer import Observer
from flake8_autoincrement.inference.evaluate.values import (
    Class,
    Deferred,
    Frame,
    Instance,
    Items,
    Made,
    Mapping,
    Module,
    Scope,
    Symbol,
    Value,
    executing,
)
from flake8_autoincrement.inference.finder import Finder
from flake8_autoincrement.inference.sources import Sources
from flake8_autoincrement.source import Span

Result = TypeVar("Result")

MAXIMUM_STEPS = 100_000  # expressions and statements for one statement of a module's body, calls included
MAXIMUM_CALL_STEPS = 20_000  # the same for one call that a statement makes; the call is unknown then, not the statement
MAXIMUM_DEPTH = 60  # calls within calls
MAXIMUM_RECURSION = 8  # calls of a function inside itself, while somebody observes
MAXIMUM_GENERATIONS = 5  # classes that are made by a `declared_attr` of such a class


class Exhausted(Exception):
    """The budget of a statement is used up."""


class Raised(Exception):
    """A function of the user's that was called raises for certain."""


class Core(ABC):
    """Modules by file, their names, and the state of an evaluation."""

    def __init__(
        self, sources: Sources, finder: Finder, sqlalchemy: Version, trees: dict[str, nodes.Module] | None = None
    ) -> None:
        self.sources = sources
        self.finder = finder
        self.sqlalchemy = sqlalchemy
        self.modules: dict[str, Module] = {}
        self.sites: list[Span] = []
        self.frames: list[Frame] = []
        self.uncertain = 0
        self.generation = 0  # of classes that are made now
        self.steps = 0
        self.limit = MAXIMUM_STEPS
        self.trying = 0  # how many try statements are around what is being executed
        self.open_exits = 0  # how often a loop or function might have been left on a path that may not be taken
        self.is_mapped: Callable[[Class], bool] | None = None  # set by who knows what SQLAlchemy maps
        self.observer: Observer | None = None  # of the run whose functions are being executed
        self.has_changed_others = False  # whether a module changed what another one made
        self._trees: dict[str, nodes.Module] = {} if trees is None else trees
        self._symbols: dict[str, Symbol] = {}
        self._lines: dict[str, list[str]] = {}
        self._starring: set[tuple[int, str]] = set()

    # What the parts above provide.

    @abstractmethod
    def evaluate(self, node: nodes.NodeNG, scope: Scope) -> Value:
        """Evaluate an expression."""

    @abstractmethod
    def execute(self, body: Sequence[nodes.NodeNG], scope: Scope) -> str | None:
        """Execute statements; give `return`, `raise`, `break` or `continue` where one of them ended the run."""

    @abstractmethod
    def attribute(self, value: Value, name: str) -> Value:
        """Give an attribute of a value."""

    @abstractmethod
    def call(self, callee: Value, args: list[Value], keywords: dict[str, Value], site: Span | None = None) -> Value:
        """Call a value; `site` is the place of the call."""

    # Symbols and deferred values.

    def symbol(self, path: str, missing: str | None = None) -> Symbol:
        """Give the one symbol of a dotted name."""
        found = self._symbols.get(path)
        if found is None:
            found = self._symbols[path] = Symbol(path, missing)
        return found

    def force(self, value: Value) -> Value:
        """Compute a deferred value."""
        if not isinstance(value, Deferred):
            return value
        if value.value is None:
            if value.busy:
                return Unknown("it is defined in terms of itself")
            value.busy = True
            try:
                value.value = self.force(value.compute())
            finally:
                value.busy = False
        return value.value

    # Places.

    def span(self, node: nodes.NodeNG, module: Module) -> Span:
        """Give the place of a node, with columns in characters."""
        line, end_line = node.lineno or 1, node.end_lineno or node.lineno or 1
        return Span(
            module.path,
            line,
            self._column(module, line, node.col_offset or 0),
            end_line,
            self._column(module, end_line, node.end_col_offset or 0),
        )

    def _column(self, module: Module, line: int, offset: int) -> int:
        """Turn an offset in UTF-8 bytes into one in characters."""
        text = self.line(module, line)
        return offset if text.isascii() else len(text.encode()[:offset].decode(errors="replace"))

    def line(self, module: Module, number: int) -> str:
        """Give a line of a module's text."""
        lines = self._lines.get(module.path)
        if lines is None:
            lines = self._lines[module.path] = module.text.split("\n")
        return lines[number - 1] if number <= len(lines) else ""

    def within_budget(
        self, compute: Callable[[], Result], span: Span | None, limit: int = MAXIMUM_STEPS
    ) -> Result | Unknown:
        """Compute something with a budget of its own; give `Unknown` where that is used up."""
        outer = (self.steps, self.limit, self.sites, self.uncertain, self.frames, self.generation)
        self.steps, self.limit, self.sites, self.uncertain, self.frames, self.generation = 0, limit, [], 0, [], 0
        try:
            return compute()
        except Exhausted:
            return Unknown(f"reading it takes more than {limit} steps", span)
        except RecursionError:
            return Unknown("it is nested too deeply to be read", span)
        finally:
            self.steps, self.limit, self.sites, self.uncertain, self.frames, self.generation = outer

    @contextmanager
    def at(self, module: Module) -> Iterator[None]:
        """Evaluate what is inside the block as a part of a module."""
        executing.append(module)
        try:
            yield
        finally:
            executing.pop()

    @contextmanager
    def observed(self, observer: Observer | None) -> Iterator[None]:
        """Let an observer see what is executed inside the block, or nobody."""
        outer, self.observer = self.observer, observer
        try:
            yield
        finally:
            self.observer = outer

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Evaluate what is inside the block as a part of no module: nothing that it makes is remembered."""
        outer = list(executing)
        executing.clear()
        try:
            yield
        finally:
            executing[:] = outer

    def step(self) -> None:
        """Count one step; raise `Exhausted` when the statement's budget is used up."""
        self.steps += 1
        if self.steps > self.limit:
            raise Exhausted

    # What a module makes, and what it does to what others made.

    def note_change(self, value: Value) -> None:
        """Note that the module being executed changes a value, which may be another module's."""
        if not executing:
            return
        here = executing[-1]
        match value:
            case Class() | Items() | Mapping():
                changes_other = value.home is not None and value.home is not here
            case Module():
                changes_other = value is not here
            case Made() | Instance():
                changes_other = bool(value.places) and value.places[0].path != here.path
            case _:
                changes_other = False
        self.has_changed_others = self.has_changed_others or changes_other

    def record(self, made: Made | Class) -> None:
        """Remember a table or class that the module being executed makes, unless such classes may go on for ever."""
        if isinstance(made, Class):
            made.generation = self.generation
        if executing and self.generation <= MAXIMUM_GENERATIONS:
            executing[-1].made.append(made)
