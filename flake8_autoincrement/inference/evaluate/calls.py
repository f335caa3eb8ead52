"""Calls: of functions and classes that were read, and of what libraries are known to give."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.builtins import Builtins
from flake8_autoincrement.inference.evaluate.classes import unwrapped
from flake8_autoincrement.inference.evaluate.containers import Near
from flake8_autoincrement.inference.evaluate.core import (
    MAXIMUM_CALL_STEPS,
    MAXIMUM_DEPTH,
    MAXIMUM_RECURSION,
    Exhausted,
    Raised,
)
from flake8_autoincrement.inference.evaluate.files import PathText
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Bound,
    Class,
    Constant,
    Deferred,
    Frame,
    Function,
    Indexed,
    Instance,
    Items,
    Made,
    Mapping,
    Member,
    Method,
    Module,
    Names,
    Package,
    Part,
    Partial,
    Scope,
    Super,
    Symbol,
    Value,
    Wrapped,
    executing,
    tuple_of,
)
from flake8_autoincrement.inference.trees import body_of
from flake8_autoincrement.source import Span


class Calls(Builtins):
    """Calls values and looks their attributes up."""

    def call(self, callee: Value, args: list[Value], keywords: dict[str, Value], site: Span | None = None) -> Value:
        """Call a value; a function of another package is called when its result is needed."""
        if self.observer is not None:
            callee = self.force(callee)
            seen = self.observer.called(callee, args, keywords, site)
            return self._call_now(callee, args, keywords, site) if seen is None else seen
        if isinstance(callee, Deferred) and callee.value is None:
            return Deferred(self._put_off(callee, args, keywords, site))
        callee = self.force(callee)
        if not self.frames and isinstance(callee, (Function, Class)) and not self._may_declare(callee):
            return Near(self._put_off(callee, args, keywords, site))
        return self._call_now(callee, args, keywords, site)

    def _may_declare(self, callee: Function | Class) -> bool:
        """Say whether calling a function could declare tables, by the words of the file that it stands in."""
        module = callee.scope.module if isinstance(callee, Function) else callee.home
        return module is None or module.may_declare

    def _put_off(
        self, callee: Value, args: list[Value], keywords: dict[str, Value], site: Span | None
    ) -> Callable[[], Value]:
        home, sites = list(executing), list(self.sites)
        return lambda: self.at_home(home, sites, lambda: self._call_now(self.force(callee), args, keywords, site))

    def _call_now(self, callee: Value, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        match callee:
            case Symbol():
                return self.call_symbol(callee, args, keywords, site)
            case Function():
                return self.call_function(callee, args, keywords, site)
            case Class():
                return self.instantiate(callee, args, keywords, site)
            case Bound():
                return self.call(callee.function, [callee.receiver, *args], keywords, site)
            case Wrapped(kind="staticmethod" | "classmethod"):
                return self.call(callee.function, args, keywords, site)
            case Wrapped():
                return Unknown("the result of a decorated function")
            case Method():
                return self.call_method(callee, args, keywords)
            case Partial():
                return self.call(callee.function, [*callee.args, *args], {**callee.keywords, **keywords}, site)
            case Part():
                return self.call_part(callee, args, keywords, site)
            case Instance():
                hook = self.attribute(callee, "__call__")
                return (
                    Unknown("a call of an object")
                    if isinstance(hook, Absent)
                    else self.call(hook, args, keywords, site)
                )
            case Made() | Indexed():
                return self.made(callee, args, keywords, site)
            case Unknown():
                return callee
        return Unknown(callee.why if isinstance(callee, Absent) else "a call of something that cannot be called", site)

    # Functions.

    def call_function(
        self, function: Function, args: list[Value], keywords: dict[str, Value], site: Span | None
    ) -> Value:
        """Execute a function's body and give what it returns."""
        if len(self.frames) >= MAXIMUM_DEPTH:
            return Unknown("calls are nested too deeply", site)
        if self.observer is not None and self._calls_itself(function):
            return Unknown(f"{function.name}() calls itself on what is not known", site)
        frame = Frame(function, args[0] if args else None)
        names = self._bound_arguments(function, args, keywords)
        if isinstance(names, Unknown):
            return names
        scope = Scope(names, function.scope, function.scope.module, None, frame)
        outer, self.uncertain = (self.uncertain, self.limit), 0
        is_bounded = not self.frames if self.observer is None else len(self.frames) == 1
        if is_bounded:
            self.limit = min(self.limit, self.steps + MAXIMUM_CALL_STEPS * (1 if self.observer is None else 3))
        self.frames.append(frame)
        if site is not None:
            self.sites.append(site)
        try:
            return self._executed_function(function, scope, frame)
        except Raised:
            if outer[0] or not self.trying:
                return Unknown(f"{function.name}() raises", site)
            raise
        except Exhausted:
            if not is_bounded or self.steps > outer[1]:
                raise
            if self.observer is not None:
                self.observer.abandoned(function.node, function.scope.module, site, [*args, *keywords.values()])
            why = Unknown(f"calling {function.name}() takes more than {MAXIMUM_CALL_STEPS} steps", site)
            for value in (*args, *keywords.values(), *self._mentioned(function)):
                self.spoil(value, why)
            return why
        finally:
            self.uncertain, self.limit = outer
            self.frames.pop()
            if site is not None:
                self.sites.pop()

    def _calls_itself(self, function: Function) -> bool:
        """Say whether a function is being executed so often already that what it waits for will hardly come."""
        return sum(frame.function is function for frame in self.frames) >= MAXIMUM_RECURSION

    def _mentioned(self, function: Function) -> Iterator[Value]:
        """Give the values of the names in a function's body that are bound around it."""
        body = [function.node.body] if _is_lambda(function) else body_of(function.node)
        for name in {part.name for statement in body for part in statement.nodes_of_class(nodes.Name)}:
            around: Scope | None = function.scope
            while around is not None:
                if name in around.names:
                    yield around.names[name]
                around = around.parent

    def _executed_function(self, function: Function, scope: Scope, frame: Frame) -> Value:
        if _is_lambda(function):
            return self.evaluate(function.node.body, scope)
        if self.observer is None:
            return self._result(frame, self.execute(body_of(function.node), scope))
        frame.depth = self.observer.depth()
        try:
            ending = self.execute(body_of(function.node), scope)
            if ending is None and frame.returns:
                self.returned(frame, Constant(None))
                ending = "return"
            return self._result(frame, ending)
        finally:
            self.observer.release(frame.depth, ("return", "break", "continue"))

    def _result(self, frame: Frame, ending: str | None) -> Value:
        if frame.yields:
            return Items("list", frame.yields)
        returns = frame.returns
        if len(returns) > 1 and (answer := self.answer(frame)) is not None:
            return answer
        if ending is None:
            returns = [*returns, Constant(None)]
        if not returns:
            raise Raised
        result = returns[0]
        for other in returns[1:]:
            result = self.joined(result, other)
        return result

    def _bound_arguments(
        self, function: Function, args: list[Value], keywords: dict[str, Value]
    ) -> dict[str, Value] | Unknown:
        parameters = function.node.args
        positional = [parameter.name for parameter in (*parameters.posonlyargs, *(parameters.args or []))]
        keyword_only = [parameter.name for parameter in parameters.kwonlyargs]
        names = dict(zip(positional, args, strict=False))
        left = dict(keywords)
        for name in (*positional, *keyword_only):
            if name in left:
                names[name] = left.pop(name)
            elif name not in names:
                names[name] = function.defaults.get(name) or Unknown(f"{function.name}() is called without {name}")
        if parameters.vararg:
            names[parameters.vararg] = tuple_of(args[len(positional) :])
        if parameters.kwarg:
            names[parameters.kwarg] = Mapping({(str, key): (Constant(key), value) for key, value in left.items()})
        return names

    # Classes.

    def instantiate(self, cls: Class, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Make an instance, or the class that a metaclass called as one makes."""
        places = (*self.sites, site) if site is not None else tuple(self.sites)
        instance = Instance(cls, places=places)
        constructor = self.raw_attribute(cls, "__new__")
        if constructor is not None and isinstance(unwrapped(constructor[0]), Function):
            made = self.force(self.call(unwrapped(constructor[0]), [cls, *args], keywords, site))
            if isinstance(made, Instance):
                instance = made
            elif not isinstance(made, Unknown):
                return made
        found = self.raw_attribute(cls, "__init__")
        if found is not None and isinstance(unwrapped(found[0]), Function):
            self.call(unwrapped(found[0]), [instance, *args], keywords, site)
        else:
            instance.supers = self.made(self._library_class(cls), args, keywords, site)
            self._set_fields(instance, args, keywords)
        return instance

    def _library_class(self, cls: Class) -> Value:
        return next((entry for entry in cls.mro if isinstance(entry, Symbol)), self.symbol("builtins.object"))

    def _set_fields(self, instance: Instance, args: list[Value], keywords: dict[str, Value]) -> None:
        """Set what a dataclass, a named tuple or a pydantic model takes as arguments."""
        order = [name for entry in reversed(instance.cls.mro) if isinstance(entry, Class) for name in entry.annotations]
        instance.attributes.update(zip(order, args, strict=False))
        instance.attributes.update(keywords)

    # Attributes.

    def attribute(self, value: Value, name: str) -> Value:
        """Give an attribute of a value; of a value that waits, when it is needed."""
        if self.observer is not None:
            value = self.force(value)
            if (seen := self.observer.attribute(value, name)) is not None:
                return seen
        if isinstance(value, Deferred) and value.value is None:
            return Deferred(lambda: self.attribute(self.force(value), name))
        value = self.force(value)
        match value:
            case Module():
                return self.member(value, name)
            case Package():
                return self.module_of(value, name)
            case Symbol():
                return self.symbol_attribute(value, name)
            case Class():
                return self.class_attribute(value, name)
            case Instance():
                return self._instance_attribute(value, name)
            case Super():
                return self.super_attribute(value, name)
            case Member() if name in ("value", "name"):
                return Constant(value.value if name == "value" else value.name)
            case PathText():
                return self.path_attribute(value, name)
            case Constant() | Items() | Mapping():
                return Method(value, name)
            case Made():
                return value.attributes.get(name) or self.made_attribute(value, name)
            case Function() | Wrapped() if name == "__get__":
                return Method(value, name)
            case Function():
                if name in ("__name__", "__qualname__"):
                    return Constant(value.name)
                return value.attributes.get(name) or Part(value, name)
            case Bound():
                return (
                    Constant(value.function.name)
                    if name == "__name__" and isinstance(value.function, Function)
                    else Part(value, name)
                )
            case Wrapped(kind="property") if name in ("setter", "deleter", "expression", "comparator", "inplace"):
                return Method(value, name)
            case Unknown():
                return value
            case Absent():
                return Unknown(value.why, value.span)
        return Part(value, name)

    def _instance_attribute(self, instance: Instance, name: str) -> Value:
        if (found := instance.attributes.get(name)) is not None:
            return found
        if name == "__class__":
            return instance.cls
        if name == "__dict__":
            return Names(instance.attributes)
        if (raw := self.raw_attribute(instance.cls, name)) is not None:
            return self.reached(raw[0], instance.cls, instance)
        if (hook := self.raw_attribute(instance.cls, "__getattr__")) is not None:
            found = self.force(self.call(unwrapped(hook[0]), [instance, Constant(name)], {}))
            if not isinstance(found, Unknown):
                return found
        if name == "fget" and instance.supers is not None and instance.supers.args:
            return instance.supers.args[0]
        if instance.supers is not None or any(isinstance(entry, Symbol) for entry in instance.cls.mro):
            return self.attribute_from_library(instance, name)
        inherited = self.class_attribute(instance.cls, name)
        return Part(instance, name) if isinstance(inherited, Part) else inherited


def _is_lambda(function: Function) -> bool:
    return not isinstance(function.node, nodes.FunctionDef)
