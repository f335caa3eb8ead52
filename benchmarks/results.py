"""The result of the benchmark, as lines for a terminal and as the section that is committed."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from comparison import Difference, Score, total
from environments import JSON
from packages import Package

LIBRARIES = {
    "sqlalchemy": "SQLAlchemy",
    "sqlmodel": "SQLModel",
    "flask-sqlalchemy": "Flask-SQLAlchemy",
    "oslo-db": "oslo.db",
}
HEADINGS = ("package", "tables", "keys agreed", "wrong", "unknown", "timestamps", "false", "seconds", "with")


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for one package."""

    package: Package
    truth: JSON
    score: Score
    differences: list[Difference]
    seconds: float
    """How long `ain` took."""

    def row(self) -> tuple[str, ...]:
        """Return the package's line of the result table."""
        libraries = [
            f"{name} {self.truth['versions'][key]}" for key, name in LIBRARIES.items() if key in self.truth["versions"]
        ]
        name = f"{self.package.name} {self.package.version}"
        return (name, *score_cells(self.score), f"{self.seconds:.1f}", ", ".join(libraries))


def sum_row(results: list[Result]) -> tuple[str, ...]:
    """Return the last line of the result table."""
    seconds = sum(result.seconds for result in results)
    return ("all", *score_cells(total(result.score for result in results)), f"{seconds:.1f}", "")


def score_cells(score: Score) -> tuple[str, ...]:
    """Return a score as the cells between name and time."""
    return (
        f"{score.found}/{score.existing}",
        f"{score.keys_agreed}/{score.keys}",
        str(score.wrong),
        str(score.unknown),
        f"{score.timestamps_agreed}/{score.timestamps}",
        str(score.false),
    )


def line(cells: tuple[str, ...]) -> str:
    """Return the cells as one line for a terminal."""
    name, *numbers, libraries = cells
    labels = ("tables", "keys", "wrong", "unknown", "timestamps", "false", "s")
    return (
        f"{name:<45}"
        + "  ".join(f"{label} {number:<9}" for label, number in zip(labels, numbers, strict=True))
        + libraries
    )


def section(results: list[Result], command: str) -> str:
    """Return this benchmark's section of the results file; `command` is what makes it again."""
    rows = [*(result.row() for result in results), sum_row(results)]
    styles = [f"- {result.package.name}: {result.package.style}." for result in results]
    return "\n".join(
        (
            "# How much of the truth `ain tables` finds",
            "",
            "The packages were installed and imported, and every table that they declare was compiled by SQLAlchemy",
            "for PostgreSQL. `ain tables --json` read their bare sources. A table is matched by name and schema; a key",
            "agrees when all its columns and how each gets its value agree; *wrong* counts confident wrong answers on",
            "keys of one column; a timestamp agrees when both sides see it with the same kind of time zone.",
            "",
            f"Python {platform.python_version()}, `{command} --write`:",
            "",
            "| " + " | ".join(HEADINGS) + " |",
            "| --- |" + " ---: |" * (len(HEADINGS) - 2) + " --- |",
            *("| " + " | ".join(row) + " |" for row in rows),
            "",
            "What each package stands for:",
            "",
            *styles,
            "",
        )
    )
