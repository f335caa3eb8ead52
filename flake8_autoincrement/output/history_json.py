"""Histories as JSON, version 1: the format that README describes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import get_args

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import AnyOperation, Condition, Operation, When
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.output.moments import Told
from flake8_autoincrement.output.paths import shown_posix

VERSION = 1

# The fields that name what an operation is about: its schema is called `schema`, that of every other `..._schema`.
_SUBJECTS = ("table", "sequence", "index", "view", "type", "on")

_CONDITIONS = get_args(Condition)


def render(told: Iterable[Told]) -> str:
    """Give the document."""
    return json.dumps({"version": VERSION, "histories": [_history(each) for each in told]}, indent=2)


def _history(told: Told) -> dict[str, object]:
    return {
        "history": shown_posix(told.history.folder),
        "origin": told.history.origin,
        "settings": [{"file": shown_posix(each.file), "section": each.name} for each in told.history.sections],
        "databases": list(told.history.databases),
        "heads": list(told.heads),
        "problems": list(told.problems),
        "revisions": [_revision(each.revision) for each in told.moments],
    }


def _revision(revision: Revision) -> dict[str, object]:
    return {
        "revision": revision.revision,
        "path": shown_posix(revision.path),
        "down_revisions": list(revision.down_revisions),
        "depends_on": list(revision.depends_on),
        "branch_labels": list(revision.branch_labels),
        "upgrade": _operations(revision.upgrade),
        "downgrade": _operations(revision.downgrade),
    }


def _operations(given: tuple[AnyOperation, ...] | None) -> list[object] | None:
    return None if given is None else [operation(each) for each in given]


def operation(given: AnyOperation) -> dict[str, object]:
    """Give an operation: its name, its place, and its fields by their names."""
    span = given.span
    found: dict[str, object] = {
        "operation": type(given).__name__,
        "line": span.line if span else None,
        "path": shown_posix(span.path) if span else None,
    }
    subject = _subject(given)
    for field in fields(given):
        value = getattr(given, field.name)
        if isinstance(given, When) and field.name in ("then", "otherwise"):
            found[field.name] = _operations(value)
        elif field.name == subject:
            found[subject], found["schema"] = _named(value)
        elif field.name == "schema" and subject is not None:
            found["new_schema"] = _value(value)
        elif field.name != "span":
            found.update(_field(field.name, value))
    return found


def _subject(given: AnyOperation) -> str | None:
    """Give the field that names what an operation is about: a type is that only where nothing else is."""
    names = {field.name for field in fields(given)}
    return next((name for name in _SUBJECTS if name in names), None)


def _field(name: str, value: object) -> dict[str, object]:
    if isinstance(value, QualifiedName):
        return {name: value.name, f"{name}_schema": value.schema or None}
    return {name: _value(value)}


def _named(value: object) -> tuple[object, str | None]:
    return (value.name, value.schema or None) if isinstance(value, QualifiedName) else (_value(value), None)


def _value(value: object) -> object:
    """Give a value: what could not be read is `{"unknown": reason}`."""
    match value:
        case Unknown(why=why):
            return {"unknown": why}
        case tuple():
            return [_value(each) for each in value]
        case Operation():
            return operation(value)  # type: ignore[arg-type]
    if is_dataclass(value) and not isinstance(value, type):
        return _fact(value)
    return value


def _fact(value: object) -> dict[str, object]:
    found: dict[str, object] = {"asks": type(value).__name__} if isinstance(value, _CONDITIONS) else {}
    for field in fields(value):  # type: ignore[arg-type]
        if field.name != "span":
            found.update(_field(field.name, getattr(value, field.name)))
    return found
