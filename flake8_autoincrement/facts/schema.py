"""Tables and columns as SQLAlchemy's PostgreSQL compiler sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from flake8_autoincrement.facts.catalog import Constraint, Index
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.source import Span

UNREAD = "?"  # the name of a column whose name could not be read
Autoincrement = bool | Literal["auto", "ignore_fk"]


class Affinity(Enum):
    """The part of a type that decides whether it can count (`TypeEngine._type_affinity`)."""

    INTEGER = "integer"
    NUMERIC = "numeric"
    OTHER = "other"
    NULL = "null"


class Width(Enum):
    """What an auto-incrementing column of a type becomes: picked by the PostgreSQL variant of the type."""

    SMALL = "SMALLSERIAL"
    NORMAL = "SERIAL"
    BIG = "BIGSERIAL"


@dataclass(frozen=True, slots=True)
class SqlType:
    """A column type.

    `name` is the class that was written (`Integer`, `UtcDateTime`). `affinity` is the generic type's, `width` and
    `timestamp` are the PostgreSQL variant's. `timezone` says whether a timestamp has a time zone, and is None for
    every other type. `scale` is that of a numeric type, None if not given. `looked_up` is true where no type was
    written and the registry of the class that gets the column made it of the annotation. `sql` is how PostgreSQL's
    `format_type()` spells it, None where that is not known. `labels` are those of an enum type that is created along
    with the table, None for every other type; none where they could not be read.
    """

    name: str
    affinity: Affinity
    width: Width = Width.NORMAL
    timestamp: bool = False
    timezone: bool | Unknown | None = None
    scale: int | None = None
    float: bool = False
    looked_up: bool = False
    sql: str | None = None
    labels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A call that reads the time in Python, as a default does.

    `name` is what is called, as `datetime.utcnow`; `aware` says whether its value carries a time zone; `called` is
    true where it was called once at import instead of being passed on.
    """

    name: str
    aware: bool
    called: bool = False
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ClientDefault:
    """A value that SQLAlchemy gives to a column: `default=`, `insert_default=`, `onupdate=`, `Sequence`.

    `sequence` is the sequence's name where it is one; `optional` its flag: an optional sequence is skipped on
    PostgreSQL. `text` is the source as written, shortened. `clock` is set where the value is the current time.
    """

    kind: Literal["value", "callable", "sql", "sequence"]
    text: str
    sequence: str | None = None
    optional: bool = False
    clock: Clock | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ServerDefault:
    """A DEFAULT in the table.

    `kind` is `sql` for `text()` and functions, `string` for a plain string (which becomes a quoted literal),
    `fetched` for `FetchedValue()`, which emits nothing. `sql` is what stands behind DEFAULT, None where it could not
    be read.
    """

    kind: Literal["sql", "string", "fetched"]
    sql: str | None
    span: Span | None = field(default=None, compare=False)

    @property
    def calls_nextval(self) -> bool:
        """Say whether PostgreSQL takes the value from a sequence."""
        return (
            self.kind == "sql"
            and self.sql is not None
            and bool(re.match(r"\(*\s*nextval\s*\(", self.sql, re.IGNORECASE))
        )


@dataclass(frozen=True, slots=True)
class Column:
    """A column and where it was declared.

    `autoincrement` is what SQLAlchemy has, "auto" if nothing was written; `stated` says whether it was written.
    `foreign_keys` are the targets as written (`users.id`), "?" where one could not be read. `index` and `nullable`
    are None where not written. `identity_always` tells GENERATED ALWAYS from BY DEFAULT. `key` is the name by which
    Python knows the column, None if that is `name`. `declared_in` is the dotted name of the class that declares it, or
    of the Core table's variable; `span` is the declaring statement, or the call that makes the column of a Core table.
    """

    name: str
    type: SqlType | Unknown
    declared_in: str
    primary_key: bool | Unknown = False
    autoincrement: Autoincrement | Unknown = "auto"
    stated: bool = False
    default: ClientDefault | Unknown | None = None
    onupdate: ClientDefault | Unknown | None = None
    server_default: ServerDefault | Unknown | None = None
    identity: bool = False
    identity_always: bool = False
    computed: bool = False
    foreign_keys: tuple[str, ...] = ()
    key: str | None = None
    nullable: bool | None = None
    index: bool | None = None
    span: Span | None = field(default=None, compare=False)


class KeyGeneration(Enum):
    """Where the value of a key column comes from when an INSERT leaves it out."""

    SERIAL = "SERIAL"
    BIGSERIAL = "BIGSERIAL"
    SMALLSERIAL = "SMALLSERIAL"
    IDENTITY = "IDENTITY"
    SEQUENCE = "SEQUENCE"
    SERVER_DEFAULT = "SERVER_DEFAULT"
    CLIENT = "CLIENT"
    PARENT = "PARENT"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"

    @property
    def by_server(self) -> bool:
        """Say whether PostgreSQL itself fills the column."""
        return self in SERVER_GENERATIONS

    @property
    def by_counter(self) -> bool:
        """Say whether PostgreSQL counts it up: serial, identity and DEFAULT nextval are one class."""
        return self in SERVER_GENERATIONS and self is not KeyGeneration.SERVER_DEFAULT


SERVER_GENERATIONS = frozenset(
    {
        KeyGeneration.SERIAL,
        KeyGeneration.BIGSERIAL,
        KeyGeneration.SMALLSERIAL,
        KeyGeneration.IDENTITY,
        KeyGeneration.SEQUENCE,
        KeyGeneration.SERVER_DEFAULT,
    }
)


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column of a primary key and how it is filled; `reason` says why it is unknown or nothing, where it helps."""

    column: Column
    generation: KeyGeneration
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table that models declare.

    `model` is the dotted class mapped to it, None for a Core `Table`; `variable` is the dotted name that a Core table
    is bound to, if any. `key` lists the primary key's columns. `incomplete` says why there may be columns that were
    not read (a base class that could not be found, a reflected table), None where all were. `constraints` are those of
    the table and of its columns, `indexes` those that are created along with it.
    """

    name: str
    schema: str | None
    model: str | None
    columns: tuple[Column, ...]
    key: tuple[KeyColumn, ...]
    variable: str | None = None
    incomplete: Unknown | None = None
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    span: Span | None = field(default=None, compare=False)

    @property
    def timestamps(self) -> tuple[Column, ...]:
        """Give the columns whose PostgreSQL type is TIMESTAMP."""
        return tuple(c for c in self.columns if isinstance(c.type, SqlType) and c.type.timestamp)
