"""Syntax trees, without astroid's inference, cache or bootstrap."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from astroid import nodes
from astroid.manager import AstroidManager
from astroid.rebuilder import TreeRebuilder

from flake8_autoincrement.inference.syntax import ParseError, syntax_tree


def parsed(text: str, path: str, name: str, package: bool) -> nodes.Module:
    """Parse a module's text; raise `ParseError` if it is not Python.

    `TreeRebuilder` is not documented, but its signature is the same from astroid 3.2 to 4.3.
    """
    with _collector_paused():
        tree = syntax_tree(text)
        try:
            return TreeRebuilder(AstroidManager(), data=text).visit_module(tree, name, path, package)
        except (RecursionError, MemoryError):
            raise ParseError("it is nested too deeply to be read", 1, 0) from None


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
