"""Every model of the shop, for Alembic and for the shell."""

from shop.analytics import models as analytics
from shop.billing import models as billing
from shop.catalog import models as catalog
from shop.customers import models as customers
from shop.db import Base
from shop.inventory import models as inventory
from shop.legacy import models as legacy
from shop.orders import models as orders
from shop.shipping import models as shipping
from shop.support import models as support

metadata = Base.metadata

__all__ = [
    "analytics",
    "billing",
    "catalog",
    "customers",
    "inventory",
    "legacy",
    "metadata",
    "orders",
    "shipping",
    "support",
]
