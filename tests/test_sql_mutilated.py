"""Mutilated SQL: whatever is done to a text there is an answer, and each place lies within the text."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operation_rendering import covered, read, rendered
from pages import cases, sql_pages

from flake8_autoincrement.encoding import Encoding
from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.operation import AnyOperation, DropTable, Unread, When
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.expressions import data_type, default, is_error
from flake8_autoincrement.sql.statement import HOLE, HOLE_NUMBER

ENCODING = Encoding(FileFacts)
PIECES = (
    *(
        ";",
        "'",
        '"',
        "$$",
        "$a$",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "--",
        "/*",
        "*/",
        "\n",
        "\0",
        "\ud800",
        "é",
        "漢字",
        "😀",
    ),
    *(":x", "%s", "%(y)s", "%%", "\\:", "\\connect x\n", "\\.\n", "COPY t FROM stdin;\n", "::", ":=", "$1", "E'\\'"),
    *("NULL", "1e999", "99999999999999999999", "-", "*", "=", "<>", "||", "CASE", "END", "BEGIN ATOMIC", "WITH x AS ("),
    *("SELECT setval(", "ALTER TABLE ", "CREATE TABLE t (", "DO $$ BEGIN ", "END $$", "IF EXISTS (", "THEN", "LOOP"),
    *("EXECUTE ", "format('%I %s', x)", "EXCEPTION WHEN others THEN", "PERFORM ", "nextval('s')", "max(id)", "U&'\\"),
    *("DEFAULT", "REFERENCES", "USING", "serial", "GENERATED ALWAYS AS IDENTITY", "OWNED BY NONE", "{hole}", "x" * 70),
)
BINDS = ("none", "named", "percent")


@cache
def corpus() -> tuple[str, ...]:
    """Give the statements of all pages, block by block."""
    texts = (block.text for page in sql_pages() for case in cases(page) for block in case.blocks)
    return tuple(text for text in texts if text.strip() and not text[0].isdigit())


def mutilated(random: Random) -> tuple[str, list[tuple[int, int]]]:
    """Give a text with some changes, and its holes."""
    text = random.choice(corpus())
    if random.random() < 0.3:
        text += random.choice(corpus())
    for _ in range(random.choice((0, 1, 1, 2, 3, 6))):
        first, second = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
        second = min(second, first + random.choice((1, 3, 10, 100)))
        match random.randrange(5):
            case 0:
                text = text[:first] + random.choice(PIECES) + text[first:]
            case 1:
                text = text[:first] + random.choice(PIECES) + text[second:]
            case 2:
                text = text[:first] + text[second:]
            case 3:
                text = text[:second] + text[first:]
            case _:
                text = text[:first] if random.random() < 0.5 else text[first:]
    holes = []
    while (at := text.find("{")) >= 0:
        end = at + 1
        while end < len(text) and text[end].isidentifier():
            end += 1
        text = text[:at] + HOLE * 9 + text[end + 1 :]
        holes.append((at, at + 9))
    return text, holes


def check(text: str, holes: list[tuple[int, int]], binds: str) -> tuple[AnyOperation, ...]:
    """Read a text and examine what comes out."""
    found = read(text, holes=holes, binds=binds)
    assert read(text, holes=holes, binds=binds) == found
    lines = list(rendered(found))
    assert not any(HOLE in line or str(HOLE_NUMBER) in line for line in lines)
    places = []
    for one in every(found):
        assert one.span is not None
        covered(text, one.span)
        places.append((one.span.line, one.span.column))
        end = (one.span.end_line, one.span.end_column)
        assert places[-1] <= end
    kept = FileFacts("schema.sql", statements=found)
    assert ENCODING.decoded(ENCODING.encoded(kept)) == kept
    return found


def every(operations: tuple[AnyOperation, ...]) -> list[AnyOperation]:
    """Give operations with those that are done under conditions."""
    found: list[AnyOperation] = []
    for one in operations:
        found += [one, *(every((*one.then, *one.otherwise)) if isinstance(one, When) else ())]
    return found


@settings(max_examples=1_000, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**40), st.sampled_from(BINDS))
def test_mutilated_statements(seed: int, binds: str) -> None:
    text, holes = mutilated(Random(seed))
    check(text, holes, binds)
    error = is_error(text, binds=binds)
    assert error is None or 0 <= error[1] <= len(text)
    default(text[:40])
    data_type(text[:40])


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(st.sampled_from(range(10_000)), min_size=1, max_size=5))
def test_several_statements_are_what_each_is_alone(numbers: list[int]) -> None:
    whole = [text for text in corpus() if is_error(text) is None and "\\" not in text]
    texts = [whole[number % len(whole)].strip().removesuffix(";") for number in numbers]
    alone = [operation for text in texts for operation in read(text)]
    assert list(read(";\n".join(texts))) == alone


@settings(max_examples=150, deadline=None, database=None)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text(text: str) -> None:
    check(text, [], "none")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
        "SELECT 1" + " + 1" * 20_000,
        "SELECT 1" + " UNION SELECT 1" * 2_000,
        "DO $$ BEGIN " + "IF a THEN " * 2_000 + "END IF; " * 2_000 + "END $$",
        "DO $$ BEGIN EXECUTE " + " || ".join(["'a'"] * 3_000) + "; END $$",
        "DO $$ DECLARE n int := 1; BEGIN " + "n := n + 1; " * 2_000 + "PERFORM setval('s', n); END $$",
        "SELECT setval('s', " + "coalesce(" * 800 + "1" + ")" * 800 + ")",
    ],
    ids=lambda text: text[:20],
)
def test_what_is_nested_deeply_does_not_hide_the_rest(text: str) -> None:
    found = read(f"DROP TABLE a; {text}; DROP TABLE b")
    assert [str(getattr(one, "table", "")) for one in (found[0], found[-1])] == ["a", "b"]


def test_a_text_that_postgresql_cannot_be_sent_is_not_read() -> None:
    for text in ("DROP TABLE a\0; DROP TABLE b", "DROP TABLE \ud800; DROP TABLE b"):
        assert [type(one) for one in read(text)] == [Unread]


def test_a_name_that_is_cut_may_have_lost_its_hole() -> None:
    """PostgreSQL cuts names to 63 bytes: what is not known may then begin anywhere in what is left out."""
    for known in range(55, 66):
        name = "x" * known
        (found,) = read(f"DROP TABLE {name}{HOLE * 8}", holes=[(11 + known, 19 + known)])
        match found:
            case DropTable(table=QualifiedName(name=cut)):
                assert known >= 63 and cut == "x" * 63
            case DropTable(table=Unknown()) | Unread():
                assert known < 63
            case _:
                raise AssertionError(found)
