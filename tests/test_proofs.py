"""What the checks of migrations say, proved on a real PostgreSQL: every error fails there, what is silent does not."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from checking import checks_of, report
from oracle import folder
from pages import Case, cases, rule_pages
from proving import Proof, proof

# Families whose errors are what an INSERT, or the migration itself, runs into.
PROVED = ("ain006", "ain007", "ain009")
LOCK = re.compile(r"takes (?P<mode>[A-Z ]+[A-Z]) on (?P<table>[\w.]+)")
REWRITE = re.compile(r"writes (?P<table>[\w.]+) anew")

CASES = [case for page in rule_pages() for case in cases(page) if case.revisions]
PAGES = [page for page in rule_pages() if page.parent.name.startswith(PROVED)]
ERRORS = [
    case
    for case in CASES
    if case.page.parent.name.startswith(PROVED) and any(claim.severity == "error" for claim in case.claims)
]


@cache
def proved(case: Case) -> Proof:
    return proof(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_postgresql_does_what_the_page_says(case: Case) -> None:
    assert proved(case).contradictions == []


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_every_error_fails_there(case: Case) -> None:
    assert proved(case).failed, "no statement of the case fails: a psql block has to show what goes wrong"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_safe_form_is_shown_to_work(page: Path) -> None:
    silent = [case for case in CASES if case.page == page and not case.claims]
    assert any(proved(case).inserted and not proved(case).failed for case in silent)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_claimed_locks_are_held_there(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder(case))
    for path, found in report(case, checks_of(case.page)):
        for lock in LOCK.finditer(found.message):
            assert (lock["table"], lock["mode"]) in proved(case).locks[path]
        for rewrite in REWRITE.finditer(found.message):
            assert rewrite["table"] in proved(case).rewritten[path]
