"""What is read of statements is what a real PostgreSQL does with them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from operation_rendering import read
from postgresql import database, program

from flake8_autoincrement.facts.catalog import Default, QualifiedName
from flake8_autoincrement.facts.operation import (
    AddColumn,
    AddConstraint,
    AnyOf,
    AnyOperation,
    Condition,
    CreateIndex,
    CreateSchema,
    CreateSequence,
    CreateTable,
    CreateType,
    CreateView,
    HasColumn,
    HasConstraint,
    HasIndex,
    HasSchema,
    HasSequence,
    HasTable,
    HasType,
    InsertRows,
    SetValue,
    Unread,
)
from flake8_autoincrement.sql.conditions import condition
from flake8_autoincrement.sql.expressions import default

Connection = psycopg.Connection[tuple[object, ...]]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """Give a connection to a database of its own."""
    with database() as uri, psycopg.connect(uri, autocommit=True) as connected:
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


def test_not_valid_means_nothing_in_create_table(connection: Connection) -> None:
    sql = """
        CREATE TABLE valid (
            id int PRIMARY KEY, a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES valid NOT VALID,
            CONSTRAINT c CHECK (a > 0) NOT VALID
        );
        ALTER TABLE valid ADD CONSTRAINT later CHECK (a > 1) NOT VALID
    """
    connection.execute(sql)
    rows = connection.execute(
        "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'valid'::regclass AND contype IN ('f', 'c')"
    ).fetchall()
    made, added = read(sql)
    assert isinstance(made, CreateTable) and isinstance(added, AddConstraint)
    constraints = (*made.constraints, added.constraint)
    assert {(each.name, each.valid) for each in constraints} == set(rows)


SCHEMA = r"""
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('a', 'b');
CREATE DOMAIN shop.key AS bigint DEFAULT 5 CHECK (VALUE > 0);
CREATE TABLE shop.users (
    id serial PRIMARY KEY, n varchar(50) DEFAULT 'it''s' NOT NULL, m shop.mood, k shop.key,
    g int GENERATED ALWAYS AS (id * 2) STORED, t timestamptz(3) DEFAULT now(), a numeric(10, 2)[], "Odd ""col" "char"
);
CREATE TABLE "Odd Name" (
    "Id" bigint GENERATED ALWAYS AS IDENTITY (START WITH 5) PRIMARY KEY, u int REFERENCES shop.users ON DELETE CASCADE
);
CREATE TABLE log (id int, d date) PARTITION BY RANGE (d);
CREATE TABLE log1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE child () INHERITS (shop.users);
CREATE VIEW v AS SELECT * FROM shop.users;
CREATE MATERIALIZED VIEW mv AS SELECT 1 AS x;
CREATE INDEX i ON shop.users (lower(n)) WHERE id > 5;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$;
CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
CREATE TRIGGER tr BEFORE INSERT ON shop.users FOR EACH ROW EXECUTE FUNCTION f();
INSERT INTO shop.users (n) VALUES ('a;b''c'), (E'x\ty\\.'), (E'two\nlines'), ('"');
COMMENT ON TABLE shop.users IS 'it''s; a $$';
GRANT SELECT ON shop.users TO PUBLIC;
CREATE SEQUENCE free;
CREATE TABLE late (id int DEFAULT nextval('free'::text));
CREATE POLICY p ON shop.users USING (true);
"""
COLUMNS = """
    SELECT nspname, relname, attname, format_type(atttypid, atttypmod) FROM pg_attribute
    JOIN pg_class c ON attrelid = c.oid JOIN pg_namespace n ON relnamespace = n.oid
    WHERE relkind IN ('r', 'p') AND nspname IN ('public', 'shop') AND attnum > 0 AND attislocal
"""


@pytest.mark.parametrize("options", [[], ["--inserts"], ["--column-inserts", "--clean", "--if-exists"]], ids=" ".join)
def test_a_dump_is_read_whole(options: list[str]) -> None:
    with database() as uri, psycopg.connect(uri, autocommit=True) as other:
        other.execute(SCHEMA)
        expected = other.execute(COLUMNS).fetchall()
        command = [program("pg_dump"), *options, uri]
        dump = subprocess.run(command, check=True, capture_output=True, text=True)
    done = read(dump.stdout)
    assert not [one for one in done if isinstance(one, Unread)]
    made = [one for one in done if isinstance(one, CreateTable) and isinstance(one.table, QualifiedName)]
    found = [(one.table.schema, one.table.name, each.name, each.type) for one in made for each in one.columns]
    # pg_dump makes partitions with all of their columns and attaches them.
    assert set(found) - {row for row in found if row[1] == "log1"} == {tuple(row) for row in expected}
    rows = [one for one in done if isinstance(one, InsertRows) and one.table == QualifiedName("users", "shop")]
    assert len(rows) == (4 if options else 1)


CONDITIONS = (
    ("EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood')", "CREATE TYPE mood AS ENUM ()"),
    ("EXISTS (SELECT 1 FROM pg_class WHERE relname = 'a')", "CREATE TABLE a ()"),
    ("EXISTS (SELECT 1 FROM pg_class WHERE relname = 'a')", "CREATE SEQUENCE a"),
    ("EXISTS (SELECT 1 FROM pg_class WHERE relname = 'a' AND relkind = 'S')", "CREATE SEQUENCE a"),
    ("(SELECT count(*) FROM pg_tables WHERE tablename = 'a') > 0", "CREATE TABLE a ()"),
    (
        "EXISTS (SELECT FROM information_schema.tables WHERE table_name = 'a' AND table_schema = 'app')",
        "CREATE TABLE a ()",
    ),
    (
        "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'a' AND column_name = 'b')",
        "CREATE TABLE a (b int)",
    ),
    (
        "EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'base'::regclass AND attname = 'b')",
        "ALTER TABLE base ADD b int",
    ),
    (
        "EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'c' AND conrelid = 'base'::regclass)",
        "ALTER TABLE base ADD CONSTRAINT c CHECK (true)",
    ),
    (
        "EXISTS (SELECT 1 FROM information_schema.table_constraints"
        " WHERE constraint_name = 'c' AND table_name = 'base')",
        "ALTER TABLE base ADD CONSTRAINT c UNIQUE (id)",
    ),
    ("EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 'i')", "CREATE INDEX i ON base (id)"),
    ("EXISTS (SELECT 1 FROM information_schema.sequences WHERE sequence_name = 'q')", "CREATE SEQUENCE q"),
    ("EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'new')", "CREATE SCHEMA new"),
    ("EXISTS (SELECT FROM information_schema.tables WHERE table_name = 'a')", "CREATE VIEW a AS SELECT 1"),
    ("to_regclass('a') IS NOT NULL", "CREATE TABLE a ()"),
    ("to_regclass('app.a') IS NOT NULL", "CREATE VIEW a AS SELECT 1"),
    ("to_regtype('mood') IS NOT NULL", "CREATE TYPE mood AS ENUM ()"),
    (
        "EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'app' AND c.relname = 'a' AND c.relkind IN ('r', 'p'))",
        "CREATE TABLE a ()",
    ),
)


@pytest.mark.parametrize(("sql", "making"), CONDITIONS, ids=lambda text: text[:50])
def test_a_condition_asks_for_what_makes_it_true(connection: Connection, sql: str, making: str) -> None:
    connection.execute("DROP SCHEMA IF EXISTS app, new CASCADE; CREATE SCHEMA app; SET search_path TO app")
    connection.execute("CREATE TABLE base (id int)")
    try:
        assert connection.execute(f"SELECT {sql}").fetchone() == (False,)  # type: ignore[call-overload]
        (made,) = read(making)
        connection.execute(making)  # type: ignore[call-overload]
        assert connection.execute(f"SELECT {sql}").fetchone() == (True,)  # type: ignore[call-overload]
    finally:
        connection.execute("SET search_path TO DEFAULT")
    assert answered(condition(sql), made)


def answered(asked: Condition, made: AnyOperation) -> bool:
    """Say whether a condition holds once something is made that had not been there."""
    match asked, made:
        case AnyOf(conditions), _:
            return any(answered(each, made) for each in conditions)
        case HasTable(table), CreateTable(table=QualifiedName() as name):
            return table.name == name.name
        case HasTable(table, views=True), CreateView(view=QualifiedName() as name):
            return table.name == name.name
        case HasColumn(table, column), CreateTable(table=QualifiedName() as name, columns=(defined,)):
            return (table.name, column) == (name.name, defined.name)
        case HasColumn(table, column), AddColumn(table=QualifiedName() as name, column=defined):
            return (table, column) == (name, defined.name)
        case HasConstraint(table, constraint), AddConstraint(table=QualifiedName() as name, constraint=added):
            return (table, constraint) == (name, added.name)
        case HasIndex(None, index), CreateIndex(name=name):
            return index == name
        case HasSequence(sequence), CreateSequence(sequence=name):
            return sequence == name
        case HasType(type_), CreateType(type=name):
            return type_ == name
        case HasSchema(schema), CreateSchema(schema=name):
            return schema == name
    return False
