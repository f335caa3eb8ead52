"""Columns that look the same in every table."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from sqlalchemy import BigInteger, Integer, Numeric, String
from sqlalchemy.orm import mapped_column

# SQLite, which the tests run on, counts nothing but an INTEGER.
BigKey = Annotated[
    int,
    mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True, sort_order=-1),
]
Currency = Annotated[str, mapped_column(String(3))]
Money = Annotated[Decimal, mapped_column(Numeric(12, 2))]
