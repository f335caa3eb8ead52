"""Kills `ain check` and flake8 at random moments, and runs eight at once on one cache: nothing wrong may come of it.

    python benchmarks/kills.py                       a hundred kills, then ten rounds of eight processes
    python benchmarks/kills.py --kills 20 --seed 7

After every kill, and in every round, what is printed is compared with what a run without a cache prints, the exit
status too; nothing may stand on standard error, and no database may be locked. The exit status is 1 where something is
not so. It takes about ten minutes, on Linux.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from measurement import adopt_orphans

PACKAGES, MODELS = 12, 25
AT_ONCE = 8

BASE = """\
from sqlalchemy import BigInteger
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class AutoIncrementBase(Base):
    __abstract__ = True

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True{more})
"""
MIXINS = """\
from sqlalchemy import Column, DateTime, ForeignKey


class Stamped:
    created_at = Column(DateTime(timezone={timezone}))


def reference():
    return Column(ForeignKey("{name}_0.id"))
"""
MODEL = """\
from sqlalchemy.orm import Mapped, mapped_column

from ..base import {base}
from .mixins import Stamped, reference


class Model{number}({parents}):
    __tablename__ = "{name}_{number}"
    parent_id = reference()
{key}
"""
KEY = "    id: Mapped[int] = mapped_column(primary_key=True)"

AIN = (sys.executable, "-m", "flake8_autoincrement", "check", "--cache-dir", "../cache")
FLAKE8 = (sys.executable, "-m", "flake8", "--isolated", "--select=AIN", "--ain-cache-dir", "../cache")
COMMANDS = ((*AIN, "--jobs=1"), (*AIN, "--jobs=2"), (*FLAKE8, "--jobs=2"))


@dataclass(slots=True)
class Tally:
    """What happened."""

    kills: int = 0
    cut_short: int = 0  # of the kills, those that met a process that was still at work
    runs: int = 0
    differences: int = 0
    crashes: int = 0
    locks: int = 0
    slowest: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.cut_short} of a process at work), {self.runs} runs compared: "
            f"{self.differences} differences, {self.crashes} crashes, {self.locks} locks left; "
            f"the slowest run took {self.slowest:.1f} s"
        )


class Project:
    """A project of a few hundred models that is edited at random, and its cache."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder / "project"
        self.cache = folder / "cache"
        self._chance = chance
        self._write("pyproject.toml", "")
        self._write("shop/__init__.py", "")
        for path in self._paths():
            self._edit(path)

    def edit(self) -> None:
        """Change some files, seldom the base of all."""
        paths = [path for path in self._paths() if path != "shop/base.py" or self._chance.random() < 0.2]
        for path in self._chance.sample(paths, self._chance.randrange(1, 8)):
            self._edit(path)

    def forget(self) -> None:
        """Delete what is kept."""
        for path in self.cache.glob("*.sqlite*"):
            path.unlink()

    def locks(self) -> int:
        """Count the databases that nobody uses and that are locked all the same."""
        return sum(is_locked(path) for path in self.cache.glob("*.sqlite"))

    def _paths(self) -> Iterator[str]:
        yield "shop/base.py"
        for package in range(PACKAGES):
            yield f"shop/part_{package}/__init__.py"
            yield f"shop/part_{package}/mixins.py"
            yield from (f"shop/part_{package}/model_{number}.py" for number in range(MODELS))

    def _edit(self, path: str) -> None:
        name = path.split("/")[1]
        match path.rpartition("/")[2]:
            case "base.py":
                text = BASE.format(more=self._chance.choice(["", ", autoincrement=True"]))
            case "mixins.py":
                text = MIXINS.format(timezone=self._chance.choice([True, False]), name=name)
            case "__init__.py":
                text = self._chance.choice(["", "from . import mixins\n"])
            case model:
                text = self._model(name, model.removesuffix(".py").rpartition("_")[2])
        self._write(path, text)

    def _model(self, name: str, number: str) -> str:
        base = self._chance.choice(["Base", "AutoIncrementBase", "Gone"])
        parents = self._chance.choice([base, f"Stamped, {base}"])
        key = self._chance.choice([KEY, ""]) if base != "Base" else KEY
        return MODEL.format(base=base, number=number, parents=parents, name=name, key=key)

    def _write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def main() -> int:
    """Do as the command line asks; return the exit status."""
    options = parser().parse_args()
    adopt_orphans()
    chance = random.Random(options.seed)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), chance)
        for number in range(options.kills):
            kill_once(project, chance, number, tally)
        for _ in range(options.rounds):
            run_at_once(project, tally)
    print(tally)
    return int(bool(tally.differences or tally.crashes or tally.locks))


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    result = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--kills", type=int, default=100, metavar="N", help="how often a process is killed")
    result.add_argument("--rounds", type=int, default=10, metavar="N", help="how often eight processes run at once")
    result.add_argument("--seed", type=int, default=0, metavar="N", help="what decides on edits and moments")
    return result


def kill_once(project: Project, chance: random.Random, number: int, tally: Tally) -> None:
    """Kill a run, of a new cache or one that has to be brought up to date, and compare the next."""
    if number % 4 == 0:
        project.forget()
    project.edit()
    command = COMMANDS[number % len(COMMANDS)]
    expected, seconds = timed(without_cache(command), project)
    process = started(command, project)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=chance.uniform(0.05, 1.1 * seconds))
    tally.kills += 1
    tally.cut_short += process.poll() is None
    kill(process)
    tally.locks += project.locks()
    compare(timed(command, project), expected, tally)


def run_at_once(project: Project, tally: Tally) -> None:
    """Edit, run eight processes at the same time, and compare them all."""
    project.edit()
    expected = {command: timed(without_cache(command), project)[0] for command in COMMANDS}
    chosen = [COMMANDS[number % len(COMMANDS)] for number in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for command, run in zip(chosen, pool.map(timed, chosen, [project] * AT_ONCE), strict=True):
            compare(run, expected[command], tally)
    tally.locks += project.locks()


Outcome = tuple[int, str, str]


def compare(run: tuple[Outcome, float], expected: Outcome, tally: Tally) -> None:
    """Count a run, and say what is wrong with it."""
    (status, output, errors), seconds = run
    tally.runs += 1
    tally.slowest = max(tally.slowest, seconds)
    if errors:
        tally.crashes += 1
        print(errors, file=sys.stderr)
    if (status, sorted(output.splitlines())) != (expected[0], sorted(expected[1].splitlines())):
        tally.differences += 1
        print(f"exit status {status} and not {expected[0]}; output:\n{output}\nand not\n{expected[1]}", file=sys.stderr)


def without_cache(command: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that neither keeps nor uses anything."""
    return (*command, "--ain-no-cache" if "flake8" in command else "--no-cache")


def started(command: tuple[str, ...], project: Project) -> subprocess.Popen[str]:
    """Start a command as the leader of a group of processes."""
    return subprocess.Popen(
        (*command, "shop"),
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(process: subprocess.Popen[str]) -> Outcome:
    """Wait for a command; one that does not end is killed, and counts as a crash."""
    try:
        output, errors = process.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        kill(process)
        return -1, "", "it did not end"
    return process.returncode, output, errors


def timed(command: tuple[str, ...], project: Project) -> tuple[Outcome, float]:
    """Run a command; return what it gave, and after how many seconds."""
    began = time.monotonic()
    return finished(started(command, project)), time.monotonic() - began


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a command with all the processes that it has started, and wait until they are gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-process.pid, 0)


def is_locked(path: Path) -> bool:
    """Say whether a database cannot be written at once."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
    finally:
        connection.close()
    return False


if __name__ == "__main__":
    sys.exit(main())
