"""How Alembic reaches the database of the ledger."""

import os

from alembic import context
from sqlalchemy import create_engine, pool

from models import Base

with create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
