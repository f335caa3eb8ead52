"""A project's modules, evaluated on demand, and the facts that each file holds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flake8_autoincrement.facts.file import FileFacts, Unreadable
from flake8_autoincrement.facts.keys import Version
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.schema import Table
from flake8_autoincrement.inference.finder import Finder
from flake8_autoincrement.inference.interpreter import Interpreter
from flake8_autoincrement.inference.libraries import known_name
from flake8_autoincrement.inference.models import Models, tables_of
from flake8_autoincrement.inference.sources import ReadError, Sources
from flake8_autoincrement.inference.trees import ParseError, parsed
from flake8_autoincrement.inference.triggers import may_declare
from flake8_autoincrement.inference.values import Class, Made, Module, Part
from flake8_autoincrement.source import Span

class Program:
    """Answers what each file of a project declares.

    `roots` are the folders from which the project's own absolute imports are resolved, `libraries` the site-packages
    folders that are searched after them, both as absolute paths.
    """

    def __init__(
        self,
        roots: Sequence[str],
        libraries: Sequence[str] = (),
        *,
        sqlalchemy: Version = (2, 1),
        sqlmodel: Version = (0, 0, 50),
    ) -> None:
        self._sources = Sources()
        self._finder = Finder(self._sources, roots, libraries)
        self._interpreter = Interpreter(self._sources, self._finder, sqlalchemy)
        self._models = Models(self._interpreter, sqlalchemy, sqlmodel)
        self._facts: dict[str, FileFacts] = {}

    def overlay(self, path: str, text: str) -> None:
        """Use `text` for `path` instead of what the disk has, as for an editor's unsaved buffer."""
        self._sources.overlay(os.path.abspath(path), text)

    def facts(self, path: str) -> FileFacts:
        """Give what a file declares; the answer does not depend on which other files were asked for before."""
        path = os.path.abspath(path)
        if path not in self._facts:
            with _deep_recursion():
                self._facts[path] = self._read(path)
        return self._facts[path]

    def _read(self, path: str) -> FileFacts:
        try:
            text = self._sources.text(path)
            if not may_declare(text):
                return FileFacts(path)
        except ReadError as error:
            return FileFacts(path, error=Unreadable(str(error), Span(path, 1, 0, 1, 0)))
        module = self._interpreter.executed(self._interpreter.module_at(path))
        if module.tree is None:
            return FileFacts(path, error=self._parse_failure(path, text))
        if _is_revision(module):
            return FileFacts(path)
        return self._declared(module)

    def _parse_failure(self, path: str, text: str) -> Unreadable:
        try:
            parsed(text, path, "", False)
        except ParseError as error:
            return _syntax_error(path, error)
        return Unreadable("it could not be read", Span(path, 1, 0, 1, 0))

    def _declared(self, module: Module) -> FileFacts:
        self._note_imperative(module)
        path = module.path
        models = [model for cls in _classes(module) if (model := self._models.model(cls, path)) is not None]
        tables: list[Table] = []
        unread = [Unreadable(unknown.why, unknown.span) for unknown in module.unread]
        for found in self._core_tables(module):
            if isinstance(found, Table):
                tables.append(found)
            else:
                unread.append(found)
        unread += [_nameless(model) for model in models if self._is_nameless(model)]
        return FileFacts(path, tuple(sorted(models, key=_place)), tuple(sorted(tables, key=_place)), tuple(unread))

    def _note_imperative(self, module: Module) -> None:
        """Note which classes are mapped to which tables by `map_imperatively` or `mapper`."""
        for made in module.made:
            if not isinstance(made, Made):
                continue
            name = made.callee.name if isinstance(made.callee, Part) else known_name(made.callee)
            if name in ("map_imperatively", "mapper") and len(made.args) > 1:
                cls = self._interpreter.force(made.args[0])
                if isinstance(cls, Class):
                    self._models.mapper.imperative.setdefault(id(cls), self._interpreter.force(made.args[1]))

    def _core_tables(self, module: Module) -> Iterator[Table | Unreadable]:
        """Give the tables that no class of the module claims as its `__table__`."""
        claimed = {id(value) for cls in _classes(module) if (value := self._models.mapper.scan(cls).table) is not None}
        variables = {id(value): name for name, value in module.names.items() if isinstance(value, Made)}
        seen: dict[tuple[int, str | None, str], Table] = {}
        for made in tables_of(module):
            if id(made) in claimed:
                continue
            variable = variables.get(id(made))
            dotted = f"{module.name}.{variable}" if variable else module.name
            found = self._models.core_table(made, module.path, variable=dotted)
            if isinstance(found, Unreadable):
                yield found
                continue
            metadata = id(self._interpreter.force(made.args[1])) if len(made.args) > 1 else 0
            if (metadata, found.schema, found.name) in seen and not found.columns:
                continue
            seen[(metadata, found.schema, found.name)] = found
            yield found

    def _is_nameless(self, model: ModelClass) -> bool:
        return False


def _nameless(model: ModelClass) -> Unreadable:
    return Unreadable(f"{model.name} has no table name that is known", model.span)


def _classes(module: Module) -> list[Class]:
    return [made for made in module.made if isinstance(made, Class)]


def _place(fact: ModelClass | Table) -> tuple[int, int]:
    return (fact.span.line, fact.span.column) if fact.span is not None else (0, 0)


def _is_revision(module: Module) -> bool:
    """Say whether a module is an Alembic revision, whose tables are a moment of history and not declarations."""
    return "revision" in module.names and "down_revision" in module.names


def _syntax_error(path: str, error: ParseError) -> Unreadable:
    return Unreadable(f"invalid syntax: {error}", Span(path, error.line, error.column, error.line, error.column))


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Allow the interpreter to nest as deeply as the code that it reads."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 12_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
