"""How a class came by its mapping and its key, in the words of notes."""

from __future__ import annotations

import os

from flake8_autoincrement.diagnostics import Note
from flake8_autoincrement.facts.model import Base, ModelClass
from flake8_autoincrement.source import Span


def chain_notes(model: ModelClass | None) -> tuple[Note, ...]:
    """Give a note that shows the resolved chain: `User -> Base (app/db.py:12) -> DeclarativeBase`."""
    if model is None or not model.chain:
        return ()
    return (Note(" -> ".join((model.short_name, *map(_step, model.chain))), model.chain[0].span),)


def _step(base: Base) -> str:
    name = base.name.rpartition(".")[2]
    return name if base.span is None or name.endswith("()") else f"{name} ({_place(base.span)})"


def _place(span: Span) -> str:
    """Give a place relative to the working directory, or to the folder that libraries are installed in."""
    path = span.path.replace(os.sep, "/").rpartition("/site-packages/")[2]
    return f"{os.path.relpath(path).replace(os.sep, '/') if os.path.isabs(path) else path}:{span.line}"
