"""The programs and the trees of files of the speed benchmark, as trees.toml lists them."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from environments import build_once, make_pinned_environment, pip_install, site_packages
from packages import Package, package_lists

LIST = Path(__file__).with_name("trees.toml")
REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Programs:
    """The commands that are compared."""

    ruff: str
    flake8: str
    """The one of an environment without this project."""

    flake8_with_plugin: str
    ain: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file that adds a column, each number another one."""

    file: Path
    original: Path
    """Where the text is that the file has without the change."""

    old: str
    new: str

    def column(self, number: int) -> str:
        """Return the name of the column that is added."""
        return f"speed_{number}"

    def text(self, number: int) -> str:
        """Return the changed text."""
        text = self.original.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has {self.old!r} {text.count(self.old)} times")
        return text.replace(self.old, self.new.replace("{column}", self.column(number)))

    def apply(self, number: int) -> None:
        """Change the file; its original is another name of the same file, so that it is replaced and not written to."""
        unfinished = self.file.with_suffix(".unfinished")
        unfinished.write_text(self.text(number), encoding="utf-8")
        unfinished.replace(self.file)

    def undo(self) -> None:
        """Make the file what it was."""
        self.file.unlink(missing_ok=True)
        os.link(self.original, self.file)


@dataclass(frozen=True, slots=True)
class Tree:
    """Files that are checked together, and the edits by which they change."""

    name: str
    folder: Path
    """The working directory of what reads the tree."""

    paths: tuple[str, ...]
    edits: dict[str, Edit]
    environment: Path | None = None
    """Where its libraries are, unless the tree is itself an environment."""

    def files(self) -> Iterator[str]:
        """Yield the Python files, relative to the working directory, in the order of their names."""
        for path in self.paths:
            yield from sorted(str(file.relative_to(self.folder)) for file in (self.folder / path).rglob("*.py"))

    def beginning(self, count: int) -> Tree:
        """Return the tree of the first paths that together have so many files."""
        for number in range(1, len(self.paths)):
            part = replace(self, paths=self.paths[:number])
            if len(list(part.files())) >= count:
                return part
        return self

    @contextmanager
    def edited(self) -> Iterator[None]:
        """Undo all edits at the end of the block, and first those that an earlier run was kept from undoing."""
        self._undo()
        try:
            yield
        finally:
            self._undo()

    def _undo(self) -> None:
        for edit in self.edits.values():
            edit.undo()


def prepared_programs(folder: Path) -> Programs:
    """Install what is compared: the others once, this project as it stands each time."""
    pins = entry("programs")
    alone, together = folder / "flake8", folder / "ain"
    build_once(folder / "ruff", lines(pins["ruff"]), make_pinned_environment)
    build_once(alone, lines(pins["flake8"]), make_pinned_environment)
    build_once(together, lines([*pins["flake8"], *pins["ain"]]), make_pinned_environment)
    with tempfile.TemporaryDirectory() as copy:
        # A build leaves files beside the sources.
        shutil.copytree(REPOSITORY / "flake8_autoincrement", Path(copy, "flake8_autoincrement"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(REPOSITORY / name, copy)
        pip_install(together, "--no-deps", "--force-reinstall", copy)
    commands = (folder / "ruff", "ruff"), (alone, "flake8"), (together, "flake8"), (together, "ain")
    return Programs(*(str(environment / "venv" / "bin" / name) for environment, name in commands))


def installed_tree(folder: Path) -> Tree:
    """Return the libraries of an environment, in which few files declare tables; build it if it is not there."""

    def build(empty: Path, requirements: Path) -> None:
        make_pinned_environment(empty, requirements)
        link(site_packages(empty), empty / "tree" / "site-packages")

    description = entry("installed")
    folder = folder / "installed"
    build_once(folder, lines(description["requirements"]), build)
    originals = site_packages(folder).parent
    return Tree("installed", folder / "tree", ("site-packages",), edits(description, folder / "tree", originals))


def dense_tree(folder: Path) -> Tree:
    """Return the sources of packages that declare many tables, side by side; build it if it is not there."""
    description = entry("dense")
    libraries = folder / "libraries"
    build_once(libraries, lines(description["requirements"]), make_pinned_environment)
    packages = named_packages(description["packages"])
    paths = tuple(name for package in packages for name in package.imports)

    def build(empty: Path, requirements: Path) -> None:
        sources = empty / "sources"
        pip_install(libraries, "--no-deps", "--no-compile", f"--target={sources}", f"--requirement={requirements}")
        for path in paths:
            link(sources / path, empty / "tree" / path)

    folder = folder / "dense"
    build_once(folder, lines(sorted(f"{package.name}=={package.version}" for package in packages)), build)
    changes = edits(description, folder / "tree", folder / "sources")
    return Tree("dense", folder / "tree", paths, changes, libraries / "venv")


def entry(name: str) -> dict[str, Any]:
    """Return one table of the list."""
    found: dict[str, Any] = tomllib.loads(LIST.read_text(encoding="utf-8"))[name]
    return found


def named_packages(names: list[str]) -> list[Package]:
    """Return packages of packages.toml, in the order of their names in the list."""
    known = {package.name: package for package in package_lists()["all"]}
    return [known[name] for name in names]


def edits(description: dict[str, Any], folder: Path, originals: Path) -> dict[str, Edit]:
    """Return the edits of a tree by name."""
    return {
        name: Edit(folder / each["file"], originals / each["file"], each["old"], each["new"])
        for name, each in description["edits"].items()
    }


def link(source: Path, target: Path) -> None:
    """Copy a folder by giving its files a second name."""
    shutil.copytree(source, target, copy_function=os.link)


def lines(requirements: list[str]) -> str:
    """Return the text of a requirements file."""
    return "\n".join((*requirements, ""))
