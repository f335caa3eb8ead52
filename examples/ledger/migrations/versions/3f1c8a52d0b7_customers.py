"""Customers

Revision ID: 3f1c8a52d0b7
Revises:
Create Date: 2026-03-02 09:14:00
"""

import sqlalchemy as sa
from alembic import op

revision = "3f1c8a52d0b7"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("owner", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("customers")
