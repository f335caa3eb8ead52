"""Annotations: `Mapped[...]` and a model's plain fields, down to the Python type and the column inside."""

from __future__ import annotations

from dataclasses import dataclass, replace

from astroid import nodes

from flake8_autoincrement.facts.schema import Affinity, SqlType
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.sqltypes import SqlTypes
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import (
    Annotation,
    Class,
    Constant,
    Indexed,
    Items,
    Made,
    Mapping,
    Scope,
    Symbol,
    Value,
    text_of,
)
from flake8_autoincrement.inference.syntax import ParseError
from flake8_autoincrement.inference.trees import parsed

_CONTAINERS = frozenset({"Mapped", "WriteOnlyMapped", "DynamicMapped", "Unmapped"})
_UNIONS = frozenset({"typing.Optional", "typing.Union", "typing_extensions.Optional", "typing_extensions.Union"})
_ANNOTATED = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
_LITERALS = frozenset({"typing.Literal", "typing_extensions.Literal"})
# `sqlalchemy.sql.sqltypes._type_map`: what SQLAlchemy makes of Python's types where no map says otherwise.
_DEFAULTS: dict[str, SqlType] = {
    "builtins.int": SqlType("Integer", Affinity.INTEGER),
    "builtins.float": SqlType("Double", Affinity.NUMERIC, float=True),
    "decimal.Decimal": SqlType("Numeric", Affinity.NUMERIC),
    "builtins.bool": SqlType("Boolean", Affinity.OTHER),
    "builtins.str": SqlType("String", Affinity.OTHER),
    "builtins.bytes": SqlType("LargeBinary", Affinity.OTHER),
    "uuid.UUID": SqlType("Uuid", Affinity.OTHER),
    "datetime.datetime": SqlType("DateTime", Affinity.OTHER, timestamp=True, timezone=False),
    "datetime.date": SqlType("Date", Affinity.OTHER),
    "datetime.time": SqlType("Time", Affinity.OTHER),
    "datetime.timedelta": SqlType("Interval", Affinity.OTHER),
}
ENUM = SqlType("Enum", Affinity.OTHER)


@dataclass(slots=True)
class PythonType:
    """A Python type as annotated: what stands inside `Mapped` and `Optional`, and what `Annotated` adds.

    `annotated` is the whole `Annotated[...]`, `inner` the type in it; both are the same value where there is none.
    """

    annotated: Value
    inner: Value
    metadata: list[Value]
    optional: bool


class Annotations:
    """Reads annotations and looks the types up that they stand for."""

    def __init__(self, interpreter: Interpreter, types: SqlTypes) -> None:
        self._interpreter = interpreter
        self._types = types

    def value(self, annotation: Annotation) -> Value:
        """Evaluate an annotation, also one that is written as a string."""
        return self._evaluated(annotation.node, annotation.scope)

    def _evaluated(self, node: nodes.NodeNG, scope: Scope) -> Value:
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            return self.from_text(node.value, scope)
        if isinstance(node, nodes.Subscript):
            of = self._interpreter.force(self._evaluated(node.value, scope))
            if isinstance(of, Symbol) and (of.path in _ANNOTATED or of.path in _LITERALS):
                return self._interpreter.force(self._interpreter.evaluate(node, scope))
            return Indexed(of, self._index(node.slice, scope))
        if isinstance(node, nodes.BinOp) and node.op == "|":
            left, right = self._evaluated(node.left, scope), self._evaluated(node.right, scope)
            return Made(self._interpreter.symbol("operator.|"), [left, right], {})
        return self._interpreter.force(self._interpreter.evaluate(node, scope))

    def _index(self, node: nodes.NodeNG, scope: Scope) -> Value:
        if isinstance(node, nodes.Tuple):
            return Items("tuple", [self._evaluated(element, scope) for element in node.elts])
        return self._evaluated(node, scope)

    def from_text(self, text: str, scope: Scope) -> Value:
        """Evaluate an annotation from its text."""
        try:
            tree = parsed(text.strip(), scope.module.path, scope.module.name, False)
        except ParseError:
            return Unknown(f"the annotation {text!r} is not Python")
        if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Expr):
            return Unknown(f"the annotation {text!r} is not a type")
        return self._evaluated(tree.body[0].value, scope)

    def mapped(self, annotation: Annotation) -> Value | None:
        """Give what stands inside `Mapped[...]`, None if the annotation is not of that form."""
        if not _may_be_mapped(annotation.node):
            return None
        value = self.value(annotation)
        if isinstance(value, Indexed) and known_name(self._interpreter.force(value.of)) in _CONTAINERS:
            inner = self._interpreter.force(value.index)
            text = text_of(inner)
            return inner if text is None else self.from_text(text, annotation.scope)
        return None

    def python_type(self, value: Value, depth: int = 0) -> PythonType:
        """Take `Optional`, unions with None and `Annotated` off a type."""
        value = self._interpreter.force(value)
        if depth > 20:
            return PythonType(value, Unknown("a type that is defined in terms of itself"), [], False)
        members = self._union(value)
        if members is not None:
            rest = [member for member in members if not _is_none_type(self._interpreter.force(member))]
            if len(rest) == 1:
                found = self.python_type(rest[0], depth + 1)
                return PythonType(
                    found.annotated, found.inner, found.metadata, found.optional or len(rest) < len(members)
                )
            return PythonType(value, Unknown("a union of several types"), [], len(rest) < len(members))
        if isinstance(value, Indexed) and _path(self._interpreter.force(value.of)) in _ANNOTATED:
            index = self._interpreter.force(value.index)
            if isinstance(index, Items) and index.items:
                found = self.python_type(index.items[0], depth + 1)
                return PythonType(value, found.inner, [*index.items[1:], *found.metadata], found.optional)
        return PythonType(value, value, [], False)

    def _union(self, value: Value) -> list[Value] | None:
        """Give the members of a union, None if the value is none."""
        if isinstance(value, Indexed) and _path(self._interpreter.force(value.of)) in _UNIONS:
            index = self._interpreter.force(value.index)
            members: list[Value] = list(index.items) if isinstance(index, Items) else [index]
            optional = (_path(self._interpreter.force(value.of)) or "").endswith("Optional")
            return [*members, Constant(None)] if optional else members
        if isinstance(value, Made) and _path(value.callee) == "operator.|":
            parts = [self._interpreter.force(part) for part in value.args]
            return [member for part in parts for member in (self._union(part) or [part])]
        return None

    def sql_type(self, python: PythonType, cls: Class) -> SqlType | Unknown:
        """Give the column type that a class's registry makes of a Python type."""
        found = self._resolved(python, self._type_maps(cls))
        return replace(found, looked_up=True) if isinstance(found, SqlType) else found

    def _type_maps(self, cls: Class) -> list[Mapping]:
        """Give the `type_annotation_map` that holds for a class: its declarative base's or its registry's."""
        found = []
        for entry in cls.mro:
            if not isinstance(entry, Class):
                continue
            candidates = [entry.namespace.get("type_annotation_map")]
            registry = self._interpreter.force(entry.namespace.get("registry", Constant(None)))
            if isinstance(registry, Made):
                candidates.append(registry.keywords.get("type_annotation_map"))
            maps = [self._interpreter.force(candidate) for candidate in candidates if candidate is not None]
            found += [candidate for candidate in maps if isinstance(candidate, Mapping)]
        return found

    def _resolved(self, python: PythonType, maps: list[Mapping], depth: int = 0) -> SqlType | Unknown:
        for candidate in (python.annotated, python.inner):
            if (mapped := self._looked_up(candidate, maps)) is not None:
                return mapped
        inner = self._interpreter.force(python.inner)
        match inner:
            case Symbol():
                return _DEFAULTS.get(inner.path) or self._of_symbol(inner)
            case Class():
                return self._of_class(inner, maps)
            case Made(args=[_, _]) if depth < 10 and _path(inner.callee) in (
                "typing.NewType",
                "typing_extensions.NewType",
            ):
                return self._resolved(self.python_type(inner.args[1]), maps, depth + 1)
            case Made() if depth < 10 and "__value__" in inner.attributes:
                return self._resolved(self.python_type(inner.attributes["__value__"]), maps, depth + 1)
            case Indexed():
                return self._of_generic(inner)
            case Unknown():
                return inner
        return Unknown("its type is not known")

    def _looked_up(self, value: Value, maps: list[Mapping]) -> SqlType | Unknown | None:
        hashed = self._interpreter.hashed(value)
        for one in maps:
            if hashed is not None and hashed in one.entries:
                return self._types.sql_type(one.entries[hashed][1])
        if any(one.open for one in maps):
            return Unknown("its type is looked up in a map that is not known")
        return None

    def _of_symbol(self, symbol: Symbol) -> SqlType | Unknown:
        if symbol.missing is None and symbol.path.startswith("enum."):
            return ENUM
        return Unknown(symbol.missing or f"{symbol.path} is not a type that SQLAlchemy knows")

    def _of_class(self, cls: Class, maps: list[Mapping]) -> SqlType | Unknown:
        if self._interpreter.is_enum(cls):
            return self._looked_up(self._interpreter.symbol("enum.Enum"), maps) or ENUM
        return Unknown(f"{cls.name} is not a type that SQLAlchemy knows")

    def _of_generic(self, value: Indexed) -> SqlType | Unknown:
        of = self._interpreter.force(value.of)
        if _path(of) in _LITERALS:
            return ENUM
        return Unknown("a generic type")


def _path(value: Value) -> str | None:
    return value.path if isinstance(value, Symbol) else None


def _is_none_type(value: Value) -> bool:
    return (isinstance(value, Constant) and value.value is None) or _path(value) in ("types.NoneType", "builtins.None")


def _may_be_mapped(node: nodes.NodeNG) -> bool:
    return isinstance(node, nodes.Subscript) or (isinstance(node, nodes.Const) and isinstance(node.value, str))
