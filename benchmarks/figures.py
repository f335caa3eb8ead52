"""The figures of the speed benchmark, as lines for a terminal and as the section of the results file."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measurement import Measurement

HEADINGS = ("files", "run", "wall s", "from - to", "CPU s", "memory MB", "beside the other")
EXPLANATION = """\
Every run is a process of its own, started in turn with the others round after round; the first round is thrown away,
the rest give medians. The files are in the system's cache, and what is cold is the cache of `ain`: a *cold* run finds
an empty folder and fills it, a *warm* run finds what that run left. *leaf* and *base* are runs after one file was
changed by a column that no run saw before: a model that no other model needs, and the base that more models of the tree
have than any other. CPU is user and system time of all processes; memory is the largest sum of what all processes have
at one time, looked at every 20 ms in one more run, pages that they share counted once.

- installed: the libraries of an environment with mlflow and jupyterhub, among which only these two declare tables.
- dense: the sources of eight packages side by side, about half of whose files name SQLAlchemy; the smaller trees are
  the first packages of it.
- flake8: its own checks and the plugin's, in one process, on every 60th file of the installed tree that does not name
  SQLAlchemy; and on one model of the dense tree from standard input, as it is on disk and with a column more. The
  cache is warm.
- history: a project of 300 revisions and 60 models, made for this: tables, columns, batches and SQL.
- ruff: `ruff check --no-cache --select F`, on the same files."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of one command, a row of the table."""

    files: str
    run: str
    measurement: Measurement
    beside: str = ""
    """How it compares with what it is measured against."""

    def cells(self) -> tuple[str, ...]:
        """Return the row."""
        shortest, longest = self.measurement.range
        peak = self.measurement.peak
        return (
            self.files,
            self.run,
            f"{self.measurement.wall:.2f}",
            f"{shortest:.2f} - {longest:.2f}",
            f"{self.measurement.cpu:.2f}",
            "" if peak is None else f"{megabytes(peak):.0f}",
            self.beside,
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure is asked to be at most."""

    demand: str
    value: float
    limit: float
    unit: str

    @property
    def is_met(self) -> bool:
        """Say whether the figure is small enough."""
        return self.value <= self.limit

    def cells(self) -> tuple[str, ...]:
        """Return the row."""
        return self.demand, self._quantity(self.limit), self._quantity(self.value), "met" if self.is_met else "missed"

    def _quantity(self, number: float) -> str:
        return f"{number:.0f} MB" if self.unit == "MB" else f"{number:.2f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the benchmark gave."""

    figures: tuple[Figure, ...]
    bars: tuple[Bar, ...]


def megabytes(count: int) -> float:
    """Return bytes as millions."""
    return count / 1e6


def terminal_lines(part: Part) -> Iterable[str]:
    """Yield a line for each figure and bar."""
    widths = (24, 28, 8, 16, 8, 11, 0)
    for row in (HEADINGS, *(figure.cells() for figure in part.figures)):
        yield "".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
    for bar in part.bars:
        demand, limit, value, verdict = bar.cells()
        yield f"{verdict}: {demand}: {value} (at most {limit})"


def section(parts: Sequence[Part], versions: str, command: str) -> str:
    """Return this benchmark's section of the results file; `command` is what makes it again."""
    figures = [figure.cells() for part in parts for figure in part.figures]
    bars = [bar.cells() for part in parts for bar in part.bars]
    return "\n".join(
        (
            "# How fast `ain check` is",
            "",
            EXPLANATION,
            "",
            f"{machine()}, {versions}, `{command}`:",
            "",
            *table(HEADINGS, figures, numbers=range(2, 6)),
            "",
            "What is asked for:",
            "",
            *table(("demand", "at most", "measured", ""), bars, numbers=range(1, 3)),
            "",
        )
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: range) -> Iterable[str]:
    """Yield the lines of a table in Markdown; `numbers` are the columns that are set to the right."""
    for row in (headings, ["---:" if index in numbers else "---" for index in range(len(headings))], *rows):
        yield f"| {' | '.join(row)} |"


def machine() -> str:
    """Return what the commands ran on."""
    return f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores of {processor()}"


def processor() -> str:
    """Return the name of the processor, or its kind where the system does not say."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
