"""The tables of the reporting database, which no customer's request writes to."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class ReportBase(DeclarativeBase):
    """The base of everything in the reporting database."""

    metadata = MetaData(schema="reports")
    type_annotation_map = {datetime: TIMESTAMP(timezone=True)}


class AutoIncrementBase(ReportBase):
    """A table that is filled every night."""

    __abstract__ = True

    loaded_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class PageView(AutoIncrementBase):
    """A look at a page."""

    __tablename__ = "page_views"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    path: Mapped[str] = mapped_column(String(400))
    seen_at: Mapped[datetime] = mapped_column(TIMESTAMP, index=True)


class SearchTerm(AutoIncrementBase):
    """What was searched for on a day, and how often."""

    __tablename__ = "search_terms"

    day: Mapped[date] = mapped_column(primary_key=True)
    term: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]


daily_sales = Table(
    "daily_sales",
    ReportBase.metadata,
    Column("id", Integer, primary_key=True),
    Column("day", TIMESTAMP(timezone=True), nullable=False),
    Column("orders", Integer, nullable=False),
)
