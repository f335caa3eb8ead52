"""Where an environment keeps its libraries, and which versions they have; found by reading files, running nothing."""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# Unix, Windows, PyPy and Debian's two.
_LAYOUTS = (
    "lib/python3.*/site-packages",
    "lib64/python3.*/site-packages",
    "Lib/site-packages",
    "lib/pypy3.*/site-packages",
    "local/lib/python3.*/dist-packages",
    "lib/python3/dist-packages",
)


class NoEnvironment(Exception):
    """A path that was given as an interpreter or environment and has no libraries; the message says what would do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The folders that imports are searched in behind the project's own.

    `own` is true for the environment that this program runs in: it is a stopgap, and what happens to be installed in it
    says nothing about the project.
    """

    libraries: tuple[str, ...]
    own: bool = False

    def known_version(self, distribution: str) -> tuple[int, ...] | None:
        """Give the version that a project uses; None where it is not installed or this is only the linter's place."""
        return None if self.own else self.version(distribution)

    def version(self, distribution: str) -> tuple[int, ...] | None:
        """Give the installed version of a distribution, from the name of its metadata folder; None if there is none."""
        metadata = re.compile(rf"{distribution}-(\d+(?:\.\d+)*)[^-]*\.(?:dist|egg)-info", re.IGNORECASE)
        for folder in self.libraries:
            for name in _names(folder):
                if found := metadata.fullmatch(name):
                    return tuple(int(part) for part in found[1].split("."))
        return None


def given_environment(python: str) -> Environment:
    """Find the environment that an interpreter's path, its command, or the environment's folder stands for.

    Raises `NoEnvironment`.
    """
    path = Path(os.path.abspath(os.path.expanduser(python)))
    if not path.exists():
        command = shutil.which(python)
        if command is None:
            raise NoEnvironment(f"there is no {python}; give the path of an interpreter or of an environment's folder")
        path = Path(os.path.abspath(command))
    prefix = path if path.is_dir() else _prefix(path)
    libraries = _libraries(prefix, path)
    if not libraries:
        raise NoEnvironment(f"there is no site-packages folder below {prefix}; give the environment's folder")
    return Environment(libraries)


def project_environment(folders: Sequence[Path]) -> Environment | None:
    """Find the environment that a project keeps in one of its folders, as `.venv` or `venv`; None if there is none."""
    for folder in folders:
        for name in (".venv", "venv"):
            if (folder / name / "pyvenv.cfg").is_file() and (libraries := _libraries(folder / name, folder / name)):
                return Environment(libraries)
    return None


def enclosing_environment(path: Path) -> Environment | None:
    """Find the environment that a file is installed in; None if it is in none."""
    for folder in path.parents:
        if folder.name in ("site-packages", "dist-packages"):
            return Environment(tuple(_with_links([str(folder)])))
    return None


def own_environment() -> Environment:
    """Give the environment that this program runs in."""
    paths = sysconfig.get_paths()
    folders = dict.fromkeys([paths["purelib"], paths["platlib"]])
    installed = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    return Environment(tuple(_with_links([*folders, *installed])), own=True)


def _prefix(python: Path) -> Path:
    """Give the environment of an interpreter's path; it may be a link to a base interpreter, which is not followed."""
    folder = python.parent
    return folder.parent if folder.name in ("bin", "Scripts") else folder


def _libraries(prefix: Path, python: Path) -> tuple[str, ...]:
    folders = [str(folder) for layout in _LAYOUTS for folder in sorted(prefix.glob(layout)) if folder.is_dir()]
    version = re.search(r"python(3\.\d+)$", os.path.realpath(python))
    if version and len(folders) > 1:
        own = [folder for folder in folders if f"{version[0]}{os.sep}" in folder or f"python3{os.sep}" in folder]
        folders = own or folders
    return tuple(_with_links([*folders, *_inherited(prefix)]))


def _inherited(prefix: Path) -> tuple[str, ...]:
    """Give the base interpreter's libraries where pyvenv.cfg says that the environment sees them."""
    try:
        text = (prefix / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return ()
    lines = (line.partition("=") for line in text.splitlines())
    stated = {key.strip().lower(): value.strip() for key, _, value in lines}
    home = stated.get("home")
    if home is None or stated.get("include-system-site-packages", "").lower() != "true":
        return ()
    version = ".".join(stated.get("version", stated.get("version_info", "")).split(".")[:2])
    return _libraries(_prefix(Path(home) / "python"), Path(home) / f"python{version}")


def _with_links(folders: Sequence[str]) -> Iterator[str]:
    """Give folders without repetition, then those that their `.pth` files add (editable installs)."""
    links = [path for folder in folders for path in _links(folder)]
    return iter(dict.fromkeys([*folders, *links]))


def _links(folder: str) -> Iterator[str]:
    for name in _names(folder):
        if name.endswith(".pth"):
            for line in _lines(os.path.join(folder, name)):
                path = os.path.normpath(os.path.join(folder, line))
                if not line.startswith(("import ", "import\t", "#")) and os.path.isdir(path):
                    yield path
        elif name.startswith("__editable__") and name.endswith("_finder.py"):
            yield from _mapped("\n".join(_lines(os.path.join(folder, name))))


def _mapped(finder: str) -> Iterator[str]:
    """Give the folders that the import hook of an editable install of setuptools maps its packages to."""
    mapping = re.search(r"^MAPPING[^=]*=\s*(\{.*\})", finder, re.MULTILINE)
    for name, path in re.findall(r"'([\w.]+)': '([^']+)'", mapping[1] if mapping else ""):
        if os.path.basename(path) == name and os.path.isdir(path):
            yield os.path.dirname(path)


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8") as file:
            return [line.strip() for line in file if line.strip()]
    except (OSError, UnicodeError):
        return []


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
