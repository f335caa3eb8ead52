"""Where each character of a string literal stands: across escapes, prefixes and literals side by side."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

_BLANK = re.compile(r"(?:\s|\\\n|#[^\n]*)*")
_OPENING = re.compile(r"([a-zA-Z]{0,2})('''|\"\"\"|'|\")")
_ESCAPE = re.compile(r"\\(?:\n|N\{[^}]*\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)


@lru_cache(maxsize=256)
def offsets(source: str) -> tuple[str, tuple[int, ...]]:
    """Give the text of a literal, or of several side by side, and the offset in the source of each character of it.

    What stands in braces in an f-string is left out. The text is as far as it was understood: it may be shorter than
    what Python makes of it.
    """
    text: list[str] = []
    places: list[int] = []
    at = 0
    while True:
        at = _end(_BLANK, source, at)
        opening = _OPENING.match(source, at)
        if opening is None:
            return "".join(text), tuple(places)
        at = _literal(source, opening, text, places)


def _end(pattern: re.Pattern[str], source: str, at: int) -> int:
    found = pattern.match(source, at)
    return at if found is None else found.end()


def _literal(source: str, opening: re.Match[str], text: list[str], places: list[int]) -> int:
    """Read one literal; give the offset behind it."""
    prefix, quote = opening[1].lower(), opening[2]
    at = opening.end()
    while at < len(source) and not source.startswith(quote, at):
        character = source[at]
        if character == "\\":
            escape = _ESCAPE.match(source, at)
            found = source[at : at + 2] if escape is None else escape[0]
            made = found if "r" in prefix else _unescaped(found)
            text.append(made)
            places.extend(range(at, at + len(made)) if "r" in prefix else [at] * len(made))
            at += len(found)
        elif "f" in prefix and character in "{}":
            if source.startswith(character * 2, at):
                text.append(character)
                places.append(at)
                at += 2
            else:
                at = _behind_braces(source, at)
        else:
            text.append(character)
            places.append(at)
            at += 1
    return min(at + len(quote), len(source))


def _unescaped(escape: str) -> str:
    """Give what an escape stands for, nothing for an escaped line end."""
    if escape == "\\\n":
        return ""
    try:
        return str(ast.literal_eval(f"'{escape}'"))
    except (SyntaxError, ValueError):
        return escape


def _behind_braces(source: str, at: int) -> int:
    """Give the offset behind a replacement field of an f-string."""
    depth = 0
    while at < len(source):
        character = source[at]
        depth += (character in "{[(") - (character in "}])")
        at += 1
        if depth <= 0:
            break
        if character in "'\"":
            closing = source.find(character, at)
            at = len(source) if closing < 0 else closing + 1
    return at
