"""Alembic revisions: what their functions do to a database, read without running them."""
