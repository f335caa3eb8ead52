"""Foreign keys: the column that one refers to, from which a column without a type of its own takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flake8_autoincrement.facts.schema import Column, SqlType
from flake8_autoincrement.inference.declarations.mapping import Mapper
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import Class, Made, Module, text_of

MAXIMUM_MODULES = 100  # that are searched for the table that a foreign key refers to
ColumnOf = Callable[[Class | Made, str, Module], Column | None]


@dataclass(slots=True)
class _Index:
    """What makes the tables of a module, by their names; `seen` counts what of it was looked at."""

    owners: dict[str, list[Class | Made]] = field(default_factory=dict)
    seen: int = 0


class References:
    """Finds the columns that foreign keys name, in the module of a table and in those that it imports."""

    def __init__(self, interpreter: Interpreter, mapper: Mapper, column_of: ColumnOf) -> None:
        self._interpreter = interpreter
        self._mapper = mapper
        self._column_of = column_of
        self._busy: set[str] = set()
        self._types: dict[tuple[str, Module], SqlType | None] = {}
        self._indexes: dict[Module, _Index] = {}

    def type(self, target: str, home: Module) -> SqlType | None:
        """Give the type of the column that `schema.table.column` names, None if it is not found."""
        if (target, home) in self._types:
            return self._types[target, home]
        if target in self._busy:
            return None
        self._busy.add(target)
        try:
            found = self._types[target, home] = self._sought(target, home)
        finally:
            self._busy.discard(target)
        return found

    def _sought(self, target: str, home: Module) -> SqlType | None:
        *_, table, column = ["", *target.split(".")]
        for owner, module in self._owners(table, home) if table else ():
            found = self._column_of(owner, column, module)
            if found is not None and isinstance(found.type, SqlType):
                return found.type
        return None

    def _owners(self, table: str, home: Module) -> Iterator[tuple[Class | Made, Module]]:
        """Give the classes and Core tables of a name and their modules, the nearest ones first."""
        for module in self._modules(table, home):
            yield from ((owner, module) for owner in self._owners_in(self._interpreter.executed(module), table))

    def _owners_in(self, module: Module, table: str) -> Iterator[Class | Made]:
        """Give what makes the table of a name in one module, looking no further than is asked for."""
        index = self._indexes.setdefault(module, _Index())
        given = 0
        while True:
            found = index.owners.get(table, [])
            if given < len(found):
                given += 1
                yield found[given - 1]
            elif index.seen < len(module.made):  # which grows while a `declared_attr` makes further classes
                made = module.made[index.seen]
                name = self._table_name(made)
                index.seen += 1
                if name is not None:
                    index.owners.setdefault(name, []).append(made)
            else:
                return

    def _table_name(self, made: Class | Made) -> str | None:
        if isinstance(made, Class):
            name = self._mapper.scan(made).table_name
            return name if isinstance(name, str) else None
        is_table = known_name(made.callee) == "Table" and bool(made.args)
        return text_of(self._interpreter.force(made.args[0])) if is_table else None

    def _modules(self, table: str, home: Module) -> Iterator[Module]:
        """Give a module, then those that it imports, and those that they import, which contain a table's name."""
        seen = {id(home): home}
        queue = [home]
        while queue and len(seen) < MAXIMUM_MODULES:
            module = self._interpreter.loaded(queue.pop(0))
            if module is home or table in module.text:
                yield module
            self._interpreter.bind_imports(module)
            for imported in module.imported:
                self._interpreter.sources.dependencies.read(module.path, imported.path)
                if id(imported) not in seen:
                    seen[id(imported)] = imported
                    queue.append(imported)
