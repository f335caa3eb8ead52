"""The base of the help desk's tables."""

from sqlalchemy import Column, Integer

from shop.db import Base


class SimpleAutoIncrementBase(Base):
    """A table in the help desk's own schema."""

    __abstract__ = True
    __table_args__ = {"schema": "support"}

    id = Column(Integer, primary_key=True, index=True)
