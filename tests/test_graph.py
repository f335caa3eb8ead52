"""Graphs of revisions: Alembic's own `RevisionMap` says what their order is, and what their names stand for."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable

import pytest
from alembic.script.revision import Revision as AlembicRevision
from alembic.script.revision import RevisionError, RevisionMap
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.history.graph import AmbiguousRevision, Graph, UnknownRevision


def revision(
    number: str, *down: str, depends_on: tuple[str, ...] = (), labels: tuple[str, ...] = (), path: str = ""
) -> Revision:
    return Revision(path or f"versions/{number}.py", number, down, depends_on, labels)


def alembic(given: Iterable[Revision]) -> RevisionMap:
    """Give Alembic's own graph; what it keeps in a set, in another order in each process, is put in that of reading."""
    made = [AlembicRevision(r.revision, r.down_revisions or None, r.depends_on or None, r.branch_labels) for r in given]
    found = RevisionMap(lambda: made)
    for each in made:
        assert found.heads is not None
        resolved = each._resolved_dependencies
        each._normalized_resolved_dependencies = tuple(
            sorted(each._normalized_resolved_dependencies, key=resolved.index)
        )
    return found


def run_by(found: RevisionMap, destination: str = "heads") -> list[str]:
    """Give the revisions in the order in which an upgrade of an empty database runs them."""
    return [each.revision for each in found.iterate_revisions(destination, None, implicit_base=True)][::-1]


def numbers(graph: Graph) -> list[str]:
    return [each.revision for each in graph.order]


@st.composite
def histories(draw: st.DrawFn) -> list[Revision]:
    """Make revisions without cycles, in any order: lines, branches, merges, several roots, dependencies, labels."""
    count = draw(st.integers(1, 14))
    names = draw(st.permutations([f"{number:02}ab" for number in range(count)]))
    linear = draw(st.booleans())
    made: list[Revision] = []
    for at, name in enumerate(names):
        earlier = st.sampled_from(names[max(0, at - 3) : at] if linear else names[:at]) if at else st.nothing()
        down = draw(st.lists(earlier, min_size=int(linear and at > 0), max_size=2, unique=True)) if at else []
        depends = draw(st.lists(earlier, max_size=2, unique=True)) if at and draw(st.integers(0, 2)) == 0 else []
        labels = (f"label{at}",) if draw(st.integers(0, 5)) == 0 else ()
        made.append(revision(name, *down, depends_on=tuple(depends), labels=labels))
    return list(draw(st.permutations(made)))


class TestLikeAlembic:
    @given(histories())
    @settings(max_examples=300, deadline=None, derandomize=True)
    def test_order(self, revisions: list[Revision]) -> None:
        graph, real = Graph(revisions), alembic(revisions)
        assert numbers(graph) == run_by(real)
        assert graph.heads == real.heads
        assert graph.roots == real.bases
        assert (graph.missing, graph.duplicates, graph.cycles) == ((), (), ())

    @given(histories())
    @settings(max_examples=100, deadline=None, derandomize=True)
    def test_ancestors(self, revisions: list[Revision]) -> None:
        graph, real = Graph(revisions), alembic(revisions)
        for each in revisions:
            assert set(graph.ancestors(each.revision)) == set(run_by(real, each.revision))

    @pytest.mark.filterwarnings("ignore:downgrade -1 from multiple heads")
    @given(histories(), st.data())
    @settings(max_examples=300, deadline=None, derandomize=True)
    def test_names(self, revisions: list[Revision], data: st.DataObject) -> None:
        graph, real = Graph(revisions), alembic(revisions)
        known = [name for each in revisions for name in (each.revision, each.revision[:2], *each.branch_labels)]
        label = data.draw(st.sampled_from(["", *(f"{name}@" for name in known)]))
        steps = data.draw(st.sampled_from(["", "+1", "+2", "-1", "-2"]))
        symbol = data.draw(st.sampled_from([*known, "head", "heads", "base", *([""] if steps else [])]))
        if symbol == "heads" and steps or symbol == "base" and steps.startswith("-"):
            return  # Alembic stops with an assertion, or takes it for the heads
        text = label + symbol + steps
        assert resolved(graph, text) == resolved_by_alembic(real, text), text


def resolved(graph: Graph, text: str) -> set[str] | None:
    try:
        return set(graph.resolve(text))
    except (UnknownRevision, AmbiguousRevision):
        return None


def resolved_by_alembic(real: RevisionMap, text: str) -> set[str] | None:
    try:
        if text.rpartition("@")[2].startswith("-"):  # steps down from the heads, as for a downgrade
            found = real._parse_downgrade_target(real.heads, text, True)[1]
            return {each.revision for each in [found] if each != "base"}  # type: ignore[union-attr]
        targets = real._parse_upgrade_target(None, text, True)
        return {each.revision for each in targets if each != "base"}  # type: ignore[union-attr]
    except (RevisionError, AttributeError, AssertionError):
        return None


class TestBrokenHistories:
    """Alembic refuses them; here everything has a place all the same."""

    def test_what_is_missing_is_left_out(self) -> None:
        graph = Graph([revision("b", "a"), revision("c", "b", depends_on=("x", "other"))])
        assert numbers(graph) == ["b", "c"]
        assert [(each.revision, name) for each, name in graph.missing] == [("b", "a"), ("c", "x"), ("c", "other")]
        assert graph.roots == ()

    def test_the_last_of_two_files_of_one_number_counts(self) -> None:
        """Alembic's map has the last one; to go up to the heads it refuses, since it takes both for heads."""
        first, second = revision("a", path="1.py"), revision("a", path="2.py")
        graph = Graph([first, second, revision("b", "a")])
        assert [each.path for each in graph.order] == ["2.py", "versions/b.py"]
        assert graph.duplicates == ((first, second),)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            real = alembic([first, second, revision("b", "a")])
        assert real.heads == ("a", "b")
        with pytest.raises(RevisionError, match="overlaps"):
            run_by(real)

    def test_a_cycle_comes_last_and_what_follows_it_behind_it(self) -> None:
        graph = Graph([revision("after", "x"), revision("x", "y"), revision("y", "x", "b"), *map(revision, "ab")])
        assert numbers(graph) == ["a", "b", "y", "x", "after"]
        assert graph.cycles == (("x", "y"),)
        assert graph.heads == ("after", "a")

    def test_a_cycle_by_dependency_and_one_of_itself(self) -> None:
        graph = Graph([revision("a", depends_on=("b",)), revision("b", "a"), revision("c", "c"), revision("d")])
        assert graph.cycles == (("a", "b"), ("c",))
        assert numbers(graph)[0] == "d"
        assert sorted(numbers(graph)) == ["a", "b", "c", "d"]

    def test_no_revisions(self) -> None:
        graph = Graph([])
        assert (graph.order, graph.heads, graph.resolve("head"), graph.resolve("base")) == ((), (), (), ())

    @given(st.lists(st.tuples(*[st.sampled_from("abcdef")] * 3), max_size=8))
    @settings(max_examples=200, deadline=None, derandomize=True)
    def test_any_graph(self, edges: list[tuple[str, str, str]]) -> None:
        """Each number has one place, and each cycle is one."""
        graph = Graph([revision(name, down, depends_on=(depends,)) for name, down, depends in edges])
        assert sorted(numbers(graph)) == sorted({name for name, _, _ in edges})
        place = {name: at for at, name in enumerate(numbers(graph))}
        of_cycle = {name: cycle for cycle in graph.cycles for name in cycle}
        for each in graph.order:
            for parent in (*each.down_revisions, *each.depends_on):
                if parent in place and parent not in of_cycle.get(each.revision, ()):
                    assert place[parent] < place[each.revision]


class TestNames:
    GRAPH = Graph(
        [
            revision("1a2b3c4d", labels=("shop",)),
            revision("1a2f0000", "1a2b3c4d"),
            revision("77770000", "1a2b3c4d"),
            revision("with-dash", "77770000"),
        ]
    )

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("heads", ("1a2f0000", "with-dash")),
            ("base", ()),
            ("1a2b", ("1a2b3c4d",)),
            ("shop", ("1a2b3c4d",)),
            ("sho", ("1a2b3c4d",)),
            ("shop@heads", ("1a2f0000", "with-dash")),
            ("7777@head", ("with-dash",)),
            ("with-dash", ("with-dash",)),
            ("with", ("with-dash",)),
            ("7777+1", ("with-dash",)),
            ("7777-1", ("1a2b3c4d",)),
            ("7777-2", ()),
            ("+1", ("1a2b3c4d",)),
        ],
    )
    def test_found(self, text: str, found: tuple[str, ...]) -> None:
        assert self.GRAPH.resolve(text) == found

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1a2f0001", "no revision is called 1a2f0001: did you mean 1a2f0000?"),
            ("shpo", "no revision is called shpo: did you mean shop?"),
            ("", "no revision is called ''"),
            ("zzzzzzz", "no revision is called zzzzzzz"),
            ("none@head", "no revision is called none"),
            ("1a2f@7777", "77770000 is no revision of the branch 1a2f"),
            ("7777-3", "7777-3 is before the first revision"),
            ("7777+2", "7777+2 is beyond the last revision, with-dash"),
        ],
    )
    def test_unknown(self, text: str, message: str) -> None:
        with pytest.raises(UnknownRevision) as error:
            self.GRAPH.resolve(text)
        assert str(error.value) == message

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1a2", "1a2 may be 1a2b3c4d or 1a2f0000"),
            ("head", "head may be 1a2f0000 or with-dash; heads stands for all"),
            ("shop@head", "shop@head may be 1a2f0000 or with-dash"),
            ("-1", "head may be 1a2f0000 or with-dash; heads stands for all"),
            ("shop+1", "shop+1 may be 1a2f0000 or 77770000"),
        ],
    )
    def test_ambiguous(self, text: str, message: str) -> None:
        with pytest.raises(AmbiguousRevision) as error:
            self.GRAPH.resolve(text)
        assert str(error.value) == message


class TestSpeed:
    """Two thousand revisions are ready well before anybody notices."""

    def test_a_chain(self) -> None:
        chain = [revision("0"), *(revision(str(at), str(at - 1)) for at in range(1, 2000))]
        assert self.seconds(chain[::-1]) < 0.1
        assert numbers(Graph(chain[::-1])) == [str(at) for at in range(2000)]

    def test_branches_and_merges(self) -> None:
        made = [revision("0"), *(revision(str(at), str(at - 1), str(max(0, at - 7))) for at in range(1, 2000))]
        assert self.seconds(made) < 1

    def test_a_circle(self) -> None:
        assert self.seconds([revision(str(at), str((at + 1) % 2000)) for at in range(2000)]) < 1

    def seconds(self, revisions: list[Revision]) -> float:
        """Give the shortest of three times: others use the machine too."""
        return min(self.once(revisions) for _ in range(3))

    def once(self, revisions: list[Revision]) -> float:
        start = time.perf_counter()
        graph = Graph(revisions)
        assert len(graph.order) == 2000
        graph.ancestors(*graph.heads)
        return time.perf_counter() - start
