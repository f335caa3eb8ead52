"""Calls of Alembic's `op`, and of a batch, as operations: what its PostgreSQL implementation emits, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flake8_autoincrement.facts.catalog import Constraint, ConstraintKind, Identity, QualifiedName
from flake8_autoincrement.facts.created import creation, default, definition
from flake8_autoincrement.facts.operation import (
    AddColumn,
    AddConstraint,
    AddIdentity,
    AlterType,
    AnyOperation,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropIdentity,
    DropIndex,
    DropNotNull,
    DropTable,
    Name,
    Other,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetIdentity,
    SetNotNull,
    Unread,
)
from flake8_autoincrement.facts.schema import Column, SqlType, Table
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.constraints import Convention, TableName
from flake8_autoincrement.inference.declarations.models import Models
from flake8_autoincrement.inference.evaluate.core import Raised
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import NONE, Constant, Made, Mapping, Value, executing, text_of
from flake8_autoincrement.inference.migrations.arguments import NOT_KNOWN, Arguments
from flake8_autoincrement.inference.migrations.executed import Executed
from flake8_autoincrement.source import Span

# The parameters of each call that may be given by position (`alembic.operations.base`); a batch has no table's name.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "add_column": ("table_name", "column"),
    "alter_column": ("table_name", "column_name"),
    "bulk_insert": ("table", "rows"),
    "create_check_constraint": ("constraint_name", "table_name", "condition"),
    "create_exclude_constraint": ("constraint_name", "table_name", "*elements"),
    "create_foreign_key": ("constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"),
    "create_index": ("index_name", "table_name", "columns"),
    "create_primary_key": ("constraint_name", "table_name", "columns"),
    "create_table": ("table_name", "*columns"),
    "create_table_comment": ("table_name", "comment"),
    "create_unique_constraint": ("constraint_name", "table_name", "columns"),
    "drop_column": ("table_name", "column_name"),
    "drop_constraint": ("constraint_name", "table_name", "type_"),
    "drop_index": ("index_name", "table_name"),
    "drop_table": ("table_name",),
    "drop_table_comment": ("table_name",),
    "execute": ("sqltext",),
    "rename_table": ("old_table_name", "new_table_name"),
}
# Calls that do nothing to the database.
SILENT = frozenset(
    "f get_bind get_context inline_literal implementation_for register_operation context create_module_class_proxy "
    "batch_alter_table".split()
)
# What alembic-utils adds: functions, triggers, policies, grants and views, none of which is a table.
_ENTITIES = frozenset({"create_entity", "replace_entity", "drop_entity", "revert_entity"})
_KINDS: dict[str, ConstraintKind] = {
    "foreignkey": "foreign key",
    "primary": "primary key",
    "unique": "unique",
    "check": "check",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """A `batch_alter_table`: the table, and whether it is made anew."""

    table: Value
    schema: Value
    recreates: bool = False


class OpCalls:
    """Reads calls of `op`."""

    def __init__(
        self, interpreter: Interpreter, models: Models, executed: Executed, convention: Convention | None = None
    ) -> None:
        self._interpreter = interpreter
        self._models = models
        self._executed = executed
        self.convention = convention

    def batch(self, made: Made) -> Batch:
        """Give the batch that a call of `batch_alter_table` makes."""
        parameters = ("table_name", "schema", "recreate")
        arguments = Arguments.bound(self._interpreter, parameters, made.args, made.keywords)
        return Batch(
            arguments.value("table_name") or NONE,
            arguments.value("schema") or NONE,
            arguments.text("recreate") == "always",
        )

    def operations(
        self, name: str, args: list[Value], keywords: dict[str, Value], site: Span, batch: Batch | None = None
    ) -> list[AnyOperation]:
        """Give what a call does."""
        parameters = PARAMETERS.get(name)
        read: Callable[[Arguments, Span], Iterator[AnyOperation]] | None = getattr(self, f"_{name}", None)
        if name in _ENTITIES:
            return [Other("ENTITY", span=site)]
        if name == "sync_enum_values":
            return [Unread("which labels an enum gets from alembic-postgresql-enum", (), span=site)]
        if parameters is None or read is None:
            return [Unread(f"op.{name}() is not one of Alembic's own operations", span=site)]
        if batch is not None:
            own = ("source_table", "source_schema") if name == "create_foreign_key" else ("table_name", "schema")
            parameters = tuple(parameter for parameter in parameters if parameter != own[0])
            keywords = {**keywords, own[0]: batch.table, own[1]: batch.schema}
        return list(read(Arguments.bound(self._interpreter, parameters, args, keywords), site))

    # Tables.

    def new_table(self, args: list[Value], keywords: dict[str, Value], site: Span) -> Made:
        """Make the table that `op.create_table` gives back."""
        options: dict[str, Value] = {}
        if self.convention is not None:
            pairs = [(Constant(token), Constant(template)) for token, template in self.convention.items()]
            entries: dict[object, tuple[Value, Value]] = {(str, key.value): (key, value) for key, value in pairs}
            options["naming_convention"] = Mapping(entries)
        metadata = Made(self._interpreter.symbol("sqlalchemy.MetaData"), [], options)
        callee = self._interpreter.symbol("sqlalchemy.Table")
        return Made(callee, [*args[:1], metadata, *args[1:]], keywords, (site,))

    def created(self, made: Made, arguments: Arguments, site: Span) -> list[AnyOperation]:
        """Give what `op.create_table` does."""
        found = self._table(made)
        name = arguments.table()
        if not isinstance(found, Table) or isinstance(name, Unknown):
            why = Unknown(NOT_KNOWN) if isinstance(name, QualifiedName) else name
            return [CreateTable(why, incomplete=why, span=site)]
        table = replace(found, incomplete=found.incomplete or made.open)
        # Alembic remembers the types that tables brought along, and creates each once in a run (`impl.memo`).
        if_not_exists = arguments.flag("if_not_exists") is True
        operations = list(creation(table, if_not_exists=if_not_exists, types_if_not_exist=True, span=site))
        return [self._with_options(one, arguments) if isinstance(one, CreateTable) else one for one in operations]

    def _with_options(self, operation: CreateTable, arguments: Arguments) -> CreateTable:
        parents = arguments.names("postgresql_inherits") if arguments.is_given("postgresql_inherits") else ()
        prefixes = arguments.names("prefixes") if arguments.is_given("prefixes") else ()
        return replace(
            operation,
            inherits=tuple(QualifiedName(parent) for parent in parents or ()),
            partitioned=arguments.is_given("postgresql_partition_by"),
            temporary=any(prefix.upper().startswith("TEMP") for prefix in prefixes or ()),
        )

    def _table(self, made: Made) -> object:
        return self._models.core_table(made, executing[-1].path if executing else "")

    def _drop_table(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        yield DropTable(arguments.table(), arguments.flag("if_exists") is True, span=site)

    def _rename_table(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        yield RenameTable(arguments.table("old_table_name"), arguments.known("new_table_name"), span=site)

    def _create_table_comment(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        table = arguments.table()
        yield Other("COMMENT ON", _known(table) or (), span=site)

    _drop_table_comment = _create_table_comment

    # Columns.

    def _add_column(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        table = arguments.table()
        value = arguments.value("column") or NONE
        name = table.name if isinstance(table, QualifiedName) else "?"
        schema = arguments.given.get("schema")
        made = self.new_table([Constant(name), value], {} if schema is None else {"schema": schema}, site)
        found = self._table(made)
        if not isinstance(found, Table) or not found.columns:
            why = value.why if isinstance(value, Unknown) else "it is only known at run time"
            yield Unread(f"a column that is not known: {why}", _known(table), span=site)
            return
        column = found.columns[0]
        key = next((each for each in found.key if each.column.name == column.name), None)
        definition_ = definition(column, key)
        inline = tuple(self._inline(found, arguments))
        yield AddColumn(
            table,
            replace(definition_, constraints=inline, not_null=definition_.not_null),
            arguments.flag("if_not_exists") is True,
            span=site,
        )
        for constraint in found.constraints:
            if constraint.kind != "primary key" and constraint not in inline:
                yield AddConstraint(table, constraint, span=site)
        for index in found.indexes:
            yield CreateIndex(table, index.name, index.columns, index.unique, span=site)

    def _inline(self, table: Table, arguments: Arguments) -> Iterator[Constraint]:
        """Give the constraints that are written beside an added column."""
        if arguments.flag("inline_primary_key") and table.key:
            yield Constraint("primary key", None, tuple(key.column.name for key in table.key))
        if arguments.flag("inline_references"):
            keys = [each for each in table.constraints if each.kind == "foreign key"]
            yield from keys if len(keys) == 1 else ()

    def _drop_column(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        yield DropColumn(
            arguments.table(), arguments.known("column_name"), arguments.flag("if_exists") is True, span=site
        )

    def _alter_column(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        table, column = arguments.table(), arguments.known("column_name")
        if arguments.is_given("type_"):
            yield AlterType(table, column, self._type(arguments), self._using(arguments), span=site)
        nullable = arguments.value("nullable")
        if nullable is not None and arguments.is_given("nullable"):
            truth = self._interpreter.truth(nullable)
            if truth is None:
                yield Unread("whether a column takes NULL is only known at run time", _known(table), True, span=site)
            else:
                yield DropNotNull(table, column, span=site) if truth else SetNotNull(table, column, span=site)
        if not arguments.is_false("server_default"):
            yield self._altered_default(arguments, table, column, site)
        if arguments.is_given("new_column_name"):
            yield RenameColumn(table, column, arguments.known("new_column_name"), span=site)
        only = {"comment"} & arguments.given.keys()
        if only and not arguments.given.keys() & {"type_", "nullable", "server_default", "new_column_name"}:
            yield Other("COMMENT ON", _known(table) or (), span=site)

    def _type(self, arguments: Arguments) -> str | Unknown:
        value = arguments.value("type_") or NONE
        found = self._models.types.sql_type(value)
        if isinstance(found, SqlType) and found.sql is not None:
            return found.sql
        return found if isinstance(found, Unknown) else Unknown("a type that is not known here")

    def _using(self, arguments: Arguments) -> str | None:
        using = arguments.text("postgresql_using")
        return "?" if isinstance(using, Unknown) else using

    def _altered_default(self, arguments: Arguments, table: Name, column: str | Unknown, site: Span) -> AnyOperation:
        value = arguments.value("server_default") or NONE
        kind = known_name(value.callee) if isinstance(value, Made) else None
        existing = arguments.value("existing_server_default")
        was_identity = isinstance(existing, Made) and known_name(existing.callee) == "Identity"
        if arguments.is_nothing("server_default"):
            return DropIdentity(table, column, span=site) if was_identity else DropDefault(table, column, span=site)
        if isinstance(value, Made) and kind == "Identity":
            identity = self._identity(value)
            if was_identity:
                return SetIdentity(table, column, identity.always, span=site)
            return AddIdentity(table, column, identity, span=site)
        made = Made(self._interpreter.symbol("sqlalchemy.Column"), [Constant("x")], {"server_default": value})
        found = default(self._column(made).server_default)
        return SetDefault(table, column, found or Unknown("a default that is not known"), span=site)

    def _column(self, made: Made) -> Column:
        found = self._models.core_column(made)
        return found

    def _identity(self, made: Made) -> Identity:
        given = {key: self._interpreter.force(value) for key, value in made.keywords.items()}
        if made.args:
            given["always"] = self._interpreter.force(made.args[0])
        start = given.get("start")
        number = start.value if isinstance(start, Constant) and isinstance(start.value, int) else None
        return Identity(self._interpreter.truth(given.get("always", Constant(False))) is True, number)

    # Constraints.

    def _constraint(self, kind: ConstraintKind, arguments: Arguments, site: Span, **more: object) -> AnyOperation:
        table = arguments.table(*(("source_table", "source_schema") if kind == "foreign key" else ()))
        name = arguments.text("constraint_name")
        columns = arguments.names("local_cols" if kind == "foreign key" else "columns")
        found = replace(Constraint(kind, name, columns), **more)  # type: ignore[arg-type]
        if isinstance(table, QualifiedName):
            owner = TableName(table.name, table.schema or None, self.convention)
            found = self._models.constraints.named(found, owner)
        return AddConstraint(table, found, span=site)

    def _create_primary_key(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        yield self._constraint("primary key", arguments, site)

    def _create_unique_constraint(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        yield self._constraint("unique", arguments, site)

    def _create_check_constraint(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        condition = arguments.text("condition")
        expression = condition if isinstance(condition, str) else None
        valid = arguments.flag("postgresql_not_valid") is not True
        yield self._constraint("check", arguments, site, columns=(), expression=expression, valid=valid)

    def _create_exclude_constraint(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        firsts = [(self._interpreter.items(element) or [NONE])[0] for element in arguments.rest]
        names = [text_of(self._interpreter.force(first)) for first in firsts]
        known = tuple(name for name in names if name is not None)
        yield self._constraint("exclude", arguments, site, columns=known if len(known) == len(names) else None)

    def _create_foreign_key(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        parent = arguments.table("referent_table", "referent_schema")
        on_delete = arguments.text("ondelete")
        yield self._constraint(
            "foreign key",
            arguments,
            site,
            parent=parent if isinstance(parent, QualifiedName) else None,
            parent_columns=arguments.names("remote_cols") or (),
            on_delete=on_delete.upper() if isinstance(on_delete, str) else None,
            valid=arguments.flag("postgresql_not_valid") is not True,
        )

    def _drop_constraint(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        if arguments.is_nothing("constraint_name") and self._interpreter.trying:
            raise Raised  # SQLAlchemy: it has no name
        table, name = arguments.table(), arguments.known("constraint_name")
        kind = _KINDS.get(text_of(arguments.value("type_")) or "")
        if kind == "check" and isinstance(name, str) and isinstance(table, QualifiedName):
            owner = TableName(table.name, table.schema or None, self.convention)
            name = self._models.constraints.named(Constraint(kind, name), owner).name or name
        yield DropConstraint(table, name, arguments.flag("if_exists") is True, kind=kind, span=site)

    # Indexes.

    def _create_index(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        items = self._interpreter.items(arguments.value("columns") or NONE)
        columns = tuple(text_of(self._interpreter.force(item)) for item in items or ())
        yield CreateIndex(
            arguments.table(),
            arguments.text("index_name"),
            columns,
            arguments.flag("unique") is True,
            arguments.flag("postgresql_concurrently") is True,
            arguments.flag("if_not_exists") is True,
            arguments.is_given("postgresql_where"),
            span=site,
        )

    def _drop_index(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        table = arguments.table() if arguments.is_given("table_name") else None
        yield DropIndex(
            arguments.table("index_name"),
            table,
            arguments.flag("if_exists") is True,
            arguments.flag("postgresql_concurrently") is True,
            span=site,
        )

    # Statements and rows.

    def _execute(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        yield from self._executed.operations(arguments.value("sqltext") or NONE, site)

    def _bulk_insert(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        table = self._executed.table_name(arguments.value("table"))
        yield self._executed.inserted(table, arguments.value("rows") or NONE, site)

    def _create_table(self, arguments: Arguments, site: Span) -> Iterator[AnyOperation]:
        made = self.new_table([arguments.given.get("table_name", NONE), *arguments.rest], arguments.given, site)
        yield from self.created(made, arguments, site)


def _known(table: Name) -> tuple[QualifiedName, ...] | None:
    return (table,) if isinstance(table, QualifiedName) else None
