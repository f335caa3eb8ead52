"""What every part of the interpreter shares: modules, names, places and the budget."""

from __future__ import annotations

import builtins
import os
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from astroid import nodes

from flake8_autoincrement.facts.keys import Version
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.bodies import bound, changed, may_raise
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Class,
    Constant,
    Deferred,
    Frame,
    Instance,
    Items,
    Made,
    Mapping,
    Module,
    Package,
    Scope,
    Symbol,
    Value,
    text_of,
)
from flake8_autoincrement.inference.finder import Finder, Location, is_standard
from flake8_autoincrement.inference.reach import KNOWN_LIBRARIES
from flake8_autoincrement.inference.sources import ReadError, Sources
from flake8_autoincrement.inference.syntax import ParseError
from flake8_autoincrement.inference.trees import parsed
from flake8_autoincrement.inference.triggers import text_may_declare
from flake8_autoincrement.source import Span

Result = TypeVar("Result")

MAXIMUM_STEPS = 100_000  # expressions and statements for one statement of a module's body, calls included
MAXIMUM_MODULE_STEPS = 2_000_000  # for a module's whole body, after which a statement has no more than the next
MAXIMUM_LATE_STEPS = 1_000
MAXIMUM_CALL_STEPS = 20_000  # the same for one call that a statement makes; the call is unknown then, not the statement
MAXIMUM_DEPTH = 60  # calls within calls
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
        self.executing: list[Module] = []
        self.sites: list[Span] = []
        self.frames: list[Frame] = []
        self.uncertain = 0
        self.generation = 0  # of classes that are made now
        self.steps = 0
        self.limit = MAXIMUM_STEPS
        self.trying = 0  # how many try statements are around what is being executed
        self.open_exits = 0  # how often a loop or function might have been left on a path that may not be taken
        self.is_mapped: Callable[[Class], bool] | None = None  # set by who knows what SQLAlchemy maps
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
        self.executing.append(module)
        try:
            yield
        finally:
            self.executing.pop()

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Evaluate what is inside the block as a part of no module: nothing that it makes is remembered."""
        outer, self.executing = self.executing, []
        try:
            yield
        finally:
            self.executing = outer

    def step(self) -> None:
        """Count one step; raise `Exhausted` when the statement's budget is used up."""
        self.steps += 1
        if self.steps > self.limit:
            raise Exhausted

    # Modules.

    def module_at(self, path: str) -> Module:
        """Give the module of a file, not executed."""
        module = self.modules.get(path)
        if module is None:
            is_package = os.path.basename(path) == "__init__.py"
            folder = os.path.dirname(path)
            with self.sources.on_behalf(path):
                location = Location(path, (folder,) if is_package else (), self.finder.top(path))
                module = self.modules[path] = Module(self.finder.name(path), location, path)
        return module

    def executed(self, module: Module) -> Module:
        """Execute a module's whole body, in order, unless that was done or begun."""
        if module.state in ("executing", "done"):
            return module
        self.loaded(module)
        module.state = "executing"
        for at, statement in enumerate(module.body):
            if self._is_behind_end(module, at):
                break
            if at not in module.done:
                self._execute_alone(module, at, statement)
        module.state = "done"
        return module

    def loaded(self, module: Module) -> Module:
        """Parse a module and execute its imports; its other names are bound when they are asked for."""
        if module.state != "new":
            return module
        module.state = "loaded"
        module.names.update(
            __name__=Constant(module.name),
            __file__=Constant(module.path),
            __doc__=Constant(None),
            __package__=Constant(module.name if module.location.folders else module.name.rpartition(".")[0]),
        )
        try:
            with self.sources.on_behalf(module.path):
                module.text = self.sources.text(module.path)
            module.may_declare = text_may_declare(module.text)
            module.tree = self._tree(module)
        except (ReadError, ParseError) as error:
            module.failure = f"{module.path}: {error}"
            return module
        for at, statement in enumerate(module.tree.body):
            if isinstance(statement, nodes.ImportFrom) and statement.names[0][0] == "*":
                self._execute_alone(module, at, statement)
            names = bound(statement)
            for name in names | changed(statement):
                module.statements.setdefault(name, []).append((at, statement))
            module.bound |= names
            if may_raise(statement):
                module.raising.append(at)
        return module

    def _tree(self, module: Module) -> nodes.Module:
        found = self._trees.get(module.path)
        if found is None:
            found = parsed(module.text, module.path, module.name, bool(module.location.folders))
            self._trees[module.path] = found
        return found

    def bind_imports(self, module: Module) -> None:
        """Execute the import statements of a module's body, those that were not executed yet."""
        for at, statement in enumerate(module.body):
            if isinstance(statement, nodes.ImportFrom) and at not in module.done:
                for name in sorted(bound(statement)):
                    self._demanded(module, name)

    def _execute_alone(self, module: Module, at: int, statement: nodes.NodeNG) -> None:
        """Execute one statement of a module's body, with a budget of its own."""
        module.done.add(at)
        module.running.append(at)
        with self.at(module):
            place = self.span(statement, module)
            limit = MAXIMUM_STEPS if module.steps < MAXIMUM_MODULE_STEPS else MAXIMUM_LATE_STEPS
            ending = self.within_budget(lambda: self._execute_counted(module, statement), place, limit)
        module.running.pop()
        if isinstance(ending, Unknown):
            module.unread.append(ending)
            self.give_up(statement, self.scope_of(module), ending)
        elif ending == "raise":
            module.end = at

    def _execute_counted(self, module: Module, statement: nodes.NodeNG) -> str | None:
        try:
            return self.execute([statement], self.scope_of(module))
        finally:
            module.steps += self.steps

    def give_up(self, statement: nodes.NodeNG, scope: Scope, why: Unknown) -> None:
        """Take back what a statement that was not executed to its end has bound and changed."""
        names = bound(statement)
        for name in names:
            scope.names[name] = why
        for name in names | changed(statement):
            self.spoil(scope.names.get(name), why)

    def spoil(self, value: Value | None, why: Unknown) -> None:
        """Say of a container that it may have been changed in any way."""
        if isinstance(value, Items):
            value.open = why
        elif isinstance(value, Mapping):
            value.entries.clear()
            value.open = why

    def _demanded(self, module: Module, name: str) -> None:
        """Execute the statements of a module's body that bind or change a name, ahead of all others.

        Where there are several, what stands between them goes along, since it sees the name as it is there. A statement
        of the same module that is being executed sees what stands before it, as it would in Python; what stands behind
        it counts only where nothing before it binds the name.
        """
        statements = module.statements[name] if name in module.bound else []
        now = module.running[-1] if module.running else sys.maxsize
        before = [at for at, _ in statements if at < now]
        for at in range(before[0], before[-1] + 1) if before else ():
            if at not in module.done and not self._is_behind_end(module, at):
                self._execute_alone(module, at, module.body[at])
        for at, statement in statements:
            if at not in module.done and name not in module.names and not self._is_behind_end(module, at):
                self._execute_alone(module, at, statement)

    def _is_behind_end(self, module: Module, at: int) -> bool:
        """Say whether a module's body ends before a statement, because another one raises."""
        for raising in module.raising:
            if raising < at and raising not in module.done and not module.running:
                self._execute_alone(module, raising, module.body[raising])
        return module.end is not None and module.end < at

    def scope_of(self, module: Module) -> Scope:
        """Give the scope of a module's globals."""
        return Scope(module.names, None, module)

    def global_name(self, module: Module, name: str) -> Value | None:
        """Look a name up among a module's globals, None if it is not there."""
        if module.state == "loaded" or (module.state == "executing" and name not in module.names):
            self._demanded(module, name)
        found = module.names.get(name)
        if found is not None:
            return found
        for star in reversed(module.stars):
            if (found := self._starred(star, name)) is not None:
                return found
        if (found := module.typing_names.get(name)) is not None:
            return found
        return self._from_library_star(module, name)

    def _from_library_star(self, module: Module, name: str) -> Value | None:
        """Give what `from sqlalchemy import *` brings, which is taken to be every name that nothing else defines."""
        if not module.star_symbols or hasattr(builtins, name) or name.startswith("__"):
            return None
        return self.symbol(f"{module.star_symbols[-1]}.{name}")

    def _starred(self, module: Module, name: str) -> Value | None:
        """Give what `from module import *` brings under a name."""
        if (name.startswith("__") and name != "__all__") or (id(module), name) in self._starring:
            return None
        self._starring.add((id(module), name))
        try:
            return self._exported(module, name)
        finally:
            self._starring.discard((id(module), name))

    def _exported(self, module: Module, name: str) -> Value | None:
        self.loaded(module)
        exported = None if name == "__all__" else self.global_name(module, "__all__")
        listed = [text for text in map(text_of, getattr(exported, "items", ())) if text is not None]
        if listed and not getattr(exported, "open", None):
            if name not in listed:
                return None
        elif name.startswith("_"):
            return None
        return self.global_name(module, name) or self._submodule(module, name)

    def member(self, module: Module, name: str) -> Value:
        """Give an attribute of a module: a global, a submodule, or what its `__getattr__` answers."""
        self.loaded(module)
        if (found := self.global_name(module, name)) is not None:
            return found
        if (found := self._submodule(module, name)) is not None:
            return found
        if module.failure is not None:
            return Unknown(module.failure)
        if (hook := self.global_name(module, "__getattr__")) is not None:
            return self.call(hook, [Constant(name)], {})
        if self.may_bind(module, name):
            return Unknown(f"{module.name} makes its names at run time")
        if module.star_missing is not None or any(star.failure for star in module.stars):
            return Unknown(f"{module.name} imports * from a module that could not be read")
        return Absent(f"{module.name} does not define it")

    def _submodule(self, package: Module | Package, part: str) -> Value | None:
        """Give a module of a package; whoever brought the package in rests on what is found."""
        reader = package.path if isinstance(package, Module) else package.importer
        with self.sources.on_behalf(reader):
            found = self.finder.below(package.location, [part])
        if found is None:
            return None
        if found.path is not None:
            self.sources.dependencies.read(reader, found.path)
        return self._module_value(found, f"{package.name}.{part}", reader)

    def module_of(self, package: Package, name: str) -> Value:
        """Give a module of a namespace package."""
        return self._submodule(package, name) or Absent(f"{package.name} has no module {name}")

    def _module_value(self, location: Location, name: str, importer: str) -> Module | Package:
        return Package(name, location, importer) if location.path is None else self.module_at(location.path)

    def may_bind(self, module: Module, name: str) -> bool:
        """Say whether a module may bind a name in a way that evaluation does not follow, by the words in its text."""
        if module.maybe_bound is None:
            module.is_dynamic = any(word in module.text for word in _DYNAMIC)
            module.maybe_bound = _maybe_bound(module.text)
        return module.is_dynamic or name in module.maybe_bound

    # Imports.

    def imported_module(self, name: str, importer: Module) -> Value:
        """Resolve `import name`, an absolute name."""
        top = name.partition(".")[0]
        if top in KNOWN_LIBRARIES or is_standard(top):
            return self.symbol(name)
        with self.sources.on_behalf(importer.path):
            location = self.finder.absolute(name, importer.path)
            if location is not None:
                return self._module_value(location, name, importer.path)
            if "." in name and self.finder.absolute(top, importer.path) is not None:
                return self._missing_submodule(name, importer)
        return self.symbol(name, f"the package {top} was not found")

    def _missing_submodule(self, name: str, importer: Module) -> Value:
        """Follow a dotted name through modules, as for a module that makes names of its own, or say it is absent."""
        head, _, tail = name.rpartition(".")
        parent = self.imported_module(head, importer)
        if isinstance(parent, Module):
            self.sources.dependencies.read(importer.path, parent.path)
            return self.member(parent, tail)
        return Absent(f"there is no module {name}") if isinstance(parent, Package) else parent

    def imported_name(self, source: Value, name: str, importer: Module) -> Value:
        """Resolve `from source import name`."""
        match source:
            case Module():
                self.sources.dependencies.read(importer.path, source.path)
                return self.member(source, name)
            case Package():
                return self.module_of(source, name)
            case Symbol():
                return self.symbol(f"{source.path}.{name}", source.missing)
            case _:
                return source

    def relative_module(self, level: int, name: str, importer: Module) -> Value:
        """Resolve the module of `from ..name import`."""
        with self.sources.on_behalf(importer.path):
            location = self.finder.relative(level, name, importer.path)
        if location is None:
            return Absent(f"there is no module {'.' * level}{name}")
        package = importer.name.split(".")
        if not importer.location.folders:
            package = package[:-1]
        base = package[: len(package) - (level - 1)]
        return self._module_value(location, ".".join([*base, *([name] if name else [])]), importer.path)

    def is_near(self, location_top: str, importer: Module) -> bool:
        """Say whether a module belongs to the same project as the one that imports it."""
        return location_top == importer.location.top

    # What a module makes, and what it does to what others made.

    def note_change(self, value: Value) -> None:
        """Note that the module being executed changes a value, which may be another module's."""
        if not self.executing:
            return
        here = self.executing[-1]
        match value:
            case Class():
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
        if self.executing and self.generation <= MAXIMUM_GENERATIONS:
            self.executing[-1].made.append(made)


# The words of a module that may have names which no statement binds.
_DYNAMIC = ("globals()", "sys.modules[", "exec(", "vars()", "def __getattr__", "__all__.append", "builtins.")
_BINDING = re.compile(r"\b(\w++)\s*+(?::=|=(?!=)|:)|(?<=\.)(\w++)\s*+=|(?<=[\"'])(\w++)(?=[\"'])")
_BINDING_LINE = re.compile(r"\b(?:as|global|case)\b([^\n]*)")


def _maybe_bound(text: str) -> frozenset[str]:
    """Give the names that a file may bind in a way that evaluation does not follow, by the words around them."""
    found = {name for names in _BINDING.findall(text) for name in names}
    return frozenset(found.union(*(re.findall(r"\w+", line) for line in _BINDING_LINE.findall(text))))
