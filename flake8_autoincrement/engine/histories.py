"""Revisions, grouped into the histories that they make up."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_autoincrement.engine.files import is_sql
from flake8_autoincrement.engine.project import Workspace
from flake8_autoincrement.engine.scripts import ScriptDirectories, ScriptDirectory
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.history import History, Section, files_read_by
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.facts.unknown import Unreadable
from flake8_autoincrement.inference.sources import Sources


def histories_of(
    directory: ScriptDirectory, paths: Sequence[str], facts: Callable[[str], FileFacts]
) -> tuple[History, ...]:
    """Give the histories of a script directory, whose files `paths` are.

    What Alembic reads by one section is one history. Files that no section names belong together where they are in one
    folder, or where one follows or depends on another; a number that two folders use leads to neither.
    """
    read = {path: facts(path) for path in paths}
    revisions = {path: each.revision for path, each in read.items() if each.revision is not None}
    failed = tuple(each.error for each in read.values() if each.error is not None)
    groups = list(_connected(directory, revisions))
    if failed and not groups:
        return (History("migrations", directory.folder, (), failed=failed),)
    return tuple(_history(directory, group, len(groups) == 1, failed) for group in groups)


def history_of_sql(facts: FileFacts) -> History:
    """Give the history of a file of SQL: one step, called as the file is."""
    revision = Revision(facts.path, os.path.basename(facts.path), upgrade=facts.statements)
    failed = () if facts.error is None else (facts.error,)
    return History("sql", facts.path, (revision,), failed=failed)


@dataclass(frozen=True, slots=True)
class _Group:
    """Revisions of one history and the sections that name their folders."""

    revisions: tuple[Revision, ...]
    sections: tuple[Section, ...]


class Search:
    """Finds the histories that files have a part in, by what is on disk."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._sources = Sources()
        self._finders: dict[bytes, ScriptDirectories] = {}

    def concerns(self, path: str, facts: FileFacts | None) -> bool:
        """Say whether a file may be a revision; `facts` are None where it was not read."""
        if is_sql(path) or (facts is not None and facts.error is None):
            return facts is not None and facts.revision is not None
        return self._finder(path).may_be_revision(path)

    def directories(self, paths: Sequence[str]) -> dict[ScriptDirectory, tuple[str, ...]]:
        """Give the script directories of revisions, each with the files that may be its revisions."""
        found: dict[ScriptDirectory, set[str]] = {}
        for path in paths:
            finder = self._finder(path)
            directory = finder.of(path)
            if directory not in found:
                found[directory] = set(finder.files(directory))
            found[directory].add(path)  # which a link may have led to
        return {directory: tuple(sorted(files)) for directory, files in found.items()}

    def directory(self, path: str) -> tuple[ScriptDirectory, tuple[str, ...]]:
        """Give the script directory of a revision, and the files that may be its revisions."""
        ((directory, files),) = self.directories([path]).items()
        return directory, files

    def histories(
        self,
        directories: Mapping[ScriptDirectory, tuple[str, ...]],
        paths: Sequence[str],
        facts: Mapping[str, FileFacts],
    ) -> Iterator[History]:
        """Give the histories of script directories in which files have a part, then those of the files of SQL.

        A file of SQL that a revision runs is none of its own.
        """
        given = set(paths)
        run: set[str] = set()
        for directory, files in sorted(directories.items(), key=lambda item: item[0].folder):
            for history in histories_of(directory, files, facts.__getitem__):
                run |= files_read_by(history.revisions)
                if not given.isdisjoint(history.files) or _have_failed(history, given):
                    yield history
        for path in sorted(given - run):
            if is_sql(path) and (facts[path].statements or facts[path].error):
                yield history_of_sql(facts[path])

    def _finder(self, path: str) -> ScriptDirectories:
        project = self._workspace.project(path)
        if project.context not in self._finders:
            self._finders[project.context] = project.script_directories(self._sources)
        return self._finders[project.context]


def _have_failed(history: History, given: set[str]) -> bool:
    return any(each.span is not None and each.span.path in given for each in history.failed)


def _connected(directory: ScriptDirectory, revisions: Mapping[str, Revision]) -> Iterator[_Group]:
    units = {path: _unit(directory, path) for path in revisions}
    joined = _Joined()
    by_number: dict[str, set[object]] = defaultdict(set)
    for path, revision in revisions.items():
        for name in (revision.revision, *revision.branch_labels):
            by_number[name].add(units[path])
    for path, revision in revisions.items():
        for name in (*revision.down_revisions, *revision.depends_on):
            found = by_number.get(name, set())
            if len(found) == 1:
                joined.join(units[path], *found)
    for first, second in _sharing(directory):
        joined.join(first, second)
    groups: dict[object, list[Revision]] = defaultdict(list)
    for path, revision in revisions.items():
        groups[joined.root(units[path])].append(revision)
    for root, members in groups.items():
        named = [each.settings for each in directory.configured if joined.root(each.folders) == root]
        yield _Group(tuple(members), tuple(Section(each.file, each.section) for each in named))


def _unit(directory: ScriptDirectory, path: str) -> object:
    """Give what stands for the files that are read together with one: a section's folders, or the file's own folder."""
    folder = os.path.dirname(path)
    return next((each.folders for each in directory.configured if each.holds(folder)), folder)


def _sharing(directory: ScriptDirectory) -> Iterator[tuple[object, object]]:
    """Give the pairs of sections that read a folder in common."""
    for each in directory.configured:
        for other in directory.configured:
            if each is not other and any(other.holds(folder) for folder in each.folders):
                yield each.folders, other.folders


class _Joined:
    """Sets of things that belong together, as they are joined two by two."""

    def __init__(self) -> None:
        self._parents: dict[object, object] = {}

    def root(self, thing: object) -> object:
        """Give the one that stands for all that a thing belongs together with."""
        while (parent := self._parents.get(thing, thing)) != thing:
            thing = parent
        return thing

    def join(self, thing: object, other: object) -> None:
        """Let two things, and all that belongs to either, belong together."""
        self._parents[self.root(thing)] = self.root(other)


def _history(
    directory: ScriptDirectory, group: _Group, is_only: bool, failed: tuple[Unreadable, ...]
) -> History:
    folder = directory.folder if is_only else _common([revision.path for revision in group.revisions])
    own = tuple(each for each in failed if is_only or _lies_with(each, group))
    return History("migrations", folder, group.revisions, group.sections, directory.databases, own)


def _common(paths: Sequence[str]) -> str:
    return os.path.commonpath([os.path.dirname(path) for path in paths])


def _lies_with(failure: Unreadable, group: _Group) -> bool:
    folders = {os.path.dirname(revision.path) for revision in group.revisions}
    return failure.span is not None and os.path.dirname(failure.span.path) in folders
