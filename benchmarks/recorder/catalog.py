"""What PostgreSQL's catalog holds: tables, sequences and enum types, and how two such pictures differ."""

from __future__ import annotations

import json
from typing import Any

JSON = dict[str, Any]

KINDS = ("tables", "sequences", "enums")

# No percent sign: some drivers would take it for a parameter.
QUERY = """
WITH spaces AS (
  SELECT oid, nspname FROM pg_namespace
  WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND NOT starts_with(nspname, 'pg_temp_')
    AND NOT starts_with(nspname, 'pg_toast_temp_')
), extended AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), relations AS (
  SELECT c.*, s.nspname FROM pg_class AS c JOIN spaces AS s ON s.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT 1 FROM extended WHERE classid = 'pg_class'::regclass AND objid = c.oid)
), columns AS (
  SELECT a.attrelid, json_agg(json_build_object(
    'name', a.attname,
    'type', format_type(a.atttypid, a.atttypmod),
    'not_null', a.attnotnull,
    'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
    'sequence', (
      SELECT n.nspname || '.' || q.relname FROM pg_depend AS p
      JOIN pg_class AS q ON q.oid = p.refobjid AND q.relkind = 'S' JOIN pg_namespace AS n ON n.oid = q.relnamespace
      WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass LIMIT 1
    )
  ) ORDER BY a.attnum) AS columns
  FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid
), constraints AS (
  SELECT k.conrelid, json_agg(json_build_object(
    'name', k.conname,
    'kind', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key'
      WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclude' ELSE k.contype::text END,
    'columns', (
      SELECT json_agg(a.attname ORDER BY u.position) FROM unnest(k.conkey) WITH ORDINALITY AS u (number, position)
      JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number
    )
  ) ORDER BY k.conname) AS constraints
  FROM pg_constraint AS k WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') GROUP BY k.conrelid
), indexes AS (
  SELECT i.indrelid, json_agg(json_build_object(
    'name', c.relname, 'unique', i.indisunique, 'primary', i.indisprimary) ORDER BY c.relname) AS indexes
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid GROUP BY i.indrelid
)
SELECT json_build_object(
  'tables', (
    SELECT json_object_agg(r.nspname || '.' || r.relname, json_build_object(
      'schema', r.nspname, 'name', r.relname, 'partitioned', r.relkind = 'p', 'partition', r.relispartition,
      'columns', coalesce(columns, '[]'), 'constraints', coalesce(constraints, '[]'), 'indexes', coalesce(indexes, '[]')
    )) FROM relations AS r LEFT JOIN columns ON attrelid = r.oid LEFT JOIN constraints ON conrelid = r.oid
    LEFT JOIN indexes ON indrelid = r.oid WHERE r.relkind IN ('r', 'p')
  ),
  'sequences', (
    SELECT json_object_agg(r.nspname || '.' || r.relname, json_build_object(
      'schema', r.nspname, 'name', r.relname, 'type', format_type(q.seqtypid, NULL), 'start', q.seqstart,
      'maximum', q.seqmax, 'identity', p.deptype = 'i', 'owner', n.nspname || '.' || o.relname, 'column', a.attname
    )) FROM relations AS r JOIN pg_sequence AS q ON q.seqrelid = r.oid
    LEFT JOIN pg_depend AS p ON p.classid = 'pg_class'::regclass AND p.objid = r.oid
      AND p.refclassid = 'pg_class'::regclass AND p.refobjsubid > 0 AND p.deptype IN ('a', 'i')
    LEFT JOIN pg_class AS o ON o.oid = p.refobjid LEFT JOIN pg_namespace AS n ON n.oid = o.relnamespace
    LEFT JOIN pg_attribute AS a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
  ),
  'enums', (
    SELECT json_object_agg(s.nspname || '.' || t.typname, json_build_object(
      'schema', s.nspname, 'name', t.typname,
      'labels', coalesce(
        (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid), '[]')
    )) FROM pg_type AS t JOIN spaces AS s ON s.oid = t.typnamespace WHERE t.typtype = 'e'
  )
)::text
"""


def catalog(connection: Any) -> JSON:
    """Ask the database behind a SQLAlchemy connection, inside the transaction that it is in, for all that it holds."""
    answer: JSON = json.loads(connection.exec_driver_sql(QUERY).scalar())
    return {kind: answer[kind] or {} for kind in KINDS}


def changes(before: JSON, after: JSON) -> JSON:
    """Return what `after` has that `before` has not, by kind and name; None stands for what is gone."""
    return {
        kind: {
            name: after[kind].get(name)
            for name in sorted({*before[kind], *after[kind]})
            if after[kind].get(name) != before[kind].get(name)
        }
        for kind in KINDS
    }
