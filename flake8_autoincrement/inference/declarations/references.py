"""Foreign keys: the column that one refers to, from which a column without a type of its own takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flake8_autoincrement.facts.schema import Column, SqlType
from flake8_autoincrement.inference.declarations.mapping import Mapper
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import Class, Made, Module, text_of

MAXIMUM_MODULES = 100  # that are searched for the table that a foreign key refers to
ColumnOf = Callable[[Class | Made, str, Module], Column | None]


class References:
    """Finds the columns that foreign keys name, in the module of a table and in those that it imports."""

    def __init__(self, interpreter: Interpreter, mapper: Mapper, column_of: ColumnOf) -> None:
        self._interpreter = interpreter
        self._mapper = mapper
        self._column_of = column_of
        self._busy: set[str] = set()

    def type(self, target: str, home: Module) -> SqlType | None:
        """Give the type of the column that `schema.table.column` names, None if it is not found."""
        *_, table, column = ["", *target.split(".")]
        if not table or target in self._busy:
            return None
        self._busy.add(target)
        try:
            for owner, module in self._owners(table, home):
                found = self._column_of(owner, column, module)
                if found is not None and isinstance(found.type, SqlType):
                    return found.type
        finally:
            self._busy.discard(target)
        return None

    def _owners(self, table: str, home: Module) -> Iterator[tuple[Class | Made, Module]]:
        """Give the classes and Core tables of a name and their modules, the nearest ones first."""
        for module in self._modules(table, home):
            for made in self._interpreter.executed(module).made:
                if isinstance(made, Class):
                    if self._mapper.scan(made).table_name == table:
                        yield made, module
                elif known_name(made.callee) == "Table" and made.args:
                    if text_of(self._interpreter.force(made.args[0])) == table:
                        yield made, module

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
