"""Parameters are those that SQLAlchemy's `text()` makes, and psycopg's."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import psycopg

from operation_rendering import covered, read, rendered

TEXTS = (
    "SELECT setval('s', :value, :called)",
    "INSERT INTO users (id, name) VALUES (:id, :name), (5, 'x')",
    "UPDATE users SET a = :a,b=:b WHERE c::text = :c AND d = 5 % 2 AND e LIKE 'a%'",
    "UPDATE users SET a = :a::int",
    "UPDATE users SET a = :aa::int",
    "SELECT a\\:\\:jsonb, x[1:2], y[:lower], z[1\\:2] FROM t",
    "ALTER TABLE t ALTER a SET DEFAULT '12:30', ALTER b SET DEFAULT 'at \\:noon', ALTER c SET DEFAULT :c",
    "DROP TABLE a; UPDATE t SET a = :ä WHERE b = :b_1; DROP TABLE b",
    "DO $$ DECLARE n int \\:= 5; BEGIN n \\:= setval('s', 7); END $$",
)


@pytest.mark.parametrize("sql", TEXTS)
def test_what_sqlalchemy_sends_is_what_is_read(sql: str) -> None:
    sent = str(text(sql).compile(dialect=psycopg.dialect()))
    assert words(read(sql, binds="named")) == words(read(sent, binds="percent"))


def words(done: tuple[object, ...]) -> list[str]:
    """Give the lines of operations without their places, and without the parser's message."""
    lines = [line.split(" ", 1)[1] for line in rendered(done)]  # type: ignore[arg-type]
    return [line.partition("PostgreSQL says")[0] for line in lines]


@pytest.mark.parametrize(
    ("sql", "binds"),
    [
        ("UPDATE a SET x = :long_name, y = :b; DROP TABLE c; DROP TABLE d", "named"),
        ("UPDATE a SET x = %(long_name)s, y = '%%' || %s; DROP TABLE c; DROP TABLE d", "percent"),
        ("SELECT a\\:\\:int; DROP TABLE c; DROP TABLE d", "named"),
    ],
)
def test_places_are_those_of_the_text_as_it_is_written(sql: str, binds: str) -> None:
    found = read(sql, binds=binds)
    places = [one.span for one in found if one.span is not None]
    assert [covered(sql, place) for place in places] == sql.split("; ")
