"""The published packages whose tables are the benchmark, as packages.toml lists them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIST = Path(__file__).with_name("packages.toml")

COMMON_REQUIREMENTS = ("psycopg2-binary",)
"""Many packages want a driver for PostgreSQL before they let themselves be imported."""


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution whose declared tables are compared; packages.toml explains the fields."""

    name: str
    version: str
    imports: tuple[str, ...]
    style: str
    sqlalchemy: str
    requirements: tuple[str, ...] = ()
    prelude: str = ""
    skip: tuple[str, ...] = ()

    def pip_requirements(self) -> str:
        """Return what pip is to install, in the format of a requirements file."""
        pins = (f"{self.name}=={self.version}", f"SQLAlchemy=={self.sqlalchemy}")
        return "\n".join((*pins, *self.requirements, *COMMON_REQUIREMENTS, ""))


def package_lists() -> dict[str, tuple[Package, ...]]:
    """Return the lists of packages by name, and all of them together as `all`."""
    content = tomllib.loads(LIST.read_text(encoding="utf-8"))
    lists = {name: tuple(package(entry) for entry in entries) for name, entries in content.items()}
    return lists | {"all": tuple(each for packages in lists.values() for each in packages)}


def package(entry: dict[str, Any]) -> Package:
    """Return the package that one entry of the list describes."""
    fields: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in entry.items()}
    return Package(**fields)
