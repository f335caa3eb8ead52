"""Fixtures that every test may use, and the end of the PostgreSQL that they share."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import postgresql
import pytest

Write = Callable[[Mapping[str, str]], Path]


def pytest_configure(config: pytest.Config) -> None:
    """Say where a PostgreSQL may be started; the workers of pytest-xdist take that from the environment."""
    if not hasattr(config, "workerinput"):
        os.environ[postgresql.FOLDER] = str(postgresql.make_folder())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostgreSQL that was started, also where tests failed."""
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(postgresql.FOLDER, None)) is not None:
        postgresql.remove(Path(folder))


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Give a function that writes a project's files below a new working directory, and gives that."""

    def written(files: Mapping[str, str]) -> Path:
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        return tmp_path

    monkeypatch.chdir(tmp_path)
    return written
