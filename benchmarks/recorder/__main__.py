"""The recorder: runs inside a package's environment, applies its Alembic history to PostgreSQL, writes what happened.

It needs the standard library and the SQLAlchemy, the Alembic and the driver of that environment, nothing else.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import sys
import traceback
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from places import Places
from recording import Recording

INI = """
[alembic]
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = WARNING
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(message)s
"""


def main() -> None:
    """Apply the history that the command line names and write the recording as JSON."""
    options = parser().parse_args()
    # The modules beside this file must not stand in for modules that the package looks for.
    del sys.path[0]

    scripts = options.libraries / options.scripts
    places = Places([*(options.libraries / each for each in options.sources), scripts], options.libraries)
    # Many an env.py sets up logging by the configuration file.
    ini = options.output.with_suffix(".ini")
    ini.write_text(INI, encoding="utf-8")
    config = Config(str(ini))
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("sqlalchemy.url", options.url)
    recording = Recording(places)
    names: dict[str, Any] = {"url": options.url, "config": config, "scripts": scripts}
    exec(options.prelude, names)
    recording.start()
    error = failure(options.apply, names)

    result = {
        "python": platform.python_version(),
        "versions": installed_versions(),
        "scripts": options.scripts,
        "existing": existing_revisions(config),
        "base": recording.base,
        "revisions": recording.revisions,
        "stopped": {**(recording.running or {"revision": None}), "error": error} if error else None,
    }
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    # Threads that an import started would keep the process alive.
    os._exit(0)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--libraries", type=Path, required=True, help="the folder that the packages lie in")
    result.add_argument("--scripts", required=True, help="the folder with env.py, below that")
    result.add_argument("--sources", nargs="+", required=True, help="the package's own folders, below that")
    result.add_argument("--url", required=True, help="the database, which is empty")
    result.add_argument("--output", type=Path, required=True, help="the JSON file to write")
    result.add_argument("--prelude", default="", help="statements to run first; they see url, config and scripts")
    result.add_argument("--apply", default="", help="statements that apply the history, if `upgrade heads` does not")
    return result


def failure(apply: str, names: dict[str, Any]) -> str | None:
    """Apply the history; return what stopped it, None if nothing did."""
    try:
        if apply:
            exec(apply, names)
        else:
            command.upgrade(names["config"], "heads")
    # A package may also end the process.
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
        return f"{type(error).__name__}: {str(error)[:1000]}{where}"
    return None


def existing_revisions(config: Config) -> int | None:
    """Return how many revisions the history has, None where their files cannot be loaded."""
    try:
        return sum(1 for _ in ScriptDirectory.from_config(config).walk_revisions())
    except Exception:
        return None


def installed_versions() -> dict[str, str]:
    """Return the version of every distribution of this environment, by its normalized name."""
    return {
        re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower(): distribution.version
        for distribution in importlib.metadata.distributions()
    }


if __name__ == "__main__":
    main()
