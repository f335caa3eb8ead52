"""The revisions of a page's case, run by Alembic on a real PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from pages import Block, Case

from flake8_autoincrement.pages import RevisionBlock
from postgresql import database

FAILS = re.compile(r"--\s*fails:\s*(?P<message>.*\S)\s*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a `psql` block; `fails` is a part of the message with which PostgreSQL refuses it."""

    sql: str
    fails: str | None


@dataclass(slots=True)
class Proof:
    """What PostgreSQL did: what was refused where a page says so, and what was not as a page says.

    `locks` are those that each revision held on the tables that were there before it, by the revision's path, as pairs
    of the table and the mode; `rewritten` are the tables that it wrote anew.
    """

    failed: int = 0
    inserted: int = 0
    contradictions: list[str] = field(default_factory=list)
    locks: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    rewritten: dict[str, set[str]] = field(default_factory=dict)


def proof(case: Case) -> Proof:
    """Run a case, block by block, in a database of its own."""
    found = Proof()
    revisions = {revision.block.line: revision for revision in case.revisions}
    with database() as uri, connected(uri) as connection:
        for block in case.blocks:
            if block.line in revisions:
                _migrate(connection, revisions[block.line], block.attributes.get("fails"), found)
            elif block.language == "psql":
                for statement in statements(block):
                    _run(connection, case, statement, found)
    return found


@contextmanager
def connected(uri: str) -> Iterator[sa.Connection]:
    """Connect SQLAlchemy to a database."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(uri), poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def statements(block: Block) -> Iterator[Statement]:
    """Split a `psql` block: a statement ends at the end of a line, with a semicolon."""
    lines: list[str] = []
    for line in block.text.splitlines():
        expected = FAILS.search(line)
        lines.append(line[: expected.start()] if expected else line)
        if lines[-1].rstrip().endswith(";"):
            yield Statement("\n".join(lines).strip(), expected["message"] if expected else None)
            lines = []
    assert not "".join(lines).strip(), f"a statement without an end: {lines}"


def _run(connection: sa.Connection, case: Case, statement: Statement, found: Proof) -> None:
    try:
        with connection.begin():
            connection.exec_driver_sql(statement.sql.replace("%", "%%"))
    except sa.exc.DBAPIError as error:
        _failed(f"{case.name}: {statement.sql}", statement.fails, str(error.orig), found)
    else:
        found.inserted += "insert" in statement.sql.lower()
        if statement.fails is not None:
            found.contradictions.append(f"{case.name}: {statement.sql} did not fail")


def _failed(where: str, expected: str | None, message: str, found: Proof) -> None:
    if expected is not None and expected in message:
        found.failed += 1
    else:
        found.contradictions.append(f"{where}: {message}")


def _migrate(connection: sa.Connection, revision: RevisionBlock, fails: str | None, found: Proof) -> None:
    """Run `upgrade()` as Alembic does, in one transaction."""
    namespace: dict[str, object] = {"__name__": "revision", "__file__": revision.path}
    exec(compile(revision.text, revision.path, "exec"), namespace)
    tables = _tables(connection)
    context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
    try:
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            upgrade = namespace["upgrade"]
            assert callable(upgrade)
            upgrade()
            found.locks[revision.path] = _locks(connection, tables)
    except Exception as error:
        connection.rollback()
        _failed(revision.path, fails, str(error), found)
        return
    after = _tables(connection)
    found.rewritten[revision.path] = {
        name for oid, (name, node) in tables.items() if oid in after and after[oid][1] != node
    }
    if fails is not None:
        found.contradictions.append(f"{revision.path} did not fail")


def _tables(connection: sa.Connection) -> dict[int, tuple[str, int | None]]:
    """Give the tables that exist by their numbers, each with its name and that of its file."""
    query = """
        SELECT c.oid, CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END,
               pg_relation_filenode(c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    """
    found = {oid: (name, node) for oid, name, node in connection.exec_driver_sql(query)}
    connection.rollback()
    return found


def _locks(connection: sa.Connection, tables: dict[int, tuple[str, int | None]]) -> set[tuple[str, str]]:
    """Give the locks that this session holds on tables, as PostgreSQL's documentation calls them."""
    query = "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND granted AND locktype = 'relation'"
    return {
        (tables[oid][0], re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode.removesuffix("Lock")).upper())
        for oid, mode in connection.exec_driver_sql(query)
        if oid in tables
    }
