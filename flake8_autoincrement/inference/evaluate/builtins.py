"""Python's own functions."""

from __future__ import annotations

from collections.abc import Callable

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import MAXIMUM_ITEMS
from flake8_autoincrement.inference.evaluate.kinds import Kinds, any_of, is_missing, sample
from flake8_autoincrement.inference.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    Absent,
    Bound,
    Class,
    Constant,
    Function,
    Instance,
    Items,
    Made,
    Mapping,
    Member,
    Method,
    Names,
    Part,
    Partial,
    Scope,
    Super,
    Symbol,
    Value,
    Wrapped,
    is_none,
    list_of,
    text_of,
    tuple_of,
)
from flake8_autoincrement.source import Span

_MIXED = frozenset({"enum.StrEnum", "enum.IntEnum"})
_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"})
_PYTHON_TYPES: dict[str, type] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "bytes": bytes,
    "complex": complex,
}
_CONVERSIONS: dict[str, Callable[..., object]] = {
    **_PYTHON_TYPES,
    "len": len,
    "repr": repr,
    "abs": abs,
    "min": min,
    "max": max,
    "sum": sum,
    "round": round,
    "chr": chr,
    "ord": ord,
    "format": format,
    "hex": hex,
    "divmod": divmod,
}


class Builtins(Kinds):
    """Calls Python's own functions."""

    # Iteration.

    def items(self, value: Value) -> list[Value] | None:
        """Give the items of an iterable, None if they are not all known."""
        value = self.force(value)
        match value:
            case Items():
                found = list(value.items)
                if value.kind == "iterator":
                    self.note_change(value)
                    value.items.clear()
                return None if value.open else found
            case Mapping():
                return None if value.open else [key for key, _ in value.entries.values()]
            case Constant() if isinstance(value.value, str) and len(value.value) <= MAXIMUM_ITEMS:
                return [Constant(character) for character in value.value]
            case Class() if self.is_enum(value):
                return self._members(value)
            case Instance():
                hook = self.raw_attribute(value.cls, "__iter__")
                return None if hook is None else self.items(self.call(self.reached(hook[0], value.cls, value), [], {}))
        return None

    def is_enum(self, cls: Class) -> bool:
        """Say whether a class is an enumeration."""
        return any(isinstance(entry, Symbol) and entry.path in _ENUMS for entry in cls.mro)

    def _member_names(self, cls: Class) -> list[str]:
        plain = (Function, Wrapped, Class)
        return [
            name for name, value in cls.namespace.items() if not name.startswith("_") and not isinstance(value, plain)
        ]

    def class_attribute(self, cls: Class, name: str) -> Value:
        """Give an attribute of a class; a member, if the class is an enumeration."""
        if name.startswith("_") or not self.is_enum(cls) or name not in self._member_names(cls):
            return super().class_attribute(cls, name)
        if name not in cls.members:
            cls.members[name] = self._member(cls, name, self.force(cls.namespace[name]))
        return cls.members[name]

    def _member(self, cls: Class, name: str, value: Value) -> Value:
        """Make a member; one of an enumeration of strings or numbers is such a string or number itself."""
        mixed = any(isinstance(e, Symbol) and e.path in ("builtins.str", "builtins.int", *_MIXED) for e in cls.mro)
        if mixed and isinstance(value, Constant):
            return Member(value.value, cls, name)
        return Instance(cls, {"value": value, "name": Constant(name)})

    def _members(self, cls: Class) -> list[Value]:
        """Give the members of an enumeration, aliases left out."""
        found: dict[object, Value] = {}
        for name in self._member_names(cls):
            found.setdefault(self.hashed(cls.namespace[name]) or name, self.class_attribute(cls, name))
        return list(found.values())

    # Calls.

    def call_symbol(self, symbol: Symbol, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Call a symbol."""
        top, _, name = symbol.path.partition(".")
        if top == "builtins" or symbol.path == "collections.OrderedDict":
            result = self._call_builtin(name.replace("OrderedDict", "dict"), args, keywords, site)
        else:
            result = self._call_standard(symbol.path, args, keywords, site)
        return self.call_library(symbol, args, keywords, site) if result is None else result

    def scoped_call(self, node: nodes.Call, scope: Scope) -> Value | None:
        """Call `super`, `globals`, `locals` or `vars`, which see their caller's scope."""
        name = node.func.name
        if self.lookup(name, scope) is not self.symbol(f"builtins.{name}"):
            return None
        match name:
            case "super":
                return self._super([self.evaluate(argument, scope) for argument in node.args], scope)
            case "globals":
                return Names(self.executed(scope.module).names)
            case "locals" | "vars" if not node.args:
                return Names(scope.names) if scope.frame is None else self._as_mapping(scope.names)
            case "vars":
                return self.attribute(self.evaluate(node.args[0], scope), "__dict__")
        return None

    def _super(self, args: list[Value], scope: Scope) -> Value:
        if len(args) == 2:
            after, receiver = self.force(args[0]), self.force(args[1])
        else:
            frame_scope: Scope | None = scope
            while frame_scope is not None and frame_scope.frame is None:
                frame_scope = frame_scope.parent
            frame = None if frame_scope is None else frame_scope.frame
            if frame is None or frame.function.owner is None or frame.receiver is None:
                return Unknown("super() outside of a method")
            after, receiver = frame.function.owner, self.force(frame.receiver)
        return Super(after, receiver) if isinstance(after, Class) else Unknown("super() of an unknown class")

    def _call_builtin(
        self, name: str, args: list[Value], keywords: dict[str, Value], site: Span | None
    ) -> Value | None:
        function = getattr(self, f"_builtin_{name}", None)
        if function is not None:
            try:
                result: Value | None = function(args, keywords)
                return result
            except (IndexError, KeyError):
                return Unknown(f"{name}() is called with too few arguments", site)
        if name == "type" and len(args) == 3:
            return self.make_class(args[0], args[1], args[2], site)
        if name == "type" and len(args) == 1:
            return self.type_of(self.force(args[0]))
        if name in _CONVERSIONS:
            return self._converted(_CONVERSIONS[name], args, keywords)
        return None

    # Attributes and types.

    def _builtin_object(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return Made(self.symbol("builtins.object"), [], {})

    def _builtin_getattr(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        name = text_of(self.force(args[1]))
        if name is None:
            return Unknown("an attribute of an unknown name")
        found = self.force(self.attribute(args[0], name))
        value = self.force(args[0])
        if len(args) > 2 and isinstance(value, (Constant, Items, Mapping)) and not isinstance(value, Member):
            return found if hasattr(sample(value), name) else args[2]
        if len(args) > 2 and (isinstance(found, Absent) or is_missing(found)):
            return args[2]
        return found

    def _builtin_hasattr(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        name = text_of(self.force(args[1]))
        value = self.force(args[0])
        if isinstance(value, (Constant, Items, Mapping)) and not isinstance(value, Member) and name is not None:
            return Constant(hasattr(sample(value), name))
        found = Unknown("") if name is None else self.force(self.attribute(value, name))
        if isinstance(found, Absent) or is_missing(found):
            return FALSE
        return Unknown("whether an unknown value has an attribute") if isinstance(found, (Unknown, Part)) else TRUE

    def _builtin_setattr(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        name = text_of(self.force(args[1]))
        if name is not None:
            self.set_attribute(self.force(args[0]), name, args[2])
        return NONE

    def _builtin_delattr(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        name = text_of(self.force(args[1]))
        if name is not None:
            self.delete_attribute(self.force(args[0]), name)
        return NONE

    def _builtin_isinstance(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return _answer(self.is_of(self.force(args[0]), self.force(args[1])))

    def _builtin_issubclass(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return _answer(self.is_below(self.force(args[0]), self.force(args[1])))

    def _builtin_dir(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        cls = self.force(args[0])
        if not isinstance(cls, Class):
            return Unknown("the names of an unknown value")
        names = {name for entry in cls.mro if isinstance(entry, Class) for name in entry.namespace}
        return list_of([Constant(name) for name in sorted(names)])

    def _builtin_callable(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        value = self.force(args[0])
        if isinstance(value, (Function, Bound, Class, Partial, Method)):
            return TRUE
        return FALSE if isinstance(value, (Constant, Items, Mapping)) else Unknown("whether it can be called")

    # Iterables.

    def _collected(self, kind: str, args: list[Value]) -> Items:
        made = Items(kind, [], born=self.uncertain)
        if args:
            self.extend(made, args[0])
        return made

    def _builtin_list(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return self._collected("list", args)

    def _builtin_tuple(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return self._collected("tuple", args)

    def _builtin_set(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return self._collected("set", args)

    _builtin_frozenset = _builtin_set

    def _builtin_iter(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return self._collected("iterator", args)

    def _builtin_reversed(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        made = self._collected("iterator", args)
        made.items.reverse()
        return made

    def _builtin_sorted(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[0])
        if items is None:
            return Unknown("a sorting of an unknown iterable")
        order = self.sorting(items, keywords)
        return Items("list", items if order is None else order, None, self.uncertain, unordered=order is None)

    def _builtin_dict(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        made = Mapping({}, born=self.uncertain)
        for given in args:
            self.merge(made, self.as_mapping(self.force(given)))
        made.entries.update(self._as_mapping(keywords).entries)
        return made

    def _builtin_zip(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        columns = [self.items(argument) for argument in args]
        if any(column is None for column in columns):
            return Unknown("a zip of an unknown iterable")
        known = [column for column in columns if column is not None]
        return self._iterator([tuple_of(row) for row in zip(*known, strict=False)])

    def _builtin_enumerate(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[0])
        start = self.plain(args[1] if len(args) > 1 else keywords.get("start", Constant(0)))
        if items is None or start is None or not isinstance(start[0], int):
            return Unknown("an enumeration of an unknown iterable")
        return self._iterator([tuple_of([Constant(at), item]) for at, item in enumerate(items, start[0])])

    def _builtin_range(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        plain = self.plain(tuple_of(args))
        if plain is None or not isinstance(plain[0], tuple) or not all(isinstance(part, int) for part in plain[0]):
            return Unknown("a range of an unknown size")
        try:
            numbers_ = range(*plain[0])
            if len(numbers_) > MAXIMUM_ITEMS:
                return Unknown("a range too large to go through")
        except (TypeError, ValueError, OverflowError) as error:
            return Unknown(f"computing it fails: {error}")
        return Items("range", [Constant(number) for number in numbers_])

    def _builtin_map(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        columns = [self.items(argument) for argument in args[1:]]
        if not columns or any(column is None for column in columns):
            return Unknown("a map of an unknown iterable")
        rows = zip(*(column for column in columns if column is not None), strict=False)
        return self._iterator([self.call(args[0], list(row), {}) for row in rows])

    def _iterator(self, items: list[Value]) -> Items:
        return Items("iterator", items, None, self.uncertain)

    def _builtin_filter(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[1])
        truths = [
            self.truth(item if is_none(self.force(args[0])) else self.call(args[0], [item], {})) for item in items or ()
        ]
        if items is None or None in truths:
            return Unknown("a filter of an unknown iterable")
        return self._iterator([item for item, truth in zip(items, truths, strict=True) if truth])

    def _builtin_any(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[0])
        return _answer(None if items is None else any_of([self.truth(item) for item in items]))

    def _builtin_all(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[0])
        answer = None if items is None else any_of([_negated(self.truth(item)) for item in items])
        return _answer(_negated(answer))

    def _builtin_next(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        iterator = self.force(args[0])
        if not isinstance(iterator, Items) or iterator.open is not None or iterator.is_unordered:
            return Unknown("the next of an unknown iterable")
        if iterator.items:
            self.note_change(iterator)
            return iterator.items.pop(0)
        return args[1] if len(args) > 1 else Unknown("the next of an empty iterable")

    def _builtin_property(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return Wrapped("property", args[0])

    def _builtin_classmethod(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return Wrapped("classmethod", args[0])

    def _builtin_staticmethod(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return Wrapped("staticmethod", args[0])


def _answer(truth: bool | None) -> Value:
    return Unknown("it is only known at run time") if truth is None else TRUE if truth else FALSE


def _negated(truth: bool | None) -> bool | None:
    return None if truth is None else not truth
