"""Products, their variants, and the categories that they are found in."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db import AutoIncrementBase, Base, Currency, Money, SimpleAutoIncrementBase, SoftDelete, Timestamps

if TYPE_CHECKING:
    from shop.inventory.models import StockLevel


product_categories = Table(
    "product_categories",
    Base.metadata,
    Column("product_id", ForeignKey("products.id", ondelete="CASCADE"), primary_key=True),
    Column("category_id", ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True),
)


class Category(SimpleAutoIncrementBase):
    """A shelf of the shop; shelves stand on shelves."""

    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))

    parent: Mapped[Category | None] = relationship(remote_side="Category.id")
    products: Mapped[list[Product]] = relationship(secondary=product_categories, back_populates="categories")


class Brand(SimpleAutoIncrementBase):
    """Who makes a product."""

    name: Mapped[str] = mapped_column(String(120), unique=True)


class Product(Timestamps, SoftDelete, SimpleAutoIncrementBase):
    """Something that can be bought, in one or more variants."""

    brand_id: Mapped[int | None] = mapped_column(ForeignKey("brands.id"))
    slug: Mapped[str] = mapped_column(String(160), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    attributes: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)

    brand: Mapped[Brand | None] = relationship()
    categories: Mapped[list[Category]] = relationship(secondary=product_categories, back_populates="products")
    variants: Mapped[list[ProductVariant]] = relationship(back_populates="product")
    images: Mapped[list[ProductImage]] = relationship(order_by="ProductImage.position")


class ProductTranslation(Base):
    """A product's texts in one language."""

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(5), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)


class ProductVariant(AutoIncrementBase):
    """What lies in the warehouse and in the basket: a product in one size and colour."""

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    weight_grams: Mapped[int | None]

    product: Mapped[Product] = relationship(back_populates="variants")
    stock: Mapped[list[StockLevel]] = relationship(back_populates="variant")


class ProductImage(Base):
    """A picture of a product; its key is also its name in the object store."""

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, server_default="gen_random_uuid()")
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    alt_text: Mapped[str] = mapped_column(String(200), default="")


class Price(Base):
    """What a variant costs from a day on."""

    __table_args__ = (CheckConstraint("amount >= 0", name="amount"),)

    variant_id: Mapped[int] = mapped_column(ForeignKey("product_variants.id"), primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[Money]
