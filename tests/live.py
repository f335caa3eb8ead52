"""Run the files of cases for real and tell what SQLAlchemy made of them.

This is a program of its own, so that the same cases can be put to several versions of SQLAlchemy: it reads a list of
project folders as JSON from stdin, imports every module below each, and prints a list of answers:

    {"error": "ArgumentError: ...", "sqlalchemy": "2.1.9", "ddl": ["CREATE TABLE ..."], "tables": [{...}]}

`error` is set where the import itself raises. A table that cannot be compiled has a comment instead of its statement.
"""

from __future__ import annotations

import builtins
import dis
import gc
import importlib
import json
import os
import re
import sys
import warnings
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

DIALECT = postgresql.dialect()
COUNTERS = ("SMALLSERIAL", "BIGSERIAL", "SERIAL")

collections: list[sa.MetaData] = []
mappers: list[orm.Mapper[Any]] = []
bodies: dict[str, frozenset[str]] = {}


def main() -> None:
    """Answer for every folder that stdin names, each in a process of its own that has the libraries already."""
    watch()
    warnings.simplefilter("ignore")
    for library in ("flask_sqlalchemy", "sqlmodel"):
        importlib.import_module(library)
    gc.disable()
    gc.freeze()
    json.dump([answer_apart(Path(folder)) for folder in json.load(sys.stdin)], sys.stdout)


def answer_apart(folder: Path) -> dict[str, Any]:
    """Give a folder's answer out of a copy of this process, so that nothing of the project stays."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as pipe:
            json.dump(answer(folder), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    found: dict[str, Any] = json.loads(text)
    return found


def watch() -> None:
    """Note every MetaData, every mapper and the names that every class body binds."""
    make_metadata = sa.MetaData.__init__
    build_class = builtins.__build_class__

    def noted_metadata(self: sa.MetaData, *arguments: Any, **keywords: Any) -> None:
        make_metadata(self, *arguments, **keywords)
        collections.append(self)

    def noted_class(function: Any, name: str, *bases: Any, **keywords: Any) -> Any:
        made = build_class(function, name, *bases, **keywords)
        if isinstance(made, type):
            bodies[dotted(made)] = bound_names(function.__code__) | set(made.__dict__.get("__annotations__", ()))
        return made

    sa.MetaData.__init__ = noted_metadata  # type: ignore[method-assign]
    builtins.__build_class__ = noted_class
    event.listen(orm.Mapper, "after_mapper_constructed", lambda mapper, class_: mappers.append(mapper))


def bound_names(code: CodeType) -> frozenset[str]:
    return frozenset(str(step.argval) for step in dis.get_instructions(code) if step.opname == "STORE_NAME")


def answer(folder: Path) -> dict[str, Any]:
    """Import every module of a project and describe the tables that exist then."""
    sys.path[:0] = [str(folder), str(folder / "src"), str(folder / "site-packages")]
    try:
        modules = [importlib.import_module(name) for name in module_names(folder)]
        orm.configure_mappers()
    except Exception as error:
        return {"sqlalchemy": sa.__version__, "error": summary(error), "ddl": [], "tables": []}
    tables = {id(table): table for metadata in collections for table in metadata.tables.values()}.values()
    return {
        "sqlalchemy": sa.__version__,
        "error": None,
        "ddl": [statement(table) for table in tables],
        "tables": sorted((described(table, modules) for table in tables), key=lambda one: (one["name"], one["owner"])),
    }


def module_names(folder: Path) -> list[str]:
    names = []
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        if parts[0] == "site-packages":
            continue
        if parts[0] == "src":
            parts = parts[1:]
        names.append(".".join(parts).removesuffix(".__init__"))
    return names


def summary(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0]}"


def statement(table: sa.Table) -> str:
    """Compile a table for PostgreSQL."""
    try:
        return str(CreateTable(table).compile(dialect=DIALECT)).strip()
    except Exception as error:
        return f"-- {table.name}: {summary(error)}"


def described(table: sa.Table, modules: list[ModuleType]) -> dict[str, Any]:
    """Describe a table in the words of a `facts` block."""
    mapper = next((one for one in mappers if one.local_table is table and not one.single), None)
    name = f"{table.schema}.{table.name}" if table.schema else table.name
    class_ = mapper.class_ if mapper else None
    return {
        "name": name,
        "owner": dotted(class_) if class_ else f"Table {variable(table, modules)}".rstrip(),
        "bases": [dotted(one) for one in class_.__mro__[1:] if is_stated(one, modules)] if class_ else [],
        "lines": [
            *(key_line(column, class_) for column in table.primary_key.columns),
            *(timestamp_line(column) for column in table.columns if timestamp_type(column) is not None),
        ],
    }


def is_stated(class_: type, modules: list[ModuleType]) -> bool:
    """Say whether a class has a class statement in the project."""
    return dotted(class_) in bodies and class_.__module__ in {module.__name__ for module in modules}


def dotted(class_: type) -> str:
    return f"{class_.__module__}.{class_.__qualname__}".replace(".<locals>", "")


def variable(table: sa.Table, modules: list[ModuleType]) -> str:
    for module in modules:
        for name, value in vars(module).items():
            if value is table:
                return f"{module.__name__}.{name}"
    return ""


def key_line(column: sa.Column[Any], class_: type | None) -> str:
    counts = "False" if column.autoincrement is None else str(column.autoincrement)
    line = f"{column.name} {type(column.type).__name__} {counts} -> {generation(column)}"
    origin = declared_in(column, class_)
    return f"{line} from {origin}" if origin else line


def declared_in(column: sa.Column[Any], class_: type | None) -> str | None:
    """Name the class that declares a column, None where it is the mapped class itself."""
    if class_ is None:
        return None
    key = next((p.key for p in sa.inspect(class_).column_attrs if column in p.columns), column.name)
    origin = next((one for one in class_.__mro__ if key in bodies.get(dotted(one), one.__dict__)), class_)
    return None if origin is class_ else dotted(origin)


def generation(column: sa.Column[Any]) -> str:
    """Read from the compiled column who fills it."""
    compiler = DIALECT.ddl_compiler(DIALECT, None)
    try:
        text = compiler.get_column_specification(column)
    except Exception:
        return "UNKNOWN"
    rest = text[len(compiler.preparer.format_column(column)):].strip()
    if found := re.match("|".join(COUNTERS), rest):
        return found.group()
    if " AS IDENTITY" in rest:
        return "IDENTITY"
    if " DEFAULT nextval(" in rest:
        return "SEQUENCE"
    if " DEFAULT " in rest or " GENERATED ALWAYS AS " in rest:
        return "SERVER_DEFAULT"
    if column.default is not None:
        return "CLIENT"
    return "PARENT" if column.foreign_keys else "NONE"


def timestamp_line(column: sa.Column[Any]) -> str:
    return f"{column.name} {timestamp_type(column)}"


def timestamp_type(column: sa.Column[Any]) -> str | None:
    try:
        text = column.type.compile(dialect=DIALECT)
    except Exception:
        return None
    if not text.startswith("TIMESTAMP"):
        return None
    return "timestamptz" if "WITH TIME ZONE" in text else "timestamp"


if __name__ == "__main__":
    main()
