"""The result of the comparison of histories, as lines for a terminal and as the section that is committed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from replays import Replay, Score

HEADINGS = (
    *("history", "revisions", "tables", "keys", "unknown", "keys at any revision", "unknown ", "wrong", "columns"),
    *("unknown  ", "wrong ", "calls", "seconds"),
)

FURTHER = (
    *("history", "of", "missed", "invented", "at the head", "columns invented", "timestamps", "unknown", "wrong"),
    *("enums", "enums unknown", "enums wrong", "composite wrong", "owners wrong"),
)


def row(name: str, score: Score, seconds: float) -> tuple[str, ...]:
    """Return a history's line of the result table."""
    return (
        name,
        str(score.revisions),
        f"{score.head_found}/{score.head_tables}" + (f" + {score.given}" if score.given else ""),
        f"{score.head_agreed}/{score.head_keys}",
        str(score.head_unknown),
        f"{score.agreed}/{score.keys}",
        str(score.unknown),
        str(score.wrong),
        str(score.columns),
        str(score.columns_unknown),
        str(score.columns_wrong),
        f"{score.calls_read}/{score.calls}",
        f"{seconds:.1f}",
    )


def rows(replays: Iterable[Replay]) -> list[tuple[str, ...]]:
    """Return the lines of the result table, the sum last."""
    found = list(replays)
    lines = [
        row(f"{each.recorded.history.title} {each.recorded.history.package.version}", each.score, each.seconds)
        for each in found
    ]
    return [*lines, row("all", sum((each.score for each in found), Score()), sum(each.seconds for each in found))]


def further_row(replay: Replay) -> tuple[str, ...]:
    """Return what else is counted of a history, and how many revisions it has."""
    score, existing = replay.score, replay.recording["existing"]
    # An env.py that finds its versions itself, or a file that cannot be loaded alone, hides how many there are.
    complete = replay.recording["stopped"] is None
    return (
        replay.recorded.history.title,
        f"{score.revisions}/{max(existing or 0, score.revisions) if complete or existing else '?'}",
        str(score.missed),
        str(score.invented),
        str(score.head_invented),
        str(score.columns_invented),
        str(score.timestamps),
        str(score.timestamps_unknown),
        str(score.timestamps_wrong),
        str(score.enums),
        str(score.enums_unknown),
        str(score.enums_wrong),
        str(score.composite_wrong),
        str(score.owners_wrong),
    )


def further_line(cells: Sequence[str]) -> str:
    """Return what else is counted as one line for a terminal."""
    return f"{'':<36}" + "  ".join(f"{name} {cell}" for name, cell in zip(FURTHER[1:], cells[1:], strict=True))


def line(cells: Sequence[str]) -> str:
    """Return the cells as one line for a terminal."""
    name, *rest = cells
    return f"{name:<36}" + "  ".join(
        f"{heading.strip()} {cell}" for heading, cell in zip(HEADINGS[1:], rest, strict=True)
    )


def section(replays: Sequence[Replay], command: str) -> str:
    """Return this benchmark's section of the results file; `command` is what makes it again."""
    stopped = [
        f"- {each.recorded.history.title}: {stop['error'].splitlines()[0][:120]} "
        f"(revision {stop['revision'] or 'none'}, behind {len(each.recording['revisions'])} others)."
        for each in replays
        if (stop := each.recording["stopped"])
    ]
    postgresql = next((each.recording["postgresql"] for each in replays), "")
    return "\n".join(
        (
            "# How much of the truth `ain history` finds",
            "",
            "The histories were really applied by Alembic to an empty database, and the catalog was read after each",
            "revision. `ain` read the files alone, and replayed them. *tables*, *keys* are those at the head: found,",
            "and agreed of those with one column; behind the plus sign are tables that were there before the first",
            "revision, which no history can tell. SERIAL, IDENTITY and DEFAULT nextval agree with each other. *wrong*",
            "are confident wrong answers on keys of one column, at any revision. *columns* are those at all revisions",
            "whose types are compared; *calls* are those of `op` that a run makes: read, with a table that is known.",
            "",
            f"PostgreSQL {postgresql}, `{command} --write`:",
            "",
            "| " + " | ".join(HEADINGS) + " |",
            "| --- |" + " ---: |" * (len(HEADINGS) - 1),
            *("| " + " | ".join(cells) + " |" for cells in rows(replays)),
            "",
            "At all revisions together, *missed* are tables that are there and of which `ain` says nothing, *invented*",
            "are those that are not there, and enum types are wrong that have other labels, are missed or invented:",
            "",
            "| " + " | ".join(FURTHER) + " |",
            "| --- |" + " ---: |" * (len(FURTHER) - 1),
            *("| " + " | ".join(further_row(each)) + " |" for each in replays),
            "",
            *(["What was not applied to its end:", "", *stopped, ""] if stopped else []),
            "What each history stands for:",
            "",
            *(f"- {each.recorded.history.title}: {each.recorded.history.style}." for each in replays),
            "",
        )
    )
