"""What PostgreSQL is told about a column: the DDL of SQLAlchemy's own compiler, and how a key gets its value by it."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler
from sqlalchemy.schema import CreateColumn, CreateTable

LITERAL = re.compile(r"'(?:[^']|'')*'")
GENERATIONS = (
    ("BIGSERIAL", re.compile(r"\ABIGSERIAL\b", re.IGNORECASE)),
    ("SMALLSERIAL", re.compile(r"\ASMALLSERIAL\b", re.IGNORECASE)),
    ("SERIAL", re.compile(r"\ASERIAL\b", re.IGNORECASE)),
    ("IDENTITY", re.compile(r"\bGENERATED (ALWAYS|BY DEFAULT) AS IDENTITY\b", re.IGNORECASE)),
    ("SEQUENCE", re.compile(r"\bDEFAULT \(?(\w+\.)?nextval\(", re.IGNORECASE)),
    ("SERVER_DEFAULT", re.compile(r"\bDEFAULT\b|\bGENERATED ALWAYS AS \(", re.IGNORECASE)),
)
"""Which words in a column's DDL, without its name and with empty literals, mean which generation; the first counts."""


class RecordingCompiler(PGDDLCompiler):
    """PostgreSQL's compiler, which keeps what it says about each column of a CREATE TABLE."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """Compile with no columns seen yet."""
        self.columns: dict[str, str] = {}
        super().__init__(*arguments, **keywords)

    def visit_create_column(self, create: Any, *arguments: Any, **keywords: Any) -> Any:
        """Compile a column as always and keep the text."""
        text = super().visit_create_column(create, *arguments, **keywords)  # type: ignore[no-untyped-call]
        self.columns[create.element.name] = text or ""
        return text


def recording_dialect() -> Any:
    """Return the PostgreSQL dialect with the recording compiler."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    dialect.ddl_compiler = RecordingCompiler
    return dialect


def column_definitions(table: Table) -> tuple[dict[str, str], list[str]]:
    """Return the DDL of every column without the column's name, and what the compiler refused to compile.

    A table that does not compile as a whole (a type of another database, too long a name, a foreign key to nowhere) is
    asked column by column.
    """
    dialect, errors = recording_dialect(), []
    definitions: dict[str, str] = {}
    try:
        definitions = CreateTable(table).compile(dialect=dialect).columns  # type: ignore[attr-defined]
    except Exception as error:
        errors.append(f"{type(error).__name__}: {str(error)[:300]}")
    for column in table.columns:
        try:
            text = definitions.get(column.name) or str(CreateColumn(column).compile(dialect=dialect))
        except Exception as error:
            text = ""
            errors.append(f"{column.name}: {type(error).__name__}: {str(error)[:300]}")
        definitions[column.name] = text.removeprefix(dialect.identifier_preparer.format_column(column)).strip()
    return definitions, errors


def generation(column: Column[Any], definition: str) -> str:
    """Name what gives a key column its value: PostgreSQL by its DDL, else the ORM, else a parent row, else nothing."""
    words = LITERAL.sub("''", definition)
    for name, pattern in GENERATIONS:
        if pattern.search(words):
            return name
    if column.default is not None:
        return "CLIENT"
    return "PARENT" if column.foreign_keys else "NONE"
