"""Check that every SQLAlchemy table gets its primary key from PostgreSQL."""

__version__ = "0.1.0"
