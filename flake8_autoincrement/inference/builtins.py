"""Python's own functions and methods, as far as declarations of tables use them."""

from __future__ import annotations

import re
from collections.abc import Callable

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.expressions import MAXIMUM_ITEMS, MAXIMUM_TEXT, assumed
from flake8_autoincrement.inference.libraries import Libraries, known_name
from flake8_autoincrement.inference.values import (
    FALSE,
    NONE,
    TRUE,
    Absent,
    Assumed,
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
    list_of,
    text_of,
    tuple_of,
)
from flake8_autoincrement.source import Span

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"})
_FIXED: dict[str, object] = {"sys.platform": "linux", "os.name": "posix", "os.sep": "/", "sys.maxsize": 2**63 - 1}
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
_RE_FUNCTIONS = frozenset({"sub", "match", "search", "fullmatch", "findall", "split", "escape"})


class Builtins(Libraries):
    """Gives the results of Python's own functions and methods."""

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

    # Symbols.

    def symbol_attribute(self, symbol: Symbol, name: str) -> Value:
        """Give an attribute of a symbol: a longer symbol, or what is fixed for every run."""
        path = f"{symbol.path}.{name}"
        if path in _FIXED:
            return Constant(_FIXED[path])
        if path == "sys.version_info":
            return tuple_of([Constant(part) for part in (3, 13, 0)])
        if path == "sqlalchemy.__version__":
            return Constant(".".join(map(str, self.sqlalchemy)))
        return self.symbol(path, symbol.missing)

    def call_symbol(self, symbol: Symbol, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Call a symbol."""
        top, _, name = symbol.path.partition(".")
        if top == "builtins":
            result = self._call_builtin(name, args, keywords, site)
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

    # Builtin functions.

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

    def _converted(self, function: Callable[..., object], args: list[Value], keywords: dict[str, Value]) -> Value:
        if function is str and args and isinstance(first := self.force(args[0]), Instance) and "value" in first.attributes:
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
                return True if _same_symbol(value.callee, kind) else None if kind.path.startswith("sqlalchemy") else False
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
        return Unknown("a map of an unknown iterable") if items is None else list_of(
            [self.call(args[0], [item], {}) for item in items]
        )

    def _builtin_filter(self, args: list[Value], keywords: dict[str, Value]) -> Value:
        items = self.items(args[1])
        truths = [self.truth(item if _is_none(self.force(args[0])) else self.call(args[0], [item], {})) for item in items or ()]
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

    # The standard library.

    def _call_standard(
        self, path: str, args: list[Value], keywords: dict[str, Value], site: Span | None
    ) -> Value | None:
        """Call a function of the standard library, None if it is not one that is known."""
        match path:
            case "functools.partial" if args:
                return Partial(args[0], args[1:], keywords)
            case "typing.cast" if len(args) == 2:
                return args[1]
            case "copy.copy" | "copy.deepcopy" if args:
                return self._copied(self.force(args[0]))
            case "os.environ.get" | "os.getenv":
                default = self.force(args[1] if len(args) > 1 else keywords.get("default", NONE))
                return Assumed(default.value) if isinstance(default, Constant) else Unknown("an environment variable")
            case "itertools.chain":
                made = Items("list", [], born=self.uncertain)
                for argument in args:
                    self.extend(made, argument)
                return made
            case "collections.OrderedDict":
                return self._builtin_dict(args, keywords)
            case "importlib.import_module" if args:
                name = text_of(self.force(args[0]))
                return None if name is None or name.startswith(".") else self._imported(name)
            case "sqlalchemy.orm.declared_attr" | "sqlalchemy.ext.declarative.declared_attr" if args:
                return Wrapped("declared_attr", args[0])
            case "types.new_class" if args:
                return self._new_class(args, site)
        module, _, name = path.rpartition(".")
        if module == "re" and name in (*_RE_FUNCTIONS, "compile"):
            return self._regular(name, args, keywords)
        return None

    def _imported(self, name: str) -> Value | None:
        return self.imported_module(name, self.executing[-1]) if self.executing else None

    def _new_class(self, args: list[Value], site: Span | None) -> Value:
        namespace = Mapping({})
        if len(args) > 3:
            self.call(args[3], [namespace], {})
        return self.make_class(args[0], args[1] if len(args) > 1 else tuple_of([]), namespace, site)

    def _copied(self, value: Value) -> Value:
        match value:
            case Items():
                return Items(value.kind, list(value.items), value.open, self.uncertain)
            case Mapping():
                return Mapping(dict(value.entries), value.open, self.uncertain)
        return value

    def _regular(self, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Call a function of `re` with constants; a replacement may be a function of the user's."""
        if name == "compile":
            return Made(self.symbol("re.Pattern"), args, keywords)
        args = [_pattern(self.force(value)) or value for value in args]
        if name == "sub" and len(args) > 2 and isinstance(replace := self.force(args[1]), (Function, Bound, Partial)):
            return self._substituted(args, replace)
        plain = self.plain(tuple_of(args))
        named = self.plain(self._as_mapping(keywords))
        if plain is None or named is None or not isinstance(plain[0], tuple) or not isinstance(named[0], dict):
            return Unknown("a regular expression on an unknown value")
        if any(isinstance(part, str) and len(part) > 1000 for part in plain[0]):
            return Unknown("a regular expression on a long text")
        try:
            return self._match(getattr(re, name)(*plain[0], **named[0]))
        except (re.error, TypeError, ValueError) as error:
            return Unknown(f"computing it fails: {error}")

    def _match(self, result: object) -> Value:
        if not isinstance(result, re.Match):
            return self.value_of(result)
        groups = [self.value_of(result.group(0)), *map(self.value_of, result.groups())]
        return Made(self.symbol("re.Match"), groups, {})

    def _substituted(self, args: list[Value], replace: Value) -> Value:
        pattern, text = text_of(self.force(args[0])), text_of(self.force(args[2]))
        if pattern is None or text is None or len(text) > 1000:
            return Unknown("a regular expression on an unknown value")
        pieces, end = [], 0
        for found in re.finditer(pattern, text):
            piece = text_of(self.force(self.call(replace, [self._match(found)], {})))
            if piece is None:
                return Unknown("a replacement that is not known")
            pieces += [text[end : found.start()], piece]
            end = found.end()
        return Constant("".join([*pieces, text[end:]]))

    def call_part(self, part: Part, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Call a method of a regular expression or a match, or of what a library's call returned."""
        of = self.force(part.of)
        if isinstance(of, Made) and isinstance(of.callee, Symbol):
            if of.callee.path == "re.Pattern" and part.name in _RE_FUNCTIONS:
                return self._regular(part.name, [of.args[0], *args], keywords)
            if of.callee.path == "re.Match" and part.name == "group":
                at = self.plain(args[0]) if args else (0,)
                known = at is not None and isinstance(at[0], int) and 0 <= at[0] < len(of.args)
                return of.args[at[0]] if known and at is not None and isinstance(at[0], int) else Unknown("a group")
        return super().call_part(part, args, keywords, site)

    # Methods of known values.

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
            return self.reached(receiver, cls, None if _is_none(instance) else instance)
        return receiver if _is_none(instance) else Bound(receiver, instance)

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
                keep = [one for one in receiver.items if self.compared("==", self.force(one), self.force(item)) is not True]
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


def _answer(truth: bool | None) -> Value:
    return Unknown("it is only known at run time") if truth is None else TRUE if truth else FALSE


def _any(truths: list[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False


def _negated(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _is_missing(value: Value) -> bool:
    return isinstance(value, Symbol) and value.missing is not None


def _pattern(value: Value) -> Value | None:
    """Give the text of a compiled regular expression, None for any other value."""
    is_pattern = isinstance(value, Made) and isinstance(value.callee, Symbol) and value.callee.path == "re.Pattern"
    return value.args[0] if is_pattern and isinstance(value, Made) else None


def _same_symbol(first: Symbol, second: Symbol) -> bool:
    if first.path == second.path:
        return True
    name = known_name(first)
    return name is not None and name == known_name(second)

