"""What models are made of: everything that the services share, and this service's engine."""

from __future__ import annotations

import os
from functools import cache

from shop_common import *  # noqa: F401, F403
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

URL = os.environ.get("SHOP_DATABASE_URL", "postgresql+psycopg://shop@localhost/shop")


@cache
def engine() -> Engine:
    """Connect to the database, once for the process."""
    return create_engine(URL, pool_pre_ping=True)


def new_session() -> Session:
    """Open a session."""
    return sessionmaker(engine(), expire_on_commit=False)()
