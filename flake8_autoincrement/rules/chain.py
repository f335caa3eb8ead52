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
    path = os.path.relpath(span.path)
    if path.startswith(os.pardir):
        path = span.path.rpartition(f"{os.sep}site-packages{os.sep}")[2]
    return f"{path.replace(os.sep, '/')}:{span.line}"
