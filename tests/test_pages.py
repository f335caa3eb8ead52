"""Every block of every check's page says what the check does, and the pages say what they have to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from checking import checks_of, report
from oracle import folder
from pages import CLAIM, RULES, Case, Claim, PageError, cases, claims, rule_pages

from flake8_autoincrement.diagnostics import Diagnostic
from flake8_autoincrement.pages import documentation
from flake8_autoincrement.registry import Check, discovered

CASES = [case for page in rule_pages() for case in cases(page)]
SCREEN = 50
# What a column's default gives is another fact than what the column is.
OTHER_FACTS = {"naive-now"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_its_check_says_what_is_claimed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder(case))
    found = report(case, checks_of(case.page))
    assert [stated(path, diagnostic) for path, diagnostic in found] == [place(claim) for claim in case.claims]
    for (_, diagnostic), claim in zip(found, case.claims, strict=True):
        assert claim.text in diagnostic.message
        messages = [note.message for note in diagnostic.notes]
        assert all(any(text in message for message in messages) for text in claim.notes), messages


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_fact_one_finding(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder(case))
    found = report(case, discovered())
    slug = checks_of(case.page)[0].slug
    assert [stated(path, one) for path, one in found if one.slug == slug] == [place(claim) for claim in case.claims]
    places = Counter((path, one.span.line, one.span.column) for path, one in found if one.slug not in OTHER_FACTS)
    assert not [where for where, times in places.items() if times > 1], [one.message for _, one in found]


@pytest.mark.parametrize("check", discovered(), ids=lambda check: check.slug)
def test_every_check_has_a_page(check: Check) -> None:
    text = check.page.read_text(encoding="utf-8")
    shown = documentation(text)
    assert shown.startswith(f"# {check.slug}\n")
    assert "\n## Cases\n" in text
    assert len(shown.splitlines()) <= SCREEN
    assert f'ignore = ["{check.slug}"]' in shown, "it says how to switch the check off"
    assert CLAIM.search(shown), "it shows a bad example"
    assert any(not case.claims for case in cases(check.page)), "it shows what is silent"


def test_every_page_has_a_check() -> None:
    assert {check.page for check in discovered()} == set(rule_pages())
    assert {page.with_suffix(".py") for page in rule_pages()} == set(RULES.glob("*/[!_]*.py"))


@pytest.mark.parametrize("page", rule_pages(), ids=lambda page: page.stem)
def test_every_case_says_why(page: Path) -> None:
    for case in cases(page):
        assert case.why, f"{page}:{case.line}: a sentence is missing"


def test_a_claim_is_read_from_its_comment() -> None:
    text = 'x = 1\ny = 2  # error: [some-check] "users.id" # note: "User -> Base"\n'
    assert list(claims("models.py", text)) == [
        Claim("models.py", 2, "error", "some-check", "users.id", ("User -> Base",))
    ]


def test_what_looks_like_a_claim_has_to_be_one() -> None:
    with pytest.raises(PageError):
        list(claims("models.py", "x = 1  # error: nothing\n"))


def stated(path: str, diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    return (path, diagnostic.span.line, diagnostic.severity.word, diagnostic.slug)


def place(claim: Claim) -> tuple[str, int, str, str]:
    return (claim.path, claim.line, claim.severity, claim.slug)
