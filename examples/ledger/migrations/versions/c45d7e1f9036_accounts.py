"""Customers are accounts

Revision ID: c45d7e1f9036
Revises: 8b60e4d9c2a1
Create Date: 2026-03-23 11:05:00
"""

import os

import sqlalchemy as sa
from alembic import op

revision = "c45d7e1f9036"
down_revision = "8b60e4d9c2a1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("customers", "accounts")
    op.add_column("bookings", sa.Column("amount", sa.Integer(), nullable=False))
    op.execute("ALTER SEQUENCE booking_ids OWNED BY bookings.id")
    op.execute(f"GRANT SELECT ON accounts TO {os.environ['REPORTING_ROLE']}")


def downgrade() -> None:
    op.execute("ALTER SEQUENCE booking_ids OWNED BY NONE")
    op.drop_column("bookings", "amount")
    op.rename_table("accounts", "customers")
