"""PostgreSQL's own parser and scanner, asked for plain data: the only module that imports pglast, once it is used."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

# A part of the parser's tree, as libpg_query prints it: fields that are false, zero or absent are left out.
Node = Mapping[str, Any]


class Refused(Exception):
    """PostgreSQL's parser does not accept a text: its message, and the offset of the character where it stopped."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Token(NamedTuple):
    """A word, a literal or a sign of SQL; `end` is the first offset behind it."""

    start: int
    end: int
    name: str
    is_reserved: bool


class Parsed(NamedTuple):
    """A statement of the parser's tree: the name of its kind, its fields, and where the parser says that it begins."""

    kind: str
    node: Node
    start: int


def parsed(text: str) -> list[Parsed]:
    """Parse a text into its statements; raise `Refused` where PostgreSQL would not accept it.

    libpg_query's JSON is read instead of pglast's nodes: it takes a tenth of their time. Its places are offsets of
    bytes; `characters` gives those of characters.
    """
    from pglast.parser import ParseError, parse_sql_json

    try:
        statements = json.loads(parse_sql_json(_checked(text)))["stmts"]
    except ParseError as error:
        raise _refused(error, text) from None
    except RecursionError:
        raise Refused("it is nested too deeply to be read", 0) from None
    return [Parsed(*_only(one["stmt"]), one.get("stmt_location", 0)) for one in statements if one.get("stmt")]


def expression(text: str) -> Node | None:
    """Parse an expression that stands alone, None where it is none; it may be a query in brackets."""
    try:
        statements = parsed(f"SELECT {text}")
    except Refused:
        return None
    match [statement.node for statement in statements]:
        case [{"targetList": [{"ResTarget": {"val": dict() as value}}]} as query] if "fromClause" not in query:
            found: Node = value
            return found
    return None


def characters(text: str) -> Callable[[int], int]:
    """Give what turns an offset of bytes of the text's UTF-8 into one of characters."""
    if text.isascii():
        return int
    # Where each character begins that takes more than one byte, and by how much the bytes behind it are ahead.
    starts, ahead, total = [-1], [0], 0
    for index, character in enumerate(text):
        if character > "\x7f":
            starts.append(index + total)
            total += len(character.encode()) - 1
            ahead.append(total)
    return lambda offset: offset - ahead[bisect_right(starts, offset - 1) - 1] if offset >= 0 else offset


def tokens(text: str) -> list[Token]:
    """Scan a text into tokens without its comments; raise `Refused` at a literal that does not end.

    Letters that are not ASCII are part of names, strings or comments alike, so others are scanned in their place:
    pglast's conversion of offsets takes quadratic time with them.
    """
    from pglast.parser import ParseError, scan

    try:
        found = scan(_plain(_checked(text)))
    except ParseError as error:
        raise _refused(error, text) from None
    return [
        Token(one.start, one.end + 1, one.name, one.kind == "RESERVED_KEYWORD")
        for one in found
        if one.name not in ("SQL_COMMENT", "C_COMMENT")
    ]


def plpgsql(text: str) -> Node:
    """Parse a DO statement in PL/pgSQL; give its `datums`, which are its variables, and its `action`: a block."""
    from pglast.parser import ParseError, parse_plpgsql_json

    try:
        functions = json.loads(parse_plpgsql_json(_checked(text)))
    except ParseError as error:
        raise _refused(error, text) from None
    except (RecursionError, ValueError):
        raise Refused("its PL/pgSQL could not be read", 0) from None
    match functions:
        case [{"PLpgSQL_function": {"action": {"PLpgSQL_stmt_block": _}} as function}, *_]:
            found: Node = function
            return found
    raise Refused("it has no block of PL/pgSQL", 0)


def depths(stretch: Sequence[Token], text: str) -> list[int]:
    """Tell for each token how many brackets it stands in; a bracket stands outside of itself."""
    found, depth = [], 0
    for token in stretch:
        sign = text[token.start] if token.end == token.start + 1 else ""
        if sign in (")", "]") and sign:
            depth -= 1
        found.append(depth)
        if sign in ("(", "[") and sign:
            depth += 1
    return found


def _only(node: Node) -> tuple[str, Node]:
    ((kind, fields),) = node.items()
    return kind, fields


def _checked(text: str) -> str:
    """Refuse what PostgreSQL cannot be sent at all; the parser would silently stop at a NUL."""
    if "\0" in text:
        raise Refused("PostgreSQL's texts have no NUL characters", text.index("\0"))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused("it is no UTF-8", error.start) from None
    return text


def _plain(text: str) -> str:
    # No keyword begins or ends with "q", and no prefix of a string is one.
    return text if text.isascii() else "".join(letter if letter <= "\x7f" else "q" for letter in text)


def _refused(error: Exception, text: str) -> Refused:
    message, *location = error.args
    at = location[0] if location and location[0] is not None else len(text)
    return Refused(str(message), at)
