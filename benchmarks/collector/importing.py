"""The import of many modules, some of which cannot be imported."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import FrameType


class TimeIsUpError(BaseException):
    """An import took too long; not an Exception, so that the package does not catch it."""


def import_failures(modules: Iterable[str], seconds: int) -> dict[str, str]:
    """Import the modules and return why some could not be, by name.

    Those get a second try once all others are there, since a circle of imports may be closed from its other side.
    """
    signal.signal(signal.SIGALRM, raise_time_is_up)
    failed = [name for name in modules if import_failure(name, seconds)]
    reasons = {name: import_failure(name, seconds) for name in failed}
    return {name: why for name, why in reasons.items() if why}


def import_failure(module: str, seconds: int) -> str | None:
    """Import one module in silence; return what went wrong, None if nothing did.

    Its name is printed first, so that the last line tells who took the process down.
    """
    print(module, flush=True)
    signal.alarm(seconds)
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    # A module may also end the process, or raise what a test runner would catch.
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
        return f"{type(error).__name__}: {str(error)[:300]}{where}"
    finally:
        signal.alarm(0)
    return None


def raise_time_is_up(signum: int, frame: FrameType | None) -> None:
    """Interrupt the import that runs."""
    raise TimeIsUpError
