"""Tickets of the help desk, and the articles that make them needless."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db import utc_now

from .base import SimpleAutoIncrementBase


class Ticket(SimpleAutoIncrementBase):
    """A question of a customer."""

    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    subject: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime] = mapped_column(default=utc_now)
    closed_at: Mapped[datetime | None]

    messages: Mapped[list[TicketMessage]] = relationship(order_by="TicketMessage.sent_at")


class TicketMessage(SimpleAutoIncrementBase):
    """A mail in a ticket, of either side."""

    ticket_id: Mapped[int] = mapped_column(ForeignKey("support.tickets.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(default=utc_now)


class HelpArticle(SimpleAutoIncrementBase):
    """An answer for everybody, in one language."""

    locale: Mapped[str] = mapped_column(String(5), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
