"""What SQLAlchemy really makes of the cases: every version that there is runs all of them once."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from pages import Block, Case, cases, facts_pages, rule_pages

LIVE = Path(__file__).with_name("live.py")


@cache
def versions() -> dict[str, Path | None]:
    """Give the versions of SQLAlchemy as `2.1`, each with the folder it is in, None for the installed one.

    The environment variable `OTHER_SQLALCHEMY` names the folder of a second version.
    """
    found: dict[str, Path | None] = {_version(None): None}
    if folder := os.environ.get("OTHER_SQLALCHEMY"):
        return {_version(Path(folder)): Path(folder), **found}
    return found


def _version(folder: Path | None) -> str:
    path = [str(folder)] if folder else sys.path
    version = next(one.version for one in distributions(name="SQLAlchemy", path=path))
    return ".".join(version.split(".")[:2])


def number(version: str) -> tuple[int, ...]:
    """Give a version as a tuple: `2.1` is (2, 1)."""
    return tuple(map(int, version.split(".")))


@cache
def run_cases() -> tuple[Case, ...]:
    """Give the cases that are run for real: those that say what SQLAlchemy makes of them."""
    found = (case for page in (*rule_pages(), *facts_pages()) for case in cases(page))
    return tuple(case for case in found if any(block.language in ("ddl", "facts") for block in case.blocks))


@cache
def folder(case: Case) -> Path:
    """Write a case's files into a folder of their own and give that."""
    place = _root() / f"ain-case-{case.name.replace(':', '-')}"
    case.write(place)
    return place


def blocks(language: str) -> list[tuple[Case, str, Block]]:
    """Give every block of a language with its case, once for each version of SQLAlchemy that it holds for."""
    asked = ((case, version) for case in run_cases() for version in versions())
    return [(case, version, block) for case, version in asked if (block := case.block(language, version))]


def block_name(value: object) -> str:
    """Name the parts of a test's parameters."""
    return value.name if isinstance(value, Case) else value.language if isinstance(value, Block) else str(value)


def answer(case: Case, version: str) -> dict[str, Any]:
    """Give what a version of SQLAlchemy makes of a case, as `live.py` describes it."""
    return _answers(version)[case.name]


def ask_all(asked: Sequence[Case], version: str) -> list[dict[str, Any]]:
    """Put cases that are on no page to a version of SQLAlchemy."""
    return _run([str(folder(case)) for case in asked], versions()[version])


@cache
def _answers(version: str) -> dict[str, dict[str, Any]]:
    return {case.name: found for case, found in zip(run_cases(), ask_all(run_cases(), version), strict=True)}


def _run(folders: Sequence[str], library: Path | None) -> list[dict[str, Any]]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    if library is not None:
        environment["PYTHONPATH"] = str(library)
    command = [sys.executable, str(LIVE)]
    done = subprocess.run(
        command, input=json.dumps(folders), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


@cache
def _root() -> Path:
    root = tempfile.mkdtemp(prefix="ain-pages-")
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return Path(root)
