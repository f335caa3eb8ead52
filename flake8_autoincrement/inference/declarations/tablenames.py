"""Table names that a library makes from a class's name."""

from __future__ import annotations

import re


def flask_name(name: str) -> str:
    """Give Flask-SQLAlchemy's name for a model's table (`camel_to_snake_case`, 3.0 and newer)."""
    spaced = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name)
    return spaced.lower().lstrip("_")
