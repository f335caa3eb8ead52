"""Python's own functions."""

from __future__ import annotations

from collections.abc import Callable

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import MAXIMUM_ITEMS
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.standard import Standard
from flake8_autoincrement.inference.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    Absent,
    Bound,
    Class,
    Constant,
    Deferred,
    Function,
    Instance,
    Items,
    Made,
    Mapping,
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


class Builtins(Standard):
    """Calls Python's own functions."""

    # Iteration.

    def items(self, value: Value) -> list[Value] | None:
        """Give the items of an iterable, None if they are not all known."""
        value = self.force(value)
        match value:
            case Items():
                return None if value.open else list(value.items)
            case Mapping():
                return None if value.open else [key for key, _ in value.entries.values()]
            case Constant() if isinstance(value.value, str):
                return [Constant(character) for character in value.value[:MAXIMUM_ITEMS]]
            case Class() if self.is_enum(value):
                return [self.class_attribute(value, name) for name in self._member_names(value)]
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
        if not name.startswith("_") and self.is_enum(cls) and name in self._member_names(cls):
            return Instance(cls, {"value": cls.namespace[name], "name": Constant(name)})
        return super().class_attribute(cls, name)

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
                return Names(scope.module.names)
            case "locals" | "vars" if not node.args:
                return Names(scope.names)
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
            return self._type_of(self.force(args[0]))
        if name in _CONVERSIONS:
            return self._converted(_CONVERSIONS[name], args, keywords)
        return None

    def _type_of(self, value: Value) -> Value:
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

    # Attributes and types.

    def _builtin_object(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return Made(self.symbol("builtins.object"), [], {})

    def _builtin_getattr(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        name = text_of(self.force(args[1]))
        if name is None:
            return Unknown("an attribute of an unknown name")
        found = self.force(self.attribute(args[0], name))
        if len(args) > 2 and (isinstance(found, Absent) or _is_missing(found)):
            return args[2]
        return found

    def _builtin_hasattr(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        name = text_of(self.force(args[1]))
        found = Unknown("") if name is None else self.force(self.attribute(args[0], name))
        if isinstance(found, Absent) or _is_missing(found):
            return FALSE
        return Unknown("whether an unknown value has an attribute") if isinstance(found, (Unknown, Part)) else TRUE

    def _builtin_setattr(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        name = text_of(self.force(args[1]))
        if name is not None:
            self.set_attribute(self.force(args[0]), name, args[2])
        return NONE

    def _builtin_delattr(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        owner, name = self.force(args[0]), text_of(self.force(args[1]))
        if isinstance(owner, Class) and name is not None:
            owner.namespace.pop(name, None)
        return NONE

    def _builtin_isinstance(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return _answer(self._is_of(self.force(args[0]), self.force(args[1])))

    def _builtin_issubclass(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return _answer(self._is_below(self.force(args[0]), self.force(args[1])))

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

    def _is_of(self, value: Value, kind: Value) -> bool | None:
        if isinstance(kind, Items):
            return _any([self._is_of(value, self.force(one)) for one in kind.items])
        match value, kind:
            case (Constant(), Symbol()) if kind.path.startswith("builtins."):
                found = _PYTHON_TYPES.get(kind.path.partition(".")[2])
                return isinstance(value.value, found) if found else kind.path == "builtins.object"
            case (Items(), Symbol()):
                return kind.path == f"builtins.{value.kind}" or (None if "." not in kind.path else False)
            case (Mapping(), Symbol()):
                return kind.path in ("builtins.dict", "collections.abc.Mapping", "typing.Mapping")
            case (Class(), Symbol()):
                return kind.path == "builtins.type" or (None if kind.path.startswith("sqlalchemy") else False)
            case (Function() | Bound(), Symbol()):
                return kind.path in ("types.FunctionType", "typing.Callable", "collections.abc.Callable")
            case (Instance(), _):
                return self._is_below(value.cls, kind)
            case (Made(), Symbol()) if isinstance(value.callee, Symbol):
                return (
                    True if _same_symbol(value.callee, kind) else None if kind.path.startswith("sqlalchemy") else False
                )
            case (Constant() | Items() | Mapping() | Function(), Class() | Symbol()):
                return False
        return None

    def _is_below(self, cls: Value, kind: Value) -> bool | None:
        if isinstance(kind, Items):
            return _any([self._is_below(cls, self.force(one)) for one in kind.items])
        if isinstance(cls, Symbol) and isinstance(kind, Symbol):
            return True if _same_symbol(cls, kind) else None
        if not isinstance(cls, Class):
            return None
        for entry in cls.mro:
            if entry is kind or (isinstance(entry, Symbol) and isinstance(kind, Symbol) and _same_symbol(entry, kind)):
                return True
        if isinstance(kind, Symbol) and kind.path == "builtins.object":
            return True
        unclear = any(isinstance(entry, Unknown) or _is_missing(entry) for entry in cls.mro)
        return None if unclear or isinstance(kind, (Unknown, Deferred)) else False

    # Iterables.

    def _collected(self, kind: str, args: list[Value]) -> Value:
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

    _builtin_iter = _builtin_list

    def _builtin_reversed(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        made = self._collected("list", args)
        if isinstance(made, Items):
            made.items.reverse()
        return made

    def _builtin_sorted(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        made = self._collected("list", args)
        plain = self.plain(made)
        if plain is None or keywords:
            return made if isinstance(made, Items) and not keywords else Unknown("a sorting by an unknown key")
        return self._converted(sorted, args, keywords)

    def _builtin_dict(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        made = Mapping({}, born=self.uncertain)
        if args:
            first = self.force(args[0])
            pairs = None if isinstance(first, Mapping) else self.items(first)
            for pair in pairs or ():
                parts = self.items(pair)
                if parts is not None and len(parts) == 2:
                    self.put(made, parts[0], parts[1])
            if pairs is None:
                self.merge(made, first)
        made.entries.update(self._as_mapping(keywords).entries)
        return made

    def _builtin_zip(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        columns = [self.items(argument) for argument in args]
        if any(column is None for column in columns):
            return Unknown("a zip of an unknown iterable")
        known = [column for column in columns if column is not None]
        return list_of([tuple_of(row) for row in zip(*known, strict=False)])

    def _builtin_enumerate(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[0])
        start = self.plain(args[1] if len(args) > 1 else keywords.get("start", Constant(0)))
        if items is None or start is None or not isinstance(start[0], int):
            return Unknown("an enumeration of an unknown iterable")
        return list_of([tuple_of([Constant(at), item]) for at, item in enumerate(items, start[0])])

    def _builtin_range(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        plain = self.plain(tuple_of(args))
        if plain is None or not isinstance(plain[0], tuple) or not all(isinstance(part, int) for part in plain[0]):
            return Unknown("a range of an unknown size")
        return list_of([Constant(number) for number in range(*plain[0])[:MAXIMUM_ITEMS]])

    def _builtin_map(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[1])
        return (
            Unknown("a map of an unknown iterable")
            if items is None
            else list_of([self.call(args[0], [item], {}) for item in items])
        )

    def _builtin_filter(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[1])
        truths = [
            self.truth(item if is_none(self.force(args[0])) else self.call(args[0], [item], {})) for item in items or ()
        ]
        if items is None or None in truths:
            return Unknown("a filter of an unknown iterable")
        return list_of([item for item, truth in zip(items, truths, strict=True) if truth])

    def _builtin_any(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[0])
        return _answer(None if items is None else _any([self.truth(item) for item in items]))

    def _builtin_all(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[0])
        answer = None if items is None else _any([_negated(self.truth(item)) for item in items])
        return _answer(_negated(answer))

    def _builtin_next(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[0])
        if items:
            return items[0]
        return args[1] if items is not None and len(args) > 1 else Unknown("the next of an unknown iterable")

    def _builtin_property(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return Wrapped("property", args[0])

    def _builtin_classmethod(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return Wrapped("classmethod", args[0])

    def _builtin_staticmethod(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        return Wrapped("staticmethod", args[0])


def _answer(truth: bool | None) -> Value:
    return Unknown("it is only known at run time") if truth is None else TRUE if truth else FALSE


def _any(truths: list[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False


def _negated(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _is_missing(value: Value) -> bool:
    return isinstance(value, Symbol) and value.missing is not None


def _same_symbol(first: Symbol, second: Symbol) -> bool:
    if first.path == second.path:
        return True
    name = known_name(first)
    return name is not None and name == known_name(second)
