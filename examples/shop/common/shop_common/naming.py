"""How tables and constraints are called."""

from __future__ import annotations

import re

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def table_name(class_name: str) -> str:
    """Give the table of a class: `OrderLine` is mapped to `order_lines`."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
