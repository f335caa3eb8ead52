"""Every `operations` block is what the SQL above it does.

Where a block says `sql holes`, what stands in braces is not known, as in an f-string; `binds=named` and `binds=percent`
say which parameters the text has.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from operation_rendering import covered, read, rendered
from pages import Block, Case, cases, sql_pages

from flake8_autoincrement.facts import operation
from flake8_autoincrement.facts.operation import AnyOperation, When

CASES = [case for page in sql_pages() for case in cases(page)]
# What only `op` calls make.
NOT_SQL = {"RecreateTable"}


def block(case: Case, language: str) -> Block:
    (found,) = (each for each in case.blocks if each.language == language)
    return found


def done(case: Case) -> tuple[str, tuple[AnyOperation, ...]]:
    """Give the text that a case reads, and what it does."""
    sql = block(case, "sql")
    text, options = sql.text.removesuffix("\n"), {key: value for key, value in sql.attributes.items() if value}
    if "holes" not in sql.attributes:
        return text, read(text, **options)
    known = re.sub(r"\{\w+\}", lambda found: "\ue000" * max(len(found[0]), 8), text)
    holes = [found.span() for found in re.finditer("\ue000+", known)]
    return known, read(known, holes=holes, **options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_its_statements_do_what_is_stated(case: Case) -> None:
    text, operations = done(case)
    assert list(rendered(operations)) == block(case, "operations").text.strip("\n").splitlines()
    assert "\ue000" not in repr(operations)
    for one in every(operations):
        assert one.span is not None and covered(text, one.span).strip()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_says_why(case: Case) -> None:
    assert case.why, f"{case.page}:{case.line}: a sentence is missing"


def test_every_kind_of_operation_is_shown() -> None:
    shown = {type(one).__name__ for case in CASES for one in every(done(case)[1])}
    kinds: Any = operation.AnyOperation
    assert {kind.__name__ for kind in kinds.__args__} - shown == NOT_SQL


def every(operations: tuple[AnyOperation, ...]) -> list[AnyOperation]:
    """Give operations with those that are done under conditions."""
    found: list[AnyOperation] = []
    for one in operations:
        found.append(one)
        if isinstance(one, When):
            found += every((*one.then, *one.otherwise))
    return found
