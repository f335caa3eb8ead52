"""Warehouses and what lies in them."""

from datetime import datetime

from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import relationship

from shop.catalog import ProductVariant
from shop.db import AutoIncrementBase, Base, Timestamps


class Warehouse(Base):
    """A building, under the code that stands on its parcels."""

    code = Column(String(4), primary_key=True)
    city = Column(String(100), nullable=False)


class StockLevel(Base):
    """How much of a variant lies in a warehouse."""

    warehouse_code = Column(ForeignKey("warehouses.code"), primary_key=True)
    variant_id = Column(ForeignKey("product_variants.id"), primary_key=True)
    on_hand = Column(Integer, nullable=False, default=0)
    reserved = Column(Integer, nullable=False, default=0)

    warehouse = relationship(Warehouse)
    variant = relationship(ProductVariant, back_populates="stock")


class StockMovement(Base):
    """One change of a stock level; a partition for each month."""

    __table_args__ = {"postgresql_partition_by": "RANGE (booked_on)"}

    id = Column(Integer, primary_key=True)
    booked_on = Column(Date, primary_key=True)
    warehouse_code = Column(ForeignKey("warehouses.code"), nullable=False)
    variant_id = Column(ForeignKey("product_variants.id"), nullable=False)
    quantity = Column(Integer, nullable=False)


class Supplier(Timestamps, AutoIncrementBase):
    """Who sells to the shop."""

    name = Column(String(200), nullable=False)
    lead_time_days = Column(Integer)


class PurchaseOrder(AutoIncrementBase):
    """What was ordered at a supplier."""

    supplier_id = Column(ForeignKey("suppliers.id"), nullable=False)
    ordered_at = Column(DateTime(timezone=True), default=datetime.now(), nullable=False)
    expected_on = Column(Date)

    supplier = relationship(Supplier)
    lines = relationship("PurchaseOrderLine", cascade="all, delete-orphan")


class PurchaseOrderLine(Base):
    """A line of a purchase order."""

    purchase_order_id = Column(ForeignKey("purchase_orders.id", ondelete="CASCADE"), primary_key=True)
    line = Column(Integer, primary_key=True)
    variant_id = Column(ForeignKey("product_variants.id"), nullable=False)
    quantity = Column(Integer, nullable=False)
