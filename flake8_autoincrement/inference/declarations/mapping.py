"""What SQLAlchemy's declarative scan makes of a class: its role, its table's name and the columns it collects.

This follows `sqlalchemy.orm.decl_base` of 2.0 and 2.1: `_scan_attributes`, `_produce_column_copies`, `_setup_table`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from astroid import nodes

from flake8_autoincrement.facts.model import Role
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.annotations import Annotations
from flake8_autoincrement.inference.declarations.columns import Columns
from flake8_autoincrement.inference.declarations.roles import Roles
from flake8_autoincrement.inference.declarations.tablenames import flask_name
from flake8_autoincrement.inference.evaluate.classes import unwrapped
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.operators import CONDITIONAL_COLUMN
from flake8_autoincrement.inference.evaluate.values import (
    Annotation,
    Class,
    Constant,
    Function,
    Items,
    Made,
    Mapping,
    Symbol,
    Value,
    Wrapped,
    is_none,
    text_of,
)


@dataclass(slots=True)
class Attribute:
    """A column attribute that a class collects: its value, its annotation, and the class that declares it."""

    name: str
    value: Value | None
    annotation: Annotation | None
    owner: Class


@dataclass(slots=True)
class Scan:
    """What a class is to SQLAlchemy and what its mapping consists of.

    `table_name` is None where the class has no table of its own. `table` is the value of `__table__`. `parent` is the
    mapped class that it inherits from. `incomplete` says why there may be columns that were not seen.
    """

    cls: Class
    role: Role
    attributes: list[Attribute] = field(default_factory=list)
    table_name: str | Unknown | None = None
    table: Value | None = None
    table_args: list[Value] = field(default_factory=list)
    table_options: Mapping | None = None
    parent: Class | None = None
    incomplete: Unknown | None = None
    reflected: bool = False


class Mapper(Roles):
    """Scans classes as SQLAlchemy's declarative system does."""

    def __init__(self, interpreter: Interpreter, annotations: Annotations, columns: Columns) -> None:
        super().__init__(interpreter)
        self._annotations = annotations
        self._columns = columns
        self._scans: dict[Class, Scan] = {}
        self._stand_ins: dict[Class, Class] = {}
        self._conditional: dict[Class, Unknown] = {}

    # Scanning.

    def scan(self, cls: Class) -> Scan:
        """Scan a class."""
        found = self._scans.get(cls)
        if found is None:
            found = self._scans[cls] = Scan(cls, self.role(cls))
            if found.role is Role.MAPPED:
                self._scan_mapped(found)
            else:
                found.attributes = self._lendable(cls)
        return found

    def _lendable(self, cls: Class) -> list[Attribute]:
        """Give the columns that a base or mixin declares itself; a SQLModel class without a key is a schema only."""
        if not self.is_sqlmodel(cls):
            return [attribute for attribute in self._declared(cls) if attribute.owner is cls]
        attributes = self._sqlmodel_attributes(cls)
        declares_key = any(self._says_primary_key(attribute.value) for attribute in attributes)
        return [attribute for attribute in attributes if attribute.owner is cls] if declares_key else []

    def _says_primary_key(self, value: Value | None) -> bool:
        value = None if value is None else self._interpreter.force(value)
        if not isinstance(value, Made):
            return False
        column = self._columns.made_column(value.keywords.get("sa_column", Constant(None)))
        keywords = value.keywords if column is None else column.keywords
        return self._interpreter.truth(keywords.get("primary_key", Constant(False))) is True

    def _scan_mapped(self, scan: Scan) -> None:
        cls = scan.cls
        scan.parent = next((e for e in cls.mro[1:] if isinstance(e, Class) and self._is_mapped(e)), None)
        if scan.parent is not None:
            self.scan(scan.parent)
        scan.incomplete = self.missing(cls)
        scan.reflected = any(known_name(e) == "DeferredReflection" for e in cls.mro if isinstance(e, Symbol)) or any(
            isinstance(e, Class) and e.kind == "automap" for e in cls.mro
        )
        scan.attributes = self.collected(cls)
        scan.incomplete = scan.incomplete or self._conditional.get(cls)
        scan.table = self._own_table(cls)
        scan.table_name = None if scan.table is not None else self._table_name(cls)
        self._take_table_args(scan)
        if scan.table is None:
            self._settle_single_table(scan)

    def _settle_single_table(self, scan: Scan) -> None:
        """Recognise a class that shares its parent's table."""
        if scan.table_name is None and scan.parent is not None:
            scan.role = self._roles[scan.cls] = Role.SINGLE_TABLE
            return
        is_flask = any(isinstance(entry, Class) and entry.kind == "flask" for entry in scan.cls.mro)
        if is_flask and scan.parent is not None and not self._has_own_key(scan):
            scan.table_name = None
            scan.role = self._roles[scan.cls] = Role.SINGLE_TABLE

    def _has_own_key(self, scan: Scan) -> bool:
        """Say whether a class declares a key, which Flask-SQLAlchemy takes as the sign of a table of its own."""
        for attribute in scan.attributes:
            made = self._columns.made_column(attribute.value) if attribute.value is not None else None
            if made is not None and self._interpreter.truth(made.keywords.get("primary_key", Constant(False))):
                return True
        return any(
            isinstance(value, Made) and known_name(value.callee) == "PrimaryKeyConstraint"
            for value in map(self._interpreter.force, scan.table_args)
        )

    def attribute_names(self, cls: Class) -> set[str]:
        """Give the names that a mapped class has in its own namespace once it is mapped."""
        return {*cls.namespace, *(attribute.name for attribute in self.scan(cls).attributes)}

    def declares_columns(self, cls: Class) -> bool:
        """Say whether a class's own body declares columns."""
        return bool(self._declared(cls))

    def _declared(self, cls: Class) -> list[Attribute]:
        """Give the column attributes that stand in a class's own body, `declared_attr` called with the class."""
        found = []
        for name, value, annotation in self._own_attributes(cls):
            attribute = self._column_attribute(name, value, annotation, cls, cls)
            if attribute is not None:
                found.append(attribute)
        return found

    def _own_attributes(self, cls: Class) -> list[tuple[str, Value | None, Annotation | None]]:
        names = [*cls.namespace, *(name for name in cls.annotations if name not in cls.namespace)]
        names.sort(key=lambda name: (cls.lines[name].line, cls.lines[name].column) if name in cls.lines else (0, 0))
        return [
            (name, cls.namespace.get(name), cls.annotations.get(name))
            for name in names
            if not (name.startswith("__") and name.endswith("__"))
        ]

    def _column_attribute(
        self, name: str, value: Value | None, annotation: Annotation | None, owner: Class, cls: Class
    ) -> Attribute | None:
        """Give an attribute if it makes a column."""
        if value is None:
            mapped = annotation is not None and self._annotations.mapped(annotation) is not None
            return Attribute(name, None, annotation, owner) if mapped else None
        if isinstance(value, Wrapped):
            if value.kind != "declared_attr":
                return None
            annotation = annotation or _returned(value)
            value = self._declared_value(value, cls)
        if isinstance(value, (Function, Class)):
            return None
        value = self._interpreter.force(value)
        if isinstance(value, Unknown) and value.why == CONDITIONAL_COLUMN:
            self._conditional.setdefault(cls, value)
        if self._columns.made_column(value) is not None:
            return Attribute(name, value, annotation, owner)
        if isinstance(value, Made) and _is_dataclass_field(value):
            return self._from_field(name, value, annotation, owner, cls)
        return None

    def _declared_value(self, value: Wrapped, cls: Class) -> Value:
        """Give what a `declared_attr` makes for a class.

        SQLAlchemy calls it for mapped classes only. What it would make of a base or a mixin is asked of a stand-in,
        so that nothing that it does to the class, such as making further classes, is taken for a fact.
        """
        if self._roles.get(cls) is Role.MAPPED:
            return self._interpreter.declared(value, cls)
        stand_in = self._stand_ins.setdefault(
            cls, replace(cls, namespace=dict(cls.namespace), declared={}, home=None)
        )
        stand_in.mro = [stand_in, *cls.mro[1:]]
        with self._interpreter.unrecorded():
            return self._interpreter.declared(value, stand_in)

    def _from_field(
        self, name: str, made: Made, annotation: Annotation | None, owner: Class, cls: Class
    ) -> Attribute | None:
        """Take the column out of a dataclass field's metadata (`__sa_dataclass_metadata_key__`)."""
        key = text_of(self._interpreter.force(self._interpreter.class_attribute(cls, "__sa_dataclass_metadata_key__")))
        metadata = self._interpreter.force(made.keywords["metadata"])
        if not isinstance(metadata, Mapping) or (str, key) not in metadata.entries:
            return None
        value = self._interpreter.force(metadata.entries[(str, key)][1])
        if isinstance(value, Function):
            value = self._interpreter.force(self._interpreter.call(value, [], {}))
        return None if self._columns.made_column(value) is None else Attribute(name, value, annotation, owner)

    def collected(self, cls: Class) -> list[Attribute]:
        """Collect a mapped class's columns: its own, and those of mixins and abstract bases that nothing overrides."""
        return self._sqlmodel_attributes(cls) if self.is_sqlmodel(cls) else self._declarative_attributes(cls)

    def _declarative_attributes(self, cls: Class) -> list[Attribute]:
        collected: dict[str, Attribute] = {attribute.name: attribute for attribute in self._declared(cls)}
        taken = set(cls.namespace)
        for at, base in enumerate(cls.mro[1:], 1):
            if not isinstance(base, Class):
                continue
            if self._is_mapped(base):
                taken |= self.attribute_names(base)
                continue
            for name, value, annotation in self._own_attributes(base):
                cascades = isinstance(value, Wrapped) and value.cascading
                if name in taken and not cascades and not (value is None and is_none(cls.namespace.get(name))):
                    continue
                attribute = self._column_attribute(name, value, annotation, base, cls)
                if attribute is not None and (value is not None or not self._is_given(cls, at, name, collected)):
                    collected[name] = attribute
                if value is not None or attribute is not None:
                    taken.add(name)
        return list(collected.values())

    def _is_given(self, cls: Class, at: int, name: str, collected: dict[str, Attribute]) -> bool:
        """Say whether a name only annotated here has a column already, or gets a value from a base further on."""
        if name in collected:
            return True
        later = (entry for entry in cls.mro[at + 1 :] if isinstance(entry, Class))
        return any(
            name in (self.attribute_names(entry) if self._is_mapped(entry) else entry.namespace) for entry in later
        )

    def _sqlmodel_attributes(self, cls: Class) -> list[Attribute]:
        """Collect the fields of a SQLModel table: every annotated field of every base, the nearest one first."""
        collected: dict[str, Attribute] = {}
        for entry in reversed(cls.mro):
            if not isinstance(entry, Class) or (entry is not cls and self._is_mapped(entry)):
                continue
            for name, value, annotation in self._own_attributes(entry):
                if annotation is not None and not name.startswith("_") and not name == "model_config":
                    collected.pop(name, None)
                    collected[name] = Attribute(name, value, annotation, entry)
                elif value is not None and not isinstance(value, (Function, Wrapped, Class)):
                    if self._columns.made_column(value) is not None:
                        collected[name] = Attribute(name, value, None, entry)
        return list(collected.values())

    # The table.

    def _own_table(self, cls: Class) -> Value | None:
        """Give the value of `__table__`, the class's own or one that a `declared_attr` of a base makes."""
        for entry in cls.mro:
            if not isinstance(entry, Class) or "__table__" not in entry.namespace:
                continue
            value = entry.namespace["__table__"]
            if isinstance(value, Wrapped):
                return self._interpreter.force(self._interpreter.class_attribute(cls, "__table__"))
            if entry is cls or not self._is_mapped(entry):
                return None if is_none(found := self._interpreter.force(value)) else found
            return None
        return None

    def _table_name(self, cls: Class) -> str | Unknown | None:
        for entry in cls.mro:
            if not isinstance(entry, Class) or "__tablename__" not in entry.namespace:
                continue
            value = entry.namespace["__tablename__"]
            is_declared = isinstance(value, Wrapped) and value.kind == "declared_attr"
            if not self._is_mapped(entry) or entry is cls or is_declared:
                name = self._named(
                    self._interpreter.force(self._interpreter.class_attribute(cls, "__tablename__")), cls
                )
                if name is not None:
                    return self._autonamed(cls) or name if isinstance(name, str) else name
        return self._autonamed(cls)

    def _named(self, value: Value, cls: Class) -> str | Unknown | None:
        match value:
            case Constant(value=str(text)):
                return text or None
            case Constant():
                return None
            case Function():
                return self._named(self._interpreter.force(self._interpreter.call(value, [cls], {})), cls)
            case Wrapped():
                return self._named(self._interpreter.force(self._interpreter.call(unwrapped(value), [cls], {})), cls)
            case Unknown():
                return Unknown(f"its table's name is not known: {value.why}", value.span or cls.span)
        return Unknown("its table's name is only known at run time", cls.span)

    def _autonamed(self, cls: Class) -> str | None:
        """Give the name that Flask-SQLAlchemy or SQLModel makes from a class's own."""
        short = cls.name.rpartition(".")[2]
        if any(isinstance(entry, Class) and entry.kind == "flask" for entry in cls.mro):
            return flask_name(short) if self._wants_flask_name(cls) else None
        if self.is_sqlmodel(cls) and not any(
            isinstance(entry, Class) and "__tablename__" in entry.namespace for entry in cls.mro
        ):
            return short.lower()
        return None

    def _wants_flask_name(self, cls: Class) -> bool:
        """Say whether Flask-SQLAlchemy names a class's table (`should_set_tablename`)."""
        for entry in cls.mro:
            if isinstance(entry, Class) and "__tablename__" in entry.namespace:
                value = entry.namespace["__tablename__"]
                if isinstance(value, Wrapped) and value.kind == "declared_attr":
                    return False
                return not (entry is cls or self._own_flag(entry, "__abstract__") or not self.has_root(entry))
            if isinstance(entry, Class) and entry is not cls and self._has_automatic_name(entry):
                return True
        return True

    def _has_automatic_name(self, cls: Class) -> bool:
        return self._is_mapped(cls) and self.scan(cls).table_name is not None

    def _take_table_args(self, scan: Scan) -> None:
        cls = scan.cls
        for entry in cls.mro:
            if not isinstance(entry, Class) or "__table_args__" not in entry.namespace:
                continue
            value = entry.namespace["__table_args__"]
            is_declared = isinstance(value, Wrapped) and value.kind == "declared_attr"
            if self._is_mapped(entry) and entry is not cls and not is_declared:
                continue
            if entry is not cls and scan.table_name is None:
                return
            self._split_table_args(
                scan, self._interpreter.force(self._interpreter.class_attribute(cls, "__table_args__"))
            )
            return

    def _split_table_args(self, scan: Scan, value: Value) -> None:
        """Split `__table_args__` into schema items and options."""
        match value:
            case Mapping():
                scan.table_options = value
            case Items():
                items = [self._interpreter.force(item) for item in value.items]
                if items and isinstance(options := items[-1], Mapping):
                    scan.table_options = options
                    items.pop()
                scan.table_args = items
                scan.incomplete = scan.incomplete or value.open
            case Unknown():
                scan.incomplete = scan.incomplete or value


def _is_dataclass_field(made: Made) -> bool:
    return isinstance(made.callee, Symbol) and made.callee.path == "dataclasses.field" and "metadata" in made.keywords


def _returned(declared: Wrapped) -> Annotation | None:
    """Give the return annotation of a `declared_attr`, from which its column may take its type."""
    function = unwrapped(declared)
    if not isinstance(function, Function) or isinstance(function.node, nodes.Lambda) or function.node.returns is None:
        return None
    return Annotation(function.node.returns, function.scope)
