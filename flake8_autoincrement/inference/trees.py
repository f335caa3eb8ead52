"""Syntax trees, without astroid's inference, cache or bootstrap."""

from __future__ import annotations

import ast
import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from astroid import nodes
from astroid.manager import AstroidManager
from astroid.rebuilder import TreeRebuilder


class ParseError(Exception):
    """A text that is not Python; `line` counts from 1 and `column` from 0."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def parsed(text: str, path: str, name: str, package: bool) -> nodes.Module:
    """Parse a module's text; raise `ParseError` if it is not Python.

    `TreeRebuilder` is not documented, but its signature is the same from astroid 3.2 to 4.3.
    """
    with _collector_paused():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
            return TreeRebuilder(AstroidManager(), data=text).visit_module(tree, name, path, package)
        except SyntaxError as error:
            raise ParseError(
                error.msg or "invalid syntax", error.lineno or 1, max((error.offset or 1) - 1, 0)
            ) from None
        except (RecursionError, MemoryError):
            raise ParseError("it is nested too deeply to be read", 1, 0) from None
        except ValueError as error:
            raise ParseError(str(error), 1, 0) from None


def metaclass_of(node: nodes.ClassDef) -> nodes.NodeNG | None:
    """Give the expression behind `metaclass=`, which astroid keeps apart from the other keywords of a class."""
    metaclass: nodes.NodeNG | None = node._metaclass
    return metaclass


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the collector from walking a tree again and again while it grows."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
