"""What the catalog of a real PostgreSQL holds, as the facts that the replay of a history gives too."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row, tuple_row

from flake8_autoincrement.facts.catalog import (
    Attribute,
    Constraint,
    ConstraintKind,
    Default,
    Identity,
    Index,
    QualifiedName,
    Relation,
    RelationKind,
    Schema,
    Sequence,
    UserType,
)

RELATIONS: dict[str, RelationKind] = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}
CONSTRAINTS: dict[str, ConstraintKind] = {
    "p": "primary key",
    "u": "unique",
    "f": "foreign key",
    "c": "check",
    "x": "exclude",
}
ACTIONS = {"a": None, "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
TYPES = {"e": "enum", "d": "domain", "c": "composite", "r": "range"}
MAXIMA = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
LATE = re.compile(r"nextval\(\(?'(?P<name>(?:[^']|'')*)'::text(?:\)::regclass)?\)")

# Schemas that are neither the server's own nor another session's temporary one.
NAMESPACES = """
    SELECT oid, nspname, CASE WHEN oid = pg_my_temp_schema() THEN 'pg_temp' ELSE nspname END AS name
    FROM pg_namespace
    WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND NOT starts_with(nspname, 'pg_toast_temp_')
      AND (NOT starts_with(nspname, 'pg_temp_') OR oid = pg_my_temp_schema())
"""


def catalog(connection: psycopg.Connection[Any]) -> Schema:
    """Read what a database holds, inside the transaction that the connection is in."""
    reading = _Reading(connection)
    relations, sequences, types = reading.relations(), reading.sequences(), reading.types()
    return Schema(
        {each.name: each for each in relations},
        {each.name: each for each in sequences},
        {each.name: each for each in types},
        frozenset(row.name for row in reading.rows("SELECT name FROM spaces WHERE name <> 'pg_temp'")),
        reading.search_path(),
    )


class _Reading:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def rows(self, query: LiteralString) -> list[Any]:
        cursor = self._connection.cursor(row_factory=namedtuple_row)
        prefix: LiteralString = f"WITH spaces AS ({NAMESPACES}) "
        return cursor.execute(sql.SQL(prefix + query)).fetchall()

    def search_path(self) -> tuple[str, ...]:
        (row,) = self.rows("SELECT current_setting('search_path') AS path")
        names = re.findall(r'"((?:[^"]|"")*)"|([^\s,]+)', row.path)
        return tuple(name for quoted, plain in names if (name := quoted.replace('""', '"') or plain) != "$user")

    # Relations.

    def relations(self) -> Iterator[Relation]:
        attributes, constraints, indexes, parents = (
            self._attributes(),
            self._constraints(),
            self._indexes(),
            self._parents(),
        )
        for row in self.rows(
            "SELECT c.oid, s.name AS schema, c.relname, c.relkind, c.relispartition FROM pg_class AS c "
            "JOIN spaces AS s ON s.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 2, 3"
        ):
            yield Relation(
                QualifiedName(row.relname, row.schema),
                RELATIONS[row.relkind],
                tuple(attributes[row.oid]),
                tuple(constraints[row.oid]),
                tuple(indexes[row.oid]),
                tuple(parents[row.oid]),
                row.relispartition,
            )

    def _attributes(self) -> dict[int, list[Attribute]]:
        found: dict[int, list[Attribute]] = defaultdict(list)
        for row in self.rows(
            """
            SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attidentity,
              a.attgenerated, a.attislocal, pg_get_expr(d.adbin, d.adrelid) AS expression, q.relname AS sequence,
              n.name AS sequence_schema
            FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            JOIN spaces AS s ON s.oid = c.relnamespace
            LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            LEFT JOIN LATERAL (
              SELECT o.relname, o.relnamespace FROM pg_depend AS p
              JOIN pg_class AS o ON o.oid = p.refobjid AND o.relkind = 'S'
              WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
              LIMIT 1
            ) AS q ON true
            LEFT JOIN spaces AS n ON n.oid = q.relnamespace
            WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
            """
        ):
            generated = bool(row.attgenerated)
            found[row.attrelid].append(
                Attribute(
                    row.attname,
                    row.type,
                    row.attnotnull,
                    None if generated or row.expression is None else _default(row),
                    Identity(row.attidentity == "a") if row.attidentity else None,
                    generated,
                    not row.attislocal,
                )
            )
        return found

    def _constraints(self) -> dict[int, list[Constraint]]:
        found: dict[int, list[Constraint]] = defaultdict(list)
        for row in self.rows(
            """
            SELECT k.conrelid, k.conname, k.contype, k.convalidated, k.confdeltype, pg_get_expr(k.conbin, k.conrelid)
              AS expression, p.relname AS parent, n.name AS parent_schema,
              ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
                JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place)::text[]
                AS columns,
              ARRAY(SELECT a.attname FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
                JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place)::text[]
                AS parent_columns
            FROM pg_constraint AS k JOIN spaces AS s ON s.oid = k.connamespace
            LEFT JOIN pg_class AS p ON p.oid = k.confrelid LEFT JOIN spaces AS n ON n.oid = p.relnamespace
            WHERE k.conrelid <> 0 AND k.contype IN ('p', 'u', 'f', 'c', 'x') ORDER BY k.conname
            """
        ):
            found[row.conrelid].append(
                Constraint(
                    CONSTRAINTS[row.contype],
                    row.conname,
                    tuple(row.columns),
                    None if row.parent is None else QualifiedName(row.parent, row.parent_schema),
                    tuple(row.parent_columns),
                    row.expression,
                    row.convalidated,
                    on_delete=ACTIONS.get(row.confdeltype),
                )
            )
        return found

    def _indexes(self) -> dict[int, list[Index]]:
        found: dict[int, list[Index]] = defaultdict(list)
        for row in self.rows(
            """
            SELECT i.indrelid, c.relname, i.indisunique, i.indisvalid,
              ARRAY(SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY AS u (number, place)
                LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = u.number AND u.number > 0
                WHERE u.place <= i.indnkeyatts ORDER BY u.place)::text[] AS columns
            FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN spaces AS s ON s.oid = c.relnamespace
            WHERE NOT EXISTS (
              SELECT 1 FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
            ) ORDER BY c.relname
            """
        ):
            found[row.indrelid].append(Index(row.relname, tuple(row.columns), row.indisunique, row.indisvalid))
        return found

    def _parents(self) -> dict[int, list[QualifiedName]]:
        """Give the tables that tables inherit from, and those that views read."""
        found: dict[int, list[QualifiedName]] = defaultdict(list)
        for row in self.rows(
            """
            SELECT h.child, s.name AS schema, c.relname FROM (
              SELECT inhrelid AS child, inhparent AS parent, inhseqno AS place FROM pg_inherits
              UNION SELECT r.ev_class, d.refobjid, 0 FROM pg_rewrite AS r JOIN pg_depend AS d
                ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
                WHERE d.refobjid <> r.ev_class
            ) AS h JOIN pg_class AS c ON c.oid = h.parent AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            JOIN spaces AS s ON s.oid = c.relnamespace
            ORDER BY h.child, h.place, s.name, c.relname
            """
        ):
            found[row.child].append(QualifiedName(row.relname, row.schema))
        return found

    # Sequences and types.

    def sequences(self) -> Iterator[Sequence]:
        for row in self.rows(
            """
            SELECT c.oid, s.name AS schema, s.nspname, c.relname, format_type(q.seqtypid, NULL) AS type,
              q.seqmax, q.seqstart, q.seqincrement, d.deptype, o.relname AS owner, n.name AS owner_schema,
              a.attname AS owner_column
            FROM pg_class AS c JOIN spaces AS s ON s.oid = c.relnamespace JOIN pg_sequence AS q ON q.seqrelid = c.oid
            LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
              AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_class AS o ON o.oid = d.refobjid LEFT JOIN spaces AS n ON n.oid = o.relnamespace
            LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            ORDER BY 2, 4
            """
        ):
            yield Sequence(
                QualifiedName(row.relname, row.schema),
                row.type,
                None if row.owner is None else QualifiedName(row.owner, row.owner_schema),
                row.owner_column,
                row.deptype == "i",
                None if row.seqmax == MAXIMA[row.type] else row.seqmax,
                row.seqstart,
                self._next_value(row),
            )

    def _next_value(self, row: Any) -> int:
        place = sql.Identifier(row.nspname, row.relname)
        query = sql.SQL("SELECT last_value, is_called FROM {}").format(place)
        ((last_value, is_called),) = self._connection.cursor(row_factory=tuple_row).execute(query).fetchall()
        return int(last_value + row.seqincrement if is_called else last_value)

    def types(self) -> Iterator[UserType]:
        for row in self.rows(
            """
            SELECT s.name AS schema, t.typname, t.typtype, t.typnotnull, t.typdefault,
              CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
              ARRAY(SELECT e.enumlabel FROM pg_enum AS e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)::text[]
                AS labels
            FROM pg_type AS t JOIN spaces AS s ON s.oid = t.typnamespace LEFT JOIN pg_class AS c ON c.oid = t.typrelid
            WHERE t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c' ORDER BY 1, 2
            """
        ):
            yield UserType(
                QualifiedName(row.typname, row.schema),
                TYPES[row.typtype],  # type: ignore[arg-type]
                tuple(row.labels),
                row.base,
                None if row.typdefault is None else Default(row.typdefault),
                row.typnotnull,
            )


def _default(row: Any) -> Default:
    default = Default(row.expression)
    if row.sequence is not None:
        return replace(default, sequence=QualifiedName(row.sequence, row.sequence_schema))
    if late := LATE.fullmatch(row.expression):
        schema, _, name = late["name"].replace("''", "'").rpartition(".")
        return replace(default, sequence=QualifiedName(name.strip('"'), schema.strip('"')), late=True)
    return default
