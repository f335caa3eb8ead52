"""Bookings, with ids from a sequence of their own

Revision ID: 8b60e4d9c2a1
Revises: 3f1c8a52d0b7
Create Date: 2026-03-09 16:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "8b60e4d9c2a1"
down_revision = "3f1c8a52d0b7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE booking_ids")
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), server_default=sa.text("nextval('booking_ids')"), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("customers.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("bookings")
    op.execute("DROP SEQUENCE booking_ids")
