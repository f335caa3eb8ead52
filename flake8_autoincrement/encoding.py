"""Frozen dataclasses as JSON and back: what is kept between runs, and never a pickle."""

from __future__ import annotations

import builtins
import json
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from types import ModuleType
from typing import Any, Generic, TypeVar, get_args

Fact = TypeVar("Fact")


class Encoding(Generic[Fact]):
    """The encoding of one type and of all dataclasses and enumerations that its fields are made of.

    A dataclass is `{"Name": [field, ...]}`, a member of an enumeration `{"Name": "MEMBER"}`, a tuple a list; everything
    else is itself. Two different types of one name cannot be told apart and are refused.
    """

    def __init__(self, root: type[Fact]) -> None:
        self._root = root
        self._known: dict[str, type[Any]] = {root.__name__: root}
        self._makers: dict[str, Callable[[Any], object]] = {}
        self._pending: deque[type[Any]] = deque([root])  # whose fields were not looked at yet
        self._late: deque[tuple[type[Any], str]] = deque()  # annotations with names that take an import

    def encoded(self, value: Fact) -> str:
        """Give a value as one line of JSON, in ASCII."""
        return json.dumps(value, default=_plain, separators=(",", ":"), check_circular=False)

    def decoded(self, text: str) -> Fact:
        """Give the value back; raises `ValueError` for what `encoded` did not make of this type."""
        try:
            value = json.loads(text, object_hook=self._made)
        except (TypeError, KeyError, RecursionError) as error:
            raise ValueError(f"not an encoded {self._root.__name__}: {error}") from None
        if not isinstance(value, self._root):
            raise ValueError(f"not an encoded {self._root.__name__}")
        return value

    def _made(self, encoded: dict[str, Any]) -> object:
        ((name, content),) = encoded.items()
        maker = self._makers.get(name)
        if maker is None:
            maker = self._makers[name] = _maker(self._type(name))
        return maker(content)

    def _type(self, name: str) -> type[Any]:
        """Give a type by its name; types are looked for as they are met, since to know them all takes a while."""
        while name not in self._known and (self._pending or self._late):
            if self._pending:
                current = self._pending.popleft()
                for field in fields(current) if is_dataclass(current) else ():
                    try:
                        self._meet(_evaluated(field.type, vars(sys.modules[current.__module__])))
                    except NameError:
                        self._late.append((current, str(field.type)))
            else:
                current, hint = self._late.popleft()
                self._meet(_evaluated(hint, _Names(sys.modules[current.__module__])))
        return self._known[name]

    def _meet(self, hint: Any) -> None:
        """Take the types that an annotation names."""
        for part in _types_in(hint):
            if part.__name__ not in self._known:
                self._known[part.__name__] = part
                self._pending.append(part)
            elif self._known[part.__name__] is not part:
                raise TypeError(f"two types are called {part.__name__}")


class _Names(dict[str, Any]):
    """The names of a module, those too that it only gives when it is asked for them."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(vars(module))
        self._module = module

    def __missing__(self, name: str) -> Any:
        try:
            return getattr(self._module, name)
        except AttributeError:
            raise KeyError(name) from None


def _evaluated(hint: Any, names: dict[str, Any]) -> Any:
    """Give what an annotation means: `from __future__ import annotations` leaves its text."""
    return eval(hint, {"__builtins__": builtins}, names) if isinstance(hint, str) else hint


def _maker(made: type[Any]) -> Callable[[Any], object]:
    """Give what makes a value of a type of its encoded content."""
    if issubclass(made, Enum):
        return made.__getitem__
    named = [(at, field.name) for at, field in enumerate(fields(made)) if field.kw_only]
    if not named:
        return lambda content: made(*_parts(content))
    placed = [at for at, field in enumerate(fields(made)) if not field.kw_only]

    def make(content: Any) -> object:
        if len(content) != len(named) + len(placed):
            raise TypeError(f"{made.__name__} has other fields")
        parts = _parts(content)
        return made(*[parts[at] for at in placed], **{name: parts[at] for at, name in named})

    return make


def _types_in(hint: Any) -> Iterator[type[Any]]:
    """Give the dataclasses and enumerations that an annotation names."""
    if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, Enum)):
        yield hint
    for argument in get_args(hint):
        yield from _types_in(argument)


def _plain(value: Any) -> object:
    name = type(value).__name__
    if isinstance(value, Enum):
        return {name: value.name}
    parts = (getattr(value, field) for field in value.__dataclass_fields__)
    # One that is also a number would be taken for that.
    return {name: [_plain(part) if isinstance(part, Enum) else part for part in parts]}


def _parts(content: list[Any]) -> list[Any]:
    return [tuple(_parts(part)) if type(part) is list else part for part in content]
