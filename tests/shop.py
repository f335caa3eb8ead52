"""A small project with something to report in every file, for the tests of both front ends."""

from __future__ import annotations

from collections.abc import Mapping

PLACES = {
    ("app/models/order.py", 9, "AIN002", "implicit-autoincrement"),
    ("app/models/user.py", 5, "AIN001", "raw-base"),
    ("app/models/user.py", 7, "AIN002", "implicit-autoincrement"),
}

FILES: Mapping[str, str] = {
    "app/__init__.py": "",
    "app/db.py": """\
        from sqlalchemy import BigInteger
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class AutoIncrementBase(Base):
            __abstract__ = True

            id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
        """,
    "app/models/__init__.py": "",
    "app/models/user.py": """\
        from app import db
        from sqlalchemy.orm import Mapped, mapped_column


        class User(db.Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
    "app/models/order.py": """\
        from __future__ import annotations

        from sqlalchemy import Column, Integer, MetaData, Table

        from ..db import AutoIncrementBase

        metadata = MetaData()

        lines = Table("lines", metadata, Column("id", Integer, primary_key=True))


        class Order(AutoIncrementBase):
            __tablename__ = "orders"
        """,
}
