"""From evaluated classes and calls to what SQLAlchemy makes of them."""
