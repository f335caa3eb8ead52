"""unresolved-base: a base class that does not exist where the model looks for it."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.diagnostics import Finding, Severity
from flake8_autoincrement.facts.model import ModelClass
from flake8_autoincrement.registry import check


@check("unresolved-base", on=ModelClass, severity=Severity.ERROR)
def unresolved_base(model: ModelClass) -> Iterator[Finding]:
    """Find bases that are not imported or that their module does not define; an absent package proves nothing."""
    for base in model.missing:
        place = base.span or model.span
        if base.absent and place is not None:
            yield Finding(place, f"{model.short_name} inherits from {base.written}: {base.why}")
