"""Strings put together of known and unknown parts, and where each part stands in the source."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.values import Constant, Module, Value

HOLE = "\ue000" * 8  # stands for a part of a text that is not known; of the area that no character has


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, `start` and `length` in it, that stands in a literal `node` from its character `at` on."""

    start: int
    length: int
    node: nodes.NodeNG
    module: Module
    at: int = 0


@dataclass(frozen=True, slots=True)
class Template(Unknown):
    """A text of which some parts are known; `HOLE` stands for each of the others."""

    text: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def holes(self) -> tuple[tuple[int, int], ...]:
        """Give where the unknown parts begin and end."""
        found = []
        at = self.text.find(HOLE)
        while at >= 0:
            found.append((at, at + len(HOLE)))
            at = self.text.find(HOLE, at + len(HOLE))
        return tuple(found)


def pieces_of(value: Value) -> tuple[Piece, ...]:
    """Give where the parts of a text stand, as far as that is known."""
    match value:
        case Template():
            return value.pieces
        case Constant(value=str(text), origin=(nodes.NodeNG() as node, Module() as module)):
            return (Piece(0, len(text), node, module),)
        case Constant(origin=tuple(origin)):
            return tuple(piece for piece in origin if isinstance(piece, Piece))
    return ()


def put_together(parts: Sequence[Value], why: str) -> Value:
    """Give the text of several parts in a row; a `Template` where some are unknown, for the reason given."""
    texts: list[str] = []
    pieces: list[Piece] = []
    at = 0
    is_known = True
    for part in parts:
        text = part.text if isinstance(part, Template) else HOLE
        if isinstance(part, Constant):
            text = str(part.value)
        else:
            is_known = False
        pieces.extend(replace(piece, start=piece.start + at) for piece in pieces_of(part))
        texts.append(text)
        at += len(text)
    whole = "".join(texts)
    return Constant(whole, origin=tuple(pieces)) if is_known else Template(why, None, whole, tuple(pieces))


def part_of(value: Constant, start: int, end: int, shown: str | None = None) -> Constant:
    """Give a stretch of a constant text; `shown` is what it stands for where that differs."""
    found = []
    for piece in pieces_of(value):
        first, last = max(piece.start, start), min(piece.start + piece.length, end)
        if first < last:
            found.append(replace(piece, start=first - start, length=last - first, at=piece.at + first - piece.start))
    text = str(value.value)[start:end]
    return Constant(text if shown is None else shown, origin=tuple(found))


def aligned(result: str, source: Value) -> Constant:
    """Give a text that was made from another by taking away blanks or lines, with the places of its lines."""
    pieces = pieces_of(source)
    if not pieces or not isinstance(source, Constant):
        return Constant(result)
    original = str(source.value)
    parts: list[Value] = []
    searched = 0
    for line in result.splitlines(keepends=True):
        found = original.find(line.rstrip("\n"), searched)
        if found < 0:
            parts.append(Constant(line))
            continue
        searched = found + len(line.rstrip("\n"))
        parts.append(part_of(source, found, found + len(line), line))
    return Constant(result, origin=pieces_of(put_together(parts, "")))


def fields(template: Constant) -> Iterator[Constant | tuple[str, str, str]]:
    """Split a text for `str.format` into constant stretches and fields, as (name, format, conversion).

    Raises `ValueError` for what `str.format` refuses.
    """
    text = str(template.value)
    at = 0
    for literal, name, form, conversion in string.Formatter().parse(text):
        if literal:
            length = len(literal) + sum(literal.count(brace) for brace in "{}") * (
                text[at : at + len(literal)] != literal
            )
            yield part_of(template, at, at + length, literal)
            at += length
        if name is not None:
            yield name, form or "", conversion or ""
            at = _behind_field(text, at)


def _behind_field(text: str, at: int) -> int:
    depth = 0
    for offset in range(at, len(text)):
        depth += (text[offset] == "{") - (text[offset] == "}")
        if depth == 0 and offset > at:
            return offset + 1
    return len(text)
