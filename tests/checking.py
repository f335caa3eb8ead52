"""What the checks say about the cases of a page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from oracle import folder
from pages import Case

from flake8_autoincrement.diagnostics import Diagnostic
from flake8_autoincrement.engine.check import check_names, run_checks
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.keys import Version
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.registry import Check, discovered
from flake8_autoincrement.settings import Settings, settings_in

LIBRARIES = "site-packages/"
SQLALCHEMY = (2, 1)
SQLMODEL = (0, 0, 50)


@cache
def check_of(page: Path) -> Check:
    """Give the check that a page belongs to."""
    return next(check for check in discovered() if check.page.samefile(page))


def report(case: Case, checks: Sequence[Check]) -> list[tuple[str, Diagnostic]]:
    """Run some checks, strict ones too, over a case's files; each diagnostic comes with its file's path in the case."""
    settings = settings_of(case)
    asked = replace(settings, enable=settings.enable | {check.slug for check in checks if check.strict})
    found = []
    for path, facts in read(case, settings.sqlalchemy or SQLALCHEMY, settings.sqlmodel or SQLMODEL).items():
        assert facts.error is None, facts.error
        found += [(path, diagnostic) for diagnostic in run_checks(facts, asked, checks)]
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
