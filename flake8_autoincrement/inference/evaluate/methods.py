"""Methods of values that are known: strings, lists, dicts, descriptors."""

from __future__ import annotations

from collections.abc import Callable

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import MAXIMUM_TEXT
from flake8_autoincrement.inference.evaluate.libraries import Libraries
from flake8_autoincrement.inference.evaluate.operators import assumed
from flake8_autoincrement.inference.evaluate.values import (
    NONE,
    Bound,
    Class,
    Constant,
    Function,
    Instance,
    Items,
    Mapping,
    Method,
    Value,
    Wrapped,
    is_none,
    tuple_of,
)


class Methods(Libraries):
    """Calls methods of known values."""

    def call_method(self, method: Method, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Call a method of a constant, a list, a dict or a property."""
        receiver = method.receiver
        match receiver:
            case Constant() if isinstance(receiver.value, (str, bytes)):
                return assumed(self._text_method(receiver.value, method.name, args, keywords), receiver)
            case Items():
                return self._items_method(receiver, method.name, args)
            case Mapping():
                return self._mapping_method(receiver, method.name, args, keywords)
            case Function() | Wrapped() if method.name == "__get__":
                return self._gotten(receiver, args)
            case Wrapped():
                return receiver
        return Unknown(f"the method {method.name} of a constant")

    def _gotten(self, receiver: Function | Wrapped, args: list[Value]) -> Value:
        """Reach a function as a descriptor is reached: `function.__get__(instance, cls)`."""
        instance, cls = ([*map(self.force, args), NONE, NONE])[:2]
        if isinstance(cls, Class) and isinstance(receiver, Wrapped):
            return self.reached(receiver, cls, None if is_none(instance) else instance)
        return receiver if is_none(instance) else Bound(receiver, instance)

    def _text_method(self, text: str | bytes, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        function = getattr(text, name, None)
        if function is None or name.startswith("__"):
            return Unknown(f"a string has no {name}")
        return self._converted(function, args, keywords)

    def _items_method(self, receiver: Items, name: str, args: list[Value]) -> Value:
        match name, args:
            case ("append" | "add", [item]):
                receiver.items.append(item)
            case ("extend" | "update", [more]):
                self.extend(receiver, more)
            case ("insert", [at, item]):
                plain = self.plain(at)
                receiver.items.insert(plain[0] if plain and isinstance(plain[0], int) else len(receiver.items), item)
            case ("copy", []):
                return self._copied(receiver)
            case ("pop", _) if receiver.items and receiver.open is None:
                return self._popped(receiver, self.plain(args[0]) if args else (-1,))
            case ("reverse", []):
                receiver.items.reverse()
            case ("union", [more]):
                made = Items(receiver.kind, list(receiver.items), receiver.open, self.uncertain)
                self.extend(made, more)
                return made
            case ("remove" | "discard", [item]):
                keep = [
                    one for one in receiver.items if self.compared("==", self.force(one), self.force(item)) is not True
                ]
                receiver.items[:] = keep
            case ("sort", _):
                return NONE
            case ("index" | "count", _):
                return self._converted(getattr(list, name), [receiver, *args], {})
            case _:
                receiver.open = Unknown(f"{name}() of a list")
                return receiver.open
        self.doubt(receiver)
        return NONE

    def _popped(self, receiver: Items, at: tuple[object] | None) -> Value:
        if at is None or not isinstance(at[0], int) or not -len(receiver.items) <= at[0] < len(receiver.items):
            return Unknown("an item at an unknown index is taken out")
        return receiver.items.pop(at[0])

    def _mapping_method(self, receiver: Mapping, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        match name, args:
            case ("get" | "pop" | "setdefault", [key, *rest]):
                return self._entry(receiver, name, key, rest)
            case ("items", []):
                pairs: list[Value] = [tuple_of([key, value]) for key, value in receiver.entries.values()]
                return Items("list", pairs, receiver.open, self.uncertain)
            case ("keys", []):
                return Items("list", [key for key, _ in receiver.entries.values()], receiver.open, self.uncertain)
            case ("values", []):
                return Items("list", [value for _, value in receiver.entries.values()], receiver.open, self.uncertain)
            case ("copy", []):
                return self._copied(receiver)
            case ("update", _):
                for more in args:
                    self.merge(receiver, more)
                for word, value in keywords.items():
                    self.put(receiver, Constant(word), value)
                self.doubt(receiver)
                return NONE
        return receiver.open or Unknown(f"{name}() of a dict")

    def _entry(self, receiver: Mapping, name: str, key: Value, rest: list[Value]) -> Value:
        hashed = self.hashed(key)
        default = rest[0] if rest else NONE
        if hashed is None:
            return Unknown("a key that is not known")
        if hashed in receiver.entries:
            found = receiver.entries[hashed][1]
            if name == "pop":
                del receiver.entries[hashed]
                self.doubt(receiver)
            return found
        if receiver.open is not None:
            return receiver.open
        if name == "setdefault":
            self.put(receiver, key, default)
            self.doubt(receiver)
        return default

    # Python values.

    def _converted(self, function: Callable[..., object], args: list[Value], keywords: dict[str, Value]) -> Value:
        if (
            function is str
            and args
            and isinstance(first := self.force(args[0]), Instance)
            and "value" in first.attributes
        ):
            return first.attributes["value"]
        plain = self.plain(tuple_of(args))
        named = self.plain(self._as_mapping(keywords))
        if plain is None or named is None:
            return Unknown("it is computed from an unknown value")
        try:
            assert isinstance(plain[0], tuple) and isinstance(named[0], dict)
            return assumed(self.value_of(function(*plain[0], **named[0])), *map(self.force, args))
        except Exception as error:  # whatever the user's arguments make of it
            return Unknown(f"computing it fails: {error}")

    def _as_mapping(self, keywords: dict[str, Value]) -> Mapping:
        return Mapping({(str, name): (Constant(name), value) for name, value in keywords.items()})

    def value_of(self, plain: object) -> Value:
        """Give the value that stands for a Python object of constants."""
        match plain:
            case list() | tuple() | set() | frozenset():
                kind = {list: "list", tuple: "tuple"}.get(type(plain), "set")
                ordered = sorted(plain, key=repr) if kind == "set" else plain
                return Items(kind, [self.value_of(item) for item in ordered])
            case dict():
                made = Mapping({})
                for key, item in plain.items():
                    self.put(made, self.value_of(key), self.value_of(item))
                return made
            case str() | bytes() if len(plain) > MAXIMUM_TEXT:
                return Unknown("a value too large to compute")
            case str() | bytes() | int() | float() | complex() | None:
                return Constant(plain)
        return Unknown("a value that is not evaluated")

    def _copied(self, value: Value) -> Value:
        match value:
            case Items():
                return Items(value.kind, list(value.items), value.open, self.uncertain)
            case Mapping():
                return Mapping(dict(value.entries), value.open, self.uncertain)
        return value
