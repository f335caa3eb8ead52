"""The comparison: the tables that SQLAlchemy has against the tables that `ain tables --json` reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

JSON = dict[str, Any]
Pair = tuple[JSON, JSON]


class Kind(StrEnum):
    """What two views of a table can differ in."""

    MISSING = "missing table"
    FALSE = "false table"
    WRONG = "wrong key"
    COMPOSITE = "wrong composite key"
    UNKNOWN = "unknown key"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact about which the two sides disagree."""

    kind: Kind
    table: str
    column: str | None
    """None where the whole table is what differs."""
    ours: str
    theirs: str
    reason: str | None
    """Why ours is unknown, in its own words."""
    place: str
    """The file and line of the table: ours where we have it, theirs otherwise."""

    def __str__(self) -> str:
        """Say it in one line."""
        column = f".{self.column}" if self.column else ""
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.place}: {self.kind}: {self.table}{column}: ours {self.ours}, theirs {self.theirs}{reason}"


@dataclass(frozen=True, slots=True)
class Score:
    """How often the two sides agree; scores add up."""

    existing: int = 0
    found: int = 0
    false: int = 0
    keys: int = 0
    keys_agreed: int = 0
    wrong: int = 0
    """Keys of one column about which we are sure and mistaken."""
    unknown: int = 0
    timestamps: int = 0
    timestamps_agreed: int = 0

    def __add__(self, other: Score) -> Score:
        """Add two packages up."""
        return Score(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Score)))

    def missed_bars(self) -> list[str]:
        """Return the demands that are not met, in words."""
        bars = {
            "every table is found": self.found == self.existing,
            "no table is false": self.false == 0,
            "99.5 % of the keys agree": self.keys_agreed >= 0.995 * self.keys,
            "no confident wrong answer on a key of one column": self.wrong == 0,
            "less than 1 % of the keys are unknown": self.unknown < 0.01 * self.keys or self.unknown == 0,
            "99 % of the timestamps agree": self.timestamps_agreed >= 0.99 * self.timestamps,
        }
        return [demand for demand, met in bars.items() if not met]


def compare(theirs: list[JSON], ours: list[JSON], unread: set[str]) -> tuple[Score, list[Difference]]:
    """Compare the tables of one package; a table of ours in a file that could not be imported is not judged.

    `theirs` are the tables of the collector, `ours` those of `ain tables --json`.
    """
    pairs, missing, extra = matched(theirs, ours)
    false = [table for table in extra if table["file"] not in unread]
    differences = [
        *(
            Difference(Kind.MISSING, full_name(table), None, "nothing", described(table), None, place(table))
            for table in missing
        ),
        *(
            Difference(Kind.FALSE, full_name(table), None, described(table), "nothing", None, place(table))
            for table in false
        ),
    ]
    score = Score(existing=len(theirs), found=len(pairs), false=len(false))
    for truth, answer in pairs:
        of_key, of_timestamps = list(key_differences(truth, answer)), list(timestamp_differences(truth, answer))
        differences += of_key + of_timestamps
        kinds = {difference.kind for difference in of_key}
        timestamps = len({each["column"] for each in truth["timestamps"] + answer["timestamps"]})
        score += Score(
            keys=1,
            keys_agreed=int(not of_key),
            wrong=int(Kind.WRONG in kinds),
            unknown=int(Kind.UNKNOWN in kinds),
            timestamps=timestamps,
            timestamps_agreed=timestamps - len(of_timestamps),
        )
    return score, sorted(differences, key=lambda difference: (difference.kind, difference.place, difference.table))


def matched(theirs: list[JSON], ours: list[JSON]) -> tuple[list[Pair], list[JSON], list[JSON]]:
    """Pair the tables of both sides; return the pairs, then what only they have, then what only we have.

    Several metadata may hold tables of one name and schema: they are paired by class, then by file, then in order.
    """
    pairs: list[Pair] = []
    missing, extra = list(theirs), list(ours)
    for alike in (same_class, same_file, same_name):
        for truth in list(missing):
            answer = next((each for each in extra if same_name(truth, each) and alike(truth, each)), None)
            if answer is not None:
                pairs.append((truth, answer))
                missing.remove(truth)
                extra.remove(answer)
    return pairs, missing, extra


def same_name(truth: JSON, answer: JSON) -> bool:
    """Tell whether the two are called the same."""
    return bool(truth["name"] == answer["name"] and truth["schema"] == answer["schema"])


def same_class(truth: JSON, answer: JSON) -> bool:
    """Tell whether the two are made for the same class."""
    return truth["class"] is not None and bool(truth["class"] == answer["class"])


def same_file(truth: JSON, answer: JSON) -> bool:
    """Tell whether ours lies in one of the files that took part in making theirs."""
    return answer["file"] in truth["files"]


def key_differences(truth: JSON, answer: JSON) -> Iterator[Difference]:
    """Yield the key columns that differ; only where we claim to know all of a key can we be wrong about it."""
    theirs, ours = generations(truth), generations(answer)
    reasons = {each["column"]: each["reason"] for each in answer["key"]}
    sure = "UNKNOWN" not in ours.values()
    short = len(theirs) == 1 or len(ours) == 1
    kind = Kind.UNKNOWN if not sure else Kind.WRONG if short else Kind.COMPOSITE
    for column in sorted({*theirs, *ours}, key=str):
        if theirs.get(column) != ours.get(column):
            yield Difference(
                kind,
                full_name(truth),
                column,
                ours.get(column, "not in the key"),
                theirs.get(column, "not in the key"),
                reasons.get(column),
                place(answer),
            )


def generations(table: JSON) -> dict[str, str]:
    """Return how each key column gets its value."""
    return {each["column"]: each["generation"] for each in table["key"]}


def timestamp_differences(truth: JSON, answer: JSON) -> Iterator[Difference]:
    """Yield the timestamp columns that one side lacks, or whose zone differs."""
    theirs, ours = zones(truth), zones(answer)
    for column in sorted({*theirs, *ours}):
        if theirs.get(column) != ours.get(column) or ours.get(column) == "unknown":
            yield Difference(
                Kind.TIMESTAMP,
                full_name(truth),
                column,
                ours.get(column, "no timestamp"),
                theirs.get(column, "no timestamp"),
                None,
                place(answer),
            )


def zones(table: JSON) -> dict[str, str]:
    """Return the kind of each timestamp column, in PostgreSQL's short words."""
    words = {True: "timestamptz", False: "timestamp", None: "unknown"}
    return {each["column"]: words[each["timezone"]] for each in table["timestamps"]}


def full_name(table: JSON) -> str:
    """Return the name of a table with its schema."""
    return f"{table['schema']}.{table['name']}" if table["schema"] else str(table["name"])


def described(table: JSON) -> str:
    """Return the class of a table and its key, for a reader who looks for it."""
    key = ", ".join(f"{column} {how}" for column, how in generations(table).items())
    return f"{table['class'] or 'a Table'} ({key})"


def place(table: JSON) -> str:
    """Return the file and line of a table."""
    return f"{table['file']}:{table['line']}"


def total(scores: Iterable[Score]) -> Score:
    """Add all scores up."""
    return sum(scores, start=Score())
