"""Types are spelt as `format_type()` of a real PostgreSQL spells them."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest

from flake8_autoincrement.facts.operation import CreateTable
from flake8_autoincrement.sql.expressions import data_type
from operation_rendering import read
from postgresql import database

SPELLINGS = (
    *("int", "INT4", "Integer", "int2", "smallint", "int8", "bigint", "BIGINT", "bool", "boolean", "pg_catalog.int4"),
    *("real", "float4", "float8", "float", "float(1)", "float(24)", "float(25)", "float(53)", "double precision"),
    *("DOUBLE  PRECISION", "numeric", "numeric(10)", "numeric(10,2)", "NUMERIC(10, 2)", "decimal(10,2)", "dec(5)"),
    *("numeric(3,-2)", "decimal", "text", "TEXT", "varchar", "varchar(50)", "VARCHAR (50)", "character varying"),
    *("character varying(50)", "char varying(7)", "char", "char(3)", "CHARACTER(3)", "character", "bpchar"),
    *("bpchar(4)", '"char"', "national character varying(3)", "nchar(3)", "nchar varying(9)", "name", "bit", "bit(3)"),
    *("bit varying", "bit varying(5)", "varbit", "varbit(5)", "bytea", "date", "time", "time(3)", "timetz"),
    *("time with time zone", "time (3) with time zone", "TIME WITHOUT TIME ZONE", "timestamp", "timestamp(0)"),
    *("timestamp(3) with time zone", "TIMESTAMP WITH TIME ZONE", "timestamp without time zone", "timestamptz"),
    *("timestamptz(3)", "timestamp(6)", "timestamp(9)", "interval", "interval(3)", "interval year"),
    *("interval year to month", "interval day to second", "interval day to second(3)", "interval second(2)"),
    *("interval hour to minute", "interval minute to second", "interval day to hour", "interval month"),
    *("int[]", "integer[][]", "int array", "int[3]", "int ARRAY[4]", "varchar(5)[]", "timestamptz[]", "_int4", "_text"),
    *("json", "jsonb", "uuid", "UUID", "inet", "cidr", "macaddr", "money", "xml", "point", "oid", "regclass", "xid"),
    *("tsvector", "int4range", "tstzrange", "int4multirange", "hstore_like.mood", '"Mood"', "mood", '"Odd ""name"""'),
    *("pg_catalog.varchar(5)", "pg_catalog.timestamptz", '"varchar"(5)', '"time"', "time[]", "public_like.mood[]"),
)
MADE = (
    *("hstore_like", "public_like"),
    *("hstore_like.mood", "public_like.mood", '"Mood"', "mood", '"Odd ""name"""'),
)
SERIALS = {
    "serial": "integer",
    "BIGSERIAL": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
    "serial4": "integer",
    "SERIAL8": "bigint",
}


@pytest.mark.slow
def test_types_are_spelt_as_postgresql_does() -> None:
    with database() as uri, psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("SET client_min_messages = error")
        for name in MADE:
            what = "SCHEMA {}" if name.endswith("_like") else "TYPE {} AS ENUM ()"
            connection.execute("CREATE " + what.format(name))
        expected = {each: live(connection, each) for each in (*SPELLINGS, *SERIALS)}
    assert {each: data_type(each) for each in expected} == expected
    assert {each: defined(each) for each in expected} == expected


def live(connection: psycopg.Connection, spelling: str) -> str:
    """Give what PostgreSQL makes of a column of a type."""
    connection.execute("DROP TABLE IF EXISTS t")
    connection.execute(f"CREATE TABLE t (c {spelling})")
    query = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c'"
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def defined(spelling: str) -> str:
    """Give what a CREATE TABLE is read to have for a type."""
    match read(f"CREATE TABLE t (c {spelling})"):
        case (CreateTable(columns=(column,)),):
            return str(column.type)
    raise AssertionError(spelling)


@pytest.mark.parametrize("spelling", ["no such type (", "", "geometry(", "int; DROP TABLE t"])
def test_what_is_no_type_stays_as_it_is(spelling: str) -> None:
    assert data_type(spelling) == spelling


def test_the_usual_types_need_no_parser() -> None:
    usual = ["INTEGER", "VARCHAR(255)", "TIMESTAMP WITH TIME ZONE", "NUMERIC(10, 2)", "BOOLEAN", "UUID", "TEXT[]"]
    usual += ["DOUBLE PRECISION", "BIGINT", "app.mood", "CHAR(3)", "FLOAT", "TIMESTAMP(3) WITHOUT TIME ZONE"]
    program = (
        "import sys; from flake8_autoincrement.sql.expressions import data_type, default\n"
        "import flake8_autoincrement.sql.statements\n"
        f"for each in {usual!r}: data_type(each)\n"
        "default('now()')\n"
        "assert 'pglast' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
