"""How SQLAlchemy's PostgreSQL compiler decides who fills a key column.

The rules are those of `PrimaryKeyConstraint._autoincrement_column` and `PGDDLCompiler.get_column_specification` of
SQLAlchemy 2.0 and 2.1; the pages below `rules/` hold a compiled `CREATE TABLE` for each.
"""

from __future__ import annotations

from collections.abc import Sequence

from flake8_autoincrement.facts.schema import (
    Affinity,
    ClientDefault,
    Column,
    KeyColumn,
    KeyGeneration,
    ServerDefault,
    SqlType,
)
from flake8_autoincrement.facts.unknown import Unknown

Version = tuple[int, ...]


def key_columns(
    columns: Sequence[Column], sqlalchemy: Version, incomplete: Unknown | None = None
) -> tuple[KeyColumn, ...]:
    """Decide how each of a primary key's columns is filled.

    `columns` are the columns of the key, all of them; `incomplete` says why there might be more. `sqlalchemy` is the
    version whose compiler is asked, as (2, 1).
    """
    refusal = next((why for column in columns if (why := _conflict(column, columns, sqlalchemy))), None)
    if refusal is not None:
        return tuple(KeyColumn(column, KeyGeneration.UNKNOWN, refusal) for column in columns)
    return tuple(_key_column(column, columns, sqlalchemy, incomplete) for column in columns)


def _key_column(
    column: Column, columns: Sequence[Column], sqlalchemy: Version, incomplete: Unknown | None
) -> KeyColumn:
    for value in (column.type, column.autoincrement, column.default, column.server_default):
        if isinstance(value, Unknown) and _matters(column, value):
            return KeyColumn(column, KeyGeneration.UNKNOWN, value.why)
    if column.identity:
        return KeyColumn(column, KeyGeneration.IDENTITY)
    if _counts(column, columns, sqlalchemy) and not _client_fills(column):
        if incomplete is not None and column.autoincrement is not True:
            return KeyColumn(column, KeyGeneration.UNKNOWN, incomplete.why)
        assert isinstance(column.type, SqlType)
        return KeyColumn(column, KeyGeneration(column.type.width.value))
    if column.computed:
        return KeyColumn(column, KeyGeneration.SERVER_DEFAULT, "it is a generated column")
    if isinstance(column.server_default, ServerDefault) and column.server_default.kind != "fetched":
        if column.server_default.sql is None:
            return KeyColumn(column, KeyGeneration.UNKNOWN, "its server default could not be read")
        if column.server_default.calls_nextval:
            return KeyColumn(column, KeyGeneration.SEQUENCE)
        return KeyColumn(column, KeyGeneration.SERVER_DEFAULT)
    return _unfilled(column, columns)


def _unfilled(column: Column, columns: Sequence[Column]) -> KeyColumn:
    """Describe a column that `CREATE TABLE` gives nothing."""
    if column.default is not None:
        return KeyColumn(column, KeyGeneration.CLIENT)
    if column.foreign_keys:
        return KeyColumn(column, KeyGeneration.PARENT)
    return KeyColumn(column, KeyGeneration.NONE, _reason(column, columns))


def _reason(column: Column, columns: Sequence[Column]) -> str:
    if isinstance(column.server_default, ServerDefault):
        return "FetchedValue() emits no DEFAULT"
    if column.autoincrement is False:
        return "autoincrement is off"
    if isinstance(column.type, SqlType) and column.type.affinity is not Affinity.INTEGER:
        return f"{column.type.name} does not count"
    if len(columns) > 1:
        return "it is one of several key columns"
    return "nothing generates it"


def _matters(column: Column, value: Unknown) -> bool:
    """Say whether what is unknown can change the verdict."""
    if column.identity:
        return False
    if value is column.type:
        return column.autoincrement is True or not _has_source(column)
    if value is column.autoincrement:
        return not isinstance(column.type, SqlType) or column.type.affinity is not Affinity.OTHER
    return True


def _has_source(column: Column) -> bool:
    """Say whether a value comes to the column by other ways than counting, whatever its type."""
    return bool(column.default or column.server_default or column.foreign_keys or column.computed)


def _counts(column: Column, columns: Sequence[Column], sqlalchemy: Version) -> bool:
    """Say whether the column is its table's `_autoincrement_column`."""
    if column.autoincrement is True:
        return True
    if len(columns) > 1 or column.autoincrement is False or isinstance(column.type, Unknown):
        return False
    if not _countable(column.type, sqlalchemy):
        return False
    if _client_fills(column) or column.server_default is not None or column.computed:
        return False
    return not column.foreign_keys or column.autoincrement == "ignore_fk"


def _client_fills(column: Column) -> bool:
    default = column.default
    return isinstance(default, ClientDefault) and not (default.kind == "sequence" and default.optional)


def _countable(type_: SqlType, sqlalchemy: Version) -> bool:
    """Say whether "auto" takes the type: integers, and before SQLAlchemy 2.1 every number."""
    return type_.affinity is Affinity.INTEGER or (type_.affinity is Affinity.NUMERIC and sqlalchemy < (2, 1))


def _conflict(column: Column, columns: Sequence[Column], sqlalchemy: Version) -> str | None:
    """Say why SQLAlchemy would raise instead of compiling the table."""
    if isinstance(column.type, SqlType) and column.type.affinity is Affinity.NULL:
        return _without_type(column)
    if column.autoincrement is not True or not isinstance(column.type, SqlType):
        return None
    if sum(other.autoincrement is True for other in columns) > 1:
        return "SQLAlchemy raises: two columns say autoincrement=True"
    number = column.type.affinity is Affinity.NUMERIC and (
        sqlalchemy < (2, 1) or (column.type.scale == 0 and not column.type.float)
    )
    if column.type.affinity is Affinity.INTEGER or number:
        return None
    return f"SQLAlchemy raises: {column.type.name} is not compatible with autoincrement=True"


def _without_type(column: Column) -> str | None:
    """Say why a column without a type of its own cannot be judged; one that only refers to a parent needs none."""
    if not column.foreign_keys:
        return "SQLAlchemy raises: it has no type"
    counts = column.autoincrement is True or column.autoincrement == "ignore_fk"
    return f"its type is that of {column.foreign_keys[0]}, which was not found" if counts else None
