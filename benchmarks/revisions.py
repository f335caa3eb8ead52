"""A history of 300 revisions, as a team of some years has one, that the speed benchmark reads."""

from __future__ import annotations

from pathlib import Path

COUNT, TABLES = 300, 60
MODEL = """

class T{number}(Base):
    __tablename__ = "t{number}"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str]
"""
REVISION = '''"""change {number}

Revision ID: {name}
Revises: {before}
"""

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = {parent}
branch_labels = None
depends_on = None


def upgrade() -> None:
{upgrade}

def downgrade() -> None:
{downgrade}'''
CREATED = """\
    op.create_table(
        "{table}",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_{table}")),
    )
    op.create_index(op.f("ix_{table}_name"), "{table}", ["name"], unique=False)
"""
DROPPED = """\
    op.drop_index(op.f("ix_{table}_name"), table_name="{table}")
    op.drop_table("{table}")
"""
CHANGES = (
    (
        """\
    op.add_column("{table}", sa.Column("c{number}", sa.Integer(), nullable=True))
    op.execute("UPDATE {table} SET c{number} = 1 WHERE c{number} IS NULL")
""",
        """\
    op.drop_column("{table}", "c{number}")
""",
    ),
    (
        """\
    with op.batch_alter_table("{table}") as batch_op:
        batch_op.add_column(sa.Column("d{number}", sa.Text()))
        batch_op.alter_column("name", existing_type=sa.String(50), nullable=True)
""",
        """\
    with op.batch_alter_table("{table}") as batch_op:
        batch_op.drop_column("d{number}")
""",
    ),
    (
        '''\
    op.execute("""
        ALTER TABLE {table} ADD COLUMN e{number} bigint DEFAULT 0;
        CREATE INDEX ix_e{number} ON {table} (e{number});
    """)
''',
        """\
    op.execute("ALTER TABLE {table} DROP COLUMN e{number}")
""",
    ),
)


def write_history(folder: Path) -> Path:
    """Write a project with its history into a folder; return the revision that an editor has open, from there."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "app").mkdir()
    (folder / "app" / "__init__.py").write_text("", encoding="utf-8")
    models = "".join(MODEL.format(number=number) for number in range(TABLES))
    head = (
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
        "class Base(DeclarativeBase):\n    pass\n"
    )
    (folder / "app" / "models.py").write_text(head + models, encoding="utf-8")
    env = "from alembic import context\nfrom app.models import Base\n\ntarget_metadata = Base.metadata\n"
    (folder / "migrations" / "env.py").write_text(env, encoding="utf-8")
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n", encoding="utf-8")
    for number in range(COUNT):
        file = versions / f"{name(number)}_change.py"
        file.write_text(revision(number), encoding="utf-8")
    return (versions / f"{name(COUNT // 2)}_change.py").relative_to(folder)


def name(number: int) -> str:
    """Return the number of a revision as Alembic has it."""
    return f"r{number:04d}"


def revision(number: int) -> str:
    """Return the text of a revision: the first ones create a table each, the others change one."""
    upgrade, downgrade = (CREATED, DROPPED) if number < TABLES else CHANGES[number % len(CHANGES)]
    fields = {"table": f"t{number % TABLES}", "number": str(number)}
    before = name(number - 1) if number else ""
    return REVISION.format(
        number=number,
        name=name(number),
        before=before,
        parent=f'"{before}"' if number else None,
        upgrade=upgrade.format(**fields),
        downgrade=downgrade.format(**fields),
    )
