"""A project's modules, evaluated on demand, and the facts that each file holds."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from astroid import nodes

from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.keys import Version
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.facts.schema import Table
from flake8_autoincrement.facts.unknown import Unknown, Unreadable
from flake8_autoincrement.inference.declarations.constraints import Convention
from flake8_autoincrement.inference.declarations.coretables import CoreTables
from flake8_autoincrement.inference.declarations.models import Models
from flake8_autoincrement.inference.dependencies import Dependencies
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.values import Class, Module
from flake8_autoincrement.inference.finder import Finder
from flake8_autoincrement.inference.migrations.revisions import Revisions, is_revision
from flake8_autoincrement.inference.reach import Reach
from flake8_autoincrement.inference.sources import ReadError, Sources, decoded
from flake8_autoincrement.inference.syntax import ParseError, parse_problem
from flake8_autoincrement.inference.trees import collector_paused
from flake8_autoincrement.inference.triggers import may_be_revision, may_declare, names_table, never_readable
from flake8_autoincrement.source import Lines, Span
from flake8_autoincrement.sql.statements import operations


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
        self._reach = Reach(self._sources, self._finder)
        self._versions = (sqlalchemy, sqlmodel)
        self._trees: dict[str, nodes.Module] = {}
        self._conventions: dict[str, Convention | None] = {}  # of the metadata of each `env.py`
        self._begin()
        self._facts: dict[str, FileFacts] = {}

    def _begin(self) -> None:
        """Evaluate from the beginning: modules are executed anew, their trees are kept."""
        sqlalchemy, sqlmodel = self._versions
        self._interpreter = Interpreter(self._sources, self._finder, sqlalchemy, self._trees)
        self._has_read = False
        self._models = Models(self._interpreter, sqlalchemy, sqlmodel)
        self._core_tables = CoreTables(self._interpreter, self._models)

    def overlay(self, path: str, text: str) -> None:
        """Use `text` for `path` instead of what the disk has, as for an editor's unsaved buffer."""
        self._sources.overlay(os.path.abspath(path), text)

    @property
    def dependencies(self) -> Dependencies:
        """Give what the facts of each file rest on."""
        return self._sources.dependencies

    @property
    def weight(self) -> int:
        """Give the size of the texts whose trees are kept, in characters."""
        return self._sources.weight

    def digest(self, path: str) -> bytes | None:
        """Give the digest of a file's content as it was read, None where it was not."""
        return self._sources.digest_of(path)

    def take(self, path: str, data: bytes) -> None:
        """Take the bytes of a file from somebody who has just read it."""
        self._sources.take(path, data)

    def facts(self, path: str) -> FileFacts:
        """Give what a file declares; the answer does not depend on which other files were asked for before."""
        path = os.path.abspath(path)
        if path not in self._facts and path.endswith(".sql"):
            self._facts[path] = self._statements(path)
        if path not in self._facts:
            with _deep_recursion(), _quiet(), collector_paused():
                self._facts[path] = self._read(path)
                if self._interpreter.has_changed_others and self._has_read:
                    self._begin()  # it may have come too late for what had been found out of the others
                    self._facts[path] = self._read(path)
            self._has_read = True
            if self._interpreter.has_changed_others:
                self._begin()  # what a file does to others is seen by those that import it, and by nobody else
        return self._facts[path]

    def _read(self, path: str) -> FileFacts:
        try:
            with self._sources.on_behalf(path):
                data = self._sources.data(path)
                if never_readable(data):
                    decoded(data)
                if not self._may_declare(path, data):
                    return FileFacts(path, error=self._unreadable(path, data))
                self._sources.take(path, data)
                text = self._sources.text(path)
        except ReadError as error:
            return FileFacts(path, error=Unreadable(str(error), Span(path, 1, 0, 1, 0)))
        module = self._interpreter.executed(self._interpreter.module_at(path))
        if module.tree is None:
            return FileFacts(path, error=_parse_failure(path, text))
        if is_revision(module):
            revision = Revisions(self._interpreter, self._models, self._conventions).revision(module)
            return FileFacts(path, revision=revision)
        return self._declared(module)

    def _statements(self, path: str) -> FileFacts:
        """Read a file of SQL."""
        try:
            with self._sources.on_behalf(path):
                text = decoded(self._sources.data(path))
        except ReadError as error:
            return FileFacts(path, error=Unreadable(str(error), Span(path, 1, 0, 1, 0)))
        return FileFacts(path, statements=operations(text, Lines(path, text).span))

    def _may_declare(self, path: str, data: bytes) -> bool:
        """Say whether a file could declare a table."""
        if not may_declare(data) or self._reach.is_of_known_library(path):
            return False
        return names_table(data) or may_be_revision(data) or self._reach.leads_to_mapping(path, data)

    def _unreadable(self, path: str, data: bytes) -> Unreadable | None:
        """Say why Python cannot read a file that declares nothing, None if it can; installed ones concern nobody."""
        return None if self._finder.is_installed(os.path.dirname(path)) else _syntax_problem(path, decoded(data))

    def _declared(self, module: Module) -> FileFacts:
        with self._interpreter.at(module):
            models, tables, unread = self._everything(module)
        unread = [*(Unreadable(unknown.why, unknown.span) for unknown in module.unread), *unread]
        mapped = {(model.table.schema, model.table.name) for model in models if model.table is not None}
        alone = [table for table in tables if (table.schema, table.name) not in mapped]
        return FileFacts(
            module.path, tuple(sorted(models, key=_place)), tuple(sorted(alone, key=_place)), tuple(unread)
        )

    def _everything(self, module: Module) -> tuple[list[ModelClass], list[Table], list[Unreadable]]:
        """Give a module's models, its Core tables, and what of them could not be read."""
        models: list[ModelClass] = []
        unread: list[Unreadable] = []
        for cls in module.made:  # grows while a `declared_attr` makes further classes
            if isinstance(cls, Class):
                found = self._interpreter.within_budget(partial(self._models.model, cls, module.path), cls.span)
                failure = found if isinstance(found, Unknown) else self._models.unnamed(cls)
                models += [found] if isinstance(found, ModelClass) else []
                unread += [Unreadable(f"{cls.dotted}: {failure.why}", failure.span)] if failure is not None else []
        listed = self._interpreter.within_budget(lambda: list(self._core_tables.tables(module)), None)
        made = [Unreadable(listed.why)] if isinstance(listed, Unknown) else listed
        tables = [table for table in made if isinstance(table, Table)]
        return models, tables, [*unread, *(table for table in made if isinstance(table, Unreadable))]


def _place(fact: ModelClass | Table) -> tuple[int, int]:
    return (fact.span.line, fact.span.column) if fact.span is not None else (0, 0)


def _syntax_problem(path: str, text: str) -> Unreadable | None:
    problem = parse_problem(text)
    return None if problem is None else _syntax_error(path, problem)


def _parse_failure(path: str, text: str) -> Unreadable:
    return _syntax_problem(path, text) or Unreadable("it is nested too deeply to be read", Span(path, 1, 0, 1, 0))


def _syntax_error(path: str, error: ParseError) -> Unreadable:
    why = str(error) if str(error).startswith(("invalid syntax", "it is")) else f"invalid syntax: {error}"
    return Unreadable(why, Span(path, error.line, error.column, error.line, error.column))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Python warns of where constants of the user's are computed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Allow the interpreter to nest as deeply as the code that it reads."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 12_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
