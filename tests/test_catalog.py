"""The catalog of the real PostgreSQL is read as it is, and its server serves all tests."""

from __future__ import annotations

import psycopg
from catalog import catalog
from catalog_text import lines
from postgresql import connection, database
from psycopg.conninfo import conninfo_to_dict

from flake8_autoincrement.facts.catalog import Schema

STATEMENTS = """
    CREATE TABLE users (id serial PRIMARY KEY, name varchar(50) DEFAULT 'x', n bigint GENERATED ALWAYS AS IDENTITY);
    CREATE TABLE orders (
      id int DEFAULT nextval('users_id_seq'::text), "user" int REFERENCES users ON DELETE CASCADE, CHECK ("user" > 0),
      twice int GENERATED ALWAYS AS (id * 2) STORED
    );
    CREATE INDEX ON orders ("user", lower('x'));
    ALTER TABLE orders ADD CONSTRAINT later CHECK (id > 0) NOT VALID;
    CREATE TABLE old_users (at date) INHERITS (users);
    CREATE TABLE parts (a int NOT NULL UNIQUE) PARTITION BY LIST (a);
    CREATE TABLE part PARTITION OF parts FOR VALUES IN (1);
    CREATE VIEW seen AS SELECT * FROM users;
    CREATE TEMP TABLE note (id int);
    CREATE SCHEMA shop;
    CREATE SEQUENCE shop.numbers AS smallint START 7 MAXVALUE 1000;
    CREATE TYPE shop.mood AS ENUM ('sad', 'glad');
    CREATE DOMAIN age AS int DEFAULT 18 NOT NULL;
    CREATE TABLE shop.things (mood shop.mood);
    SELECT nextval('users_id_seq');
    SET LOCAL search_path = public, shop, "$user"
"""
EXPECTED = """\
search_path public, shop
schema shop
table old_users inherits users
  id integer not null default nextval users_id_seq inherited
  name character varying(50) default 'x'::character varying inherited
  n bigint not null inherited
  at date
table orders
  id integer default nextval late users_id_seq
  user integer
  twice integer generated
  check later not valid
  check orders_user_check
  foreign key orders_user_fkey (user) -> users (id) on delete cascade
  index orders_user_lower_idx (user, expression)
table part partition of parts
  a integer not null inherited
  unique part_a_key (a)
partitioned table parts
  a integer not null
  unique parts_a_key (a)
view seen reads users
table users
  id integer not null default nextval users_id_seq
  name character varying(50) default 'x'::character varying
  n bigint not null identity always
  primary key users_pkey (id)
table pg_temp.note
  id integer
table shop.things
  mood mood
sequence users_id_seq integer owned by users.id next 2
sequence users_n_seq bigint of identity users.n
sequence shop.numbers smallint next 7 maximum 1000
domain age integer not null default 18
enum shop.mood (sad, glad)
"""


def test_what_there_is() -> None:
    with connection() as session:
        assert catalog(session) == Schema()
        session.execute(STATEMENTS)
        assert "\n".join(lines(catalog(session))) == EXPECTED.strip()


def test_a_database_of_its_own_is_gone_afterwards() -> None:
    with database() as uri, psycopg.connect(uri) as session:
        session.execute("CREATE TABLE users (id serial)")
        session.commit()
        assert len(catalog(session).relations) == 1
    with connection() as session:
        assert catalog(session) == Schema()
        name = conninfo_to_dict(uri)["dbname"]
        assert session.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchall() == []
