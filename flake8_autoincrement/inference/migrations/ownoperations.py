"""Operations that a project registers with Alembic itself, and those that are invoked as objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.values import (
    Class,
    Instance,
    Items,
    Made,
    Module,
    Symbol,
    Value,
    Wrapped,
    text_of,
)
from flake8_autoincrement.inference.migrations.imports import imported_modules
from flake8_autoincrement.inference.migrations.opcalls import PARAMETERS

_OBJECTS = "alembic.operations.ops."
_WORDS = ("register_operation", "implementation_for")
_SPECIAL = {"execute_s_q_l": "execute"}
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class OwnOperations:
    """Finds what stands behind a call of `op` that is not Alembic's own.

    `@Operations.register_operation("name")` makes a class's method a call of `op`, and
    `@Operations.implementation_for(cls)` makes a function what an object of the class does.
    """

    def __init__(self, interpreter: Interpreter, first: Sequence[Module]) -> None:
        self._interpreter = interpreter
        self._first = first

    def call_of(self, name: str) -> Value | None:
        """Give what `op.name` calls, None where nobody registers that."""
        for module in self._modules():
            for value in module.names.values():
                cls = self._interpreter.force(value)
                if not isinstance(cls, Class):
                    continue
                for given in self._decorations(cls.decorators, "register_operation"):
                    if given.args and text_of(self._interpreter.force(given.args[0])) == name:
                        method = text_of(self._interpreter.force(given.args[1])) if len(given.args) > 1 else None
                        return self._interpreter.attribute(cls, method or name)
        return None

    def implementation_of(self, operation: Instance) -> Value | None:
        """Give the function that does what an object says, None where there is none."""
        for module in self._modules():
            for value in module.names.values():
                function = self._interpreter.force(value)
                if not isinstance(function, Wrapped) or function.decorator is None:
                    continue
                for given in self._decorations([function.decorator], "implementation_for"):
                    if given.args and self._interpreter.force(given.args[0]) is operation.cls:
                        return function.function
        return None

    def _decorations(self, decorators: Sequence[Value], name: str) -> Iterator[Made]:
        for decorator in map(self._interpreter.force, decorators):
            if isinstance(decorator, Made) and isinstance(decorator.callee, Symbol):
                if decorator.callee.path.endswith(f".Operations.{name}"):
                    yield decorator

    def _modules(self) -> Iterator[Module]:
        """Give the modules that register operations, executed."""
        for module in imported_modules(self._interpreter, self._first, execute=False):
            if any(word in module.text for word in _WORDS):
                yield self._interpreter.executed(module)


def of_object(interpreter: Interpreter, operation: Made) -> tuple[str, list[Value]] | None:
    """Give the call and the arguments that an object of Alembic's own stands for: `ops.DropTableOp("users")`."""
    if not isinstance(operation.callee, Symbol) or not operation.callee.path.startswith(_OBJECTS):
        return None
    words = _CAPITAL.sub("_", operation.callee.path.removeprefix(_OBJECTS).removesuffix("Op")).lower()
    name = _SPECIAL.get(words, words)
    args = list(operation.args)
    if name == "create_table" and len(args) > 1 and isinstance(columns := interpreter.force(args[1]), Items):
        args[1:2] = columns.items
    return (name, args) if name in PARAMETERS else None
