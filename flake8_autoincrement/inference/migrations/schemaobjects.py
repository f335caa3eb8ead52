"""Objects of SQLAlchemy that create and drop themselves: tables, metadata, sequences, types and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.created import creation, qualified
from flake8_autoincrement.facts.operation import (
    AddConstraint,
    AnyOperation,
    CreateIndex,
    CreateSequence,
    CreateTable,
    CreateType,
    DropConstraint,
    DropIndex,
    DropSequence,
    DropTable,
    DropType,
    Name,
    Unread,
)
from flake8_autoincrement.facts.schema import SqlType, Table
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.constraints import TableName
from flake8_autoincrement.inference.declarations.models import Models
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import (
    Class,
    Constant,
    Instance,
    Made,
    Module,
    Part,
    Value,
    executing,
    is_none,
    text_of,
)
from flake8_autoincrement.inference.migrations.imports import imported_modules
from flake8_autoincrement.source import Span

_TYPES = frozenset({"Enum", "ENUM", "postgresql.ENUM", "DOMAIN", "postgresql.DOMAIN"})
_METADATA = frozenset({"create_all", "drop_all"})
_NOT_KNOWN = "a name that is only known at run time"


class SchemaObjects:
    """Turns the creation and dropping of objects into operations."""

    def __init__(self, interpreter: Interpreter, models: Models, environment: str | None = None) -> None:
        self._interpreter = interpreter
        self._models = models
        self._environment = environment  # the path of its `env.py`

    # Objects that do it themselves.

    def called(
        self, of: Value, verb: str, args: list[Value], keywords: dict[str, Value], site: Span
    ) -> list[AnyOperation] | None:
        """Give what `object.create(bind)` or `.drop(bind)` does, None where it is no such object."""
        of = self._interpreter.force(of)
        if verb in _METADATA:
            return self._metadata(of, verb, args, keywords, site)
        checks = self._checks(keywords)
        if self._is_table(of):
            return self._table(of, verb, checks is True, site)
        name = known_name(of.callee) if isinstance(of, Made) else None
        if isinstance(of, Made) and name == "Sequence":
            return self._sequence(of, verb, checks is not False, site)
        if isinstance(of, Made) and name == "Index":
            return self._index(of, verb, checks is True, site)
        if isinstance(of, (Made, Instance)):
            found = self._models.types.sql_type(of)
            if isinstance(found, SqlType) and (name in _TYPES or found.labels is not None):
                default = name is not None and name.startswith("postgresql.")
                return self._type(found, of, verb, default if checks is None else checks, site)
        return None

    def _checks(self, keywords: dict[str, Value]) -> bool | None:
        return self._interpreter.truth(keywords["checkfirst"]) if "checkfirst" in keywords else None

    def _is_table(self, value: Value) -> bool:
        if isinstance(value, Part) and value.name == "__table__":
            return isinstance(self._interpreter.force(value.of), Class)
        return isinstance(value, Made) and known_name(value.callee) == "Table"

    def table(self, value: Value) -> Table | None:
        """Give the table that a value is, None where it could not be read."""
        value = self._interpreter.force(value)
        path = executing[-1].path if executing else ""
        if isinstance(value, Part):
            cls = self._interpreter.force(value.of)
            model = self._models.model(cls, path) if isinstance(cls, Class) else None
            return None if model is None else model.table
        if isinstance(value, Made):
            found = self._models.core_table(value, path)
            return found if isinstance(found, Table) else None
        return None

    def _table(self, value: Value, verb: str, checks: bool, site: Span) -> list[AnyOperation]:
        table = self.table(value)
        if table is None:
            return [Unread("a table that is only known at run time", span=site)]
        if verb == "create":
            return list(creation(table, if_not_exists=checks, types_if_not_exist=checks, span=site))
        drops: list[AnyOperation] = [DropTable(QualifiedName(table.name, table.schema or ""), checks, span=site)]
        return drops

    def _sequence(self, made: Made, verb: str, checks: bool, site: Span) -> list[AnyOperation]:
        name = self._sequence_name(made)
        if verb == "drop":
            return [DropSequence(name, checks, span=site)]
        start = self._interpreter.plain(made.keywords["start"]) if "start" in made.keywords else None
        number = start[0] if start is not None and isinstance(start[0], int) else None
        return [CreateSequence(name, checks, start=number, span=site)]

    def _sequence_name(self, made: Made) -> Name:
        given = made.args[0] if made.args else made.keywords.get("name", Constant(None))
        name = text_of(self._interpreter.force(given))
        schema = text_of(self._interpreter.force(made.keywords["schema"])) if "schema" in made.keywords else None
        return Unknown(_NOT_KNOWN) if name is None else QualifiedName(name, schema or "")

    def _index(self, made: Made, verb: str, checks: bool, site: Span) -> list[AnyOperation]:
        name = text_of(self._interpreter.force(made.args[0])) if made.args else None
        if verb == "drop":
            index: Name = Unknown(_NOT_KNOWN) if name is None else QualifiedName(name)
            return [DropIndex(index, if_exists=checks, span=site)]
        table: Name = Unknown("the table of an index that is only known at run time")
        return [CreateIndex(table, name or Unknown(_NOT_KNOWN), if_not_exists=checks, span=site)]

    def _type(self, type_: SqlType, of: Value, verb: str, checks: bool, site: Span) -> list[AnyOperation]:
        name: Name = Unknown("a type whose name is only known at run time")
        if type_.sql is not None:
            name = qualified(type_.sql)
        if verb == "drop":
            return [DropType(name, checks, span=site)]
        kind = known_name(of.callee) if isinstance(of, Made) else None
        is_domain = kind is not None and kind.endswith("DOMAIN")
        made_kind: Literal["domain", "enum"] = "domain" if is_domain else "enum"
        return [CreateType(name, made_kind, type_.labels or (), if_not_exists=checks, span=site)]

    # Metadata.

    def _metadata(
        self, of: Value, verb: str, args: list[Value], keywords: dict[str, Value], site: Span
    ) -> list[AnyOperation] | None:
        if isinstance(of, Part) and of.name == "metadata":
            of = self._interpreter.force(self._interpreter.attribute(of.of, "metadata"))
        checks = self._checks(keywords) is not False
        given = keywords.get("tables", args[1] if len(args) > 1 else None)
        if given is not None and not is_none(self._interpreter.force(given)):
            values = self._interpreter.items(given)
            tables = [self.table(value) for value in values or ()]
            if values is None or None in tables:
                return [Unread(f"{verb}() of tables that are only known at run time", span=site)]
            found = [table for table in tables if table is not None]
        elif isinstance(of, Made):
            found = list(self._tables_of(of))
        else:
            return [Unread(f"{verb}() of metadata that is only known at run time", span=site)]
        if verb == "drop_all":
            return [DropTable(QualifiedName(one.name, one.schema or ""), checks, span=site) for one in found]
        return self._created(found, checks, site)

    def _created(self, tables: list[Table], checks: bool, site: Span) -> list[AnyOperation]:
        """Create tables, those that others refer to first."""
        return [
            operation
            for table in _parents_first(tables)
            for operation in creation(table, if_not_exists=checks, types_if_not_exist=True, span=site)
        ]

    def _tables_of(self, metadata: Made) -> Iterator[Table]:
        """Give the tables of a `MetaData` that the modules which are imported here have made."""
        seen = set()
        for module in self._imported(metadata):
            with self._interpreter.at(module):
                for made in list(module.made):
                    table = self._table_in(made, metadata, module)
                    if table is not None and (table.schema, table.name) not in seen:
                        seen.add((table.schema, table.name))
                        yield table

    def _imported(self, metadata: Made) -> Iterator[Module]:
        """Give the modules that are imported when a revision runs, executed.

        They are what the revision, the `env.py` of its environment and the module that makes the metadata import.
        """
        interpreter = self._interpreter
        queue = [executing[-1]] if executing else []
        if self._environment is not None:
            queue.append(interpreter.module_at(self._environment))
        queue += [interpreter.module_at(place.path) for place in metadata.places[:1]]
        yield from imported_modules(interpreter, queue)

    def _table_in(self, made: Made | Class, metadata: Made, module: Module) -> Table | None:
        if isinstance(made, Class):
            if self._interpreter.is_mapped is None or not self._interpreter.is_mapped(made):
                return None
            if self._models.metadata(made) is not metadata:
                return None
            model = self._models.model(made, module.path)
            return None if model is None else model.table
        if known_name(made.callee) != "Table" or len(made.args) < 2:
            return None
        if self._interpreter.force(made.args[1]) is not metadata:
            return None
        found = self._models.core_table(made, module.path)
        return found if isinstance(found, Table) else None

    # Constructs of DDL.

    def construct(self, made: Made, site: Span) -> list[AnyOperation] | None:
        """Give what a DDL construct does that is executed, None where it is no such construct."""
        of = self._interpreter.force(made.args[0]) if made.args else Constant(None)
        checks = any(self._interpreter.truth(made.keywords.get(key, Constant(False))) for key in _EXISTENCE)
        match known_name(made.callee):
            case "CreateTable" if self._is_table(of):
                created = self._table(of, "create", checks, site)
                return [one for one in created if isinstance(one, (CreateTable, Unread))]
            case "DropTable" if self._is_table(of):
                return self._table(of, "drop", checks, site)
            case "CreateSequence" if isinstance(of, Made):
                return self._sequence(of, "create", checks, site)
            case "DropSequence" if isinstance(of, Made):
                return self._sequence(of, "drop", checks, site)
            case "CreateIndex" if isinstance(of, Made):
                return self._index(of, "create", checks, site)
            case "DropIndex" if isinstance(of, Made):
                return self._index(of, "drop", checks, site)
            case "AddConstraint" | "DropConstraint" as verb if isinstance(of, Made):
                return [self._constraint(of, verb, site)]
        return None

    def _constraint(self, made: Made, verb: str, site: Span) -> AnyOperation:
        table: Name = Unknown("the table of a constraint that is only known at run time")
        found = self._models.constraints.of_item(made, TableName("", None), {})
        if found is None:
            return Unread("a constraint that is not known here", span=site)
        if verb == "AddConstraint":
            return AddConstraint(table, found, span=site)
        name = Unknown("a name that PostgreSQL made") if found.name is None else found.name
        return DropConstraint(table, name, kind=found.kind, span=site)


_EXISTENCE = ("if_not_exists", "if_exists")


def _parents_first(tables: list[Table]) -> list[Table]:
    """Sort tables so that those to which others refer come first; a circle is entered where it is met."""
    named = {(table.schema or "", table.name): table for table in tables}
    found: dict[tuple[str, str], Table] = {}
    busy: set[tuple[str, str]] = set()

    def visit(key: tuple[str, str]) -> None:
        if key in busy or key in found or key not in named:
            return
        busy.add(key)
        for constraint in named[key].constraints:
            if constraint.parent is not None:
                visit((constraint.parent.schema, constraint.parent.name))
        busy.discard(key)
        found[key] = named[key]

    for key in named:
        visit(key)
    return list(found.values())
