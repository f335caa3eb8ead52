"""Classes that SQLAlchemy maps, or that lend columns to those it maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from flake8_autoincrement.facts.schema import Column, KeyColumn, Table
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.source import Span


class Role(Enum):
    """What a class is to SQLAlchemy."""

    ROOT = "declarative base"
    ABSTRACT = "abstract base"
    MIXIN = "mixin"
    MAPPED = "mapped class"
    SINGLE_TABLE = "single-table child"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Base:
    """A class that a model inherits from, in the order of its `__mro__`.

    `name` is dotted, where it is defined (`app.db.Base`, `sqlalchemy.orm.DeclarativeBase`). `span` is its class
    statement or the call that makes it, None for a class of a library that is known by name.
    """

    name: str
    role: Role
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class MissingBase:
    """A base class that could not be resolved: `written` is the source, `why` the reason, `span` the expression.

    `absent` is true where a file of the project was found and does not define the name, or the name is not bound at
    all: certain errors; false where a package is not installed here or its code could not be followed.
    """

    written: str
    why: str
    absent: bool
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ModelClass:
    """A class of the project that SQLAlchemy maps, or a base or mixin of such.

    `columns` are those that the class statement itself declares; `table.columns` are all. `bases` is the resolved
    `__mro__` without the class itself and `object`; `chain` the part of it that leads from the class to the
    declarative base, that is the answer to "where does it get its mapping from"; `written` is the first of
    them as the class statement has it. `met` are the names of the mixins among them that another of them, which is no
    mixin, inherits from already. `table` is None for bases, mixins and single-table children (whose table is their
    parent's). `key` is the table's, and for a base or a mixin the key that a mapped class has which adds nothing to
    it. `lent` are all the columns of such a class. `added` are the columns that a single-table child brings to its
    parent's table.
    """

    name: str
    role: Role
    bases: tuple[Base, ...]
    chain: tuple[Base, ...]
    written: str | None
    columns: tuple[Column, ...]
    table: Table | None = None
    key: tuple[KeyColumn, ...] = ()
    lent: tuple[Column, ...] = ()
    added: tuple[Column, ...] = ()
    met: tuple[str, ...] = ()
    missing: tuple[MissingBase, ...] = ()
    incomplete: Unknown | None = None
    span: Span | None = field(default=None, compare=False)

    @property
    def short_name(self) -> str:
        """Give the class's own name."""
        return self.name.rpartition(".")[2]
