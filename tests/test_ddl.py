"""Every `ddl` block is what SQLAlchemy compiles."""

from __future__ import annotations

import pytest

from oracle import answer, block_name, blocks, versions
from pages import Block, Case


@pytest.mark.parametrize(("case", "version", "block"), blocks("ddl"), ids=block_name)
def test_sqlalchemy_compiles_it(case: Case, version: str, block: Block) -> None:
    found = answer(case, version)
    made = [f"-- {found['error']}"] if found["error"] else found["ddl"]
    assert lines("\n\n".join(made)) == lines(block.text)


def lines(statements: str) -> list[str]:
    """Give a statement's lines, white space made plain."""
    return [" ".join(line.split()) for line in statements.splitlines() if line.strip()]


def test_both_versions_are_there() -> None:
    """The rules hold for SQLAlchemy 2.0 and 2.1, so both have to compile the pages."""
    if len(versions()) == 1:
        pytest.skip(f"only SQLAlchemy {next(iter(versions()))} is here; OTHER_SQLALCHEMY names a folder with another")
    assert set(versions()) == {"2.0", "2.1"}
