"""Defaults that read the time in Python, and whether what they read carries a time zone."""

from __future__ import annotations

from flake8_autoincrement.facts.schema import Clock
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.values import (
    Bound,
    Constant,
    Function,
    Made,
    Part,
    Partial,
    Symbol,
    Value,
    Wrapped,
    is_none,
)

_NAIVE = frozenset({"datetime.datetime.utcnow", "datetime.datetime.today", "datetime.datetime.utcfromtimestamp"})
_EITHER = frozenset({"datetime.datetime.now", "datetime.datetime.fromtimestamp"})


def clock(interpreter: Interpreter, value: Value) -> Clock | None:
    """Say which clock a default reads, None if it reads none that is known.

    A function, a lambda or a helper is followed to what it returns. `datetime.now` is aware only with a time zone
    (https://docs.python.org/3/library/datetime.html#aware-and-naive-objects).
    """
    value = interpreter.force(value)
    match value:
        case Symbol():
            return _named(value.path, False) if value.path in (*_NAIVE, *_EITHER) else None
        case Partial():
            result = interpreter.force(interpreter.call(value, [], {}))
            return _read(interpreter, result) if isinstance(result, Made) else None
        case Function() | Bound() | Wrapped(kind="staticmethod"):
            return _returned(interpreter, value)
        case Made():
            found = _read(interpreter, value)
            return None if found is None else Clock(found.name, found.aware, called=True)
    return None


def _returned(interpreter: Interpreter, function: Value) -> Clock | None:
    """Say which clock a function reads when SQLAlchemy calls it, with a context if it takes one."""
    plain = function.function if isinstance(function, (Bound, Wrapped)) else function
    if not isinstance(plain, Function):
        return None
    needed = [name for name in _positional(plain) if name not in plain.defaults]
    extra = 1 if isinstance(function, Bound) else 0
    context: list[Value] = [Constant(None)] if len(needed) > extra else []
    result = interpreter.force(interpreter.call(function, context, {}))
    return _read(interpreter, result) if isinstance(result, Made) else None


def _positional(function: Function) -> list[str]:
    parameters = function.node.args
    return [parameter.name for parameter in (*parameters.posonlyargs, *(parameters.args or []))]


def _read(interpreter: Interpreter, made: Made) -> Clock | None:
    """Say which clock a call reads: `datetime.now(tz)`, also with `.replace(...)` or `.astimezone(...)` behind it."""
    match made.callee:
        case Symbol() as symbol if symbol.path in _NAIVE:
            return _named(symbol.path, False)
        case Symbol() as symbol if symbol.path in _EITHER:
            position = 1 if symbol.path.endswith("fromtimestamp") else 0
            zone = made.keywords.get("tz", made.args[position] if len(made.args) > position else None)
            return _named(symbol.path, zone is not None and not is_none(interpreter.force(zone)))
        case Part(of=Made() as inner, name=name):
            found = _read(interpreter, inner)
            if found is None:
                return None
            if name == "astimezone":
                return Clock(found.name, True)
            if name == "replace" and "tzinfo" in made.keywords:
                if is_none(interpreter.force(made.keywords["tzinfo"])):
                    return Clock(f"{found.name}().replace(tzinfo=None)", False)
                return Clock(found.name, True)
            return found if name == "replace" else None
    return None


def _named(path: str, aware: bool) -> Clock:
    return Clock(path.removeprefix("datetime."), aware)
