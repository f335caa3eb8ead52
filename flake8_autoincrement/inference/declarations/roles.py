"""What a class is to SQLAlchemy: a declarative base, an abstract base, a mixin, or mapped."""

from __future__ import annotations

from abc import ABC, abstractmethod

from astroid import nodes

from flake8_autoincrement.facts.model import Role
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.classes import is_declarative, unwrapped
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Class,
    Constant,
    Function,
    Made,
    Mapping,
    Part,
    Symbol,
    Value,
    Wrapped,
)
from flake8_autoincrement.inference.trees import body_of, written

_ROOT_KINDS = frozenset({"root", "flask", "automap"})
_ROOT_DECORATORS = frozenset({"as_declarative", "as_declarative_base"})
_MAPPING_DECORATORS = frozenset({"mapped", "mapped_as_dataclass", "map_declaratively"})


class Roles(ABC):
    """Decides what classes are."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._roles: dict[Class, Role] = {}
        self._roots: dict[Class, bool] = {}
        self._below_roots: dict[Class, bool] = {}
        self._sqlmodels: dict[Class, bool] = {}
        interpreter.is_mapped = self._is_mapped

    @abstractmethod
    def declares_columns(self, cls: Class) -> bool:
        """Say whether a class's own body declares columns."""

    def role(self, cls: Class) -> Role:
        """Say what a class is to SQLAlchemy."""
        found = self._roles.get(cls)
        if found is None:
            self._roles[cls] = Role.UNKNOWN  # for a class that is asked about itself
            found = self._roles[cls] = self._decided_role(cls)
        return found

    def _decided_role(self, cls: Class) -> Role:
        if self._is_decorated(cls, _MAPPING_DECORATORS):
            return Role.MAPPED
        if self.is_root(cls):
            return Role.ROOT
        if self.is_sqlmodel(cls):
            return self._sqlmodel_role(cls)
        if not self.has_root(cls):
            return self._rootless_role(cls)
        if self._own_flag(cls, "__abstract__") or self._is_abstract_concrete(cls):
            return Role.ABSTRACT
        return Role.MAPPED

    def has_root(self, cls: Class) -> bool:
        """Say whether a class is a declarative base or is derived from one."""
        found = self._below_roots.get(cls)
        if found is None:
            entries = (entry for entry in cls.mro if isinstance(entry, Class))
            found = self._below_roots[cls] = any(map(self.is_root, entries))
        return found

    def is_root(self, cls: Class) -> bool:
        """Say whether a class is a declarative base, of which others are derived."""
        found = self._roots.get(cls)
        if found is None:
            found = self._roots[cls] = self._decided_root(cls)
        return found

    def _decided_root(self, cls: Class) -> bool:
        if cls.kind in _ROOT_KINDS or self._is_decorated(cls, _ROOT_DECORATORS):
            return True
        if any(is_declarative(self._interpreter.force(base)) for base in cls.bases):
            return True
        return self._has_declarative_meta(cls) and self._own_flag(cls, "__abstract__")

    def _has_declarative_meta(self, cls: Class) -> bool:
        """Say whether a class names `DeclarativeMeta`, or a class derived from it, as its metaclass."""
        given = self._interpreter.force(cls.keywords.get("metaclass", Constant(None)))
        entries = given.mro if isinstance(given, Class) else [given]
        return any(isinstance(entry, Symbol) and known_name(entry) == "DeclarativeMeta" for entry in entries)

    def is_sqlmodel(self, cls: Class) -> bool:
        """Say whether a class descends from `SQLModel`."""
        found = self._sqlmodels.get(cls)
        if found is None:
            symbols = (entry for entry in cls.mro if isinstance(entry, Symbol))
            found = self._sqlmodels[cls] = any(known_name(symbol) == "sqlmodel.SQLModel" for symbol in symbols)
        return found

    def _sqlmodel_role(self, cls: Class) -> Role:
        if self._interpreter.truth(cls.keywords.get("table", Constant(False))):
            return Role.MAPPED
        config = self._interpreter.force(cls.namespace.get("model_config", Constant(None)))
        if isinstance(config, Mapping) and (str, "table") in config.entries:
            return Role.MAPPED if self._interpreter.truth(config.entries[(str, "table")][1]) else Role.MIXIN
        return Role.ABSTRACT if "registry" in cls.keywords else Role.MIXIN

    def _is_decorated(self, cls: Class, names: frozenset[str]) -> bool:
        for decorator in cls.decorators:
            callee = decorator.callee if isinstance(decorator, Made) else decorator
            name = callee.name if isinstance(callee, Part) else known_name(callee)
            inner = callee.callee if isinstance(callee, Made) else None
            if name in names or (isinstance(inner, Part) and inner.name in names):
                return True
        return False

    def _own_flag(self, cls: Class, name: str) -> bool:
        return self._interpreter.truth(cls.namespace.get(name, Constant(False))) is True

    def _is_abstract_concrete(self, cls: Class) -> bool:
        """Say whether a class is an `AbstractConcreteBase`: mapped late, without a table, a mixin to its children."""
        names = [known_name(base) for base in cls.bases if isinstance(base, Symbol)]
        return (
            "AbstractConcreteBase" in names
            and "__tablename__" not in cls.namespace
            and "__table__" not in cls.namespace
        )

    def _rootless_role(self, cls: Class) -> Role:
        """Decide about a class without a declarative base: a mixin, or a model whose base could not be found."""
        declares = self.declares_columns(cls)
        if self.missing(cls) is None:
            return Role.MIXIN if declares or self._has_declared_attrs(cls) else Role.UNKNOWN
        named = "__tablename__" in cls.namespace or "__table__" in cls.namespace
        if named and (declares or "__table__" in cls.namespace) and not self._own_flag(cls, "__abstract__"):
            return Role.MAPPED
        return Role.ABSTRACT if declares and self._own_flag(cls, "__abstract__") else Role.UNKNOWN

    def _has_declared_attrs(self, cls: Class) -> bool:
        return any(isinstance(value, Wrapped) and value.kind == "declared_attr" for value in cls.namespace.values())

    def missing(self, cls: Class) -> Unknown | None:
        """Say why a class's bases are not all known, None if they are."""
        metaclass = self._interpreter.metaclass(cls)
        if metaclass is not None and any(_makes_columns(entry) for entry in metaclass.mro):
            return Unknown(f"its metaclass {metaclass.name} may add to it when it is made", cls.span)
        for entry in cls.mro:
            match entry:
                case Unknown():
                    return entry
                case Absent():
                    return Unknown(entry.why, entry.span)
                case Symbol() if entry.missing is not None:
                    return Unknown(f"the base {entry.path.rpartition('.')[2]} is not known: {entry.missing}", cls.span)
                case Class() | Symbol():
                    continue
                case _:
                    return Unknown("a base is not a class that is known", cls.span)
        return None

    def _is_mapped(self, entry: Value) -> bool:
        return isinstance(entry, Class) and self.role(entry) in (Role.MAPPED, Role.SINGLE_TABLE)


def _makes_columns(metaclass: Value) -> bool:
    """Say whether a metaclass's `__new__`, which is not executed for a class statement, speaks of columns or tables."""
    hook = (
        unwrapped(metaclass.namespace["__new__"])
        if isinstance(metaclass, Class) and "__new__" in metaclass.namespace
        else None
    )
    if not isinstance(hook, Function) or not isinstance(hook.node, nodes.FunctionDef):
        return False
    texts = [written(statement) for statement in body_of(hook.node)]
    return any(word in text for text in texts for word in ("olumn", "__table", "primary_key"))
