"""Which class a value is of, and which class is below which."""

from __future__ import annotations

import builtins
import collections.abc
import numbers

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.files import Files
from flake8_autoincrement.inference.evaluate.values import (
    Bound,
    Class,
    Constant,
    Deferred,
    Function,
    Instance,
    Items,
    Made,
    Mapping,
    Symbol,
    Value,
)


class Kinds(Files):
    """Answers `isinstance`, `issubclass` and `type`."""

    def type_of(self, value: Value) -> Value:
        match value:
            case Instance():
                return value.cls
            case Class():
                return self.metaclass(value) or self.symbol("builtins.type")
            case Made() if isinstance(value.callee, Symbol):
                return value.callee
            case Constant():
                return self.symbol(f"builtins.{type(value.value).__name__}")
        return Unknown("the type of an unknown value")

    def is_of(self, value: Value, kind: Value) -> bool | None:
        if isinstance(kind, Items):
            return any_of([self.is_of(value, self.force(one)) for one in kind.items])
        if isinstance(kind, Symbol) and kind.path == "builtins.object":
            return True
        match value, kind:
            case (Constant() | Items() | Mapping(), Symbol()):
                return _is_python(sample(value), kind.path)
            case (Class(), Symbol()):
                return True if kind.path == "builtins.type" else False if kind.path.startswith("builtins.") else None
            case (Class(), Class()):
                metaclass = self.metaclass(value)
                return False if metaclass is None else self.is_below(metaclass, kind)
            case (Function() | Bound(), Symbol()):
                if kind.path in ("types.FunctionType", "typing.Callable", "collections.abc.Callable"):
                    return True
                return False if kind.path.startswith(("builtins.", "sqlalchemy.")) else None
            case (Instance(), _):
                return self.is_below(value.cls, kind)
            case (Made(), Symbol()) if isinstance(value.callee, Symbol):
                return self._is_made_by(value.callee, kind)
            case (Constant() | Items() | Mapping() | Function(), Class()):
                return False
        return None

    def _is_made_by(self, callee: Symbol, kind: Symbol) -> bool | None:
        """Say whether the result of a library's call is of a library's class; other classes may be its bases."""
        if _same_symbol(callee, kind):
            return True
        return False if kind.path.startswith("builtins.") else None

    def is_below(self, cls: Value, kind: Value) -> bool | None:
        if isinstance(kind, Items):
            return any_of([self.is_below(cls, self.force(one)) for one in kind.items])
        if isinstance(cls, Symbol) and isinstance(kind, Symbol):
            return True if _same_symbol(cls, kind) else None
        if not isinstance(cls, Class):
            return None
        for entry in cls.mro:
            if entry is kind or (isinstance(entry, Symbol) and isinstance(kind, Symbol) and _same_symbol(entry, kind)):
                return True
        if isinstance(kind, Symbol) and kind.path == "builtins.object":
            return True
        unclear = any(isinstance(entry, Unknown) or is_missing(entry) for entry in cls.mro)
        return None if unclear or isinstance(kind, (Unknown, Deferred)) else False


def any_of(truths: list[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False


def is_missing(value: Value) -> bool:
    return isinstance(value, Symbol) and value.missing is not None


def _same_symbol(first: Symbol, second: Symbol) -> bool:
    if first.path == second.path:
        return True
    name = known_name(first)
    return name is not None and name == known_name(second)


def sample(value: Constant | Items | Mapping) -> object:
    """Give a Python object of the same type as a value."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Mapping):
        return {}
    return {"list": [], "tuple": (), "set": set(), "range": range(0)}.get(value.kind, iter(()))


def _is_python(sample: object, path: str) -> bool | None:
    """Say whether an object of Python's own is of a class of Python's own; of no other library's."""
    module, _, name = path.rpartition(".")
    if module == "types" and name == "NoneType":
        return sample is None
    found = {"builtins": builtins, "collections.abc": collections.abc, "numbers": numbers}.get(module)
    kind = getattr(found, name, None) if found is not None else None
    if isinstance(kind, type):
        return isinstance(sample, kind)
    return False if path.startswith(("sqlalchemy.", "sqlmodel.")) else None
