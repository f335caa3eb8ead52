"""Whether a text is Python: by Python's own parser, without astroid."""

from __future__ import annotations

import ast
import symtable
import warnings


class ParseError(Exception):
    """A text that is not Python; `line` counts from 1 and `column` from 0."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def syntax_tree(text: str) -> ast.Module:
    """Parse a text; raise `ParseError` if it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise ParseError(error.msg or "invalid syntax", error.lineno or 1, max((error.offset or 1) - 1, 0)) from None
    except (RecursionError, MemoryError):
        raise ParseError("it is nested too deeply to be read", 1, 0) from None
    except ValueError as error:
        raise ParseError(str(error), 1, 0) from None


def parse_problem(text: str) -> ParseError | None:
    """Say why Python cannot parse a text, None if it can.

    The tables of symbols are made without the tree's objects, in about half the time; what they refuse may still parse.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable.symtable(text, "?", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        try:
            syntax_tree(text)
        except ParseError as error:
            return error
    return None
