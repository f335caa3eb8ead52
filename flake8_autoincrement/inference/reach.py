"""Whether SQLAlchemy can be reached from a file by what it imports: most files with the words of a model cannot."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from flake8_autoincrement.inference.finder import LIBRARIES, Finder, Location, is_standard
from flake8_autoincrement.inference.outlines import Imported, Outline, Statement
from flake8_autoincrement.inference.sources import ReadError, Sources

# A table or a mapped class begins with something of these. The others are never looked into either.
_MAPPING = frozenset({"sqlalchemy", "sqlmodel", "flask_sqlalchemy"})
KNOWN_LIBRARIES = _MAPPING | {"six", "alembic", "pydantic", "typing_extensions", "lazy_object_proxy"}

MAXIMUM_SIZE = 16_000_000  # bytes of the files whose outlines are kept
EVERYTHING = "*"


class _Name(NamedTuple):
    """A name of a file, dotted where something of it is meant; `*` for all that is there once it is imported."""

    path: str
    name: str


class _Part(NamedTuple):
    """A statement of a file, and the attribute that is meant where it makes a class."""

    path: str
    statement: Statement
    attribute: str


class _Reached(Exception):
    """An import of SQLAlchemy was found."""


class Reach:
    """Follows names through imports and definitions, by the outlines of files."""

    def __init__(self, sources: Sources, finder: Finder) -> None:
        self._sources = sources
        self._finder = finder
        self._outlines: dict[str, Outline] = {}
        self._size = 0
        self._barren: set[_Name | _Part] = set()

    def leads_to_mapping(self, path: str, data: bytes) -> bool:
        """Say whether something that a file has may come from SQLAlchemy or a library that is built on it."""
        self._remember(path, Outline(data))
        seen: set[_Name | _Part] = set()
        pending: list[_Name | _Part] = [_Name(path, EVERYTHING)]
        try:
            while pending:
                current = pending.pop()
                if current not in seen and current not in self._barren:
                    seen.add(current)
                    with self._sources.on_behalf(current.path):
                        pending.extend(self._origins(current))
        except _Reached:
            return True
        self._barren |= seen
        return False

    def is_of_known_library(self, path: str) -> bool:
        """Say whether a file is a part of SQLAlchemy, say, as it is installed."""
        top = self._finder.top(path)
        return os.path.basename(top) in KNOWN_LIBRARIES and os.path.basename(os.path.dirname(top)) in LIBRARIES

    def _origins(self, current: _Name | _Part) -> Iterator[_Name | _Part]:
        """Give what a name may be made of; raise `_Reached` where that is of SQLAlchemy."""
        outline = self._outline(current.path)
        if isinstance(current, _Part):
            yield from (
                _Name(current.path, name) for name in outline.ingredients(current.statement, current.attribute)
            )
        elif current.name == EVERYTHING:
            names = outline.run(wholly=outline.imports_of(_MAPPING))
            yield from (_Name(current.path, name) for name in names)
            yield from self._stars(current, outline)
        else:
            yield from self._meanings(current, outline)

    def _meanings(self, current: _Name, outline: Outline) -> Iterator[_Name | _Part]:
        """Give the imports and statements that a name may come from."""
        head, _, rest = current.name.partition(".")
        word = head.encode()
        for imported in outline.imports.get(word, ()):
            yield from self._imported(current, imported, rest)
        for statement in outline.bindings.get(word, ()):
            yield _Part(current.path, statement, rest.partition(".")[0])
        yield from self._stars(current, outline)
        if os.path.basename(current.path) == "__init__.py":
            folder = os.path.dirname(current.path)
            yield from self._inside(current, Location(current.path, (folder,), folder), current.name)

    def _stars(self, current: _Name, outline: Outline) -> Iterator[_Name | _Part]:
        for star in outline.imports.get(b"*", ()):
            yield from self._imported(current, star, current.name)

    def _imported(self, current: _Name, imported: Imported, rest: str) -> Iterator[_Name | _Part]:
        """Give what an import brings; `rest` is what is meant of it."""
        top = _top(imported)
        if top in _MAPPING:
            raise _Reached
        if top in KNOWN_LIBRARIES or is_standard(top):
            return
        location = self._location(current.path, imported.module)
        if location is None:
            return
        if imported.name is None:
            yield from self._inside(current, location, rest)
            return
        if location.path is not None:
            self._sources.dependencies.read(current.path, location.path)
            yield _Name(location.path, f"{imported.name}.{rest}" if rest else imported.name)
        if rest and (submodule := self._finder.below(location, [imported.name])) is not None:
            yield from self._inside(current, submodule, rest)

    def _inside(self, current: _Name, location: Location, name: str) -> Iterator[_Name | _Part]:
        """Give a dotted name of a module, and of the modules inside it."""
        if not name:
            return
        if location.path is not None and location.path != current.path:
            self._sources.dependencies.read(current.path, location.path)
            yield _Name(location.path, name)
        head, _, rest = name.partition(".")
        if location.folders and (submodule := self._finder.below(location, [head])) is not None:
            yield from self._inside(current, submodule, rest)

    def _location(self, path: str, module: str) -> Location | None:
        if not module.startswith("."):
            return self._finder.absolute(module, path)
        name = module.lstrip(".")
        return self._finder.relative(len(module) - len(name), name, path)

    def _outline(self, path: str) -> Outline:
        found = self._outlines.get(path)
        if found is None:
            try:
                data = self._sources.data(path)
            except ReadError:
                data = b""
            found = Outline(data)
            self._remember(path, found)
        return found

    def _remember(self, path: str, outline: Outline) -> None:
        """Keep an outline, and forget all others once they have grown too many: they are soon made again."""
        if self._size > MAXIMUM_SIZE:
            self._outlines.clear()
            self._size = 0
        self._outlines[path] = outline
        self._size += outline.size


def _top(imported: Imported) -> str:
    return imported.module.partition(".")[0]
