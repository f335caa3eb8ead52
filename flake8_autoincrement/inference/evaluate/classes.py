"""Classes: how one is made, in which order its bases are searched, and what its attributes are."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import nullcontext

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import Near
from flake8_autoincrement.inference.evaluate.statements import Statements
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Bound,
    Class,
    Constant,
    Function,
    Indexed,
    Instance,
    Made,
    Mapping,
    Module,
    Part,
    Scope,
    Super,
    Symbol,
    Value,
    Wrapped,
    executing,
    tuple_of,
)
from flake8_autoincrement.inference.trees import metaclass_of, written
from flake8_autoincrement.source import Span

_CLASS_NAME = re.compile(r"class\s+\w+")
OBJECT = "builtins.object"
_DISCARDED = frozenset({"typing.Generic", "typing.Protocol", "typing_extensions.Generic", "typing_extensions.Protocol"})


class Classes(Statements):
    """Makes classes and looks their attributes up."""

    def class_statement(self, node: nodes.ClassDef, scope: Scope) -> Value:
        """Make the class of a class statement: its body executed, its decorators applied."""
        bases = [(self.evaluate(base, scope), written(base), self.span(base, scope.module)) for base in node.bases]
        keywords = {keyword.arg: self.evaluate(keyword.value, scope) for keyword in node.keywords if keyword.arg}
        if (metaclass := metaclass_of(node)) is not None:
            keywords["metaclass"] = self.evaluate(metaclass, scope)
        span = self.span(node, scope.module)
        cls = Class(self._qualified(node, scope), scope.module.name, node, span, [], keywords, {}, {}, written=bases)
        cls.namespace.update(__module__=Constant(scope.module.name), __qualname__=Constant(cls.name))
        cls.span = self._name_span(node, scope.module)
        self.execute(node.body, Scope(cls.namespace, scope, scope.module, cls))
        return self.finished(cls, node, scope)

    def _qualified(self, node: nodes.ClassDef, scope: Scope) -> str:
        """Give the class's name behind the functions and classes that it stands in."""
        if scope.cls is not None:
            return f"{scope.cls.name}.{node.name}"
        around: Scope | None = scope
        while around is not None and around.frame is None:
            around = around.parent
        return str(node.name) if around is None or around.frame is None else f"{around.frame.function.name}.{node.name}"

    def _name_span(self, node: nodes.ClassDef, module: Module) -> Span:
        """Give the stretch of `class Name`, behind decorators."""
        line = node.fromlineno or 1
        column = node.col_offset or 0
        found = _CLASS_NAME.match(self.line(module, line), column)
        return Span(module.path, line, column, line, found.end() if found is not None else column)

    def finished(self, cls: Class, node: nodes.ClassDef | None, scope: Scope) -> Value:
        """Linearise a class whose body has been executed, call the hooks of its bases, and apply its decorators."""
        cls.bases = [self._base(value) for value, _, _ in cls.written]
        self.linearise(cls)
        for value in cls.namespace.values():
            adopt(value, cls)
        cls.home = executing[-1] if executing else None
        if self.sites:
            cls.lines.setdefault("", self.sites[0])
        self.record(cls)
        self._call_hooks(cls)
        result: Value = cls
        for decorator_node in reversed(node.decorators.nodes if node is not None and node.decorators else []):
            decorator = self.force(self.evaluate(decorator_node, scope))
            cls.decorators.append(decorator)
            if isinstance(decorator, (Function, Bound)):
                changed = self.force(self.call(decorator, [cls], {}, cls.span))
                result = changed if isinstance(changed, Class) else result
        return result

    def _base(self, value: Value) -> Value:
        value = self.force(value)
        while isinstance(value, Indexed):
            value = self.force(value.of)
        return value

    def linearise(self, cls: Class) -> None:
        """Compute the order in which a class and its bases are searched (C3)."""
        bases = [base for base in cls.bases if not (isinstance(base, Symbol) and base.path in (OBJECT, *_DISCARDED))]
        orders: list[list[Value]] = [list(base.mro) if isinstance(base, Class) else [base] for base in bases]
        merged = orders[0] if len(orders) == 1 else _merge([*orders, list(bases)])
        if merged is None:
            why = Unknown("its bases have no consistent order", cls.span)
            merged = [*_flattened(orders), why]
        cls.mro = [cls, *merged]

    def _call_hooks(self, cls: Class) -> None:
        """Call `__init_subclass__` of the nearest base that has one, and `__init__` of its metaclass."""
        for base in cls.mro[1:]:
            if isinstance(base, Class) and "__init_subclass__" in base.namespace:
                hook = unwrapped(base.namespace["__init_subclass__"])
                if isinstance(hook, Function):
                    keywords = {name: value for name, value in cls.keywords.items() if name != "metaclass"}
                    self.call(hook, [cls], keywords, cls.span)
                break
        metaclass = self.metaclass(cls)
        if metaclass is not None:
            constructor = self._in_namespaces(metaclass, "__init__")
            if isinstance(constructor, Function):
                bases = tuple_of(cls.bases)
                name = Constant(cls.name.rpartition(".")[2])
                self.call(constructor, [cls, name, bases, self.namespace_of(cls)], {}, cls.span)

    def metaclass(self, cls: Class) -> Class | None:
        """Give the metaclass of a class, where it is one that was read."""
        for entry in cls.mro:
            if isinstance(entry, Class) and "metaclass" in entry.keywords:
                found = self.force(entry.keywords["metaclass"])
                return found if isinstance(found, Class) else None
        return None

    def namespace_of(self, cls: Class) -> Mapping:
        """Give a class's namespace as a dict."""
        return Mapping({(str, name): (Constant(name), value) for name, value in cls.namespace.items()})

    def _in_namespaces(self, cls: Class, name: str) -> Value | None:
        for entry in cls.mro:
            if isinstance(entry, Class) and name in entry.namespace:
                return unwrapped(entry.namespace[name])
        return None

    # Attributes.

    def raw_attribute(self, cls: Class, name: str, after: Class | None = None) -> tuple[Value, Class] | None:
        """Find an attribute as it stands in a class's namespace or in one of its bases', with the class that has it."""
        order = cls.mro
        if after is not None:
            order = order[order.index(after) + 1 :] if after in order else []
        for entry in order:
            if isinstance(entry, Class) and name in entry.namespace:
                return entry.namespace[name], entry
        return None

    def class_attribute(self, cls: Class, name: str) -> Value:
        """Give an attribute as `cls.name` does; what `type` itself has comes before what the class defines."""
        if (own := self._type_attribute(cls, name)) is not None:
            return own
        if (found := self.raw_attribute(cls, name)) is not None:
            return self.reached(found[0], cls, None)
        match name:
            case "__doc__":
                return Constant(None)
            case "mro":
                return Part(cls, name)
            case "__annotations__":
                return Mapping({(str, key): (Constant(key), note) for key, note in self._annotations(cls)})
        metaclass = self.metaclass(cls)
        if metaclass is not None and (found := self.raw_attribute(metaclass, name)) is not None:
            return self.reached(found[0], metaclass, cls)
        return self._inherited(cls, name)

    def _type_attribute(self, cls: Class, name: str) -> Value | None:
        """Give what every class has from `type`, None for any other name."""
        match name:
            case "__name__":
                return Constant(cls.name.rpartition(".")[2])
            case "__qualname__":
                return Constant(cls.name)
            case "__module__":
                return cls.namespace.get(name) or Constant(cls.module)
            case "__bases__":
                return tuple_of(cls.bases)
            case "__mro__":
                return tuple_of([*cls.mro, self.symbol(OBJECT)])
            case "__dict__":
                return self.namespace_of(cls)
            case "__class__":
                return self.metaclass(cls) or self.symbol("builtins.type")
        return None

    def _annotations(self, cls: Class) -> list[tuple[str, Value]]:
        return [(name, self.evaluate(note.node, note.scope)) for name, note in cls.annotations.items()]

    def _inherited(self, cls: Class, name: str) -> Value:
        """Give what a library's base lends a class: `metadata` and `registry` are one for all below a root."""
        for entry in reversed(cls.mro):
            if isinstance(entry, Class) and any(is_declarative(base) for base in entry.bases):
                if name in ("metadata", "registry"):
                    kind = "sqlalchemy.MetaData" if name == "metadata" else "sqlalchemy.orm.registry"
                    return entry.namespace.setdefault(name, Made(self.symbol(kind), [], {}))
                break
        for entry in cls.mro:
            if isinstance(entry, Unknown):
                return entry
            if isinstance(entry, Symbol) and not _has_no_attributes(entry):
                return Part(cls, name) if entry.missing is None else Unknown(entry.missing)
        if name in ("__table__", "__mapper__", "query"):
            return Part(cls, name)
        return Absent(f"{cls.dotted} has no attribute {name}")

    def reached(self, value: Value, cls: Class, instance: Value | None) -> Value:
        """Give what an attribute in a class's namespace is when it is reached through the class or an instance."""
        value = self.force(value) if isinstance(value, Near) else value
        match value:
            case Wrapped(kind="declared_attr"):
                return self.declared(value, cls)
            case Instance() if (hook := self.raw_attribute(value.cls, "__get__")) is not None:
                return self.call(unwrapped(hook[0]), [value, instance or Constant(None), cls], {})
            case Wrapped(kind="classmethod"):
                return Bound(value.function, cls)
            case Wrapped(kind="staticmethod"):
                return value.function
            case Wrapped(kind="property") if instance is not None:
                return self.call(value.function, [instance], {})
            case Function() if instance is not None:
                return Bound(value, instance)
            case Function(name="__init_subclass__" | "__class_getitem__"):
                return Bound(value, cls)
        return value

    def declared(self, value: Wrapped, cls: Class) -> Value:
        """Give what a `declared_attr` makes for a class, computed once."""
        if value not in cls.declared:
            cls.declared[value] = Unknown("it is defined in terms of itself")
            home = cls.home or (executing[-1] if executing else None)
            outer, self.generation = self.generation, cls.generation + 1
            try:
                with nullcontext() if home is None else self.at(home):
                    cls.declared[value] = self.force(self.call(unwrapped(value), [cls], {}, cls.span))
            finally:
                self.generation = outer
        return cls.declared[value]

    def super_attribute(self, value: Super, name: str) -> Value:
        """Give an attribute as `super().name` does."""
        receiver = value.receiver
        cls = receiver.cls if isinstance(receiver, Instance) else receiver
        if not isinstance(cls, Class):
            return Unknown("super() of an unknown value")
        found = self.raw_attribute(cls, name, value.after)
        if found is None and receiver is cls and (metaclass := self.metaclass(cls)) is not None:
            found = self.raw_attribute(metaclass, name, value.after)
        if found is None:
            return Part(value, name)
        if name in ("__new__",):
            return found[0]
        if receiver is cls and isinstance(found[0], Function):
            return Bound(found[0], cls)
        return self.reached(found[0], cls, receiver if isinstance(receiver, Instance) else None)


def unwrapped(value: Value) -> Value:
    """Give the function behind its decorators."""
    while isinstance(value, Wrapped):
        value = value.function
    return value


def adopt(value: Value, cls: Class) -> None:
    """Tell the functions of a class's body which class `super()` means in them."""
    function = unwrapped(value)
    if isinstance(function, Function) and function.owner is None:
        function.owner = cls


def is_declarative(base: Value) -> bool:
    """Say whether a base is SQLAlchemy's own class to derive a declarative base from."""
    return (
        isinstance(base, Symbol)
        and base.path.startswith("sqlalchemy.")
        and base.path.endswith(("DeclarativeBase", "DeclarativeBaseNoMeta"))
    )


def _has_no_attributes(symbol: Symbol) -> bool:
    """Say whether a library's class is known to lend no attributes but those handled by name."""
    return symbol.missing is None and symbol.path.startswith(
        (
            "sqlalchemy.orm.",
            "sqlalchemy.ext.declarative",
            "typing.",
            "abc.",
            "builtins.",
            "sqlmodel.",
            "flask_sqlalchemy.",
        )
    )


def _merge(orders: Sequence[list[Value]]) -> list[Value] | None:
    """Merge linearisations as C3 does; None if there is no consistent order."""
    merged: list[Value] = []
    left = [deque(order) for order in orders if order]
    behind = Counter(value for order in orders for value in order[1:])  # how often each is not the first
    while left:
        head = next((order[0] for order in left if not behind[order[0]]), None)
        if head is None:
            return None
        merged.append(head)
        for order in left:
            if order[0] is head:
                order.popleft()
                if order:
                    behind[order[0]] -= 1
        left = [order for order in left if order]
    return merged


def _flattened(orders: Sequence[list[Value]]) -> list[Value]:
    return list(dict.fromkeys(entry for order in orders for entry in order))
