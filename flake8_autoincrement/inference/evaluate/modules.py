"""Modules: executed name by name, as far as something of them is needed, and found by their imports."""

from __future__ import annotations

import builtins
import os
import re
import sys

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.bodies import bound, changed, may_raise
from flake8_autoincrement.inference.evaluate.core import MAXIMUM_STEPS, Core
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Constant,
    Items,
    Mapping,
    Module,
    Package,
    Scope,
    Symbol,
    Value,
    text_of,
)
from flake8_autoincrement.inference.finder import Location, is_standard
from flake8_autoincrement.inference.reach import KNOWN_LIBRARIES
from flake8_autoincrement.inference.sources import ReadError
from flake8_autoincrement.inference.syntax import ParseError
from flake8_autoincrement.inference.trees import parsed
from flake8_autoincrement.inference.triggers import text_may_declare

MAXIMUM_MODULE_STEPS = 2_000_000  # for a module's whole body, after which a statement has no more than the next
MAXIMUM_LATE_STEPS = 1_000
# The words of a module that may have names which no statement binds.
_DYNAMIC = ("globals()", "sys.modules[", "exec(", "vars()", "def __getattr__", "__all__.append", "builtins.")
_BINDING = re.compile(r"\b(\w++)\s*+(?::=|=(?!=)|:)|(?<=\.)(\w++)\s*+=|(?<=[\"'])(\w++)(?=[\"'])")
_BINDING_LINE = re.compile(r"\b(?:as|global|case)\b([^\n]*)")


class Modules(Core):
    """Executes modules and looks their names up."""

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
        with self.at(module), self.observed(None):
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


def _maybe_bound(text: str) -> frozenset[str]:
    """Give the names that a file may bind in a way that evaluation does not follow, by the words around them."""
    found = {name for names in _BINDING.findall(text) for name in names}
    return frozenset(found.union(*(re.findall(r"\w+", line) for line in _BINDING_LINE.findall(text))))
