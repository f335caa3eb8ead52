"""Customers and what is known of them."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKey, Identity, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import (
    AutoIncrementBase,
    Base,
    BigAutoIncrementBase,
    OfCustomer,
    PublicId,
    SimpleAutoIncrementBase,
    SoftDelete,
    Timestamps,
)


class Customer(PublicId, SoftDelete, AutoIncrementBase):
    """A person or a company with an account."""

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("customer_groups.id"))

    group: Mapped[CustomerGroup | None] = relationship()
    profile: Mapped[CustomerProfile | None] = relationship(back_populates="customer")
    addresses: Mapped[list[Address]] = relationship()


class CustomerGroup(Base):
    """Customers who get the same discounts."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class CustomerProfile(Base):
    """What a customer may tell, and need not: one row for each at most."""

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    born_on: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(String(40))

    customer: Mapped[Customer] = relationship(back_populates="profile")


class Address(OfCustomer, AutoIncrementBase):
    """Where parcels and invoices go."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    street: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str] = mapped_column(String(20))
    city: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))


class Consent(OfCustomer, Timestamps, SimpleAutoIncrementBase):
    """What a customer has agreed to."""

    purpose: Mapped[str] = mapped_column(String(40))
    withdrawn_at: Mapped[datetime | None]


class ApiToken(OfCustomer, Base):
    """A key for the programs of a company."""

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, server_default=text("gen_random_uuid()"))
    digest: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime | None]


class Basket(OfCustomer, Base):
    """What a customer has put together and not ordered yet."""

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    touched_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Login(OfCustomer, Base):  # noqa: AIN001
    """A successful login; the key may not be chosen by anyone."""

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    address: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class FailedLogin(BigAutoIncrementBase):
    """A login that was refused."""

    email: Mapped[str] = mapped_column(String(254), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=datetime.utcnow)
