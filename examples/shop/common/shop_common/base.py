"""The declarative base, and the bases that give a table its key."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import DateTime, MetaData, Numeric, func
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, has_inherited_table, mapped_column

from shop_common.columns import BigKey
from shop_common.naming import CONVENTION, table_name


class Base(DeclarativeBase):
    """The base of everything that is mapped; tables are called after their classes."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        Decimal: Numeric(12, 2),
    }

    @declared_attr.directive
    def __tablename__(cls) -> str | None:
        """Name the table, none where the class shares its parent's."""
        return None if has_inherited_table(cls) else table_name(cls.__name__)


class SimpleAutoIncrementBase(Base):
    """A table with a counted key."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, sort_order=-1)


class BigAutoIncrementBase(Base):
    """A table with a counted key that outgrows 2,147,483,647."""

    __abstract__ = True

    id: Mapped[BigKey]


class AutoIncrementBase(SimpleAutoIncrementBase):
    """A table with a counted key, which also knows when a row was written first."""

    __abstract__ = True

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=90)
