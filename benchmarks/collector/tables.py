"""The tables of the imported package, with the place in its sources that each comes from."""

from __future__ import annotations

import gc
import json
import sys
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from definitions import column_definitions, generation
from sources import relative
from sqlalchemy import MetaData, Table, event
from sqlalchemy.orm import Mapper

JSON = dict[str, Any]
Place = tuple[str, int]


class Origins:
    """Where in the package each table was made, noted when SQLAlchemy attaches the table to its metadata."""

    def __init__(self, sources: Iterable[str]) -> None:
        """Listen to every table from here on; only the given files can be the author of one."""
        self._sources = set(sources)
        self._places: weakref.WeakKeyDictionary[Table, tuple[Place, ...]] = weakref.WeakKeyDictionary()
        event.listen(Table, "after_parent_attach", self._note)

    def __iter__(self) -> Iterator[tuple[Table, tuple[Place, ...]]]:
        """Yield the package's tables that are still in use, with the places that made them, the innermost first."""
        gc.collect()
        for table, places in list(self._places.items()):
            if places and table.metadata.tables.get(table.key) is table:
                yield table, places

    def _note(self, table: Table, metadata: MetaData) -> None:
        if table not in self._places:
            self._places[table] = tuple(self._package_places(sys._getframe(1)))

    def _package_places(self, frame: FrameType | None) -> Iterator[Place]:
        """Yield the lines of the package that led here, up to where an import or the configuration of mappers began.

        What lies beyond that is not the author of the table: it only asked for a module, or ran a library's listener.
        """
        while frame is not None and not is_trigger(frame):
            if frame.f_code.co_filename in self._sources:
                yield frame.f_code.co_filename, frame.f_lineno
            frame = frame.f_back


def is_trigger(frame: FrameType) -> bool:
    """Tell whether a frame runs what others have written: an imported module, listeners of mapper configuration."""
    return frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_code.co_name == "_configure_registries"


def declared_tables(origins: Origins, roots: list[tuple[str, Path]]) -> list[JSON]:
    """Return the facts about the package's own tables, sorted.

    A module that was run under two names counts once, with the name that fits its file.
    """
    classes = mapped_classes()
    records = []
    for table, places in origins:
        made = [(relative(Path(file), roots), line) for file, line in places]
        records.append(facts(table, classes.get(table), made))
    records.sort(key=lambda record: (not has_name_of_file(record), record["class"] or ""))
    tables: dict[str, JSON] = {}
    for record in records:
        tables.setdefault(json.dumps([record[field] for field in ("name", "schema", "file", "line")]), record)
    return [tables[key] for key in sorted(tables)]


def has_name_of_file(record: JSON) -> bool:
    """Tell whether the class of a table is called as the path of its file suggests."""
    module = record["file"].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return bool(record["class"]) and bool(record["class"].startswith(f"{module}."))


def mapped_classes() -> dict[Table, type]:
    """Return the class that each table is mapped to; where several share it, the one that the others inherit from."""
    mappers = [each for each in gc.get_objects() if issubclass(type(each), Mapper)]
    mappers.sort(key=lambda mapper: (len(list(mapper.iterate_to_root())), dotted(mapper.class_)))
    classes: dict[Table, type] = {}
    for mapper in mappers:
        if isinstance(mapper.local_table, Table):
            classes.setdefault(mapper.local_table, mapper.class_)
    return classes


def facts(table: Table, mapped: type | None, made: list[Place]) -> JSON:
    """Return what the benchmark compares about a table; its file is that of its class, if it has one."""
    definitions, errors = column_definitions(table)
    class_file = getattr(sys.modules.get(mapped.__module__), "__file__", None) if mapped else None
    file, line = next((place for place in made if class_file and class_file.endswith(place[0])), made[0])
    return {
        "name": str(table.name),
        "schema": None if table.schema is None else str(table.schema),
        "file": file,
        "line": line,
        "files": sorted({file for file, _ in made}),
        "class": dotted(mapped) if mapped else None,
        "key": [
            {
                "column": str(column.name),
                "type": type(column.type).__name__,
                "autoincrement": False if column.autoincrement is None else column.autoincrement,
                "generation": generation(column, definitions[column.name]),
                "ddl": definitions[column.name],
            }
            for column in table.primary_key.columns
        ],
        "timestamps": [
            {"column": str(column.name), "timezone": "WITH TIME ZONE" in definitions[column.name].upper()}
            for column in table.columns
            if definitions[column.name].upper().startswith("TIMESTAMP")
        ],
        "errors": errors,
    }


def dotted(mapped: type) -> str:
    """Return the full name of a class."""
    return f"{mapped.__module__}.{mapped.__qualname__}"
