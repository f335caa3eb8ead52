"""Payments, invoices and what the tax office wants to see."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, Numeric, Sequence, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db import AutoIncrementBase, Base, Currency, Money, SimpleAutoIncrementBase
from shop.orders.models import Order

# Both kinds of papers are numbered without gaps by year's end, so that their sequences have names of their own.
invoice_ids = Sequence("invoice_ids", metadata=Base.metadata)
credit_note_ids = Sequence("credit_note_ids", start=500_000, metadata=Base.metadata)


class Payment(AutoIncrementBase):
    """Money that comes in for an order; what else is known depends on its kind."""

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "payment"}

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Money]
    currency: Mapped[Currency]

    order: Mapped[Order] = relationship(back_populates="payments")


class CardPayment(Payment):
    """A payment by credit card."""

    __tablename__ = "card_payments"
    __mapper_args__ = {"polymorphic_identity": "card"}

    id: Mapped[int] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    last_digits: Mapped[str] = mapped_column(String(4))
    authorized_at: Mapped[datetime | None]


class InvoicePayment(Payment):
    """A payment by bank transfer, for an invoice."""

    __tablename__ = "invoice_payments"
    __mapper_args__ = {"polymorphic_identity": "invoice"}

    id: Mapped[int] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))


class Invoice(Base):  # noqa: AIN001
    """A bill, numbered by a sequence that other programs draw from too."""

    id: Mapped[int] = mapped_column(BigInteger, invoice_ids, primary_key=True, server_default=invoice_ids.next_value())
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    issued_on: Mapped[date]
    fiscal_year: Mapped[int] = mapped_column(ForeignKey("fiscal_years.year"))


class CreditNote(Base):
    """A bill taken back, wholly or in part."""

    id: Mapped[int] = mapped_column(BigInteger, credit_note_ids, primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    amount: Mapped[Money]
    issued_on: Mapped[date]


class Refund(SimpleAutoIncrementBase):
    """Money that goes back to a customer."""

    payment_id = Column(ForeignKey("payments.id"), nullable=False)
    amount = Column(Numeric(12, 2), nullable=False)
    requested_at = Column(DateTime, default=datetime.utcnow, nullable=False)
    settled_at = Column(DateTime(timezone=True))


class FiscalYear(Base):
    """A year, open or closed for bookings."""

    year = Column(Integer, primary_key=True, autoincrement=False)
    closed_at = Column(DateTime(timezone=True))


class ExchangeRate(Base):
    """What a currency was worth on a day, in euros."""

    currency: Mapped[Currency] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Numeric(14, 6))
