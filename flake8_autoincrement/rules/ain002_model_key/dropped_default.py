"""dropped-default: a key whose DEFAULT never reaches PostgreSQL as it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Severity
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import KeyColumn, ServerDefault
from flake8_autoincrement.facts.surrogate import SERIALS
from flake8_autoincrement.registry import check
from flake8_autoincrement.rules.chain import chain_notes

_CALL = re.compile(r"\s*[A-Za-z_][\w.]*\(.*\)\s*(::.*)?", re.DOTALL)


@check("dropped-default", on=Declaration, severity=Severity.ERROR)
def dropped_default(declaration: Declaration) -> Iterator[Finding]:
    """Find server defaults of keys that SQLAlchemy leaves out or quotes."""
    for key in declaration.own_key:
        if key.column.span is not None and (what := _loss(key)):
            yield Finding(key.column.span, f"{declaration.label(key.column)}: {what}", chain_notes(declaration.model))


def _loss(key: KeyColumn) -> str | None:
    """Say what becomes of a column's server default, None where it arrives."""
    default = key.column.server_default
    if not isinstance(default, ServerDefault) or default.kind == "fetched":
        return None
    if key.generation in SERIALS:
        return f"autoincrement=True makes it {key.generation.value} and drops its server_default{_shown(default)}"
    if default.kind == "string" and default.sql is not None and _CALL.fullmatch(default.sql):
        return f'its server_default "{default.sql}" is a quoted string, not a call'
    return None


def _shown(default: ServerDefault) -> str:
    return f" {default.sql}" if default.sql else ""
