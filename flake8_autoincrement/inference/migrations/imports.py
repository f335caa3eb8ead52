"""The modules that are imported along with others: what a run has loaded when it begins."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from astroid import nodes

from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.values import Module, Value

MAXIMUM_MODULES = 2_000


def imported_modules(
    interpreter: Interpreter, first: Sequence[Module], *, execute: bool = True
) -> Iterator[Module]:
    """Give modules and all of the same project that they import, however deep, each executed, or only parsed."""
    queue = list(first)
    seen = {module.path for module in queue}
    while queue and len(seen) < MAXIMUM_MODULES:
        module = interpreter.executed(queue.pop(0)) if execute else interpreter.loaded(queue.pop(0))
        yield module
        for imported in _direct(interpreter, module):
            interpreter.sources.dependencies.read(module.path, imported.path)
            if imported.path not in seen:
                seen.add(imported.path)
                queue.append(imported)


def _direct(interpreter: Interpreter, module: Module) -> Iterator[Module]:
    for found in _values(interpreter, module):
        if isinstance(found, Module) and _is_own(interpreter, found, module):
            yield from _packages(interpreter, found)
            yield found


def _is_own(interpreter: Interpreter, found: Module, importer: Module) -> bool:
    """Say whether a module belongs to the project of its importer, and is no library's."""
    if interpreter.is_near(found.location.top, importer):
        return True
    with interpreter.sources.on_behalf(importer.path):
        return not interpreter.finder.is_installed(os.path.dirname(found.path))


def _packages(interpreter: Interpreter, module: Module) -> Iterator[Module]:
    """Give the packages around a module, which Python imports first."""
    folder = os.path.dirname(module.path)
    with interpreter.sources.on_behalf(module.path):
        while interpreter.sources.is_file(os.path.join(folder, "__init__.py")):
            path = os.path.join(folder, "__init__.py")
            if path != module.path:
                yield interpreter.module_at(path)
            folder = os.path.dirname(folder)


def _values(interpreter: Interpreter, module: Module) -> Iterator[Value]:
    """Give what the import statements of a module's body name, as far as they are modules."""
    for statement in module.body:
        match statement:
            case nodes.Import():
                for name, _ in statement.names:
                    yield interpreter.imported_module(name, module)
            case nodes.ImportFrom():
                yield from _of_from(interpreter, statement, module)


def _of_from(interpreter: Interpreter, statement: nodes.ImportFrom, module: Module) -> Iterator[Value]:
    if statement.level:
        source = interpreter.relative_module(statement.level, statement.modname or "", module)
    else:
        source = interpreter.imported_module(statement.modname, module)
    yield source
    for name, _ in statement.names:
        if name != "*" and not (isinstance(source, Module) and name in source.bound):
            yield interpreter.force(interpreter.imported_name(source, name, module))
