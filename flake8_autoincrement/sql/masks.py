"""What is not PostgreSQL's in a text, made so that its parser accepts it, and where each character came from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from flake8_autoincrement.sql.parsing import Parsed, Refused, Token, parsed, tokens
from flake8_autoincrement.sql.statement import HOLE, HOLE_NUMBER

Binds = Literal["none", "named", "percent"]

# psql's own: https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMANDS
_COMMANDS = (
    r"restrict|unrestrict|connect|echo|qecho|warn|set|unset|pset|include|include_relative|if|elif|else|endif|encoding|"
    r"timing|prompt|password|copy|gset|gx|g|d\w*\+?"
)
# Those of one letter are taken for commands at the beginning of a line alone, where nobody writes an escape.
_PSQL = re.compile(rf"(?:^[ \t]*\\(?:[caioqtxl!?.]|ir|l\+|cd)|\\(?:{_COMMANDS}))(?=\s|$)[^\n]*", re.MULTILINE)
_COPY = re.compile(r"^COPY\b[^;']*\bFROM\s+stdin\b[^;]*;[^\n]*\n(?P<rows>(?:.*\n)*?)(?P<end>\\\.)[ \t]*$", re.I | re.M)
# `TextClause._bind_params_regex` and `BIND_PARAMS_ESC` of SQLAlchemy 2.1: a colon behind a colon, a word or a
# backslash begins no parameter, nor does a word in front of a colon.
_NAMED = re.compile(r"(?<![:\w\\]):(?P<name>\w+)(?!:)|\\(?P<escaped>:\w*)(?![:\w])")
# The placeholders of PEP 249's "pyformat" and "format", which psycopg takes.
_PERCENT = re.compile(r"%(?:\((?P<name>[^)]*)\)s|(?P<sign>[s%bt]))")
_PARAMETER = f"${HOLE_NUMBER}"


class Rewritten(NamedTuple):
    """A text for the parser; `origin` gives the offset in the text as it was written."""

    text: str
    origin: Callable[[int], int]


class Edit(NamedTuple):
    """A stretch of a text and what stands in its place."""

    start: int
    end: int
    text: str


def without_psql(text: str) -> str:
    """Blank out the rows behind a COPY FROM stdin and the commands of psql, at the same length."""
    if "\\" not in text:
        return text
    text = _COPY.sub(lambda found: _blank_from(found, found.start("rows")), text)
    # The parts of the text up to `outside` are whole statements, so that a literal does not begin there.
    parts, outside = [], 0
    for found in _PSQL.finditer(text):
        if found.start() >= outside and _is_whole(text[outside : found.start()]):
            # \g and its like send the statement in front of them.
            end = ";" if found[0].lstrip().startswith("\\g") else " "
            parts += [text[outside : found.start()], end.ljust(found.end() - found.start())]
            outside = found.end()
    return "".join([*parts, text[outside:]])


def _is_whole(text: str) -> bool:
    """Say whether no literal or comment is left open at the end of a text."""
    try:
        tokens(text)
    except Refused:
        return False
    return True


def _blank_from(found: re.Match[str], start: int) -> str:
    kept = found.string[found.start() : start]
    return kept + re.sub(r"[^\n]", " ", found.string[start : found.end()])


def without_binds(text: str, binds: Binds) -> Rewritten:
    """Put a parameter of PostgreSQL's for every one that SQLAlchemy (`named`) or psycopg (`percent`) would bind."""
    pattern = {"named": _NAMED, "percent": _PERCENT}.get(binds)
    edits = list(_edits(text, pattern)) if pattern is not None else []
    return rewritten(text, edits)


def _edits(text: str, pattern: re.Pattern[str]) -> Iterator[Edit]:
    found = list(pattern.finditer(text))
    if not found:
        return
    try:
        literals = [token for token in tokens(text) if text[token.start] in "'\"$" or token.name.endswith("SCONST")]
    except Refused:
        literals = []
    for one in found:
        fields = one.groupdict()
        if fields.get("escaped") is not None:
            yield Edit(one.start(), one.end(), fields["escaped"])
        elif fields.get("sign") == "%":
            yield Edit(one.start(), one.end(), "%")
        elif not any(token.start < one.start() < token.end for token in literals):
            yield Edit(one.start(), one.end(), _PARAMETER)


def rewritten(text: str, edits: Sequence[Edit]) -> Rewritten:
    """Carry out edits, which are in their order and do not overlap."""
    if not edits:
        return Rewritten(text, lambda offset: offset)
    parts: list[str] = []
    starts, origins, is_edit = [0], [0], [False]
    length, position = 0, 0
    for edit in edits:
        for part, origin, edited in ((text[position : edit.start], position, False), (edit.text, edit.start, True)):
            parts.append(part)
            starts.append(length)
            origins.append(origin)
            is_edit.append(edited)
            length += len(part)
        position = edit.end
    parts.append(text[position:])
    starts.append(length)
    origins.append(position)
    is_edit.append(False)

    def written(offset: int) -> int:
        at = bisect_right(starts, offset) - 1
        return origins[at] if is_edit[at] else origins[at] + offset - starts[at]

    return Rewritten("".join(parts), written)


# Text that is not known.


class Accepted(NamedTuple):
    """A statement whose holes were filled so that the parser takes it; `gaps` are those that may be several things."""

    statement: Parsed
    text: str
    gaps: tuple[tuple[int, int], ...]


def _as_string(length: int) -> str:
    return "'" + HOLE * (length - 2) + "'"


def _as_number(length: int) -> str:
    return str(HOLE_NUMBER).zfill(length)


def _as_list(length: int) -> str:
    return "(" + HOLE * (length - 2) + ")"


def _as_column(length: int) -> str:
    return HOLE + " " + HOLE * (length - 2)


def _as_assignment(length: int) -> str:
    return HOLE + "=" + HOLE * (length - 2)


def _as_nothing(length: int) -> str:
    return " " * length


# In the order in which they are tried; a name, which needs no change, comes before them.
_MASKS = (_as_string, _as_number, _as_list, _as_column, _as_assignment, _as_nothing)
_MOST_PARSES = 80


def accepted(text: str, own: Sequence[Token]) -> Accepted:
    """Parse one statement, its holes filled one after the other with what leads the parser furthest.

    Raise `Refused` where nothing does.
    """
    try:
        return _accepted(text, ())
    except Refused as error:
        refused = error
    holes = _fillable(text, own)
    gaps: tuple[tuple[int, int], ...] = ()
    parses = 0
    for start, end in holes:
        best: tuple[int, str, tuple[tuple[int, int], ...]] | None = None
        if start > refused.offset:
            break
        for mask in _MASKS if _stands_alone(text, start, end) else (_as_nothing,):
            if mask is _as_nothing and not text[:start].strip():
                continue
            filled = text[:start] + mask(end - start) + text[end:]
            more = (*gaps, (start, end)) if mask in (_as_nothing, _as_list) else gaps
            parses += 1
            try:
                return _accepted(filled, more)
            except Refused as error:
                if error.offset > max(refused.offset, best[0] if best else 0):
                    best = error.offset, filled, more
        if best is not None:
            refused, text, gaps = Refused(refused.message, best[0]), best[1], best[2]
        if parses > _MOST_PARSES:
            break
    raise refused


def _accepted(text: str, gaps: tuple[tuple[int, int], ...]) -> Accepted:
    statements = parsed(text)
    if len(statements) != 1:
        raise Refused("it is not one statement", 0)
    return Accepted(statements[0], text, gaps)


def _fillable(text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Give the holes that may stand for anything: not in a literal, and glued to nothing but a word's end.

    One in front of a word may have a blank at its end (`{concurrently}IF NOT EXISTS`).
    """
    found = []
    for token in tokens:
        if text.startswith(HOLE * 4, token.start):
            end = token.start
            while end < token.end and text[end] == HOLE:
                end += 1
            found.append((token.start, end))
    return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (text[end : end + 1].isalnum() or text[end : end + 1] == "_")
