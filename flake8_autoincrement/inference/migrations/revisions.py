"""Revisions: what a file of a versions folder says of itself, and what its functions do."""

from __future__ import annotations

import os
import re

from astroid import nodes

from flake8_autoincrement.facts.operation import AnyOperation, Database, When
from flake8_autoincrement.facts.revision import Header, Revision
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.constraints import Convention
from flake8_autoincrement.inference.declarations.models import Models
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.values import (
    Bound,
    Constant,
    Function,
    Items,
    Module,
    Value,
    Wrapped,
    is_none,
    text_of,
)
from flake8_autoincrement.inference.migrations.watching import Watcher
from flake8_autoincrement.source import Span

MAXIMUM_STEPS = 300_000  # expressions and statements for one function of a revision, calls included
MAXIMUM_LEVELS = 4  # from a versions folder up to its environment
TARGET = "target_metadata"
_HEADER = re.compile(r"^[ \t]*(Revision ID|Revises)[ \t]*:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_ENGINE = "upgrade_"


def is_revision(module: Module) -> bool:
    """Say whether a module is an Alembic revision, whose tables are a moment of history and not declarations."""
    return "revision" in module.names and "down_revision" in module.names


class Revisions:
    """Reads revisions; `conventions` keeps the naming convention of each environment, by its `env.py`."""

    def __init__(
        self, interpreter: Interpreter, models: Models, conventions: dict[str, Convention | None]
    ) -> None:
        self._interpreter = interpreter
        self._models = models
        self._conventions = conventions

    def revision(self, module: Module) -> Revision:
        """Read an executed module that is a revision."""
        unread: list[Unknown] = []
        number = self._texts(module, "revision", unread)
        return Revision(
            path=module.path,
            revision=number[0] if number else "",
            down_revisions=self._texts(module, "down_revision", unread),
            depends_on=self._texts(module, "depends_on", unread),
            branch_labels=self._texts(module, "branch_labels", unread),
            header=self._header(module),
            upgrade=self._operations(module, "upgrade"),
            downgrade=self._operations(module, "downgrade"),
            unread=unread[0] if unread else None,
            span=self._statement(module, "revision"),
            down_revision_span=self._statement(module, "down_revision"),
            upgrade_span=self._statement(module, "upgrade"),
            downgrade_span=self._statement(module, "downgrade"),
        )

    # What it says of itself.

    def _texts(self, module: Module, name: str, unread: list[Unknown]) -> tuple[str, ...]:
        """Give the texts that a variable holds: none for None, one, or those of a tuple, list or set."""
        found = module.names.get(name)
        value = Constant(None) if found is None else self._interpreter.force(found)
        if is_none(value):
            return ()
        if (text := text_of(value)) is not None:
            return (text,)
        items = self._interpreter.items(value) if isinstance(value, Items) else None
        texts = [text_of(self._interpreter.force(item)) for item in items or ()]
        if items is None or None in texts:
            unread.append(Unknown(f"{name} is only known at run time", self._statement(module, name)))
        return tuple(text for text in texts if text is not None)

    def _statement(self, module: Module, name: str) -> Span | None:
        """Give the statement that binds a name, the last one."""
        found = module.statements.get(name)
        return self._interpreter.span(found[-1][1], module) if found else None

    def _header(self, module: Module) -> Header | None:
        """Read the docstring as Alembic's template writes it."""
        node = module.tree.doc_node if module.tree is not None else None
        if not isinstance(node, nodes.Const) or not isinstance(node.value, str):
            return None
        place = self._interpreter.span(node, module)
        lines = {}
        places = {}
        for found in _HEADER.finditer(node.value):
            lines[found[1]] = found[2]
            line = place.line + node.value[: found.start()].count("\n")
            text = self._interpreter.line(module, line)
            places[found[1]] = Span(module.path, line, 0, line, len(text))
        revises = lines.get("Revises")
        return Header(
            message=node.value.strip().partition("\n")[0],
            revision=lines.get("Revision ID"),
            revises=None if revises is None else tuple(part for part in re.split(r"[\s,]+", revises) if part),
            span=place,
            revision_span=places.get("Revision ID"),
            revises_span=places.get("Revises"),
        )

    # What it does.

    def _operations(self, module: Module, name: str) -> tuple[AnyOperation, ...] | None:
        """Give what a function of the revision does, None where there is no such function."""
        found = module.names.get(name)
        if found is None:
            return None
        function = self._interpreter.force(found)
        if isinstance(function, Wrapped):
            function = self._interpreter.force(function.function)
        if not isinstance(function, (Function, Bound)):
            return ()
        databases = self._databases(module, name) if _takes_engine(function) else ()
        if not databases:
            return self._run(module, function, [])
        return tuple(
            When(Database(database), self._run(module, function, [Constant(database)]), span=None)
            for database in databases
        )

    def _databases(self, module: Module, name: str) -> list[str]:
        """Give the databases for which there are functions: `upgrade_engine1` in Alembic's multidb template."""
        prefix = f"{name}_"
        return [each.removeprefix(prefix) for each in module.names if each.startswith(prefix)]

    def _run(self, module: Module, function: Value, args: list[Value]) -> tuple[AnyOperation, ...]:
        interpreter = self._interpreter
        environment = self._environment(module.path)
        convention = None if environment is None else self._convention(module, environment)
        watcher = Watcher(interpreter, self._models, module.path, convention, environment)
        place = Span(module.path, 1, 0, 1, 0)
        with interpreter.at(module):
            given = [*args, *(Unknown("an argument of the environment's") for _ in range(_missing(function, args)))]
            with interpreter.observed(watcher):
                result = interpreter.within_budget(
                    lambda: interpreter.call(function, given, {}), None, MAXIMUM_STEPS
                )
        if isinstance(result, Unknown) and result.why.startswith(("reading it takes", "it is nested")):
            watcher.failed(result, place)
        return watcher.operations

    def _convention(self, module: Module, environment: str) -> Convention | None:
        """Give the naming convention of the `target_metadata` of a revision's `env.py`."""
        self._interpreter.sources.dependencies.read(module.path, environment)
        if environment not in self._conventions:
            env = self._interpreter.module_at(environment)
            with self._interpreter.at(env):
                metadata = self._interpreter.force(self._interpreter.member(self._interpreter.loaded(env), TARGET))
                self._conventions[environment] = self._models.constraints.convention(metadata)
        return self._conventions[environment]

    def _environment(self, path: str) -> str | None:
        """Give the `env.py` of the nearest folder above a revision that has one."""
        folder = os.path.dirname(path)
        with self._interpreter.sources.on_behalf(path):
            for _ in range(MAXIMUM_LEVELS):
                folder = os.path.dirname(folder)
                if self._interpreter.sources.is_file(os.path.join(folder, "env.py")):
                    return os.path.join(folder, "env.py")
        return None


def _takes_engine(function: Value) -> bool:
    return isinstance(function, Function) and _missing(function, []) > 0


def _missing(function: Value, args: list[Value]) -> int:
    """Give how many arguments a function still has to be given."""
    if not isinstance(function, Function):
        return 0
    parameters = function.node.args
    positional = [parameter.name for parameter in (*parameters.posonlyargs, *(parameters.args or []))]
    return len([name for name in positional if name not in function.defaults][len(args) :])
