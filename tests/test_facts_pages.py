"""Every `facts` block is what reading finds, and what running the same files confirms."""

from __future__ import annotations

import re
from itertools import zip_longest

import pytest

from checking import read
from oracle import answer, block_name, blocks, number
from pages import Block, Case
from rendering import INDENT, understood, written

FACTS = blocks("facts")


@pytest.mark.parametrize(("case", "version", "block"), FACTS, ids=block_name)
def test_reading_finds_it(case: Case, version: str, block: Block) -> None:
    assert understood(list(read(case, number(version)).values())) == block.text.splitlines()


@pytest.mark.parametrize(("case", "version", "block"), FACTS, ids=block_name)
def test_running_confirms_it(case: Case, version: str, block: Block) -> None:
    found, stated = answer(case, version), stated_lines(block)
    ran = written(found["tables"])
    if "unrun" in block.attributes:
        assert found["error"] or ran != stated, "running it gives the same: leave out `unrun`"
    else:
        assert found["error"] is None
        assert [known_part(*both) for both in zip_longest(ran, stated, fillvalue="")] == stated


@pytest.mark.parametrize(("case", "version", "block"), FACTS, ids=block_name)
def test_the_order_of_bases_is_pythons(case: Case, version: str, block: Block) -> None:
    bases = {table["owner"]: table["bases"] for table in answer(case, version)["tables"]}
    for model in (model for file in read(case, number(version)).values() for model in file.models):
        if model.table is not None and model.name in bases:
            assert [base.name for base in model.bases if base.name in bases[model.name]] == bases[model.name]


def stated_lines(block: Block) -> list[str]:
    """Give the lines of a block about tables, without what only reading tells: the chain."""
    lines = [line for line in block.text.splitlines() if ": " in line or line.startswith(INDENT)]
    return [re.sub(r" < .*|, incomplete$", "", line) for line in lines if not line.startswith("not read: ")]


def known_part(live: str, stated: str) -> str:
    """Give a live line with what the block calls unknown put in its place."""
    words, wanted = live.split(" "), stated.split(" ")
    if len(words) != len(wanted):
        return live
    return " ".join(want if want in ("?", "UNKNOWN") else word for word, want in zip(words, wanted, strict=True))
