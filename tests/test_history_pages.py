"""Every `catalog` block is what a real PostgreSQL has after the statements above it, and what the replay gives."""

from __future__ import annotations

import pytest
from catalog import catalog
from catalog_text import lines
from pages import Block, Case, cases, history_pages
from postgresql import connection
from replaying import perform, replay, statements

from flake8_autoincrement.facts.catalog import Schema

CASES = [case for page in history_pages() for case in cases(page)]


def place(case: Case, block: Block) -> str:
    return f"{case.page.name}:{block.line}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_postgresql_has(case: Case) -> None:
    with connection() as session:
        for block in case.blocks:
            if block.language == "sql":
                for statement in statements(block.text):
                    message = perform(session, statement.text)
                    agree(message, statement.refused, f"{place(case, block)}: {statement.text}")
            else:
                assert list(lines(catalog(session))) == block.text.strip("\n").splitlines(), place(case, block)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_replay_gives(case: Case) -> None:
    schema = Schema()
    with connection() as session:
        for block in case.blocks:
            for statement in statements(block.text) if block.language == "sql" else ():
                perform(session, statement.text)
                where = f"{place(case, block)}: {statement.text}"
                if statement.foreseen:
                    schema, message = replay(schema, statement.text)
                    agree(message, statement.refused, where)
                assert list(lines(schema, alike=True)) == list(lines(catalog(session), alike=True)), where


def agree(message: str | None, expected: str | None, where: str) -> None:
    """Compare the message of a refusal with the part that a page has."""
    if expected is None or message is None:
        assert message == expected, where
    assert expected is None or expected in (message or ""), where


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_says_why(case: Case) -> None:
    assert case.why, f"{case.page}:{case.line}: a sentence is missing"
