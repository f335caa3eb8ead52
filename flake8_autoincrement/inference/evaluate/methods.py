"""Methods of values that are known: strings, lists, dicts, descriptors."""

from __future__ import annotations

import re
from collections.abc import Callable

from flake8_autoincrement.facts.operation import Condition
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import (
    MAXIMUM_GROWTH,
    MAXIMUM_TEXT,
    TOO_LARGE,
    extent,
    is_symbolic,
    is_too_large,
    is_wide,
)
from flake8_autoincrement.inference.evaluate.libraries import Libraries
from flake8_autoincrement.inference.evaluate.observer import Perhaps
from flake8_autoincrement.inference.evaluate.operators import assumed
from flake8_autoincrement.inference.evaluate.texts import Template, aligned, fields, put_together
from flake8_autoincrement.inference.evaluate.values import (
    NONE,
    Bound,
    Class,
    Constant,
    Function,
    Instance,
    Items,
    Mapping,
    Member,
    Method,
    Symbol,
    Value,
    Wrapped,
    constant,
    is_none,
    tuple_of,
)

# Methods of lists, sets and dicts that change them.
_CHANGING = frozenset(
    "append extend insert remove pop clear sort reverse add discard update setdefault popitem".split()
)


class Methods(Libraries):
    """Calls methods of known values."""

    def call_method(self, method: Method, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Call a method of a constant, a list, a dict or a property."""
        receiver = method.receiver
        if method.name in _CHANGING:
            self.note_change(receiver)
        match receiver:
            case Constant(value=str()) if method.name == "format" and self.observer is not None:
                return self._filled(receiver, args, keywords)
            case Constant(value=str()) if method.name == "join" and self.observer is not None and args:
                return self._joined_text(receiver, args[0])
            case Constant() if isinstance(receiver.value, (str, bytes)):
                made = self._text_method(receiver.value, method.name, args, keywords)
                if receiver.origin is not None and isinstance(made, Constant) and isinstance(made.value, str):
                    made = aligned(made.value, receiver)
                return assumed(made, receiver)
            case Items():
                return self._items_method(receiver, method.name, args, keywords)
            case Mapping():
                return self._mapping_method(receiver, method.name, args, keywords)
            case Function() | Wrapped() if method.name == "__get__":
                return self._gotten(receiver, args)
            case Wrapped():
                return receiver
        return Unknown(f"the method {method.name} of a constant")

    def _filled(self, template: Constant, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Fill the fields of a text as `str.format` does, with what is known."""
        try:
            split = list(fields(template))
        except ValueError as error:
            return Unknown(f"computing it fails: {error}")
        if is_wide(str(template.value)):
            return TOO_LARGE
        parts: list[Value] = []
        for at, part in enumerate(split):
            if isinstance(part, Constant):
                parts.append(part)
                continue
            name, form, conversion = part
            position = sum(isinstance(other, tuple) for other in split[:at])
            value = self._field(name, position, args, keywords)
            if isinstance(value, Constant) and (form or conversion or not isinstance(value.value, str)):
                spelt = "{" + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}"
                value = self._converted(spelt.format, [value], {})
            known = isinstance(value, (Constant, Template))
            parts.append(value if known else Unknown("a part that is not known"))
        if extent([part.value for part in parts if isinstance(part, Constant)]) > MAXIMUM_TEXT:
            return TOO_LARGE
        return assumed(put_together(parts, "a text with an unknown part"), *args, *keywords.values())

    def _field(self, name: str, position: int, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Give the value of a field: `{}`, `{0}`, `{name}`, `{name.attribute}` or `{name[item]}`."""
        first, *rest = re.split(r"[.\[]", name)
        at = position if not first else int(first) if first.isdecimal() and len(first) < 9 else None
        if at is None:
            value = keywords.get(first)
        else:
            value = args[at] if at < len(args) else None
        if value is None:
            return Unknown("a field that is not given")
        for part in rest:
            index = part.removesuffix("]")
            value = self.subscript(value, Constant(index)) if part.endswith("]") else self.attribute(value, part)
        return self.force(value)

    def _joined_text(self, separator: Constant, parts: Value) -> Value:
        """Join texts, of which some may be unknown."""
        items = self.items(parts)
        if items is None or (isinstance(found := self.force(parts), Items) and found.is_unordered):
            return Unknown("a joining of unknown texts")
        between: list[Value] = []
        for item in map(self.force, items):
            if isinstance(item, Constant) and not isinstance(item.value, str):
                return Unknown("computing it fails: a text is expected")
            between += [separator, item] if between else [item]
        if extent([part.value for part in between if isinstance(part, Constant)]) > MAXIMUM_TEXT:
            return TOO_LARGE
        return assumed(put_together(between, "a text with an unknown part"), *items)

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
        if name == "expandtabs" or (name in ("format", "format_map") and is_wide(str(text))):
            return TOO_LARGE
        return self._converted(function, args, keywords, len(text))

    def _items_method(self, receiver: Items, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        match name, args:
            case ("append" | "add", [item]) if (condition := self._condition(receiver)) is not None:
                receiver.items.append(Perhaps("whether it is in the list depends on a database", None, condition, item))
                return NONE
            case ("append" | "add", [item]):
                self.add(receiver, item)
            case ("extend" | "update", [more]):
                self.extend(receiver, more)
            case ("insert", [at, item]):
                self._insert(receiver, self.plain(at), item)
            case ("copy", []):
                return self._copied(receiver)
            case ("pop", _) if receiver.items and receiver.open is None and not receiver.is_unordered:
                return self._popped(receiver, self.plain(args[0]) if args else (-1,))
            case ("reverse", []):
                receiver.items.reverse()
            case ("clear", []):
                receiver.items.clear()
                receiver.open = None
            case ("union" | "difference" | "intersection", [more]):
                return self._combined(receiver, name, self.force(more))
            case ("remove" | "discard", [item]):
                self._remove(receiver, self.force(item))
            case ("sort", _):
                self._sort(receiver, keywords)
            case ("index" | "count", _):
                return self._converted(getattr(list, name), [receiver, *args], {})
            case _:
                receiver.open = Unknown(f"{name}() of a {receiver.kind}")
                return receiver.open
        self.doubt(receiver)
        return NONE

    def _condition(self, receiver: Items) -> Condition | None:
        """Give the condition under which a list is changed here, None where that is no question."""
        if self.observer is None or self.uncertain <= receiver.born or receiver.open is not None:
            return None
        return self.observer.path(0)

    def _insert(self, receiver: Items, at: tuple[object] | None, item: Value) -> None:
        end = len(receiver.items)
        place = at[0] if at is not None else None
        receiver.unordered = receiver.unordered or not isinstance(place, int)
        receiver.items.insert(max(-end, min(place, end)) if isinstance(place, int) else end, item)

    def _combined(self, receiver: Items, name: str, more: Value) -> Value:
        made = Items(receiver.kind, list(receiver.items), receiver.open, self.uncertain)
        if name == "union":
            self.extend(made, more)
            return made
        answers = [self.contains(more, self.force(item)) for item in receiver.items]
        if None in answers:
            return Unknown(f"{name}() of unknown sets")
        made.items = [
            item for item, within in zip(receiver.items, answers, strict=True) if within is (name == "intersection")
        ]
        return made

    def _remove(self, receiver: Items, item: Value) -> None:
        for at, one in enumerate(receiver.items):
            same = self.compared("==", self.force(one), item)
            if same is None:
                receiver.open = Unknown("an unknown item was removed")
                return
            if same:
                del receiver.items[at]
                return

    def _sort(self, receiver: Items, keywords: dict[str, Value]) -> None:
        """Sort a list, or say that its order is not known."""
        order = self.sorting(receiver.items, keywords)
        receiver.unordered = order is None
        if order is not None:
            receiver.items[:] = order

    def sorting(self, items: list[Value], keywords: dict[str, Value]) -> list[Value] | None:
        """Give items in the order that `sorted` puts them in, None if that is not known."""
        function = keywords.get("key")
        keys = [self.plain(item if function is None else self.call(function, [item], {})) for item in items]
        reverse = self.truth(keywords.get("reverse", Constant(False)))
        if any(key is None for key in keys) or reverse is None:
            return None
        try:
            pairs = sorted(zip(keys, range(len(items)), strict=True), key=lambda pair: pair[0] or (), reverse=reverse)
        except TypeError:
            return None
        return [items[at] for _, at in pairs]

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
                    self.merge(receiver, self.as_mapping(self.force(more)))
                for word, value in keywords.items():
                    self.put(receiver, Constant(word), value)
                return NONE
            case ("clear", []):
                receiver.entries.clear()
                receiver.open = None
                self.doubt(receiver)
                return NONE
        if name in ("popitem", "fromkeys"):
            self.forget(receiver, Unknown(f"{name}() of a dict"))
        return receiver.open or Unknown(f"{name}() of a dict")

    def as_mapping(self, value: Value) -> Value:
        """Give a list of pairs as a mapping; any other value is itself."""
        if isinstance(value, Mapping):
            return value
        pairs = [self.items(pair) for pair in self.items(value) or ()]
        if not pairs or any(pair is None or len(pair) != 2 for pair in pairs):
            return value
        made = Mapping({}, born=self.uncertain)
        for pair in pairs:
            if pair is not None:
                self.put(made, pair[0], pair[1])
        return made

    def _entry(self, receiver: Mapping, name: str, key: Value, rest: list[Value]) -> Value:
        hashed = self.hashed(key)
        default = rest[0] if rest else NONE
        if hashed is None:
            if name != "get":
                self.forget(receiver, Unknown("an entry with an unknown key was taken out or set"))
            return Unknown("a key that is not known")
        if hashed in receiver.entries:
            found = receiver.entries[hashed][1]
            if name == "pop":
                del receiver.entries[hashed]
                self.doubt(receiver)
            return found
        if receiver.open is not None or is_symbolic(self.force(key)):
            return receiver.open or Unknown("a key that is not known")
        if name == "setdefault":
            self.put(receiver, key, default)
        return default

    # Python values.

    def _converted(
        self, function: Callable[..., object], args: list[Value], keywords: dict[str, Value], size: int = 0
    ) -> Value:
        """Call a function of Python's own; `size` is that of a text whose method it is."""
        first = self.force(args[0]) if args else NONE
        if isinstance(first, (Instance, Member)) and function in (str, repr, format):
            return self.shown(first, function)
        if function is len and isinstance(first, (Items, Mapping)):
            count = len(first.items) if isinstance(first, Items) else len(first.entries)
            return first.open or Constant(count)
        plain = self.plain(tuple_of(args))
        named = self.plain(self._as_mapping(keywords))
        if plain is None or named is None:
            return Unknown("it is computed from an unknown value")
        if any(isinstance(part, int) and abs(part) > MAXIMUM_TEXT for part in map(constant, map(self.force, args))):
            return TOO_LARGE
        if (1 + size) * (1 + extent(plain[0]) + extent(named[0])) > MAXIMUM_GROWTH:
            return TOO_LARGE
        try:
            assert isinstance(plain[0], tuple) and isinstance(named[0], dict)
            return assumed(self.value_of(function(*plain[0], **named[0])), *map(self.force, args))
        except Exception as error:  # whatever the user's arguments make of it
            return Unknown(f"computing it fails: {error}")

    def shown(self, value: Instance | Member, function: Callable[..., object]) -> Value:
        """Give the text of an object: what its `__str__` says, or the value of an enumeration's member that is one."""
        hook = next(
            (e.namespace["__str__"] for e in value.cls.mro if isinstance(e, Class) and "__str__" in e.namespace), None
        )
        if hook is not None and function is str:
            return self.call(hook, [value], {})
        if isinstance(value, Member) and any(isinstance(e, Symbol) and e.path == "enum.StrEnum" for e in value.cls.mro):
            return Constant(value.value)
        if isinstance(value, Member) and isinstance(value.value, int):
            return Constant(str(value.value))
        return Unknown("the text of an object")

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
            case str() | bytes() | int() if is_too_large(plain):
                return TOO_LARGE
            case str() | bytes() | int() | float() | complex() | None:
                return Constant(plain)
        return Unknown("a value that is not evaluated")

    def _copied(self, value: Value, deep: bool = False) -> Value:
        """Copy a container, with `deep` also the containers in it."""
        match value:
            case Items():
                items = [self._copied(self.force(item), True) if deep else item for item in value.items]
                return Items(value.kind, items, value.open, self.uncertain, value.unordered)
            case Mapping():
                entries = {
                    hashed: (key, self._copied(self.force(item), True) if deep else item)
                    for hashed, (key, item) in value.entries.items()
                }
                return Mapping(entries, value.open, self.uncertain)
        return value
