"""What the checks say about the cases of a page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from oracle import folder
from pages import Case

from flake8_autoincrement.diagnostics import Diagnostic
from flake8_autoincrement.engine.check import CODE, check_names
from flake8_autoincrement.engine.page_runner import LIBRARIES, found_in
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.keys import Version
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.registry import Check, discovered
from flake8_autoincrement.settings import Settings, settings_in

SQLALCHEMY = (2, 1)
SQLMODEL = (0, 0, 50)


@cache
def checks_of(page: Path) -> tuple[Check, ...]:
    """Give the check that a page belongs to, one for each type of facts that it looks at."""
    return tuple(check for check in discovered() if check.page.samefile(page))


def report(case: Case, checks: Sequence[Check]) -> list[tuple[str, Diagnostic]]:
    """Run some checks, strict ones too, over a case's files; each diagnostic comes with its file's path in the case."""
    found = found_in(case, folder(case), checks)
    assert not [one for _, one in found if one.code == CODE], found
    return found


def settings_of(case: Case) -> Settings:
    """Give the settings that a case's `toml` block writes down, else the defaults."""
    return settings_in(folder(case), check_names()) or Settings()


@cache
def read(case: Case, sqlalchemy: Version, sqlmodel: Version = SQLMODEL) -> dict[str, FileFacts]:
    """Read the files of a case, those of its libraries excepted."""
    root = folder(case)
    roots, libraries = [str(root), str(root / "src")], [str(root / LIBRARIES)]
    program = Program(roots, libraries, sqlalchemy=sqlalchemy, sqlmodel=sqlmodel)
    paths = sorted(path for path in case.files if path.endswith(".py") and not path.startswith(LIBRARIES))
    return {path: program.facts(os.path.join(root, path)) for path in paths}
