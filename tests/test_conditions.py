"""What an IF asks of the catalog is answered as PostgreSQL answers it."""

from __future__ import annotations

from typing import LiteralString, cast

import psycopg
import pytest
from postgresql import database
from replaying import perform, replay

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.history.replay.conditions import decided
from flake8_autoincrement.sql.conditions import condition

STATEMENTS = (
    "CREATE SCHEMA shop",
    "CREATE TYPE mood AS ENUM ('sad')",
    "CREATE TABLE users (id serial PRIMARY KEY, code int CONSTRAINT code_key UNIQUE)",
    "CREATE TABLE shop.orders (id int, user_id int CONSTRAINT user_fkey REFERENCES users)",
    "CREATE VIEW seen AS SELECT id FROM users",
    "CREATE INDEX ix_code ON users (code)",
    "CREATE SEQUENCE shop.numbers",
)
ANSWERED = [
    "NOT (EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'users') OR to_regtype('mood') IS NULL)",
    "NOT (EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'nobody') OR to_regtype('mood') IS NULL)",
    "true AND to_regnamespace('shop') IS NOT NULL",
    "false OR to_regnamespace('nothing') IS NOT NULL",
    "(SELECT 1 FROM pg_class WHERE relname = 'users' AND relkind = 'r') IS NULL",
    "to_regclass('shop.orders')::text IS NOT NULL",
    "to_regclass('orders') IS NULL",
    "to_regclass('shop.numbers') IS NOT NULL",
    "to_regclass('ix_code') IS NOT NULL",
    "to_regclass('seen') IS NOT NULL",
    "EXISTS (SELECT 1 FROM pg_class WHERE relname = 'ix_code' AND relkind IN ('r', 'v', 'i'))",
    "EXISTS (SELECT 1 FROM pg_class WHERE relname = 'seen' AND relkind IN ('r', 'v', 'i'))",
    "EXISTS (SELECT 1 FROM pg_class WHERE relname = 'numbers' AND relkind IN ('r', 'v', 'i'))",
    "EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'seen')",
    "EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'seen')",
    "EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'seen' AND table_type = 'BASE TABLE')",
    "EXISTS (SELECT 1 FROM pg_catalog.pg_tables t WHERE t.schemaname = current_schema() AND t.tablename = 'users')",
    "EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'user_fkey' AND conrelid = 'shop.orders'::regclass)",
    "EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'code_key' AND conrelid = 'shop.orders'::regclass)",
    "EXISTS (SELECT 1 FROM information_schema.table_constraints WHERE constraint_name = 'code_key')",
    "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'code')",
    "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'nothing')",
    "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'seen')",
    "(SELECT count(*) FROM pg_tables WHERE tablename = 'users') > 0",
    "(SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_code' AND tablename = 'users') = 0",
    "EXISTS (SELECT 1 FROM information_schema.sequences WHERE sequence_name = 'numbers' AND sequence_schema = 'shop')",
    "EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'shop')",
    "EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood')",
]
NOT_ANSWERED = [
    "EXISTS (SELECT 1 FROM pg_class WHERE relname = 'seen' AND relkind = 'v')",
    "EXISTS (SELECT 1 FROM pg_class WHERE relkind = 'r')",
    "EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'seen' AND table_type = 'VIEW')",
    "EXISTS (SELECT 1 FROM pg_tables WHERE tablename LIKE 'u%')",
    "EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'users' OR tablename = 'b')",
    "EXISTS (SELECT 1 FROM pg_tables, users WHERE tablename = 'users')",
    "EXISTS (SELECT 1 FROM users)",
    "current_user = 'postgres'",
    "EXISTS (SELECT",
]


@pytest.fixture(scope="module")
def schema() -> Schema:
    built = Schema()
    for statement in STATEMENTS:
        built, refusal = replay(built, statement)
        assert refusal is None
    return built


def test_postgresql_gives_the_same_answers(schema: Schema) -> None:
    with database() as uri, psycopg.connect(uri) as connection:
        assert [perform(connection, statement) for statement in STATEMENTS] == [None] * len(STATEMENTS)
        for asked in ANSWERED:
            row = connection.execute(cast("LiteralString", f"SELECT {asked}")).fetchone()
            assert row is not None and (asked, decided(condition(asked), schema)) == (asked, row[0])


@pytest.mark.parametrize("asked", NOT_ANSWERED)
def test_what_a_replay_cannot_know_is_not_answered(schema: Schema, asked: str) -> None:
    assert decided(condition(asked), schema) is None
