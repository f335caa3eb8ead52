"""Core tables: what `Table(...)`, `to_metadata()` and imperative mapping make of a module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flake8_autoincrement.facts.unknown import Unreadable
from flake8_autoincrement.facts.schema import Table
from flake8_autoincrement.inference.declarations.models import Models
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import Class, Made, Module, Part, Value, text_of

_COPIES = frozenset({"to_metadata", "tometadata"})
_IMPERATIVE = frozenset({"map_imperatively", "mapper"})


class CoreTables:
    """Finds the tables of a module that no class statement declares."""

    def __init__(self, interpreter: Interpreter, models: Models) -> None:
        self._interpreter = interpreter
        self._models = models

    def tables(self, module: Module) -> Iterator[Table | Unreadable]:
        """Give the tables that no class of the module claims as its `__table__`, one for each name and metadata."""
        claimed = self._claimed(module)
        variables = {
            id(value): f"{module.name}.{name}" for name, value in module.names.items() if isinstance(value, Made)
        }
        classes = self._imperative_classes(module)
        for made in self._distinct(module):
            if id(made) in claimed:
                continue
            cls = classes.get(id(made))
            found = self._models.core_table(made, module.path, module.name, cls, variables.get(id(made)))
            yield self._copied(made, found)

    def _claimed(self, module: Module) -> set[int]:
        classes = [made for made in module.made if isinstance(made, Class)]
        tables = [self._models.mapper.scan(cls).table for cls in classes]
        return {id(self._models.resolved_table(table)) for table in tables if table is not None}

    def _imperative_classes(self, module: Module) -> dict[int, Class]:
        """Give the classes that the module maps to tables by hand, by the identity of the table."""
        found = {}
        for made in module.made:
            if isinstance(made, Made) and _name(made) in _IMPERATIVE and len(made.args) > 1:
                cls, table = self._interpreter.force(made.args[0]), self._interpreter.force(made.args[1])
                if isinstance(cls, Class):
                    found[id(table)] = cls
        return found

    def _distinct(self, module: Module) -> list[Made]:
        """Give the calls that make a table, those that only look one up or extend one left out."""
        found: dict[object, Made] = {}
        for made in module.made:
            if not isinstance(made, Made) or _name(made) not in ("Table", *_COPIES):
                continue
            key = self._key(made)
            earlier = found.get(key)
            if earlier is None:
                found[key] = made
            elif earlier is not made and "extend_existing" in made.keywords:
                self._interpreter.has_changed_others = True  # who had read the table before has seen it without
                earlier.args.extend(argument for argument in made.args[2:] if argument not in earlier.args)
        return list(found.values())

    def _key(self, made: Made) -> object:
        """Give what tells one table from another: its metadata, schema and name."""
        name = text_of(self._interpreter.force(made.args[0])) if made.args else None
        if name is None or len(made.args) < 2 or _name(made) in _COPIES:
            return id(made)
        schema = text_of(self._interpreter.force(made.keywords["schema"])) if "schema" in made.keywords else None
        return (id(self._interpreter.force(made.args[1])), schema, name)

    def _copied(self, made: Made, found: Table | Unreadable) -> Table | Unreadable:
        """Give a copy of a table its own name and schema."""
        if not isinstance(found, Table) or _name(made) not in _COPIES:
            return found
        name = text_of(self._argument(made, "name"))
        schema = text_of(self._argument(made, "schema"))
        return replace(found, name=name or found.name, schema=schema or found.schema)

    def _argument(self, made: Made, name: str) -> Value | None:
        found = made.keywords.get(name)
        return None if found is None else self._interpreter.force(found)


def _name(made: Made) -> str | None:
    return made.callee.name if isinstance(made.callee, Part) else known_name(made.callee)
