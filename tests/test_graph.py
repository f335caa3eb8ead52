"""The graph of revisions, held against Alembic's own `RevisionMap`."""

from __future__ import annotations

import warnings

import pytest
from alembic.script.revision import Revision as AlembicRevision
from alembic.script.revision import RevisionError, RevisionMap
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.history.graph import AmbiguousRevision, Graph, UnknownRevision

Node = tuple[str, tuple[str, ...], tuple[str, ...]]


def revision(name: str, *parents: str, depends_on: tuple[str, ...] = (), labels: tuple[str, ...] = ()) -> Revision:
    return Revision(f"{name}.py", name, parents, depends_on, labels)


def alembics(revisions: list[Revision]) -> RevisionMap:
    """Give the same revisions as Alembic has them."""

    def load() -> list[AlembicRevision]:
        return [
            AlembicRevision(
                each.revision,
                each.down_revisions if len(each.down_revisions) > 1 else next(iter(each.down_revisions), None),
                dependencies=each.depends_on or None,
                branch_labels=each.branch_labels or None,
            )
            for each in revisions
        ]

    return RevisionMap(load)


@st.composite
def graphs(draw: st.DrawFn) -> list[Revision]:
    """Make graphs with branches, merges, several roots and dependencies, in any order of their files."""
    names = [f"rev{number:02d}" for number in range(draw(st.integers(1, 12)))]
    found = []
    for at, name in enumerate(names):
        earlier = st.lists(st.sampled_from(names[:at]), unique=True, max_size=3) if at else st.just([])
        parents = draw(earlier)
        depends = [each for each in draw(earlier) if each not in parents][:1]  # Alembic orders more of them at random
        found.append(revision(name, *parents, depends_on=tuple(depends)))
    return draw(st.permutations(found))


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_the_order_is_alembics(revisions: list[Revision]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        upgrade = list(alembics(revisions).iterate_revisions("heads", "base"))
    assert [each.revision for each in Graph(revisions).order] == [each.revision for each in reversed(upgrade)]


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(["head", "heads", "rev00", "rev01+1", "rev03-1", "-1", "+1", "rev", "base", "rev9"]))
def test_names_are_alembics(revisions: list[Revision], text: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = alembics(revisions)._parse_upgrade_target(() if "+" in text else "heads", text, True)
        expected = sorted(each.revision for each in found if each is not None and each != "base")
    except (RevisionError, KeyError, ValueError):
        expected = None
    try:
        answer = sorted(Graph(revisions).resolve(text))
    except (UnknownRevision, AmbiguousRevision):
        answer = None
    if text.startswith("-") or text == "rev":
        return  # relative to what a database is at, and shorter than Alembic takes
    if "+" in text and not expected:
        expected = None  # beyond the end: Alembic gives nothing
    assert answer == expected


def test_a_long_history_takes_no_recursion() -> None:
    revisions = [revision(f"r{number:05d}", *([f"r{number - 1:05d}"] if number else [])) for number in range(3_000)]
    graph = Graph(reversed(revisions))
    assert [each.revision for each in graph.order] == [each.revision for each in revisions]
    assert graph.resolve("-2") == ("r02997",)


def test_circles_and_what_comes_behind_have_no_place() -> None:
    graph = Graph([revision("a"), revision("b", "c"), revision("c", "b"), revision("d", "c"), revision("e", "a")])
    assert [each.revision for each in graph.order] == ["a", "e"]
    assert graph.heads == ("e",)


def test_what_is_missing_is_said() -> None:
    graph = Graph([revision("aaaa"), revision("bbbb", "nope"), revision("cccc", "aaaa", depends_on=("gone",))])
    assert graph.missing == (("bbbb", "nope"), ("cccc", "gone"))
    assert {each.revision for each in graph.order} == {"aaaa", "bbbb", "cccc"}


def test_labels_and_beginnings() -> None:
    graph = Graph([revision("abcd1"), revision("abxy2", "abcd1", labels=("net",)), revision("zzzz3", "abcd1")])
    assert graph.resolve("net@head") == ("abxy2",)
    assert graph.resolve("abx") == ("abxy2",)
    assert graph.resolve("base") == ()
    assert graph.resolve("net") == ("abxy2",)
    with pytest.raises(AmbiguousRevision, match="head may be abxy2 or zzzz3; heads stands for all"):
        graph.resolve("head")
    with pytest.raises(AmbiguousRevision, match="ab may be abcd1 or abxy2"):
        graph.resolve("ab")
    with pytest.raises(UnknownRevision, match="no revision is called abxz2; did you mean abxy2?"):
        graph.resolve("abxz2")
    with pytest.raises(AmbiguousRevision, match=r"abcd1\+1 may lead to"):
        graph.resolve("abcd1+1")
