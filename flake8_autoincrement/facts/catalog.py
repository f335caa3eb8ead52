"""What PostgreSQL's catalog holds: tables and their columns, constraints, indexes, sequences and types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flake8_autoincrement.facts.unknown import Unknown, Unreadable
from flake8_autoincrement.source import Span


@dataclass(frozen=True, slots=True, order=True)
class QualifiedName:
    """The name of a table, sequence, index, type or view as a statement writes it, quotes and case folding resolved.

    `schema` is the empty string where none was written: it is then found, or made, by the `search_path`.
    """

    name: str
    schema: str = ""

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True)
class Default:
    """A DEFAULT: `sql` is the expression as written or as PostgreSQL shows it.

    `sequence` is the one that `nextval` takes the value from, if it is such a call. `late` is true where that is named
    by a text (`nextval('s'::text)`), so that PostgreSQL records no dependency and looks the name up at each INSERT;
    else the default follows a renamed sequence.
    """

    sql: str
    sequence: QualifiedName | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """GENERATED ... AS IDENTITY; `sequence` is the name of its sequence if one was given (SEQUENCE NAME)."""

    always: bool = False
    start: int | None = None
    sequence: QualifiedName | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column of a table in the catalog (`pg_attribute`).

    `type` is spelt as `format_type()` spells it: `integer`, `character varying(50)`, `timestamp with time zone`.
    `generated` is true for GENERATED ALWAYS AS (expression) STORED or VIRTUAL. `inherited` is true where only a parent
    table declares it.
    """

    name: str
    type: str | Unknown
    not_null: bool = False
    default: Default | Unknown | None = None
    identity: Identity | None = None
    generated: bool = False
    inherited: bool = False


ConstraintKind = Literal["primary key", "unique", "foreign key", "check", "exclude", "not null"]


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a table, as a statement gives it or as the catalog has it.

    `name` is None where a statement leaves it to PostgreSQL, and Unknown where it could not be read; `columns` are the
    table's own (None where they could not be read), `parent` and `parent_columns` those that a foreign key refers to.
    `expression` is a CHECK's. `valid` is false for NOT VALID. `index` is the one that USING INDEX names. `on_delete` is
    what follows ON DELETE, in upper case.
    """

    kind: ConstraintKind
    name: str | Unknown | None = None
    columns: tuple[str, ...] | None = ()
    parent: QualifiedName | None = None
    parent_columns: tuple[str, ...] = ()
    expression: str | None = None
    valid: bool = True
    index: str | None = None
    on_delete: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `columns` are the plain ones, None stands for an expression."""

    name: str
    columns: tuple[str | None, ...] = ()
    unique: bool = False
    valid: bool = True


RelationKind = Literal["table", "partitioned table", "view", "materialized view", "foreign table"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table in the catalog (`pg_class`), or a view.

    `name` has its schema. `parents` are the tables that it inherits from or is a partition of (`is_partition`).
    `revision` is the one that made it, None where something else did. `is_new` is true as long as that revision runs:
    nobody else knows the table, and it has no rows but those that the revision puts in. `incomplete` says why there
    may be other columns or constraints than those seen: it was changed by what could not be read.
    """

    name: QualifiedName
    kind: RelationKind = "table"
    attributes: tuple[Attribute, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    parents: tuple[QualifiedName, ...] = ()
    is_partition: bool = False
    revision: str | None = None
    is_new: bool = False
    incomplete: Unknown | None = None
    span: Span | None = field(default=None, compare=False)

    @property
    def key(self) -> Constraint | None:
        """Give the primary key, None if there is none."""
        return next((each for each in self.constraints if each.kind == "primary key"), None)

    def attribute(self, name: str) -> Attribute | None:
        """Give a column by its name."""
        return next((each for each in self.attributes if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence in the catalog.

    `owner` and `owner_column` are the column that it is owned by, None where none owns it. `identity` is true where it
    belongs to an identity column. `type` as `format_type()` spells it. `start` is where RESTART returns to. `revision`
    is the one that made it. `next_value` is what nextval gives next where that is known for a database without rows.
    """

    name: QualifiedName
    type: str = "bigint"
    owner: QualifiedName | None = None
    owner_column: str | None = None
    identity: bool = False
    maximum: int | None = None
    start: int = 1
    next_value: int | None = 1
    revision: str | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class UserType:
    """A type that statements made; `labels` are those of an enum, `base` what a domain is made of."""

    name: QualifiedName
    kind: Literal["enum", "domain", "composite", "range", "other"]
    labels: tuple[str, ...] = ()
    base: str | None = None
    default: Default | None = None
    not_null: bool = False
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """The state of a database, by names that have their schemas.

    `search_path` is where names without a schema are looked for, and made: its first one. `namespaces` are the schemas
    that exist. `indexes` gives the table of each index, also of those behind constraints. `doubtful` is what could not
    be read and may have touched anything; a table that a known statement may have touched says so itself
    (`Relation.incomplete`).
    """

    relations: Mapping[QualifiedName, Relation] = field(default_factory=dict)
    sequences: Mapping[QualifiedName, Sequence] = field(default_factory=dict)
    types: Mapping[QualifiedName, UserType] = field(default_factory=dict)
    namespaces: frozenset[str] = frozenset({"public"})
    search_path: tuple[str, ...] = ("public",)
    indexes: Mapping[QualifiedName, QualifiedName] = field(default_factory=dict, compare=False)
    doubtful: tuple[Unreadable, ...] = ()
