"""Statements one after the other, on a real PostgreSQL and in the replay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, LiteralString, cast

import psycopg
from operation_rendering import read

from flake8_autoincrement.facts.catalog import Schema
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.history.replay.run import upgraded

REFUSED = re.compile(r"--\s*refused(?P<unforeseen>, not foreseen)?:\s*(?P<message>.*\S)\s*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a page; `refused` is a part of the message with which PostgreSQL does not do it.

    `foreseen` is false where a replay cannot know that, or takes something for granted that PostgreSQL does not have.
    """

    text: str
    refused: str | None = None
    foreseen: bool = True


def statements(text: str) -> Iterator[Statement]:
    """Split a block: a statement ends at the end of a line, `-- refused:` and the message may follow it there.

    It is `-- refused, not foreseen:` where the replay does not know it.
    """
    rows: list[str] = []
    for row in text.splitlines():
        refused = REFUSED.search(row)
        rows.append(REFUSED.sub("", row))
        whole = "\n".join(rows)
        if rows[-1].rstrip().endswith(";") and whole.count("$$") % 2 == 0:
            message = refused["message"] if refused else None
            yield Statement(whole.strip(), message, not (refused and refused["unforeseen"]))
            rows = []
    assert not "".join(rows).strip(), f"a statement without an end: {rows}"


def perform(connection: psycopg.Connection[Any], text: str) -> str | None:
    """Let PostgreSQL do a statement; give the message with which it does not."""
    with suppress(psycopg.Rollback):
        try:
            with connection.transaction():
                connection.execute(cast("LiteralString", text))
        except psycopg.Error as error:
            details = (error.diag.message_primary, error.diag.message_detail)
            return ": ".join(each for each in details if each)
    return None


def replay(schema: Schema, text: str) -> tuple[Schema, str | None]:
    """Do a statement to a schema, all of it or nothing; give also why it is not done."""
    done = upgraded(Revision("schema.sql", "1", upgrade=read(text)), schema)
    refusal = next((step.refusal for step in done.steps if step.refusal is not None), None)
    return (schema if refusal is not None else done.after), refusal
