"""naive-now: a default that gives the time without its zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding
from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.schema import ClientDefault, Clock, Column, ServerDefault, SqlType
from flake8_autoincrement.registry import check

_NOW = r"(now\(\)|current_timestamp|(statement|transaction|clock)_timestamp\(\))"
_STRIPPED = re.compile(rf"timezone\(\s*'\w+'\s*,\s*{_NOW}\s*\)|{_NOW}\s+at\s+time\s+zone\s+'\w+'", re.IGNORECASE)


@check("naive-now", on=Declaration)
def naive_now(declaration: Declaration) -> Iterator[Finding]:
    """Find `datetime.utcnow` and its like as defaults, and PostgreSQL's time without zone in a timestamptz."""
    for column in declaration.columns:
        naive = "; ".join(_naive_defaults(column))
        if column.span is not None and naive and _keeps_time(column):
            yield Finding(column.span, f"{declaration.label(column)}: {naive}")


def _naive_defaults(column: Column) -> Iterator[str]:
    """Say of each default that gives a time without zone what it is."""
    for argument, value in (("default", column.default), ("onupdate", column.onupdate)):
        match value:
            case ClientDefault(clock=Clock(aware=False, called=True, name=name)):
                yield f"{argument}={name}() was called once, at import, and has no time zone"
            case ClientDefault(clock=Clock(aware=False, name=name), text=text):
                yield f"{argument}={name if text.endswith(name) else f'{text} ({name})'} has no time zone"
            case ClientDefault(kind="sql", text=sql) if _loses_zone(column, sql):
                yield f"{argument}={sql} has no time zone"
    match column.server_default:
        case ServerDefault(sql=str(sql)) if _loses_zone(column, sql):
            yield f"server_default={sql} has no time zone"


def _keeps_time(column: Column) -> bool:
    return not isinstance(column.type, SqlType) or column.type.timestamp


def _loses_zone(column: Column, sql: str) -> bool:
    timezone = column.type.timezone if isinstance(column.type, SqlType) else None
    return timezone is True and _STRIPPED.search(sql) is not None
