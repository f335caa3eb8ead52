"""Columns that several tables have in common."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Uuid, func
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shop_common.clock import utc_now


class Timestamps:
    """When a row was written first and last."""

    created_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    updated_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now(), onupdate=utc_now)


class SoftDelete:
    """Rows that are hidden and not deleted."""

    deleted_at: Mapped[datetime | None] = mapped_column(index=True)


class PublicId:
    """A name for the outside, which tells nobody how many rows there are."""

    public_id: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True, default=uuid.uuid4)


class OfCustomer:
    """Rows that belong to a customer."""

    @declared_attr
    def customer_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
