"""The collector: runs inside a package's environment, imports the package, writes what SQLAlchemy made of its tables.

It needs the standard library and the SQLAlchemy (1.4 or newer) of that environment, nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import json
import os
import platform
import re
import sys
from pathlib import Path

from importing import import_failures
from sources import is_imported, relative, source_modules, source_roots
from sqlalchemy.orm import configure_mappers
from tables import Origins, declared_tables


def main() -> None:
    """Import the packages named on the command line and write their tables as JSON."""
    options = parser().parse_args()
    # The modules beside this file must not stand in for modules that the package looks for.
    del sys.path[0]

    roots = [root for package in options.packages for root in source_roots(package)]
    sources = {name: file for package, root in roots for name, file in source_modules(package, root)}
    modules = {name: file for name, file in sources.items() if is_imported(name, file)}
    origins = Origins(str(file) for file in modules.values())
    exec(options.prelude, {})
    failures = import_failures([name for name in modules if name not in options.skip], options.seconds)
    with contextlib.suppress(Exception):
        configure_mappers()

    truth = {
        "python": platform.python_version(),
        "versions": installed_versions(),
        "sources": sorted(relative(file, roots) for file in sources.values()),
        "unread": [
            {"module": name, "file": relative(modules[name], roots), "why": why}
            for name, why in (failures | dict.fromkeys(options.skip, "skipped")).items()
        ],
        "tables": declared_tables(origins, roots),
    }
    options.output.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    # Threads that an import started would keep the process alive.
    os._exit(0)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("packages", nargs="+", help="import names, dotted for a part of a namespace package")
    result.add_argument("--output", type=Path, required=True, help="the JSON file to write")
    result.add_argument("--prelude", default="", help="statements to run first, which make a configuration")
    result.add_argument("--skip", nargs="*", default=[], help="modules that cannot be imported without harm")
    result.add_argument("--seconds", type=int, default=120, help="the time that one module has for its import")
    return result


def installed_versions() -> dict[str, str]:
    """Return the version of every distribution of this environment, by its normalized name."""
    return {
        re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower(): distribution.version
        for distribution in importlib.metadata.distributions()
    }


if __name__ == "__main__":
    main()
