"""Syntax trees, without astroid's inference, cache or bootstrap."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from astroid import nodes
from astroid.manager import AstroidManager
from astroid.rebuilder import TreeRebuilder

from flake8_autoincrement.inference.syntax import ParseError, syntax_tree


def parsed(text: str, path: str, name: str, package: bool) -> nodes.Module:
    """Parse a module's text; raise `ParseError` if it is not Python.

    The bodies of functions are left out: most are never called. `body_of` gives them.
    """
    with collector_paused():
        tree = syntax_tree(text)
        try:
            return _Rebuilder(AstroidManager()).visit_module(tree, name, path, package)
        except (RecursionError, MemoryError):
            raise ParseError("it is nested too deeply to be read", 1, 0) from None


def body_of(function: nodes.FunctionDef) -> list[nodes.NodeNG]:
    """Give the statements of a function; raise `RecursionError` for what is nested too deeply."""
    if (left_out := function.__dict__.get(_LEFT_OUT)) is not None:
        with collector_paused():
            function.body = _Rebuilder(AstroidManager()).whole(left_out, function.parent).body
        setattr(function, _LEFT_OUT, None)
    body: list[nodes.NodeNG] = function.body
    return body


_LEFT_OUT = "left_out"  # the attribute of a function that holds the syntax tree of its body


class _Rebuilder(TreeRebuilder):
    """Makes astroid's tree of Python's own, without the bodies of functions.

    `TreeRebuilder` is not documented, but what is used of it is the same from astroid 3.2 to 4.3.
    """

    def visit_functiondef(self, node: ast.FunctionDef, parent: nodes.NodeNG) -> nodes.FunctionDef:
        return self._without_body(super().visit_functiondef, node, parent)

    def visit_asyncfunctiondef(self, node: ast.AsyncFunctionDef, parent: nodes.NodeNG) -> nodes.AsyncFunctionDef:
        return self._without_body(super().visit_asyncfunctiondef, node, parent)

    def whole(self, node: ast.FunctionDef | ast.AsyncFunctionDef, parent: nodes.NodeNG) -> nodes.FunctionDef:
        """Make the tree of a function with its body."""
        if isinstance(node, ast.AsyncFunctionDef):
            return super().visit_asyncfunctiondef(node, parent)
        return super().visit_functiondef(node, parent)

    def _without_body(self, visit: Any, node: Any, parent: nodes.NodeNG) -> Any:
        body, node.body = node.body, []
        made = visit(node, parent)
        node.body = body
        setattr(made, _LEFT_OUT, node)
        return made


def written(node: nodes.NodeNG) -> str:
    """Give an expression or statement as source, `...` for one with a number that Python refuses to write down."""
    try:
        text: str = node.as_string()
    except ValueError:
        return "..."
    return text


def metaclass_of(node: nodes.ClassDef) -> nodes.NodeNG | None:
    """Give the expression behind `metaclass=`, which astroid keeps apart from the other keywords of a class."""
    metaclass: nodes.NodeNG | None = node._metaclass
    return metaclass


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from walking a tree again and again while it grows."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
