"""The published packages whose Alembic histories are applied, as histories.toml lists them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packages import Package, package_lists

LIST = Path(__file__).with_name("histories.toml")
WITHOUT_ENV = """
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
import sqlalchemy
script = ScriptDirectory.from_config(config)
with EnvironmentContext(config, script, fn=lambda rev, context: script._upgrade_revs("heads", rev)) as environment:
    with sqlalchemy.create_engine(url).connect() as connection:
        environment.configure(connection=connection)
        with environment.begin_transaction():
            environment.run_migrations()
"""


@dataclass(frozen=True, slots=True)
class History:
    """One folder with an env.py of a package; histories.toml explains the fields."""

    package: Package
    scripts: str
    style: str
    name: str = ""
    prelude: str = ""
    apply: str = ""
    requirements: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the history is called where several are listed."""
        return f"{self.package.name}-{self.name}" if self.name else self.package.name


def history_lists() -> dict[str, tuple[History, ...]]:
    """Return the lists of histories by name, and all of them together as `all`."""
    packages = {package.name: package for package in package_lists()["all"]}
    content = tomllib.loads(LIST.read_text(encoding="utf-8"))
    lists = {
        name: tuple(_history(entry, packages) for entry in entries)
        for name, entries in content.items()
    }
    return lists | {"all": tuple(each for histories in lists.values() for each in histories)}


def _history(entry: dict[str, Any], packages: dict[str, Package]) -> History:
    fields: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in entry.items()}
    if fields.pop("without_env", False):
        fields["apply"] = WITHOUT_ENV
    return History(**fields | {"package": packages[entry["package"]]})
