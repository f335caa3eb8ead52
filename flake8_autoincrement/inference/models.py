"""Models: from scanned classes and Core tables to facts."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.file import Unreadable
from flake8_autoincrement.facts.keys import Version, key_columns
from flake8_autoincrement.facts.model import Base, MissingBase, ModelClass, Role
from flake8_autoincrement.facts.schema import Column, Table
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.annotations import Annotations
from flake8_autoincrement.inference.columns import Columns, Place, merged
from flake8_autoincrement.inference.interpreter import Interpreter
from flake8_autoincrement.inference.libraries import known_name
from flake8_autoincrement.inference.mapping import Attribute, Mapper, Scan
from flake8_autoincrement.inference.sqlmodels import SqlModels
from flake8_autoincrement.inference.sqltypes import NULL, SqlTypes
from flake8_autoincrement.inference.values import (
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
    is_none,
    text_of,
)
from flake8_autoincrement.source import Span

REFLECTED = "its columns are read from the database"


class Models:
    """Turns what a module makes into models and tables."""

    def __init__(self, interpreter: Interpreter, sqlalchemy: Version, sqlmodel: Version) -> None:
        self._interpreter = interpreter
        self._sqlalchemy = sqlalchemy
        types = SqlTypes(interpreter, sqlmodel)
        self._annotations = Annotations(interpreter, types)
        self._columns = Columns(interpreter, types)
        self.mapper = Mapper(interpreter, self._annotations, self._columns)
        self._sqlmodels = SqlModels(interpreter, self._annotations, self._columns, types, sqlmodel)

    # Classes.

    def model(self, cls: Class, path: str) -> ModelClass | None:
        """Give what a class is to SQLAlchemy, None if it is nothing to it."""
        scan = self.mapper.scan(cls)
        missing = self._missing(cls)
        if scan.role is Role.UNKNOWN and not (missing and _looks_mapped(cls)):
            return None
        table = self._class_table(scan, path) if scan.role is Role.MAPPED else None
        return ModelClass(
            name=cls.dotted,
            role=scan.role,
            bases=tuple(self._base(entry) for entry in cls.mro[1:]),
            chain=tuple(self._chain(cls)),
            columns=tuple(self._declared_columns(scan)),
            table=table,
            missing=missing,
            incomplete=scan.incomplete or self.mapper.missing(cls),
            span=self._place_of(cls, path),
        )

    def _place_of(self, cls: Class, path: str) -> Span:
        """Give the class statement, or the call that made the class where that stands in another file."""
        return cls.span if cls.span.path == path else cls.lines.get("", cls.span)

    def _base(self, entry: Value) -> Base:
        match entry:
            case Class():
                span = cls_span if (cls_span := entry.span).path else None
                return Base(self._base_name(entry), self.mapper.role(entry), span)
            case Symbol():
                return Base(entry.path, Role.UNKNOWN if entry.missing else Role.ROOT)
        return Base("?", Role.UNKNOWN)

    def _base_name(self, cls: Class) -> str:
        if isinstance(cls.library, Made) and cls.module == "flask_sqlalchemy":
            return "flask_sqlalchemy.SQLAlchemy.Model"
        return cls.dotted

    def _chain(self, cls: Class) -> list[Base]:
        """Give the way from a class to its declarative base, by the first base of each that leads there."""
        chain = []
        current: Class | None = cls
        while current is not None and len(chain) < 50:
            step = next((base for base in current.bases if self._leads_to_root(base)), None)
            if step is None:
                break
            chain.append(self._base(step))
            current = step if isinstance(step, Class) else None
        last = current.library if current is not None and current is not cls else None
        if isinstance(last, Made):
            chain.append(Base(_maker(last), Role.ROOT, last.places[-1] if last.places else None))
        return chain

    def _leads_to_root(self, base: Value) -> bool:
        if isinstance(base, Class):
            return any(isinstance(entry, Class) and self.mapper.is_root(entry) for entry in base.mro) or (
                self.mapper.is_sqlmodel(base)
            )
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
        return [self.column(attribute, scan.cls) for attribute in scan.attributes if attribute.owner is scan.cls]

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
        columns = [
            self.column(attribute, scan.cls)
            for attribute in scan.attributes
            if not (self.mapper.is_sqlmodel(scan.cls) and self._sqlmodels.is_no_column(attribute))
        ]
        items = list(scan.table_args)
        incomplete = Unknown(REFLECTED, scan.cls.span) if scan.reflected else scan.incomplete
        options = {} if scan.table_options is None else _options(scan.table_options)
        metadata = self._interpreter.force(self._interpreter.class_attribute(scan.cls, "metadata"))
        span = self._place_of(scan.cls, path)
        return self._table(scan.table_name, columns, items, options, metadata, incomplete, scan.cls, span)

    def _mapped_table(self, scan: Scan, path: str) -> Table | None:
        value = self._resolved_table(scan.table)
        if not isinstance(value, Made):
            return None
        found = self.core_table(value, path, model=scan.cls)
        return found if isinstance(found, Table) else None

    def _resolved_table(self, value: Value | None, depth: int = 0) -> Value | None:
        """Follow `Other.__table__` to the table itself."""
        value = None if value is None else self._interpreter.force(value)
        if isinstance(value, Part) and value.name == "__table__" and isinstance(value.of, Class) and depth < 5:
            return self._resolved_table(self.mapper.scan(value.of).table, depth + 1)
        return value if isinstance(value, Made) and known_name(value.callee) == "Table" else None

    def core_table(self, made: Made, path: str, model: Class | None = None, variable: str | None = None) -> Table | Unreadable:
        """Give the table that a call of `Table` makes."""
        span = _place_in(made.places, path)
        name = text_of(self._interpreter.force(made.args[0])) if made.args else None
        name = name or text_of(self._interpreter.force(made.keywords.get("name", Constant(None))))
        if name is None:
            return Unreadable("a table whose name is only known at run time", span)
        metadata = self._interpreter.force(made.args[1] if len(made.args) > 1 else made.keywords.get("metadata", Constant(None)))
        columns: list[Column] = []
        items: list[Value] = []
        incomplete = made.open
        declared_in = model.dotted if model is not None else variable or ""
        for value in map(self._interpreter.force, made.args[2:]):
            column = self._columns.made_column(value)
            if column is not None:
                columns.append(self._columns.column(column, Place(declared_in, None, _place_in(column.places, path, span))))
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
        columns: list[Column],
        items: list[Value],
        options: dict[str, Value],
        metadata: Value,
        incomplete: Unknown | None,
        model: Class | None,
        span: Span | None,
        variable: str | None = None,
    ) -> Table:
        """Put a table together: foreign keys of the table's own, the key, and who fills it."""
        columns = _unique(columns)
        columns = [self._with_constraints(column, items) for column in columns]
        key = self._key(columns, items)
        columns = [replace(column, primary_key=column in key) for column in columns]
        key = [column for column in columns if column.primary_key]
        return Table(
            name=name,
            schema=self._schema(options, metadata),
            model=model.dotted if model is not None else None,
            columns=tuple(columns),
            key=key_columns(key, self._sqlalchemy, incomplete),
            variable=variable,
            incomplete=incomplete,
            span=span,
        )

    def _schema(self, options: dict[str, Value], metadata: Value) -> str | None:
        given = self._interpreter.force(options.get("schema", Constant(None)))
        if "schema" not in options and isinstance(metadata, Made):
            given = self._interpreter.force(metadata.keywords.get("schema", Constant(None)))
            if is_none(given) and len(metadata.args) > 0:
                given = self._interpreter.force(metadata.args[0])
        return text_of(given)

    def _with_constraints(self, column: Column, items: list[Value]) -> Column:
        """Add the foreign keys that `ForeignKeyConstraint` gives to a column."""
        for item in items:
            if not isinstance(item, Made) or known_name(item.callee) != "ForeignKeyConstraint":
                continue
            names = self._interpreter.items(item.args[0] if item.args else item.keywords.get("columns", Constant(None))) or []
            targets = self._interpreter.items(item.args[1] if len(item.args) > 1 else item.keywords.get("refcolumns", Constant(None)))
            for at, name in enumerate(names):
                if self._names_column(name, column):
                    target = targets[at] if targets is not None and at < len(targets) else Constant(None)
                    column = replace(column, foreign_keys=(*column.foreign_keys, text_of(self._interpreter.force(target)) or "?"))
        return column

    def _names_column(self, value: Value, column: Column) -> bool:
        """Say whether an argument of a constraint means a column, by its name or as the object itself."""
        value = self._interpreter.force(value)
        if (name := text_of(value)) is not None:
            return name == column.name
        made = self._columns.made_column(value)
        if made is None:
            return isinstance(value, Part) and value.name == column.name
        found = self._columns.column(made, Place("", None, None)).name
        return found == column.name or (found == "?" and column.span is not None and column.span in made.places)

    def _key(self, columns: list[Column], items: list[Value]) -> list[Column]:
        """Give the columns of the primary key; a `PrimaryKeyConstraint` that names columns decides alone."""
        for item in items:
            if isinstance(item, Made) and known_name(item.callee) == "PrimaryKeyConstraint" and item.args:
                return [column for name in item.args for column in columns if self._names_column(name, column)]
        return [column for column in columns if column.primary_key]


def _unique(columns: list[Column]) -> list[Column]:
    """Keep one column of each name, the last one declared, as `Table` does."""
    return list({column.name: column for column in columns}.values())


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


def tables_of(module: Module) -> list[Made]:
    """Give the Core tables that a module made."""
    return [made for made in module.made if isinstance(made, Made) and known_name(made.callee) == "Table"]


