"""Run the cases of a check's page: what checks find in the files of a case."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flake8_autoincrement.diagnostics import Diagnostic
from flake8_autoincrement.engine.check import check_names
from flake8_autoincrement.engine.project import NEWEST_SQLALCHEMY, NEWEST_SQLMODEL, Invocation, Project, Workspace
from flake8_autoincrement.engine.reader import Reader
from flake8_autoincrement.pages import Case
from flake8_autoincrement.registry import Check
from flake8_autoincrement.settings import Override, Settings, settings_in

LIBRARIES = "site-packages/"


def found_in(case: Case, folder: Path, checks: Sequence[Check]) -> list[tuple[str, Diagnostic]]:
    """Run checks, strict ones too, over the files of a case that were written into a folder.

    Each diagnostic comes with the path that its file has in the case. Libraries are those of the case alone.
    """
    reader = Reader(_CaseWorkspace(folder, checks), None, checks=checks)
    paths = sorted(path for path in case.files if path.endswith(".py") and not path.startswith(LIBRARIES))
    return [(path, found) for path in paths for found in reader.report(os.path.join(folder, path)).found]


class _CaseWorkspace(Workspace):
    """A workspace of one project: that of a case."""

    def __init__(self, folder: Path, checks: Sequence[Check]) -> None:
        super().__init__(Invocation(), check_names())
        settings = settings_in(folder, check_names() | {check.slug for check in checks}) or Settings()
        asked = settings.enable | {check.slug for check in checks if check.strict}
        self._case = Project(
            replace(settings, enable=asked),
            Override(),
            (str(folder), str(folder / "src")),
            (str(folder / LIBRARIES),),
            settings.sqlalchemy or NEWEST_SQLALCHEMY,
            settings.sqlmodel or NEWEST_SQLMODEL,
        )

    def project(self, path: str) -> Project:
        """Give the project of the case, whichever file is asked for."""
        return self._case
