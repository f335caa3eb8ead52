"""The base classes and column types that all services of the shop share."""

from shop_common.base import AutoIncrementBase, Base, BigAutoIncrementBase, SimpleAutoIncrementBase
from shop_common.clock import utc_now
from shop_common.columns import Currency, Money
from shop_common.mixins import OfCustomer, PublicId, SoftDelete, Timestamps

__all__ = [
    "AutoIncrementBase",
    "Base",
    "BigAutoIncrementBase",
    "Currency",
    "Money",
    "OfCustomer",
    "PublicId",
    "SimpleAutoIncrementBase",
    "SoftDelete",
    "Timestamps",
    "utc_now",
]
