"""The tables of the shop before this one, as they were found."""

from sqlalchemy import CHAR, Column, DateTime, Integer, PrimaryKeyConstraint, String, Table

from shop.db import Base


class OldCustomer(Base):
    """A customer who was never asked to move."""

    __tablename__ = "kunden"
    __table_args__ = {"schema": "altshop"}

    id = Column("kunden_nr", Integer, primary_key=True)
    name = Column(String(60))
    created_at = Column("angelegt", DateTime)


class OldOrder(Base):
    """An order from before 2017."""

    __tablename__ = "bestellungen"
    __table_args__ = {"schema": "altshop"}

    id = Column(Integer, primary_key=True)
    customer_id = Column("kunden_nr", Integer, index=True)
    created_at = Column("angelegt", DateTime)


old_articles = Table(
    "artikel",
    Base.metadata,
    Column("id", Integer, nullable=False),
    Column("nummer", CHAR(12)),
    PrimaryKeyConstraint("id"),
    schema="altshop",
)
