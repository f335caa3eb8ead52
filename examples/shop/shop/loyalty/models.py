"""Points that customers collect."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import AutoincrementBase, OfCustomer


class LoyaltyAccount(OfCustomer, AutoincrementBase):
    """A customer's points."""

    __tablename__ = "loyalty_accounts"

    points: Mapped[int] = mapped_column(default=0)


class LoyaltyBooking(AutoincrementBase):
    """Points that were given or spent."""

    __tablename__ = "loyalty_bookings"

    account_id: Mapped[int] = mapped_column(ForeignKey("loyalty_accounts.id"))
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
