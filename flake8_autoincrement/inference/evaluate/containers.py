"""Lists, dicts and constants: what is put into them, taken out of them, and known of them as a whole."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from math import prod

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.modules import Modules
from flake8_autoincrement.inference.evaluate.observer import Entry, Listing
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Bound,
    Constant,
    Deferred,
    Indexed,
    Instance,
    Items,
    Made,
    Mapping,
    Names,
    Part,
    Partial,
    Symbol,
    Value,
    text_of,
)

MAXIMUM_TEXT = 100_000  # characters of a string that an operator or a method makes
MAXIMUM_GROWTH = 10_000_000  # characters that it might have, by those of all operands multiplied
MAXIMUM_BITS = 14_000  # of a number; Python refuses to write down one that has many more
MAXIMUM_ITEMS = 20_000  # of a container or a loop


class Containers(Modules):
    """Changes and reads containers."""

    def items(self, value: Value) -> list[Value] | None:
        """Give the items of an iterable, None if they are not known."""
        raise NotImplementedError

    def extend(self, made: Items, more: Value) -> None:
        """Add every item of a value, and say so where they are not all known."""
        more = self.force(more)
        items = self.items(more)
        if items is None:
            made.open = more if isinstance(more, Unknown) else Unknown("it is extended by an unknown value")
            return
        if len(made.items) + len(items) > MAXIMUM_ITEMS:
            made.open = Unknown("a container too large to compute")
            return
        for item in items:
            self.add(made, item)
        made.unordered = made.unordered or (isinstance(more, Items) and more.is_unordered)

    def add(self, made: Items, item: Value) -> None:
        """Add an item; a set takes it only once."""
        if made.kind == "set" and any(self.compared("==", self.force(one), self.force(item)) for one in made.items):
            return
        made.items.append(item)

    def merge(self, made: Mapping, more: Value) -> None:
        """Put every entry of a mapping into another."""
        more = self.force(more)
        if isinstance(more, Mapping):
            if more.open is not None:
                self.forget(made, more.open)
            for key, value in more.entries.values():
                self.put(made, key, value)
        else:
            self.forget(made, more if isinstance(more, Unknown) else Unknown("it is extended by an unknown value"))

    def forget(self, made: Mapping, why: Unknown) -> None:
        """Give up what is known of a mapping, any entry of which may have been replaced."""
        made.entries.clear()
        made.open = why

    def put(self, made: Mapping, key: Value, value: Value) -> None:
        """Set one entry of a mapping."""
        hashed = self.hashed(key)
        if hashed is None:
            self.forget(made, Unknown("an entry with an unknown key was set"))
        else:
            if self.uncertain > made.born:
                value = Unknown("it is set under a condition that is only known at run time")
            made.entries[hashed] = (key, value)
            if isinstance(made, Names) and (name := text_of(self.force(key))) is not None:
                made.names[name] = value

    def hashed(self, key: Value) -> object | None:
        """Give what stands for a value as a key, None if the value is not known."""
        self.step()
        key = self.force(key)
        match key:
            case Constant():
                return ("number" if isinstance(key.value, (int, float, complex)) else type(key.value), key.value)
            case Items(kind="tuple"):
                parts = [self.hashed(item) for item in key.items]
                return None if any(part is None for part in parts) else tuple(parts)
            case Unknown() | Absent() | Items() | Mapping():
                return None
            case Symbol():
                return key.path
            case Indexed():
                return (self.hashed(key.of), self.hashed(key.index))
        return id(key)

    def plain(self, value: Value) -> tuple[object] | None:
        """Give a value as a Python object of constants, boxed; None if some of it is not constant."""
        self.step()  # a list in itself many times over grows without bound
        value = self.force(value)
        match value:
            case Constant():
                return (value.value,)
            case Items(open=None) if not value.is_unordered and value.kind != "set":
                parts = [self.plain(item) for item in value.items]
                known = [part[0] for part in parts if part is not None]
                if len(known) < len(parts):
                    return None
                return (tuple(known) if value.kind == "tuple" else known,)
            case Mapping(open=None):
                pairs = [(self.plain(key), self.plain(item)) for key, item in value.entries.values()]
                if any(key is None or item is None for key, item in pairs):
                    return None
                return ({key[0]: item[0] for key, item in pairs if key is not None and item is not None},)
        return None

    def compared(self, sign: str, left: Value, right: Value) -> bool | None:
        """Compare two values, None if the answer is unknown."""
        raise NotImplementedError

    def doubt(self, container: Items | Mapping) -> None:
        """Mark a container that is changed on a path that may not be taken."""
        if self.uncertain > container.born and container.open is None:
            container.open = Unknown("it is changed under a condition that is only known at run time")

    # Subscripts.

    def subscript(self, value: Value, index: Value) -> Value:
        """Take an item of a value."""
        if isinstance(value, Deferred) and value.value is None:
            return Deferred(lambda: self.subscript(self.force(value), index))
        value = self.force(value)
        match value:
            case Items():
                return self._item(value, self.force(index))
            case Mapping():
                key = self.hashed(index)
                if key is not None and key in value.entries:
                    return value.entries[key][1]
                return value.open or Unknown("a key that the dict does not have")
            case Constant() if isinstance(value.value, (str, bytes)):
                plain = self._index(self.force(index))
                return Unknown("an unknown index") if plain is None else computed(operator.getitem, value.value, plain)
            case Entry() | Listing():
                return self._of_database(value, index)
            case Unknown():
                return value
            case Instance():
                hook = self.attribute(value, "__getitem__")
                return Unknown("an item of an object") if isinstance(hook, Absent) else self.call(hook, [index], {})
        return Indexed(value, index)

    def _of_database(self, value: Entry | Listing, index: Value) -> Value:
        """Take an item of what only a database knows."""
        key = text_of(self.force(index))
        match value:
            case Entry() if key == "name":
                return value
            case Listing(of="key columns") if key == "name":
                return Entry(value.why, None, value)
            case Listing(of="key columns") if key == "constrained_columns":
                return value
            case Listing(of="tables") if key is not None:
                return Indexed(value, index)
        return Unknown("what a database says of something")

    def _item(self, value: Items, index: Value) -> Value:
        plain = self._index(index)
        if value.open is not None or value.is_unordered:
            return value.open or Unknown("an item of what has no order")
        try:
            if isinstance(plain, slice):
                return Items(value.kind, value.items[plain], None, self.uncertain)
            if isinstance(plain, int):
                return value.items[plain]
        except IndexError:
            return Unknown("an index beyond the end")
        except ValueError:
            return Unknown("a slice in steps of nothing")
        return Unknown("an unknown index")

    def _index(self, index: Value) -> int | slice | None:
        if isinstance(index, Constant) and isinstance(index.value, int):
            return index.value
        if isinstance(index, Made) and isinstance(index.callee, Symbol) and index.callee.path == "builtins.slice":
            parts = [part.value if isinstance(part, Constant) else ... for part in map(self.force, index.args)]
            if all(part is None or isinstance(part, int) for part in parts):
                return slice(*parts)
        return None


class Near(Deferred):
    """A deferred value of the same project: computed as soon as its name is used."""


TOO_LARGE = Unknown("a value too large to compute")


def computed(function: Callable[..., object], *operands: object) -> Value:
    """Compute with constants; what fails or grows too large is unknown."""
    if function in (operator.mul, operator.lshift, operator.pow) and any(
        isinstance(part, int) and abs(part) > 10_000 for part in operands
    ):
        return TOO_LARGE
    if function is operator.mul and _repeated(*operands) > MAXIMUM_TEXT:
        return TOO_LARGE
    if function is operator.mod and prod(1 + extent(part) for part in operands) > MAXIMUM_GROWTH:
        return TOO_LARGE
    try:
        result = function(*operands)
    except Exception as error:  # whatever the user's operands make of it
        return Unknown(f"computing it fails: {error}")
    return TOO_LARGE if is_too_large(result) else Constant(result)


def _repeated(left: object, right: object) -> int:
    """Give the length of a text that is multiplied, 0 for numbers."""
    match left, right:
        case (str() | bytes(), int()):
            return len(left) * right
        case (int(), str() | bytes()):
            return left * len(right)
    return 0


def is_too_large(result: object) -> bool:
    """Say whether a text is longer, or a number greater, than anybody writes one."""
    if isinstance(result, int):
        return result.bit_length() > MAXIMUM_BITS
    return isinstance(result, (str, bytes)) and len(result) > MAXIMUM_TEXT


def extent(plain: object) -> int:
    """Give how much text, or how many items, a Python object of constants holds; of a number, itself."""
    match plain:
        case str() | bytes():
            return len(plain)
        case list() | tuple():
            return len(plain) + sum(map(extent, plain))
        case dict():
            return extent([*plain, *plain.values()])
    return 1


def is_wide(template: str) -> bool:
    """Say whether a format asks for a width or a precision beyond all reason, or for one that is an argument."""
    return re.search(r"\d{5,}|\{[^{}]+\{|%[^a-zA-Z%]*\*", template) is not None


def is_symbolic(value: Value) -> bool:
    """Say whether a value stands for what a library made, so that it may be equal to what it does not look like."""
    return isinstance(value, (Made, Part, Indexed, Bound, Partial)) or (
        isinstance(value, Symbol) and bool(value.missing)
    )
