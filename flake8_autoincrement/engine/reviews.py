"""What the histories of a project say of its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flake8_autoincrement.diagnostics import Diagnostic
from flake8_autoincrement.engine.files import is_sql
from flake8_autoincrement.engine.histories import Search, histories_of, history_of_sql
from flake8_autoincrement.engine.project import Workspace
from flake8_autoincrement.engine.review import Reports, reviewed
from flake8_autoincrement.engine.scripts import ScriptDirectory
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.history import History
from flake8_autoincrement.registry import Check
from flake8_autoincrement.settings import Settings


class Reviews:
    """Judges each history once, as a whole, whichever of its files is asked for.

    `facts` reads a file. Raises `SettingsError` where the settings of Alembic cannot be used.
    """

    def __init__(self, workspace: Workspace, facts: Callable[[str], FileFacts], checks: Sequence[Check]) -> None:
        self._workspace = workspace
        self._facts = facts
        self._checks = checks
        self._search = Search(workspace)
        self._reports: dict[ScriptDirectory, Reports] = {}

    def of(self, path: str, facts: FileFacts) -> tuple[Diagnostic, ...]:
        """Give what is found in a file by looking at its history; `facts` are those of the file."""
        if is_sql(path):
            return self._reviewed(history_of_sql(facts)).get(path, ())
        if facts.revision is None:
            return ()
        directory, files = self._search.directory(path)
        if directory not in self._reports:
            self._reports[directory] = self._of_directory(directory, files)
        return self._reports[directory].get(path, ())

    def _of_directory(self, directory: ScriptDirectory, files: Sequence[str]) -> Reports:
        found = [self._reviewed(each) for each in histories_of(directory, files, self._facts)]
        return {path: diagnostics for reports in found for path, diagnostics in reports.items()}

    def _reviewed(self, history: History) -> Reports:
        return reviewed(history, self._settings, self._checks)

    def _settings(self, path: str) -> Settings:
        return self._workspace.project(path).settings_for(path)
