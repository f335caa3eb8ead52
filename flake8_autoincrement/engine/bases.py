"""Whether a project has the auto-increment bases that its settings name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_autoincrement.engine.check import FileReport

_CODE = "AIN001"


def missing_bases(reports: Iterable[FileReport]) -> tuple[str, ...]:
    """Give the names of the bases that AIN001 asks for, where no class of that name was met; nothing where one was."""
    names: dict[str, None] = {}
    for report in reports:
        if any(diagnostic.code == _CODE for diagnostic in report.diagnostics):
            names.update(dict.fromkeys(report.settings.bases))
        if any(report.settings.names_base(name) for name in _classes(report)):
            return ()
    return tuple(names)


def _classes(report: FileReport) -> Iterator[str]:
    for model in report.facts.models if report.facts else ():
        yield model.name
        yield from (base.name for base in model.bases)
