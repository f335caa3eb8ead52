"""Orders, from the basket to the return."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Enum, ForeignKey, Integer, Numeric, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db import (
    AutoIncrementBase,
    Base,
    BigAutoIncrementBase,
    Currency,
    Money,
    OfCustomer,
    PublicId,
    SimpleAutoIncrementBase,
    utc_now,
)

if TYPE_CHECKING:
    from shop.billing.models import Payment
    from shop.customers.models import Customer


class OrderState(enum.Enum):
    """How far an order has come."""

    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class Order(PublicId, OfCustomer, AutoIncrementBase):
    """What a customer has bought at once."""

    number: Mapped[int] = mapped_column(Integer, unique=True, autoincrement=True)
    state: Mapped[OrderState] = mapped_column(Enum(OrderState), default=OrderState.PLACED)
    currency: Mapped[Currency]
    placed_at: Mapped[datetime] = mapped_column(default=utc_now)

    customer: Mapped[Customer] = relationship()
    lines: Mapped[list[OrderLine]] = relationship(back_populates="order", cascade="all, delete-orphan")
    payments: Mapped[list[Payment]] = relationship(back_populates="order")


class OrderLine(Base):
    """A line of an order, counted from 1 in each."""

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("product_variants.id"))
    quantity: Mapped[int]
    unit_price: Mapped[Money]

    order: Mapped[Order] = relationship(back_populates="lines")


class OrderEvent(BigAutoIncrementBase):
    """Something that happened to an order; there are billions."""

    __mapper_args__ = {"eager_defaults": False}

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, str]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(default=utc_now)


class Discount(SimpleAutoIncrementBase):
    """What makes an order cheaper; every kind is a row of one table."""

    __mapper_args__ = {"polymorphic_on": "kind"}

    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class Coupon(Discount):
    """A discount for who knows its code."""

    __mapper_args__ = {"polymorphic_identity": "coupon"}

    code: Mapped[str | None] = mapped_column(String(40), unique=True)


class VolumeDiscount(Discount):
    """A discount for who buys a lot."""

    __mapper_args__ = {"polymorphic_identity": "volume"}

    percent: Mapped[float | None] = mapped_column(Numeric(5, 2))


class ReturnRequest(OfCustomer, AutoIncrementBase):
    """What a customer wants to send back."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    reason: Mapped[str] = mapped_column(String(400))
