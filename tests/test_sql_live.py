"""What is read of statements is what a real PostgreSQL does with them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from operation_rendering import read
from postgresql import server

from flake8_autoincrement.facts.catalog import Default
from flake8_autoincrement.facts.operation import SetValue
from flake8_autoincrement.sql.expressions import default

Connection = psycopg.Connection[tuple[object, ...]]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """Give a connection to a server of its own."""
    with server() as uri, psycopg.connect(uri, autocommit=True) as connected:
        connected.execute("SET client_min_messages = error")
        connected.execute('CREATE SCHEMA shop; CREATE SEQUENCE s; CREATE SEQUENCE "S"; CREATE SEQUENCE shop.s')
        yield connected


VALUES = (
    "SELECT setval('s', COALESCE(MAX(id), 0) + 1, false) FROM t",
    "SELECT setval('s', MAX(id)) FROM t",
    "SELECT setval('s', COALESCE(MAX(id), 1)) FROM t",
    "SELECT setval('s', COALESCE(MAX(id), 1), false) FROM t",
    "SELECT setval('s', GREATEST(MAX(id), 1)) FROM t",
    "SELECT setval('s', GREATEST(MAX(id) + 2, COALESCE(MAX(id), 0) + 1)) FROM t",
    "SELECT setval('s', (SELECT MAX(id) FROM t))",
    "SELECT setval('s', (SELECT MAX(x.id) + 1 FROM t x), false)",
    "SELECT setval('s', COALESCE((SELECT MAX(id) FROM t), 5) + 1 - 3)",
    "SELECT setval('s', COALESCE(NULL, (SELECT MAX(id) + 1 FROM t), 1), false)",
    "SELECT setval('s', 1 + (SELECT COALESCE(MAX(id), 0) FROM t))",
    "SELECT setval('s', (SELECT id FROM t ORDER BY id DESC LIMIT 1))",
    "SELECT setval('s', (MAX(id) + 1)::bigint, false) FROM t",
    "SELECT setval('s', CAST('12' AS bigint))",
    "SELECT setval('s', 42, true)",
    "SELECT setval('s', NULL)",
    "SELECT setval('s', COALESCE(MAX(id), 0)) FROM t HAVING count(*) > 0",
    "SELECT setval('s', (SELECT MAX(id) FROM t LIMIT 1))",
    "SELECT setval('s', (SELECT COALESCE(MAX(id), 0) FROM t HAVING count(*) > 0))",
    "WITH m AS (SELECT MAX(id) AS n FROM t) SELECT setval('s', m.n + 1, false) FROM m",
    "SELECT setval('s', n) FROM (SELECT COALESCE(MAX(id), 3) AS n FROM t) AS x",
    "SELECT setval('s', max) FROM (SELECT MAX(id) FROM t) AS x",
    "SELECT pg_catalog.setval('public.s'::regclass, (SELECT GREATEST(MAX(id), 10, NULL) FROM t), 'f')",
    "DO $$ BEGIN PERFORM setval('s', (SELECT MAX(id) FROM t)); END $$",
)


@pytest.mark.parametrize("sql", VALUES)
def test_the_value_that_setval_gets(connection: Connection, sql: str) -> None:
    (found,) = read(sql)
    assert isinstance(found, SetValue)
    assert last_value(connection, sql, []) == found.empty
    # Greater than the numbers that the statements name: GREATEST is told as MAX.
    greatest = 1_000
    expected = found.constant if found.maximum_table is None else greatest + (found.offset or 0)
    assert last_value(connection, sql, [7, greatest]) == expected
    called = connection.execute("SELECT is_called FROM s").fetchone()
    assert expected is None or called == (found.is_called,)


def last_value(connection: Connection, sql: str, ids: list[int]) -> object:
    """Give what a statement sets the sequence to, for a table with some rows; None where it leaves it alone."""
    untouched = 777_777
    connection.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t (id int); SELECT setval('s', {untouched}, false)")
    for each in ids:
        connection.execute("INSERT INTO t VALUES (%s)", [each])
    connection.execute(sql)  # type: ignore[call-overload]
    (value,) = connection.execute("SELECT last_value FROM s").fetchone() or (None,)
    return None if value == untouched else value


DEFAULTS = (
    *("nextval('s')", "nextval('s'::regclass)", "nextval('\"S\"')", "nextval('shop.s')", "nextval('public.S')"),
    *(
        "nextval('s'::text)",
        "nextval(('s'::text)::regclass)",
        "nextval('s'::varchar)",
        "pg_catalog.nextval('shop.s')::int",
    ),
    *("CAST(nextval('s') AS int)", "1 + 2", "lastval()", "nextval(CAST('shop.s' AS regclass))"),
)


@pytest.mark.parametrize("sql", DEFAULTS)
def test_the_sequence_that_a_default_depends_on(connection: Connection, sql: str) -> None:
    connection.execute("DROP TABLE IF EXISTS d")
    connection.execute(f"CREATE TABLE d (id int DEFAULT {sql})")  # type: ignore[call-overload]
    query = """
        SELECT c.relname, n.nspname FROM pg_depend
        JOIN pg_attrdef a ON classid = 'pg_attrdef'::regclass AND objid = a.oid
        JOIN pg_class c ON refobjid = c.oid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE adrelid = 'd'::regclass AND relkind = 'S'
    """
    found = default(sql)
    depends = connection.execute(query).fetchone()
    expected = None if found.late or found.sequence is None else found.sequence
    assert depends == (expected and (expected.name, expected.schema or "public"))
    # As PostgreSQL shows it, it is the same default.
    (shown,) = connection.execute(
        "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'd'::regclass"
    ).fetchone() or ("",)
    again = default(str(shown))
    assert (again.late, again.sequence and again.sequence.name) == (found.late, found.sequence and found.sequence.name)
    assert isinstance(again, Default)
