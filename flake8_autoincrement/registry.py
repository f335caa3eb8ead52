"""The checks that exist: a leaf that every check imports and that imports no check by name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from flake8_autoincrement.diagnostics import Finding, Severity

Function = TypeVar("Function", bound=Callable[..., Iterator[Finding]])


@dataclass(frozen=True, slots=True)
class Check:
    """A check: a function of one fact, chosen by the fact's type, with a page beside it.

    One that looks at facts of several types has a function for each, all of one slug. Where `on` is a kind of
    operation, the function is given the steps of upgrades (`Step`) that are of that kind.

    `code` is the family's, from the folder (`AIN002`); `slug` is the check's own name. A strict check runs only where
    the settings ask for it. A function that `takes_settings`, by a second parameter, is given them.
    """

    code: str
    slug: str
    on: type
    function: Callable[..., Iterator[Finding]]
    severity: Severity
    strict: bool
    page: Path
    takes_settings: bool


def check(
    slug: str, *, on: type, severity: Severity = Severity.WARNING, strict: bool = False
) -> Callable[[Function], Function]:
    """Register a function as the check `slug` for facts of the type `on`."""

    def register(function: Function) -> Function:
        file = Path(inspect.getfile(function))
        code = file.parent.name.partition("_")[0].upper()
        takes_settings = len(inspect.signature(function).parameters) > 1
        page = file.with_suffix(".md")
        function.__dict__["check"] = Check(code, slug, on, function, severity, strict, page, takes_settings)
        return function

    return register


@cache
def discovered(package: str = "flake8_autoincrement.rules") -> tuple[Check, ...]:
    """Import every module below a package and give the checks in them, by code and slug."""
    checks = {found for module in _modules(importlib.import_module(package)) for found in _checks(module)}
    return tuple(sorted(checks, key=lambda found: (found.code, found.slug)))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield importlib.import_module(info.name)


def _checks(module: ModuleType) -> Iterator[Check]:
    for value in vars(module).values():
        found: Any = getattr(value, "__dict__", {}).get("check")
        if isinstance(found, Check):
            yield found
