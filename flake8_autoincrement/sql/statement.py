"""One statement of a text: its tree, its tokens, its place, and how names and expressions are read from them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import Name
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.source import Span
from flake8_autoincrement.sql.parsing import Node, Token, depths

# What stands for text that is not known; PostgreSQL takes it for a letter.
HOLE = "\ue000"
# What stands for it where the grammar asks for a number.
HOLE_NUMBER = 73918264
FILLED_IN = Unknown("it is put together when the revision runs")

Place = Callable[[int, int], Span]


@dataclass(frozen=True, slots=True)
class Variable:
    """What a variable of PL/pgSQL was last set to: an expression of the tree, in which others had their values."""

    expression: Node
    variables: Mapping[str, Variable]


@dataclass(frozen=True)
class Statement:
    """A statement; `characters` turns the tree's offsets into those of `text`, `tokens` are its own."""

    text: str
    kind: str
    node: Node
    tokens: Sequence[Token]
    place: Place
    characters: Callable[[int], int]
    # Where something stands that is not known and that is no single name or value: it may as well be nothing.
    gaps: Sequence[tuple[int, int]] = ()
    # Those of the block that it stands in.
    variables: Mapping[str, Variable] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        """Give the place of the whole statement."""
        return self.place(self.start, self.end)

    @property
    def start(self) -> int:
        """Give the offset of its first character."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Give the offset behind its last character."""
        return self.tokens[-1].end

    def has_gap(self, start: int, end: int) -> bool:
        """Say whether something between two offsets is such a gap."""
        return any(start <= gap[0] and gap[1] <= end for gap in self.gaps)

    @cached_property
    def written(self) -> str:
        """Give the statement as it is written."""
        return self.text[self.start : self.end]

    def words(self, count: int) -> str:
        """Give its first words, for a reader."""
        return shown(" ".join(self.text[token.start : token.end] for token in self.tokens[:count]).upper())

    def offset(self, node: Node) -> int:
        """Give where a node of its tree begins, -1 where the parser does not say."""
        return self.characters(node.get("location", 0))

    def stretch(self, start: int, stop: int | None = None) -> Sequence[Token]:
        """Give the tokens from `start` on up to a comma, the end of the brackets around them or `stop`."""
        first = bisect_left(self.tokens, (start,))
        own = self.tokens[first:]
        for index, (token, depth) in enumerate(zip(own, depths(own, self.text), strict=True)):
            is_over = stop is not None and token.start >= stop
            if is_over or depth < 0 or (depth == 0 and self.text[token.start] == ","):
                return own[:index]
        return own

    def expression(self, start: int, stop: int | None = None) -> str | Unknown:
        """Give the text of `stretch`."""
        own = self.stretch(start, stop)
        return known(self.text[own[0].start : own[-1].end]) if own else Unknown("its expression was not found")

    def behind(self, word: str, start: int, stop: int | None = None) -> int | None:
        """Give where the first token called `word` ends that begins at `start` or later."""
        for token in self.tokens[bisect_left(self.tokens, (start,)) :]:
            if stop is not None and token.start >= stop:
                return None
            if token.name == word:
                return token.end
        return None


def has_hole(text: str) -> bool:
    """Say whether a part of a text is not known, or is a parameter."""
    return HOLE in text or str(HOLE_NUMBER) in text


def shown(text: str) -> str:
    """Give a text for a reader, in one line: `?` stands for what is not known."""
    return re.sub(rf"{HOLE}+|\$?0*{HOLE_NUMBER}", "?", " ".join(text.split()))


def known(text: str) -> str | Unknown:
    """Give a name or another text of the tree, Unknown if a part of it is not known."""
    return FILLED_IN if has_hole(text) else text


def relation_name(node: Node) -> Name:
    """Give the name that a RangeVar has."""
    return qualified([node.get("schemaname", ""), node["relname"]])


def qualified(parts: Sequence[str]) -> Name:
    """Give a name of one, two or (with a database) three parts."""
    if any(map(has_hole, parts)):
        return FILLED_IN
    return QualifiedName(parts[-1], parts[-2] if len(parts) > 1 else "")


def strings(nodes: Sequence[Node] | None) -> list[str]:
    """Give the texts of a list of String nodes, and of what else names things in lists: `*` is left out."""
    return [node["String"].get("sval", "") for node in nodes or () if "String" in node]


def columns(nodes: Sequence[Node] | None) -> tuple[str, ...] | None:
    """Give names of columns, None if one is not known."""
    names = strings(nodes)
    return None if any(map(has_hole, names)) else tuple(names)


def certain(name: Name) -> QualifiedName | None:
    """Give a name that is known, else None."""
    return name if isinstance(name, QualifiedName) else None


_PART = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^\s".]+))\s*(\.|$)')


def named_by_text(text: str) -> QualifiedName | None:
    """Read a name as PostgreSQL does from the text of a `regclass`: `s`, `"S"`, `sch.s`; None where it is none.

    See `textToQualifiedNameList` in `varlena.c`: names without quotes are folded.
    """
    parts, position = [], 0
    while found := _PART.match(text, position):
        quoted, plain, dot = found.groups()
        parts.append(quoted.replace('""', '"') if quoted else plain.lower())
        position = found.end()
        if not dot:
            return certain(qualified(parts)) if len(parts) <= 3 else None
    return None


def walk(node: Any) -> Iterator[tuple[str, Node]]:
    """Give every part of a tree that has a kind, the outer before the inner, in the order of the tree.

    A RangeVar is one also where the field that holds it says so alone.
    """
    if isinstance(node, dict):
        for kind, value in node.items():
            if isinstance(value, dict):
                if "relname" in value:
                    yield "RangeVar", value
                elif kind[0].isupper():
                    yield kind, value
                yield from walk(value)
            elif isinstance(value, list):
                yield from walk(value)
    elif isinstance(node, list):
        for each in node:
            yield from walk(each)


def relations(node: Any) -> tuple[QualifiedName, ...]:
    """Give the tables and views that a tree reads or changes, in the order of their appearance, each once.

    The names of a query's WITH are none of them.
    """
    own = {fields["ctename"] for kind, fields in walk(node) if kind == "CommonTableExpr"}
    found = [relation_name(fields) for kind, fields in walk(node) if kind == "RangeVar"]
    named = (name for name in found if isinstance(name, QualifiedName))
    return tuple(dict.fromkeys(name for name in named if name.schema or name.name not in own))


def integer(node: Node | None) -> int | None:
    """Give the number of a constant or of an option of a sequence; None where it is none, or is not known."""
    match node:
        case {"Integer": value} | {"A_Const": {"ival": value}}:
            number = value.get("ival", 0)
        case {"Float": value} | {"A_Const": {"fval": value}}:
            number = int(value["fval"]) if re.fullmatch(r"[+-]?\d{1,40}", value.get("fval", "")) else None
        case _:
            number = None
    return None if number == HOLE_NUMBER else number


def string(node: Node | None) -> str | None:
    """Give the text of a constant, None where it is none."""
    match node:
        case {"A_Const": {"sval": value}} | {"String": value}:
            return str(value.get("sval", ""))
    return None
