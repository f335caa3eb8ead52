"""The truth about a history: what PostgreSQL had after each revision, recorded once and kept beside the environment."""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from environments import JSON, Environment, pip_install, run, site_packages
from histories import History
from server import Server

RECORDER = Path(__file__).with_name("recorder")
APPLY_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class RecordedHistory:
    """A history and the environment that its package is installed in."""

    history: History
    environment: Environment

    @property
    def libraries(self) -> Path:
        """The folder that the package lies in."""
        return site_packages(self.environment.folder)

    @property
    def file(self) -> Path:
        """Where the recording is kept."""
        return self.environment.folder / f"history-{self.history.name or 'main'}.json"

    def recording(self) -> JSON:
        """Return what was recorded."""
        recording: JSON = json.loads(self.file.read_text(encoding="utf-8"))
        return recording

    def record(self, server: Server) -> None:
        """Apply the history to an empty database and keep what happened."""
        if self.history.requirements:
            pip_install(self.environment.folder, *self.history.requirements)
        unfinished = self.file.with_suffix(".unfinished")
        name = re.sub(r"\W", "_", self.history.title)
        with tempfile.TemporaryDirectory() as home, server.database(name) as url:
            # What a package writes for its user goes where nobody looks.
            surroundings = os.environ | {"HOME": home, "PYTHONWARNINGS": "ignore"}
            surroundings.pop("PYTHONPATH", None)
            command = [
                *(str(self.environment.python), str(RECORDER), f"--libraries={self.libraries}"),
                *(f"--scripts={self.history.scripts}", f"--url={url}", f"--output={unfinished}"),
                *(f"--prelude={self.history.prelude}", f"--apply={self.history.apply}"),
                *("--sources", *(name.replace(".", "/") for name in self.history.package.imports)),
            ]
            run(f"apply {self.history.title}", command, APPLY_SECONDS, cwd=Path(home), env=surroundings)
        recording = json.loads(unfinished.read_text(encoding="utf-8")) | {"postgresql": server.version}
        self.file.write_text(json.dumps(recording, indent=1) + "\n", encoding="utf-8")
        unfinished.unlink()
        unfinished.with_suffix(".ini").unlink(missing_ok=True)
