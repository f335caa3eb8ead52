"""Frozen dataclasses as JSON and back: what is kept between runs, and never a pickle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar, get_args, get_type_hints

Fact = TypeVar("Fact")


class Encoding(Generic[Fact]):
    """The encoding of one type and of all dataclasses and enumerations that its fields are made of.

    A dataclass is `{"Name": [field, ...]}`, a member of an enumeration `{"Name": "MEMBER"}`, a tuple a list; everything
    else is itself. Two different types of one name cannot be told apart and are refused.
    """

    def __init__(self, root: type[Fact]) -> None:
        self._root = root

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
        made = self._types[name]
        if issubclass(made, Enum):
            return made[content]
        parts = map(_tuples, content)
        if made in self._by_name:
            return made(**dict(zip(made.__dataclass_fields__, parts, strict=True)))
        return made(*parts)

    @cached_property
    def _by_name(self) -> frozenset[type[Any]]:
        """Give the dataclasses that do not take all their fields by position."""
        return frozenset(
            each for each in self._types.values() if is_dataclass(each) and any(field.kw_only for field in fields(each))
        )

    @cached_property
    def _types(self) -> dict[str, type[Any]]:
        found: dict[str, type[Any]] = {}
        pending: list[type[Any]] = [self._root]
        while pending:
            current = pending.pop()
            if found.setdefault(current.__name__, current) is not current:
                raise TypeError(f"two types are called {current.__name__}")
            if is_dataclass(current):
                hints = get_type_hints(current)
                parts = {part for field in fields(current) for part in _types_in(hints[field.name])}
                pending += [part for part in parts if found.get(part.__name__) is not part]
        return found


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


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if type(value) is list else value
