"""Models: from scanned classes and Core tables to facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from flake8_autoincrement.facts.catalog import Constraint, Index
from flake8_autoincrement.facts.keys import Version, key_columns
from flake8_autoincrement.facts.model import Base, MissingBase, ModelClass, Role
from flake8_autoincrement.facts.schema import UNREAD, Column, KeyColumn, Table
from flake8_autoincrement.facts.unknown import Unknown, Unreadable
from flake8_autoincrement.inference.declarations.annotations import Annotations
from flake8_autoincrement.inference.declarations.columns import Columns, Place, merged
from flake8_autoincrement.inference.declarations.constraints import Constraints, TableName
from flake8_autoincrement.inference.declarations.mapping import Attribute, Mapper, Scan
from flake8_autoincrement.inference.declarations.references import References
from flake8_autoincrement.inference.declarations.sqlmodels import SqlModels
from flake8_autoincrement.inference.declarations.sqltypes import NULL, SqlTypes
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import (
    NONE,
    Absent,
    Class,
    Constant,
    Items,
    Made,
    Mapping,
    Module,
    Part,
    Symbol,
    Value,
    executing,
    text_of,
)
from flake8_autoincrement.source import Span

_OPEN_ROLES = frozenset({Role.MIXIN, Role.UNKNOWN})
REFLECTED = "its columns are read from the database"


@dataclass(slots=True)
class _Declared:
    """A table's columns, and the name of each by the identity of the value that makes it."""

    columns: list[Column] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    made: list[tuple[str, Made]] = field(default_factory=list)

    def add(self, column: Column, value: Value | None) -> None:
        """Add a column and the value that makes it, if one was written."""
        self.columns.append(column)
        if value is not None:
            self.names[id(value)] = column.name
        if isinstance(value, Made):
            self.made.append((column.name, value))


class Models:
    """Turns what a module makes into models and tables."""

    def __init__(self, interpreter: Interpreter, sqlalchemy: Version, sqlmodel: Version) -> None:
        self._interpreter = interpreter
        self._sqlalchemy = sqlalchemy
        self.types = SqlTypes(interpreter)
        self._annotations = Annotations(interpreter, self.types)
        self._columns = Columns(interpreter, self.types)
        self.mapper = Mapper(interpreter, self._annotations, self._columns)
        self._references = References(interpreter, self.mapper, self._column_of)
        self._sqlmodels = SqlModels(interpreter, self._annotations, self._columns, self.types, sqlmodel)
        self.constraints = Constraints(interpreter)
        self._bases: dict[Class, Base] = {}

    # Classes.

    def model(self, cls: Class, path: str) -> ModelClass | None:
        """Give what a class is to SQLAlchemy, None if it is nothing to it."""
        scan = self.mapper.scan(cls)
        missing = self._missing(cls)
        if scan.role is Role.UNKNOWN and not (missing and (scan.attributes or _looks_mapped(cls))):
            return None
        table = self._class_table(scan, path) if scan.role is Role.MAPPED else None
        lent = self._lent(scan)
        bases = tuple(self._base(entry, cls) for entry in cls.mro[1:])
        return ModelClass(
            name=cls.dotted,
            role=scan.role,
            bases=bases,
            chain=tuple(self._chain(cls)),
            written=self._first_written(cls),
            columns=tuple(self._declared_columns(scan)),
            table=table,
            key=table.key if table is not None else self._lent_key(cls, lent),
            lent=tuple(lent),
            added=tuple(self._added(scan)),
            met=self._met(cls, bases),
            missing=missing,
            incomplete=scan.incomplete or self.mapper.missing(cls),
            span=self._place_of(cls, path),
        )

    def _added(self, scan: Scan) -> list[Column]:
        """Give the columns that a single-table child brings to its parent's table."""
        if scan.role is not Role.SINGLE_TABLE:
            return []
        return [self.column(attribute, scan.cls) for attribute in scan.attributes]

    def _lent(self, scan: Scan) -> list[Column]:
        """Give the columns of a class that is derived from a base or mixin and adds nothing to it."""
        if scan.role not in (Role.ROOT, Role.ABSTRACT, Role.MIXIN):
            return []
        attributes = self.mapper.collected(scan.cls)
        return [self.column(one, scan.cls) for one in attributes if not self._is_no_column(one, scan.cls)]

    def _lent_key(self, cls: Class, lent: list[Column]) -> tuple[KeyColumn, ...]:
        return key_columns(
            [column for column in lent if column.primary_key is True], self._sqlalchemy, self.mapper.missing(cls)
        )

    def _place_of(self, cls: Class, path: str) -> Span:
        """Give the class statement, or the call that made the class where that stands in another file."""
        return cls.span if cls.span.path == path else cls.lines.get("", cls.span)

    def _base(self, entry: Value, cls: Class) -> Base:
        match entry:
            case Class():
                return self._class_base(entry)
            case Symbol():
                return Base(entry.path, Role.UNKNOWN if entry.missing else Role.ROOT)
        return Base(self._written(entry, cls), Role.UNKNOWN)

    def _class_base(self, cls: Class) -> Base:
        """Give what a class is to those derived from it, one object for all of them."""
        known = self._bases.get(cls)
        role = self.mapper.role(cls)
        if known is None or known.role is not role:
            known = self._bases[cls] = Base(self._base_name(cls), role, cls.span if cls.span.path else None)
        return known

    def _met(self, cls: Class, bases: tuple[Base, ...]) -> tuple[str, ...]:
        """Give the names of the mixins that another base, which is no mixin, brings along."""
        mixins = {base.name for base in bases if base.role is Role.MIXIN}
        if not mixins:
            return ()
        above: dict[Class, None] = {}
        for entry in cls.mro[1:]:
            if isinstance(entry, Class) and entry not in above and self.mapper.role(entry) not in _OPEN_ROLES:
                above.update((one, None) for one in entry.mro[1:] if isinstance(one, Class))
        return tuple(sorted(mixins & {one.dotted for one in above}))

    def _written(self, base: Value, cls: Class) -> str:
        """Give a base that could not be resolved as the class statement writes it."""
        for entry in cls.mro:
            for value, text, _ in entry.written if isinstance(entry, Class) else ():
                if self._interpreter.force(value) is base:
                    return text
        return "?"

    def _base_name(self, cls: Class) -> str:
        if isinstance(cls.maker, Made) and cls.module == "flask_sqlalchemy":
            return "flask_sqlalchemy.SQLAlchemy.Model"
        return cls.dotted

    def _chain(self, cls: Class) -> list[Base]:
        """Give the way from a class to its declarative base, by the first base of each that leads there."""
        chain: list[Base] = []
        current: Class | None = cls
        while current is not None and len(chain) < 50:
            step = next((base for base in current.bases if self._leads_to_root(base)), None)
            if step is None:
                break
            chain.append(self._base(step, cls))
            current = step if isinstance(step, Class) else None
        last = current.maker if current is not None and current is not cls else None
        if isinstance(last, Made):
            chain.append(Base(_maker(last), Role.ROOT, last.places[-1] if last.places else None))
        return chain

    def _first_written(self, cls: Class) -> str | None:
        """Give the base that leads to the declarative base as the class statement writes it."""
        leading = (text for value, text, _ in cls.written if self._leads_to_root(self._interpreter.force(value)))
        return next(leading, None)

    def _leads_to_root(self, base: Value) -> bool:
        if isinstance(base, Class):
            return self.mapper.has_root(base) or self.mapper.is_sqlmodel(base)
        name = known_name(base)
        return name is not None and name in ("DeclarativeBase", "DeclarativeBaseNoMeta", "sqlmodel.SQLModel")

    def _missing(self, cls: Class) -> tuple[MissingBase, ...]:
        """Give the bases of the class statement itself that could not be resolved."""
        found = []
        for value, written, span in cls.written:
            base = self._interpreter.force(value)
            match base:
                case Absent():
                    found.append(MissingBase(written, base.why, True, span))
                case Unknown():
                    found.append(MissingBase(written, base.why, False, span))
                case Symbol() if base.missing is not None:
                    found.append(MissingBase(written, base.missing, False, span))
        return tuple(found)

    # Columns.

    def _declared_columns(self, scan: Scan) -> list[Column]:
        return [
            self.column(attribute, scan.cls)
            for attribute in scan.attributes
            if attribute.owner is scan.cls and not self._is_no_column(attribute, scan.cls)
        ]

    def _is_no_column(self, attribute: Attribute, cls: Class) -> bool:
        return self.mapper.is_sqlmodel(cls) and self._sqlmodels.is_no_column(attribute)

    def column(self, attribute: Attribute, cls: Class) -> Column:
        """Give the column that an attribute of a class makes."""
        owner = attribute.owner
        place = Place(owner.dotted, attribute.name, owner.lines.get(attribute.name, owner.span))
        made = None if attribute.value is None else self._columns.made_column(attribute.value)
        if self.mapper.is_sqlmodel(cls) and (made is None or attribute.annotation is not None):
            return self._sqlmodels.column(attribute, place)
        blank = Column(attribute.name, NULL, place.declared_in, span=place.span)
        column = blank if made is None else self._columns.column(made, place)
        if attribute.annotation is None or (made is not None and known_name(made.callee) == "Column"):
            return column
        return self._annotated(column, attribute, cls)

    def _annotated(self, column: Column, attribute: Attribute, cls: Class) -> Column:
        """Complete a column by its annotation (`MappedColumn._init_column_for_annotation`)."""
        assert attribute.annotation is not None
        mapped = self._annotations.mapped(attribute.annotation)
        if mapped is None:
            return column
        python = self._annotations.python_type(mapped)
        nullable = python.optional if column.nullable is None else column.nullable
        for extra in python.metadata:
            inner = self._columns.made_column(extra)
            if inner is not None and known_name(inner.callee) == "mapped_column":
                place = Place(column.declared_in, attribute.name, column.span)
                column = merged(column, self._columns.column(inner, place))
                break
        if column.type is NULL and not column.foreign_keys:
            column = replace(column, type=self._annotations.sql_type(python, cls))
        return replace(column, nullable=nullable)

    # Tables.

    def _class_table(self, scan: Scan, path: str) -> Table | None:
        if scan.table is not None:
            return self._mapped_table(scan, path)
        if not isinstance(scan.table_name, str):
            return None
        columns = _Declared()
        for attribute in scan.attributes:
            if not self._is_no_column(attribute, scan.cls):
                value = None if attribute.value is None else self._interpreter.force(attribute.value)
                columns.add(self.column(attribute, scan.cls), value)
        items = list(scan.table_args)
        for value in map(self._interpreter.force, scan.cls.appended):
            made = self._columns.made_column(value)
            if made is None:
                items.append(value)
            else:
                place = Place(scan.cls.dotted, None, _place_in(made.places, path))
                columns.add(self._columns.column(made, place), value)
        incomplete = Unknown(REFLECTED, scan.cls.span) if scan.reflected else scan.incomplete
        options = {} if scan.table_options is None else _options(scan.table_options)
        metadata = self.metadata(scan.cls)
        span = self._place_of(scan.cls, path)
        return self._table(scan.table_name, columns, items, options, metadata, incomplete, scan.cls, span)

    def metadata(self, cls: Class) -> Value:
        """Give a class's `MetaData`; Flask-SQLAlchemy makes one for each `__bind_key__`."""
        bind = self._interpreter.force(self._interpreter.class_attribute(cls, "__bind_key__"))
        if text_of(bind) is not None and any(isinstance(entry, Class) and entry.kind == "flask" for entry in cls.mro):
            return Made(self._interpreter.symbol("sqlalchemy.MetaData"), [], {})
        for entry in cls.mro:
            given = self._interpreter.force(entry.namespace.get("metadata", NONE)) if isinstance(entry, Class) else NONE
            if isinstance(given, Made) and known_name(given.callee) in ("MetaData", None):
                return given
        return NONE

    def _mapped_table(self, scan: Scan, path: str) -> Table | None:
        value = self.resolved_table(scan.table)
        if not isinstance(value, Made):
            return None
        found = self.core_table(value, path, model=scan.cls)
        return found if isinstance(found, Table) else None

    def resolved_table(self, value: Value | None, depth: int = 0) -> Value | None:
        """Follow `Other.__table__` to the table itself."""
        value = None if value is None else self._interpreter.force(value)
        if isinstance(value, Part) and value.name == "__table__" and isinstance(value.of, Class) and depth < 5:
            return self.resolved_table(self.mapper.scan(value.of).table, depth + 1)
        return value if isinstance(value, Made) and known_name(value.callee) == "Table" else None

    def unnamed(self, cls: Class) -> Unknown | None:
        """Say why the name of a mapped class's table is not known, None if it is."""
        scan = self.mapper.scan(cls)
        if scan.role is not Role.MAPPED or isinstance(scan.table_name, str):
            return None
        if scan.table is not None:
            known = self.resolved_table(scan.table) is not None or isinstance(scan.table, Part)
            return None if known else Unknown("its __table__ is only known at run time", cls.span)
        return scan.table_name or scan.incomplete or Unknown("it is given no table name that is known", cls.span)

    def core_column(self, made: Made) -> Column:
        """Give the column that a call of `Column` outside of any table makes."""
        return self._columns.column(made, Place("", None, None))

    def core_table(
        self, made: Made, path: str, module: str = "", model: Class | None = None, variable: str | None = None
    ) -> Table | Unreadable:
        """Give the table that a call of `Table`, or of `to_metadata` of a table, makes."""
        span = _place_in(made.places, path)
        if isinstance(made.callee, Part):
            original = self.resolved_table(made.callee.of)
            if not isinstance(original, Made):
                return Unreadable("a copy of a table that is not known", span)
            args = [*original.args[:1], *made.args[:1], *original.args[2:]]
            made = Made(original.callee, args, original.keywords, made.places)
        name = text_of(self._interpreter.force(made.args[0])) if made.args else None
        name = name or text_of(self._interpreter.force(made.keywords.get("name", Constant(None))))
        if name is None:
            return Unreadable("a table whose name is only known at run time", span)
        metadata = self._interpreter.force(
            made.args[1] if len(made.args) > 1 else made.keywords.get("metadata", Constant(None))
        )
        columns = _Declared()
        items: list[Value] = []
        incomplete = made.open
        declared_in = model.dotted if model is not None else variable or module
        for value in map(self._interpreter.force, made.args[2:]):
            column = self._columns.made_column(value)
            if column is not None:
                place = Place(declared_in, None, _place_in(column.places, path, span))
                columns.add(self._columns.column(column, place), value)
            elif isinstance(value, Items):
                incomplete = incomplete or Unknown("a list among its columns", span)
            elif isinstance(value, (Unknown, Absent)):
                incomplete = incomplete or Unknown(value.why, value.span)
            else:
                items.append(value)
        if {"autoload", "autoload_with"} & made.keywords.keys():
            incomplete = Unknown(REFLECTED, span)
        return self._table(name, columns, items, made.keywords, metadata, incomplete, model, span, variable)

    def _table(
        self,
        name: str,
        declared: _Declared,
        items: list[Value],
        options: dict[str, Value],
        metadata: Value,
        incomplete: Unknown | None,
        model: Class | None,
        span: Span | None,
        variable: str | None = None,
    ) -> Table:
        """Put a table together: foreign keys of the table's own, the key, and who fills it."""
        unclear = (column.primary_key for column in declared.columns if isinstance(column.primary_key, Unknown))
        incomplete = incomplete or next(unclear, None)
        columns = [self._with_constraints(column, items, declared) for column in _unique(declared.columns)]
        home = (
            model.home
            if model is not None
            else executing[-1]
            if executing
            else None
        )
        if self._interpreter.observer is not None:
            columns = [self._typed(column, home) for column in columns]
        key = [self._typed(column, home) for column in self._key(columns, items, declared)]
        names = {column.name: column for column in key}
        columns = [names.get(column.name, column) for column in columns]
        columns = [replace(column, primary_key=column.name in names) for column in columns]
        key = [column for column in columns if column.primary_key]
        if not key and incomplete is not None:
            key = [_unread_key(incomplete)]
        schema = self._schema(options, metadata)
        owner = TableName(name, schema, self.constraints.convention(metadata))
        return Table(
            name=name,
            schema=schema,
            model=model.dotted if model is not None else None,
            columns=tuple(columns),
            key=key_columns(key, self._sqlalchemy, incomplete),
            variable=variable,
            incomplete=incomplete,
            constraints=tuple(self._constraints_of(items, declared, owner)),
            indexes=tuple(self._indexes_of(items, declared, owner)),
            span=span,
        )

    def _constraints_of(self, items: list[Value], declared: _Declared, table: TableName) -> Iterator[Constraint]:
        named = (self.constraints.of_item(item, table, declared.names) for item in items)
        given = [constraint for constraint in named if constraint is not None]
        if not any(constraint.kind == "primary key" for constraint in given):
            yield self.constraints.named(Constraint("primary key"), table)
        yield from given
        for name, made in declared.made:
            yield from self.constraints.of_column(made, name, table)

    def _indexes_of(self, items: list[Value], declared: _Declared, table: TableName) -> Iterator[Index]:
        found = [self.constraints.index_of_column(made, name, table) for name, made in declared.made]
        found += [self.constraints.index_of_item(item, declared.names) for item in items]
        yield from (index for index in found if index is not None)

    def _typed(self, column: Column, home: Module | None) -> Column:
        """Give a key column without a type the type of the column that it refers to."""
        if column.type is not NULL or not column.foreign_keys or home is None:
            return column
        return replace(column, type=self._references.type(column.foreign_keys[0], home) or NULL)

    def _column_of(self, owner: Class | Made, name: str, home: Module) -> Column | None:
        """Give a column of a class or a Core table by its name, its type followed through foreign keys."""
        if isinstance(owner, Made):
            made = self._columns.of_table(owner, name)
            return None if made is None else self._typed(self._columns.column(made, Place("", None, None)), home)
        for attribute in self.mapper.scan(owner).attributes:
            column = self.column(attribute, owner)
            if column.name == name:
                return self._typed(column, home)
        return None

    def _schema(self, options: dict[str, Value], metadata: Value) -> str | None:
        given = self._interpreter.force(options.get("schema", Constant(None)))
        if "schema" not in options and isinstance(metadata, Made) and known_name(metadata.callee) == "MetaData":
            given = self._interpreter.force(metadata.keywords.get("schema", Constant(None)))
        return text_of(given)

    def _with_constraints(self, column: Column, items: list[Value], declared: _Declared) -> Column:
        """Add the foreign keys that `ForeignKeyConstraint` gives to a column."""
        for item in items:
            if not isinstance(item, Made) or known_name(item.callee) != "ForeignKeyConstraint":
                continue
            names = (
                self._interpreter.items(item.args[0] if item.args else item.keywords.get("columns", Constant(None)))
                or []
            )
            targets = self._interpreter.items(
                item.args[1] if len(item.args) > 1 else item.keywords.get("refcolumns", Constant(None))
            )
            for at, name in enumerate(names):
                if self._names_column(name, column, declared):
                    target = targets[at] if targets is not None and at < len(targets) else Constant(None)
                    column = replace(
                        column, foreign_keys=(*column.foreign_keys, text_of(self._interpreter.force(target)) or "?")
                    )
        return column

    def _names_column(self, value: Value, column: Column, declared: _Declared) -> bool:
        """Say whether an argument of a constraint means a column, by its name or as the object itself."""
        value = self._interpreter.force(value)
        if (name := text_of(value)) is not None:
            return name == (column.key or column.name)
        if id(value) in declared.names:
            return declared.names[id(value)] == column.name
        return isinstance(value, Part) and value.name == (column.key or column.name)

    def _key(self, columns: list[Column], items: list[Value], declared: _Declared) -> list[Column]:
        """Give the columns of the primary key; a `PrimaryKeyConstraint` that names columns decides alone."""
        for item in items:
            if isinstance(item, Made) and known_name(item.callee) == "PrimaryKeyConstraint" and item.args:
                return [c for name in item.args for c in columns if self._names_column(name, c, declared)]
        return [column for column in columns if column.primary_key is True]


def _unique(columns: list[Column]) -> list[Column]:
    """Keep one column of each name, the last one declared, as `Table` does."""
    return list({column.name: column for column in columns}.values())


def _unread_key(incomplete: Unknown) -> Column:
    """Stand for the key of a table that has none among the columns that could be read."""
    return Column(UNREAD, incomplete, "", primary_key=True, autoincrement=incomplete)


def _options(options: Mapping) -> dict[str, Value]:
    return {text: value for key, value in options.entries.values() if (text := text_of(key)) is not None}


def _place_in(places: tuple[Span, ...], path: str, default: Span | None = None) -> Span | None:
    """Give the innermost of the calls that led to a value which stands in a file."""
    inside = [place for place in places if place.path == path]
    return inside[-1] if inside else default or (places[-1] if places else None)


def _maker(made: Made) -> str:
    callee = made.callee
    return f"{callee.path}()" if isinstance(callee, Symbol) else f"{callee.name}()" if isinstance(callee, Part) else "?"


def _looks_mapped(cls: Class) -> bool:
    return "__tablename__" in cls.namespace or "__table__" in cls.namespace
