"""Throw-away environments, in which a published package is installed, imported and read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packages import Package

JSON = dict[str, Any]

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "flake8-autoincrement"
"""What the benchmarks install and build, each in a folder of its own."""

COLLECTOR = Path(__file__).with_name("collector")
INSTALL_SECONDS = IMPORT_SECONDS = 1800
READ_SECONDS = 600


class BenchmarkError(Exception):
    """A package could not be installed, imported or read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The folder of one package: its virtual environment, and the truth about it once that is collected."""

    package: Package
    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter that has the package."""
        return self.folder / "venv" / "bin" / "python"

    def prepare(self) -> None:
        """Install the package, unless exactly that was installed here before."""
        build_once(self.folder, self.package.pip_requirements(), make_environment)

    def truth(self, refresh: bool) -> JSON:
        """Return what importing the package shows; from an earlier run, unless it is to be refreshed."""
        file = self.folder / "truth.json"
        if refresh or not file.exists():
            self._collect(file)
        truth: JSON = json.loads(file.read_text(encoding="utf-8"))
        return truth

    def _collect(self, file: Path) -> None:
        unfinished = file.with_suffix(".unfinished")
        options = [f"--output={unfinished}", f"--prelude={self.package.prelude}", "--skip", *self.package.skip]
        with tempfile.TemporaryDirectory() as home:
            # What an import writes for its user goes where nobody looks.
            surroundings = os.environ | {"HOME": home, "PYTHONWARNINGS": "ignore"}
            command = [str(self.python), str(COLLECTOR), *self.package.imports, *options]
            run(f"import {self.package.name}", command, IMPORT_SECONDS, cwd=Path(home), env=surroundings)
        unfinished.rename(file)

    def copy_sources(self, truth: JSON, target: Path) -> list[str]:
        """Copy the package's bare sources to the target folder; return the paths that `ain` is to read there."""
        libraries = site_packages(self.folder)
        for source in truth["sources"]:
            copy = target / source
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(libraries / source, copy)
        return [name.replace(".", "/") for name in self.package.imports]

    def our_tables(self, truth: JSON) -> list[JSON]:
        """Return what `ain tables --json` says about the package's bare sources."""
        repository = Path(__file__).resolve().parent.parent
        surroundings = os.environ | {"PYTHONPATH": str(repository)}
        with tempfile.TemporaryDirectory() as scratch:
            paths = self.copy_sources(truth, Path(scratch))
            options = ["--json", f"--python={self.python}"]
            command = [sys.executable, "-m", "flake8_autoincrement", "tables", *options, *paths]
            output = run(f"read {self.package.name}", command, READ_SECONDS, cwd=Path(scratch), env=surroundings)
        return [table for table in json.loads(output)["tables"] if table["origin"] == "models"]


def build_once(folder: Path, requirements: str, build: Callable[[Path, Path], None]) -> None:
    """Let `build` fill a folder, unless it did so before with exactly these requirements.

    It is given the folder, which is empty, and a requirements file for pip.
    """
    marker = folder / "requirements.txt"
    if marker.exists() and marker.read_text(encoding="utf-8") == requirements:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    unfinished = folder / "wanted.txt"
    unfinished.write_text(requirements, encoding="utf-8")
    build(folder, unfinished)
    unfinished.rename(marker)


def make_environment(folder: Path, requirements: Path) -> None:
    """Make a virtual environment with what the file asks for, as `venv` in the folder."""
    make_empty_environment(folder)
    pip_install(folder, f"--requirement={requirements}")


def make_pinned_environment(folder: Path, requirements: Path) -> None:
    """Make a virtual environment with exactly what the file names, and not what that depends on."""
    make_empty_environment(folder)
    pip_install(folder, "--no-deps", f"--requirement={requirements}")


def make_empty_environment(folder: Path) -> None:
    """Make a virtual environment, as `venv` in the folder."""
    run(f"make the environment of {folder.name}", [sys.executable, "-m", "venv", "venv"], 120, cwd=folder)


def pip_install(folder: Path, *words: str) -> None:
    """Run `pip install` in the environment in the folder."""
    command = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", *words]
    run(f"install {folder.name}", command, INSTALL_SECONDS, cwd=folder)


def site_packages(folder: Path) -> Path:
    """Return the libraries of the environment in the folder."""
    return next((folder / "venv" / "lib").glob("python3*")) / "site-packages"


def run(purpose: str, command: list[str], seconds: int, *, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a command and return its output; raise a BenchmarkError that shows the end of what it said when it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"could not {purpose} within {seconds} seconds") from error
    if done.returncode != 0:
        last_word = done.stdout.strip().rpartition("\n")[2]
        raise BenchmarkError(f"could not {purpose}: exit status {done.returncode}, {last_word}\n{done.stderr[-3000:]}")
    return done.stdout
