"""`ain history`, and what `ain tables` says of histories."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Write

from flake8_autoincrement.cli.main import main
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.inference.program import Program

ENV = "from alembic import context\n"
FIRST = '''\
    """Create users

    Revision ID: a1
    """

    import sqlalchemy as sa
    from alembic import op

    revision = "a1b2c3"
    down_revision = None


    def upgrade():
        op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))
        op.execute("CREATE SEQUENCE invoice_seq")


    def downgrade():
        op.drop_table("users")
    '''
SECOND = '''\
    """Rename users"""

    import sqlalchemy as sa
    from alembic import op

    revision = "d4e5f6"
    down_revision = "a1b2c3"


    def upgrade():
        op.rename_table("users", "people")
        op.add_column("people", sa.Column("email", sa.Text))
        op.create_table("orders", sa.Column("code", sa.Text, primary_key=True))
        op.execute(f"DROP {what_only_a_run_knows()}")
    '''
COPIES = """\
    import sqlalchemy as sa
    from alembic import op

    revision = "d4e5f6"
    down_revision = "a1b2c3"


    def upgrade():
        metadata = sa.MetaData()
        copies = sa.Table("copies", metadata)
        for column in sa.Table("users", metadata, autoload_with=op.get_bind()).columns:
            copies.append_column(column.copy())
        copies.create(op.get_bind())
    """
FREES = """\
    import sqlalchemy as sa
    from alembic import op

    revision = "d4e5f6"
    down_revision = "a1b2c3"


    def upgrade():
        op.create_table("owned", sa.Column("user_id", sa.ForeignKey("users.id"), primary_key=True))
        query = "SELECT constraint_name, table_name FROM information_schema.key_column_usage"
        found = op.get_bind().execute(sa.text(query))
        for name, table in found:
            op.drop_constraint(name, table, type_="foreignkey")
        op.drop_table("users")
    """
FILES: Mapping[str, str] = {
    "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
    "migrations/env.py": ENV,
    "migrations/versions/first.py": FIRST,
    "migrations/versions/second.py": SECOND,
    "models.py": """\
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import DeclarativeBase

        class Base(DeclarativeBase):
            pass

        class Person(Base):
            __tablename__ = "people"
            id = Column(Integer, primary_key=True)

        class Quote(Base):
            __tablename__ = "quotes"
            id = Column(Integer, primary_key=True)
        """,
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> list[str]:
    assert main(list(arguments)) == status
    return capsys.readouterr().out.splitlines()


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads("\n".join(run(capsys, *arguments, "--json")))
    assert found["version"] == 1
    return found


def branches(**more: str) -> dict[str, str]:
    """Give a history that divides after its first revision and joins again."""
    parents = {"root": None, "left": "root", "right": "root", "join": ("left", "right")}
    files = {
        f"m/versions/{number}.py": f"revision = {number!r}\ndown_revision = {down!r}\ndef upgrade():\n    pass\n"
        for number, down in parents.items()
    }
    return {"m/env.py": ENV, **files, **more}


class TestHistory:
    def test_each_revision_and_what_it_does(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        assert run(capsys, "history") == [
            "migrations (alembic.ini)",
            "  <base> -> a1b2c3, Create users  migrations/versions/first.py",
            "      + users: users.id SERIAL (users_id_seq)",
            "      + sequence invoice_seq, owned by no column",
            "  a1b2c3 -> d4e5f6 (head), Rename users  migrations/versions/second.py",
            "      + orders: orders.code nothing",
            "      ~ people: was users, + email text",
            "      ? 1 statement not read",
            "",
            "2 revisions, 7 operations, 1 not read:",
            "     1 it is put together when the revision runs",
        ]

    def test_one_file_stands_for_its_history(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        assert run(capsys, "history", "migrations/versions/second.py") == run(capsys, "history")

    def test_what_was_not_read(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        lines = run(capsys, "history", "--show-unread")
        assert lines[-5:-3] == [
            "it is put together when the revision runs: 1",
            "  migrations/versions/second.py:14:18 (any table)",
        ]

    def test_a_table_that_is_made_of_what_the_database_has(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write({**FILES, "migrations/versions/second.py": COPIES})
        assert "      + copies: key unknown: it is what the database has" in run(capsys, "history")
        line = next(each for each in run(capsys, "tables", "--revision", "d4e5f6") if each.startswith("copies"))
        assert line.split(maxsplit=2)[1:] == ["?", "key unknown: it is what the database has  d4e5f6"]

    def test_the_catalog_of_a_fresh_database_has_rows(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({**FILES, "migrations/versions/second.py": FREES})
        lines = run(capsys, "history")
        assert not any("refuses" in line for line in lines)
        assert "      - users" in lines
        assert lines[-2] == "2 revisions, 7 operations, 1 not read:"

    def test_what_else_changes(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        statements = (
            "CREATE TYPE mood AS ENUM ('sad'); CREATE TYPE old AS ENUM ('x'); CREATE SEQUENCE s; CREATE SEQUENCE gone;"
            "CREATE TABLE t (id serial PRIMARY KEY, a int, b int); CREATE TABLE u (id int PRIMARY KEY);"
            "CREATE VIEW v AS SELECT a FROM t; CREATE TABLE w (n text);",
            "ALTER TYPE mood ADD VALUE 'ok'; DROP TYPE old; CREATE DOMAIN price AS numeric;"
            "ALTER SEQUENCE s OWNED BY u.id; ALTER SEQUENCE s AS integer; SELECT setval('s', 7); DROP SEQUENCE gone;"
            "ALTER TABLE u ALTER COLUMN id SET DEFAULT nextval('s'); ALTER TABLE t ALTER COLUMN b TYPE bigint;"
            "ALTER TABLE t DROP CONSTRAINT t_pkey; DROP VIEW v; DROP TABLE w",
        )
        numbers = ("a1", "b2")
        write(
            {
                "m/env.py": ENV,
                **{
                    f"m/versions/{number}.py": f"from alembic import op\nrevision = {number!r}\n"
                    f"down_revision = {down!r}\ndef upgrade():\n    op.execute({statement!r})\n"
                    for number, down, statement in zip(numbers, (None, "a1"), statements, strict=True)
                },
            }
        )
        assert [line.strip() for line in run(capsys, "history")[1:-2]] == [
            "<base> -> a1  m/versions/a1.py",
            "+ t: t.id SERIAL (t_id_seq)",
            "+ u: u.id nothing",
            "+ view v",
            "+ w: no primary key",
            "+ sequence gone, owned by no column",
            "+ sequence s, owned by no column",
            "+ enum mood (sad)",
            "+ enum old (x)",
            "a1 -> b2 (head)  m/versions/b2.py",
            "~ t: ~ b integer -> bigint, key none",
            "~ u: key u.id SERIAL (s)",
            "- view v",
            "- w",
            "- sequence gone",
            "~ sequence s: owned by u.id, bigint -> integer, gives 8 next",
            "~ enum mood (sad, ok)",
            "- type old",
            "+ domain price",
        ]

    def test_branches(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(branches())
        assert run(capsys, "history")[1:5] == [
            "  <base> -> root (branchpoint)  m/versions/root.py",
            "  root -> right  m/versions/right.py",
            "  root -> left  m/versions/left.py",
            "  left, right -> join (head) (mergepoint)  m/versions/join.py",
        ]

    def test_up_to_a_revision(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        lines = run(capsys, "history", "--revision", "a1b2")
        assert [line.split()[2] for line in lines if "->" in line] == ["a1b2c3,"]
        assert lines[-1] == "1 revision, 3 operations, 0 not read"

    def test_json(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        (history,) = document(capsys, "history")["histories"]
        assert (history["history"], history["heads"]) == ("migrations", ["d4e5f6"])
        first, second = history["revisions"]  # type: ignore[misc]
        assert (first["revision"], first["path"], first["down_revisions"]) == (
            "a1b2c3",
            "migrations/versions/first.py",
            [],
        )
        created = first["upgrade"][0]
        assert {key: created[key] for key in ("operation", "line", "path", "table", "schema")} == {
            "operation": "CreateTable",
            "line": 14,
            "path": "migrations/versions/first.py",
            "table": "users",
            "schema": None,
        }
        assert [each["operation"] for each in second["upgrade"]][-1] == "Unread"
        assert [each["operation"] for each in first["downgrade"]] == ["DropTable"]
        assert second["downgrade"] is None

    def test_nothing_there(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({"a.py": ""})
        assert run(capsys, "history") == ["0 revisions, 0 operations, 0 not read"]
        assert document(capsys, "history") == {"version": 1, "histories": []}

    def test_files_of_sql(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({"db/schema.sql": "CREATE TABLE users (id serial PRIMARY KEY);\n"})
        expected = [
            "db/schema.sql (SQL)",
            "  schema.sql",
            "      + users: users.id SERIAL (users_id_seq)",
            "",
            "0 revisions, 1 operation, 1 file of SQL, 0 not read",
        ]
        assert run(capsys, "history") == run(capsys, "history", "db/schema.sql") == expected

    def test_a_file_that_cannot_be_parsed(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({**FILES, "migrations/versions/bad.py": "down_revision = (\n"})
        assert main(["history"]) == 2
        captured = capsys.readouterr()
        assert "  note: not read: migrations/versions/bad.py:1:17: " in captured.out
        assert re.search(r"^2 revisions, 7 operations, 1 file not read, 1 not read:$", captured.out, re.M)
        assert captured.err.startswith("migrations/versions/bad.py:1:17: error: ")

    def test_settings_that_cannot_be_used(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        folder = write({**FILES, "alembic.ini": "script_location = migrations\n"})
        for command in ("history", "tables", "check"):
            assert main([command]) == 2
            captured = capsys.readouterr()
            assert captured.out == ""
            assert captured.err.startswith(f"ain: {folder / 'alembic.ini'}: not a valid INI file: ")


class TestBrokenHistories:
    """Alembic refuses them or warns; here they are shown, with what is wrong."""

    def revisions(self, *pairs: tuple[str, str, str | None]) -> dict[str, str]:
        files = {
            f"m/versions/{name}.py": f"revision = {number!r}\ndown_revision = {down!r}\ndef upgrade():\n    pass\n"
            for name, number, down in pairs
        }
        return {"m/env.py": ENV, **files}

    def problems(self, capsys: pytest.CaptureFixture[str], *files: str) -> list[str]:
        (history,) = document(capsys, "history")["histories"]
        assert sorted(each["path"] for each in history["revisions"]) == [  # type: ignore[attr-defined]
            f"m/versions/{name}.py" for name in files
        ]
        lines = run(capsys, "history")
        assert [line[8:] for line in lines if line.startswith("  note: ")] == history["problems"]
        return list(map(str, history["problems"]))  # type: ignore[arg-type]

    def test_two_of_one_number(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(self.revisions(("a", "1", None), ("b", "1", None), ("c", "2", "1")))
        assert self.problems(capsys, "a", "b", "c") == [
            "1 is the revision of several files: m/versions/a.py, m/versions/b.py"
        ]

    def test_a_parent_that_is_missing(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(self.revisions(("a", "1", None), ("b", "2", "0")))
        assert self.problems(capsys, "a", "b") == ["2 follows 0, which is no revision  (m/versions/b.py)"]

    def test_a_circle(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(self.revisions(("a", "1", None), ("b", "2", "3"), ("c", "3", "2"), ("d", "4", "3")))
        assert self.problems(capsys, "a", "b", "c", "d") == [
            "no one of 2, 3 is the first: they follow one another in a circle"
        ]

    def test_one_that_follows_itself(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(self.revisions(("a", "1", "1")))
        assert self.problems(capsys, "a") == ["no one of 1 is the first: they follow one another in a circle"]


class TestTables:
    def test_models_and_history_side_by_side(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        chain = "Base -> DeclarativeBase"
        lines = [re.split(r" {2,}", line) for line in run(capsys, "tables")]
        assert lines[:4] == [
            ["Table", "Model", "Bases", "Key", "PostgreSQL", "Built", "Revision"],
            ["orders", "no model", "nothing", "d4e5f6"],
            ["people", "models.Person", chain, "id Integer", "SERIAL", "SERIAL (users_id_seq)", "a1b2c3"],
            ["quotes", "models.Quote", chain, "id Integer", "SERIAL", "not built"],
        ]
        assert lines[-1][0] == (
            "2 revisions built 2 tables, 1 without a model, 1 of the models not built, "
            "1 statement could not be read (ain history --show-unread)"
        )

    def test_models_alone(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        assert run(capsys, "tables", "models.py")[0].split() == ["Table", "Model", "Bases", "Key", "PostgreSQL"]

    def test_at_a_revision(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        lines = [re.split(r" {2,}", line) for line in run(capsys, "tables", "--revision", "a1b2c3")]
        assert lines[:2] == [
            ["Table", "Key", "PostgreSQL", "Revision"],
            ["users", "id integer", "SERIAL (users_id_seq)", "a1b2c3"],
        ]

    @pytest.mark.parametrize(
        ("revision", "tables"),
        [("head", ["orders", "people"]), ("heads", ["orders", "people"]), ("base", []), ("a1b2", ["users"])],
    )
    def test_names_of_moments(
        self, write: Write, capsys: pytest.CaptureFixture[str], revision: str, tables: list[str]
    ) -> None:
        write(FILES)
        found = document(capsys, "tables", "--revision", revision)
        assert [(each["origin"], each["name"]) for each in found["tables"]] == [("migrations", name) for name in tables]

    def test_a_moment_that_nobody_knows(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        for command in ("tables", "history"):
            assert main([command, "--revision", "ffff"]) == 2
            captured = capsys.readouterr()
            assert captured.out == ""
            assert captured.err.startswith("ain: --revision ffff: ")

    @pytest.mark.parametrize("revision", ["head", "t@head", "two"])
    def test_a_moment_that_may_be_several(
        self, write: Write, capsys: pytest.CaptureFixture[str], revision: str
    ) -> None:
        first = "revision = 'root'\ndown_revision = None\nbranch_labels = ('t',)\ndef upgrade():\n    pass\n"
        files = {
            f"m/versions/{number}.py": f"revision = {number!r}\ndown_revision = 'root'\ndef upgrade():\n    pass\n"
            for number in ("two_a", "two_b")
        }
        write({"m/env.py": ENV, "m/versions/root.py": first, **files})
        assert main(["tables", "--revision", revision]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"ain: --revision {revision}: {revision} may be two_a or two_b")

    def test_a_label(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        labelled = SECOND.replace("    down_revision", "    branch_labels = ('main',)\n    down_revision")
        write({**FILES, "migrations/versions/second.py": labelled})
        for revision in ("main", "main@head", "main@heads", "main@a1b2"):
            assert main(["tables", "--json", "--revision", revision]) == 0
        assert "orders" in capsys.readouterr().out

    def test_what_postgresql_refuses(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        again = SECOND.replace('"orders"', '"people"')
        write({**FILES, "migrations/versions/second.py": again})
        refused = [line for line in run(capsys, "history") if line.startswith("      ! ")]
        assert refused == [
            '      ! migrations/versions/second.py:13:5: PostgreSQL refuses it: relation "people" already exists'
        ]

    def test_a_moment_of_no_history(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({"a.py": ""})
        assert main(["tables", "--revision", "head"]) == 2
        assert capsys.readouterr().err == "ain: --revision head: no revisions were found\n"

    def test_a_moment_of_one_of_several(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({**FILES, **branches()})
        found = document(capsys, "history", "--revision", "left")
        assert [each["history"] for each in found["histories"]] == ["m"]

    def test_json(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        found = document(capsys, "tables")
        assert [(each["origin"], each["name"]) for each in found["tables"]] == [
            ("models", "people"),
            ("models", "quotes"),
            ("migrations", "orders"),
            ("migrations", "people"),
        ]
        built = found["tables"][-1]
        assert {key: built[key] for key in ("schema", "history", "revision", "file", "line")} == {
            "schema": None,
            "history": "migrations",
            "revision": "a1b2c3",
            "file": "migrations/versions/first.py",
            "line": 14,
        }
        assert built["key"] == [
            {
                "column": "id",
                "type": "integer",
                "autoincrement": None,
                "generation": "SERIAL",
                "declared_in": None,
                "reason": None,
                "sequence": "users_id_seq",
                "sequence_owned": True,
            }
        ]
        assert [each["name"] for each in built["columns"]] == ["id", "name", "email"]  # type: ignore[attr-defined]

    def test_files_of_sql(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({"schema.sql": "CREATE TABLE users (id serial PRIMARY KEY);\n"})
        (table,) = document(capsys, "tables")["tables"]
        assert [table[key] for key in ("origin", "history", "revision", "name")] == ["sql", "schema.sql", None, "users"]

    def test_a_check_of_a_folder_takes_no_sql(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write({"a.py": "", "schema.sql": "nonsense\n"})
        assert run(capsys, "check") == ["Success: no issues found in 1 source file"]

    def test_a_check_counts_what_was_not_read(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        write(FILES)
        note = "note: 1 statement of revisions could not be read; ain history --show-unread says where"
        assert note in run(capsys, "check", "migrations")


class TestKept:
    """What was found out about revisions is used again."""

    def test_nothing_is_read_twice(
        self, write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = write(FILES)
        first = run(capsys, "history")

        def fail(program: Program, path: str) -> FileFacts:
            raise AssertionError(f"{path} is read again")

        monkeypatch.setattr(Program, "facts", fail)
        for file in folder.rglob("*.py"):
            file.touch()  # another time of change, the same content
        assert run(capsys, "history") == first

    def test_a_change_is_seen(self, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
        folder = write(FILES)
        run(capsys, "history")
        file: Path = folder / "migrations/versions/second.py"
        file.write_text(file.read_text().replace("orders", "offers"))
        assert "      + offers: offers.code nothing" in run(capsys, "history")
        file.unlink()
        assert run(capsys, "history")[-1] == "1 revision, 3 operations, 0 not read"
