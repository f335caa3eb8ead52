"""Carriers, shipments and parcels."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Integer, String, func, text
from sqlalchemy.orm import relationship

from shop.db import AutoIncrementBase, Base, utc_now


class Carrier(Base):
    """Who takes parcels to customers."""

    id = Column(Integer, primary_key=True, index=True)
    name = Column(String(80), nullable=False, unique=True)
    active = Column(Boolean, nullable=False, default=True)


class Shipment(Base):
    """The parcels of an order that leave together."""

    id = Column(BigInteger, primary_key=True, autoincrement=True, server_default=text("nextval('shipment_numbers')"))
    order_id = Column(ForeignKey("orders.id"), nullable=False)
    carrier_id = Column(ForeignKey("carriers.id"), nullable=False)
    handed_over_at = Column(DateTime(timezone=True))

    carrier = relationship(Carrier)
    parcels = relationship("Parcel", back_populates="shipment")


class Parcel(AutoIncrementBase):
    """One box."""

    shipment_id = Column(ForeignKey("shipments.id"), nullable=False)
    tracking_code = Column(String(40), unique=True)
    weight_grams = Column(Integer, nullable=False)

    shipment = relationship(Shipment, back_populates="parcels")


class TrackingEvent(AutoIncrementBase):
    """What a carrier says about a parcel."""

    parcel_id = Column(ForeignKey("parcels.id"), nullable=False, index=True)
    message = Column(String(400), nullable=False)
    reported_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    fetched_at = Column(DateTime(timezone=True), nullable=False, default=utc_now)
