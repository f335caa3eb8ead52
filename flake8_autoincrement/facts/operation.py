"""What a migration does to a database, statement by statement, whether an `op` call or SQL says it.

Each operation is what PostgreSQL gets: `op.create_table` has its keys decided as SQLAlchemy's compiler decides them, an
`op.alter_column` that changes two things is two operations at one place. `span` is the call or the statement, inside
the string that has the SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from flake8_autoincrement.facts.catalog import Constraint, ConstraintKind, Default, Identity, QualifiedName
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.source import Span

# A name that may not have been readable; the operation then may touch any object of its kind.
Name = QualifiedName | Unknown


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """A column as CREATE TABLE or ADD COLUMN defines it.

    `type` is spelt as `format_type()` spells it, with a schema where one was written; `serial` is true where a SERIAL
    type was asked for (`type` is then its `integer`, `bigint` or `smallint`). `not_null` is what was written: a primary
    key, serial or identity makes NOT NULL by itself. `autoincrement` and `stated` are what SQLAlchemy was told, "auto"
    and false for SQL. `constraints` are those written beside the column.
    """

    name: str | Unknown
    type: str | Unknown
    not_null: bool = False
    serial: bool = False
    default: Default | Unknown | None = None
    identity: Identity | None = None
    generated: bool = False
    autoincrement: bool | str | Unknown = "auto"
    stated: bool = False
    constraints: tuple[Constraint, ...] = ()
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Like:
    """A LIKE clause; `including` are its INCLUDING words in lower case (`all`, `defaults`, `identity`, `indexes`).

    `behind` is how many of the columns that the statement defines stand before it.
    """

    table: QualifiedName
    including: tuple[str, ...] = ()
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a statement does; `span` is its place."""

    span: Span | None = field(default=None, compare=False, kw_only=True)


# Tables.


@dataclass(frozen=True, slots=True)
class CreateTable(Operation):
    """CREATE TABLE; `incomplete` says why there may be columns that were not read."""

    table: Name
    columns: tuple[ColumnDefinition, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    inherits: tuple[QualifiedName, ...] = ()
    partition_of: QualifiedName | None = None
    partitioned: bool = False
    like: tuple[Like, ...] = ()
    temporary: bool = False
    foreign: bool = False
    incomplete: Unknown | None = None


@dataclass(frozen=True, slots=True)
class CreateTableAs(Operation):
    """CREATE TABLE AS and SELECT INTO.

    `source` is the one table that a `SELECT * FROM` copies, None for other queries; `columns` are the names of the
    result where the query says them, None where it does not.
    """

    table: Name
    source: QualifiedName | None = None
    columns: tuple[str, ...] | None = None
    if_not_exists: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class DropTable(Operation):
    """DROP TABLE, one for each table."""

    table: Name
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class RenameTable(Operation):
    """ALTER TABLE ... RENAME TO."""

    table: Name
    new_name: str | Unknown
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetTableSchema(Operation):
    """ALTER TABLE ... SET SCHEMA, which takes owned sequences along."""

    table: Name
    schema: str | Unknown
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class RecreateTable(Operation):
    """A batch with `recreate="always"`: a new table with the old one's columns and rows, renamed to the old name.

    `operations` are what the batch changes on the way.
    """

    table: Name
    operations: tuple[AnyOperation, ...] = ()


@dataclass(frozen=True, slots=True)
class TruncateTable(Operation):
    """TRUNCATE, one for each table."""

    table: Name
    restart_identity: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class Inherit(Operation):
    """ALTER TABLE ... INHERIT or NO INHERIT, ATTACH or DETACH PARTITION: `table` is the child."""

    table: Name
    parent: Name
    attach: bool = True
    partition: bool = False


@dataclass(frozen=True, slots=True)
class AlterTable(Operation):
    """Another change of a table, of no column, constraint or sequence: `what` are its words (`SET UNLOGGED`)."""

    table: Name
    what: str


# Columns.


@dataclass(frozen=True, slots=True)
class AddColumn(Operation):
    """ALTER TABLE ... ADD COLUMN."""

    table: Name
    column: ColumnDefinition
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropColumn(Operation):
    """ALTER TABLE ... DROP COLUMN."""

    table: Name
    column: str | Unknown
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class RenameColumn(Operation):
    """ALTER TABLE ... RENAME COLUMN."""

    table: Name
    column: str | Unknown
    new_name: str | Unknown


@dataclass(frozen=True, slots=True)
class AlterType(Operation):
    """ALTER COLUMN ... TYPE; `using` is the expression behind USING."""

    table: Name
    column: str | Unknown
    type: str | Unknown
    using: str | None = None


@dataclass(frozen=True, slots=True)
class SetDefault(Operation):
    """ALTER COLUMN ... SET DEFAULT."""

    table: Name
    column: str | Unknown
    default: Default | Unknown


@dataclass(frozen=True, slots=True)
class DropDefault(Operation):
    """ALTER COLUMN ... DROP DEFAULT, which an identity column refuses."""

    table: Name
    column: str | Unknown


@dataclass(frozen=True, slots=True)
class SetNotNull(Operation):
    """ALTER COLUMN ... SET NOT NULL."""

    table: Name
    column: str | Unknown


@dataclass(frozen=True, slots=True)
class DropNotNull(Operation):
    """ALTER COLUMN ... DROP NOT NULL."""

    table: Name
    column: str | Unknown


@dataclass(frozen=True, slots=True)
class AddIdentity(Operation):
    """ALTER COLUMN ... ADD GENERATED ... AS IDENTITY."""

    table: Name
    column: str | Unknown
    identity: Identity = Identity()


@dataclass(frozen=True, slots=True)
class SetIdentity(Operation):
    """ALTER COLUMN ... SET GENERATED, RESTART or SET of a sequence option; what is None stays.

    `restart` is true without a number where the sequence returns to its start.
    """

    table: Name
    column: str | Unknown
    always: bool | None = None
    restart: int | bool | None = None


@dataclass(frozen=True, slots=True)
class DropIdentity(Operation):
    """ALTER COLUMN ... DROP IDENTITY."""

    table: Name
    column: str | Unknown
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropExpression(Operation):
    """ALTER COLUMN ... DROP EXPRESSION: a generated column becomes a plain one."""

    table: Name
    column: str | Unknown
    if_exists: bool = False


# Constraints and indexes.


@dataclass(frozen=True, slots=True)
class AddConstraint(Operation):
    """ALTER TABLE ... ADD CONSTRAINT."""

    table: Name
    constraint: Constraint


@dataclass(frozen=True, slots=True)
class DropConstraint(Operation):
    """ALTER TABLE ... DROP CONSTRAINT."""

    table: Name
    name: str | Unknown
    if_exists: bool = False
    cascade: bool = False
    kind: ConstraintKind | None = None  # None where the statement does not say it, as SQL never does


@dataclass(frozen=True, slots=True)
class ValidateConstraint(Operation):
    """ALTER TABLE ... VALIDATE CONSTRAINT."""

    table: Name
    name: str | Unknown


@dataclass(frozen=True, slots=True)
class RenameConstraint(Operation):
    """ALTER TABLE ... RENAME CONSTRAINT."""

    table: Name
    name: str | Unknown
    new_name: str | Unknown


@dataclass(frozen=True, slots=True)
class CreateIndex(Operation):
    """CREATE INDEX; in `columns` None stands for an expression; `name` is None where PostgreSQL makes one up.

    It is then made of `parts` where these are not the columns: an expression's function, what INCLUDE names.
    """

    table: Name
    name: str | Unknown | None
    columns: tuple[str | None, ...] = ()
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    partial: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DropIndex(Operation):
    """DROP INDEX, one for each; `table` is what an `op` call says beside it."""

    index: Name
    table: Name | None = None
    if_exists: bool = False
    concurrently: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class RenameIndex(Operation):
    """ALTER INDEX ... RENAME TO."""

    index: Name
    new_name: str | Unknown
    if_exists: bool = False


# Sequences.


@dataclass(frozen=True, slots=True)
class CreateSequence(Operation):
    """CREATE SEQUENCE; `owner` and `owner_column` are what OWNED BY names."""

    sequence: Name
    if_not_exists: bool = False
    type: str | None = None
    start: int | None = None
    maximum: int | None = None
    owner: QualifiedName | None = None
    owner_column: str | None = None
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class AlterSequence(Operation):
    """ALTER SEQUENCE: what is None stays; `restart` is true without a number where it returns to its start.

    OWNED BY NONE has `disowned`.
    """

    sequence: Name
    if_exists: bool = False
    type: str | None = None
    restart: int | bool | None = None
    maximum: int | None = None
    owner: QualifiedName | None = None
    owner_column: str | None = None
    disowned: bool = False


@dataclass(frozen=True, slots=True)
class DropSequence(Operation):
    """DROP SEQUENCE, one for each."""

    sequence: Name
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class RenameSequence(Operation):
    """ALTER SEQUENCE ... RENAME TO, also as ALTER TABLE."""

    sequence: Name
    new_name: str | Unknown
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetSequenceSchema(Operation):
    """ALTER SEQUENCE ... SET SCHEMA."""

    sequence: Name
    schema: str | Unknown
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetValue(Operation):
    """A call of `setval`.

    `sequence` is the one named, or `of_table` and `of_column` the arguments of `pg_get_serial_sequence`. `value` is the
    expression as written; `maximum_table` and `maximum_column` are those of the `MAX()` in it, if there is one;
    `empty` is what the value is on an empty table: a number, None for NULL; `offset` what is added to MAX where there
    are rows, None where it is another expression; `constant` the number where there is no MAX. `is_called` is the
    third argument.
    """

    sequence: Name | None
    value: str
    of_table: QualifiedName | None = None
    of_column: str | None = None
    maximum_table: QualifiedName | None = None
    maximum_column: str | None = None
    offset: int | None = None
    empty: int | None = None
    constant: int | None = None
    is_called: bool | Unknown = True


# Rows.


@dataclass(frozen=True, slots=True)
class InsertRows(Operation):
    """INSERT, COPY FROM or `bulk_insert`; `columns` are those that are given, None for all or where not known.

    `rows` is their number where it is known; `values` are the integers given to each column, where all are known, as
    pairs of the column's name and the largest.
    """

    table: Name
    columns: tuple[str, ...] | None = None
    rows: int | None = None
    largest: tuple[tuple[str, int], ...] = ()
    overriding: bool = False
    source: QualifiedName | None = None


@dataclass(frozen=True, slots=True)
class UpdateRows(Operation):
    """UPDATE; `columns` are those that are set, `restricted` says whether there is a WHERE."""

    table: Name
    columns: tuple[str, ...] | None = None
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class DeleteRows(Operation):
    """DELETE; `restricted` says whether there is a WHERE."""

    table: Name
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class ReadRows(Operation):
    """A query; it changes nothing."""

    tables: tuple[QualifiedName, ...] = ()


# Types, schemas and other objects.


@dataclass(frozen=True, slots=True)
class CreateType(Operation):
    """CREATE TYPE or CREATE DOMAIN; `if_not_exists` is SQLAlchemy's `checkfirst`."""

    type: Name
    kind: Literal["enum", "domain", "composite", "range", "other"]
    labels: tuple[str, ...] = ()
    base: str | None = None
    default: Default | Unknown | None = None
    not_null: bool = False
    checked: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AddEnumValue(Operation):
    """ALTER TYPE ... ADD VALUE."""

    type: Name
    value: str | Unknown
    if_not_exists: bool = False
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class RenameEnumValue(Operation):
    """ALTER TYPE ... RENAME VALUE."""

    type: Name
    value: str | Unknown
    new_value: str | Unknown


@dataclass(frozen=True, slots=True)
class RenameType(Operation):
    """ALTER TYPE or ALTER DOMAIN ... RENAME TO."""

    type: Name
    new_name: str | Unknown


@dataclass(frozen=True, slots=True)
class SetTypeSchema(Operation):
    """ALTER TYPE or ALTER DOMAIN ... SET SCHEMA."""

    type: Name
    schema: str | Unknown


@dataclass(frozen=True, slots=True)
class DropType(Operation):
    """DROP TYPE or DROP DOMAIN, one for each; `if_exists` is also SQLAlchemy's `checkfirst`."""

    type: Name
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class CreateSchema(Operation):
    """CREATE SCHEMA."""

    schema: str | Unknown
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropSchema(Operation):
    """DROP SCHEMA, one for each."""

    schema: str | Unknown
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class RenameSchema(Operation):
    """ALTER SCHEMA ... RENAME TO."""

    schema: str | Unknown
    new_name: str | Unknown


@dataclass(frozen=True, slots=True)
class SetSearchPath(Operation):
    """SET search_path; `local` for SET LOCAL; an empty path is the server's default."""

    path: tuple[str, ...] | Unknown
    local: bool = False


@dataclass(frozen=True, slots=True)
class CreateView(Operation):
    """CREATE VIEW or CREATE MATERIALIZED VIEW; `reads` are the tables and views in its query."""

    view: Name
    materialized: bool = False
    replace: bool = False
    if_not_exists: bool = False
    reads: tuple[QualifiedName, ...] = ()


@dataclass(frozen=True, slots=True)
class DropView(Operation):
    """DROP VIEW or DROP MATERIALIZED VIEW, one for each."""

    view: Name
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class CreateTrigger(Operation):
    """CREATE TRIGGER; `fills_rows` is true for one BEFORE INSERT FOR EACH ROW, which may give a key its value."""

    table: Name
    name: str | Unknown
    function: QualifiedName | None = None
    fills_rows: bool = False


@dataclass(frozen=True, slots=True)
class Grant(Operation):
    """GRANT on tables or sequences, one for each object; `privileges` in upper case, empty for ALL."""

    on: QualifiedName
    kind: Literal["table", "sequence", "schema", "other"]
    privileges: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    revoke: bool = False


@dataclass(frozen=True, slots=True)
class Other(Operation):
    """A statement that changes no table, key, sequence, type or row: `what` are its words (COMMENT, CREATE FUNCTION).

    `tables` are those that it names.
    """

    what: str
    tables: tuple[QualifiedName, ...] = ()


# Transactions.


@dataclass(frozen=True, slots=True)
class Transaction(Operation):
    """A word that begins or ends a transaction, or the begin (`autocommit`) and end of an `autocommit_block`."""

    word: Literal["begin", "commit", "rollback", "savepoint", "autocommit", "end of autocommit"]


@dataclass(frozen=True, slots=True)
class SetParameter(Operation):
    """SET of a parameter other than search_path, such as `lock_timeout`."""

    parameter: str
    value: str | None = None
    local: bool = False


@dataclass(frozen=True, slots=True)
class LockTable(Operation):
    """LOCK TABLE, one for each; `mode` in upper case."""

    table: Name
    mode: str = "ACCESS EXCLUSIVE"


# What only holds sometimes, and what could not be read.


@dataclass(frozen=True, slots=True)
class HasTable:
    """Asks whether a table is there; views count where `views` is true, nothing else does."""

    table: QualifiedName
    views: bool = False


@dataclass(frozen=True, slots=True)
class HasColumn:
    """Asks whether a table has a column."""

    table: QualifiedName
    column: str


@dataclass(frozen=True, slots=True)
class HasIndex:
    """Asks whether a table has an index of a name."""

    table: QualifiedName | None
    index: str


@dataclass(frozen=True, slots=True)
class HasConstraint:
    """Asks whether a table has a constraint of a name, of any kind if `kind` is None; a table called "" is any."""

    table: QualifiedName
    constraint: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class HasKey:
    """Asks whether a table has a primary key: of these columns, in any order, or of any where `columns` is None."""

    table: QualifiedName
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class HasSequence:
    """Asks whether a sequence is there."""

    sequence: QualifiedName


@dataclass(frozen=True, slots=True)
class HasType:
    """Asks whether a type is there."""

    type: QualifiedName


@dataclass(frozen=True, slots=True)
class HasSchema:
    """Asks whether a schema is there."""

    schema: str


@dataclass(frozen=True, slots=True)
class Offline:
    """Asks whether SQL is written instead of run (`alembic upgrade --sql`)."""


@dataclass(frozen=True, slots=True)
class Database:
    """Asks which of several databases the revision is run for (Alembic's multidb template); `name` is its own."""

    name: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """A condition that only a run knows; `fresh` is the answer on a database without rows, None where that is open."""

    why: str
    fresh: bool | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """Several conditions that all have to hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Several conditions of which one has to hold."""

    conditions: tuple[Condition, ...]


Condition = (
    HasTable
    | HasColumn
    | HasIndex
    | HasConstraint
    | HasKey
    | HasSequence
    | HasType
    | HasSchema
    | Offline
    | Database
    | Opaque
    | Not
    | AllOf
    | AnyOf
)


@dataclass(frozen=True, slots=True)
class When(Operation):
    """Operations that are done where a condition holds, and those that are done where it does not.

    Branches for another dialect are not among them: they are no part of a PostgreSQL's history.
    """

    condition: Condition
    then: tuple[AnyOperation, ...] = ()
    otherwise: tuple[AnyOperation, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread(Operation):
    """Something that is done and could not be read.

    `tables` are those that it may have touched, None where it may be any; `rows_only` is true where it changes rows
    and no table (an UPDATE of an unknown table).
    """

    why: str
    tables: tuple[QualifiedName, ...] | None = None
    rows_only: bool = False


AnyOperation = (
    CreateTable
    | CreateTableAs
    | DropTable
    | RenameTable
    | SetTableSchema
    | RecreateTable
    | TruncateTable
    | Inherit
    | AlterTable
    | AddColumn
    | DropColumn
    | RenameColumn
    | AlterType
    | SetDefault
    | DropDefault
    | SetNotNull
    | DropNotNull
    | AddIdentity
    | SetIdentity
    | DropIdentity
    | DropExpression
    | AddConstraint
    | DropConstraint
    | ValidateConstraint
    | RenameConstraint
    | CreateIndex
    | DropIndex
    | RenameIndex
    | CreateSequence
    | AlterSequence
    | DropSequence
    | RenameSequence
    | SetSequenceSchema
    | SetValue
    | InsertRows
    | UpdateRows
    | DeleteRows
    | ReadRows
    | CreateType
    | AddEnumValue
    | RenameEnumValue
    | RenameType
    | SetTypeSchema
    | DropType
    | CreateSchema
    | DropSchema
    | RenameSchema
    | SetSearchPath
    | CreateView
    | DropView
    | CreateTrigger
    | Grant
    | Other
    | Transaction
    | SetParameter
    | LockTable
    | When
    | Unread
)
