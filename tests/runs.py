"""Runs over the files of a project, with a cache and without one, to be compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from flake8_autoincrement.engine.cache import Cache
from flake8_autoincrement.engine.check import check_names
from flake8_autoincrement.engine.project import Invocation, Workspace
from flake8_autoincrement.engine.reader import Reader

Found = tuple[str, str]  # what a file declares and its report, in full: places are not compared otherwise


@dataclass(frozen=True, slots=True)
class Run:
    """What a run found out about files, and which of them it had to evaluate, as paths from the project's folder."""

    found: dict[str, Found]
    evaluated: frozenset[str]


def with_cache(project: Path, cache: Path, paths: Iterable[str], invocation: Invocation | None = None) -> Run:
    """Read files as one run does, with what earlier runs kept."""
    reader = Reader(Workspace(invocation or Invocation(), check_names()), Cache(str(cache)))
    found = {}
    for path in paths:
        report = reader.report(str(project / path))  # before the facts, as flake8 and `ain check` ask for them
        found[path] = (repr(reader.facts(str(project / path))), repr(report))
    reader.keep()
    assert reader.cache is not None and reader.cache.problem is None
    reader.cache.close()
    return Run(found, frozenset(Path(path).relative_to(project).as_posix() for path in reader.evaluated))


def without_cache(project: Path, paths: Iterable[str], invocation: Invocation | None = None) -> dict[str, Found]:
    """Read every file by itself, as a run over no other file would."""
    found = {}
    for path in paths:
        reader = Reader(Workspace(invocation or Invocation(), check_names()), None)
        found[path] = (repr(reader.facts(str(project / path))), repr(reader.report(str(project / path))))
    return found


def python_files(project: Path, without: Collection[str] = (".venv", "site-packages")) -> list[str]:
    """Give the Python files below a folder, from there, except those of installed libraries."""
    paths = (path.relative_to(project) for path in sorted(project.rglob("*.py")))
    return [path.as_posix() for path in paths if not set(path.parts) & set(without)]
