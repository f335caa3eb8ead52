"""The source files of an installed package, and which of them declare its schema."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

TEST_NAMES = {"conftest", "test", "tests"}
REVISION = re.compile(r"^revision\b.*^down_revision\b|^down_revision\b.*^revision\b", re.MULTILINE | re.DOTALL)


def source_roots(package: str) -> Iterator[tuple[str, Path]]:
    """Yield the folders, or the one file, that hold the package's sources, each with the package's name."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise SystemExit(f"{package} is not installed here")
    if spec.submodule_search_locations is None:
        yield package, Path(str(spec.origin))
    for location in spec.submodule_search_locations or ():
        yield package, Path(location)


def source_modules(package: str, root: Path) -> Iterator[tuple[str, Path]]:
    """Yield every module below the root that is not part of a test suite, by name.

    Folders without `__init__.py` count: Python can import from them, and a reader of sources sees them as well.
    """
    if root.is_file():
        yield package, root
        return
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        if all(part.isidentifier() for part in parts) and not TEST_NAMES.intersection(parts):
            yield ".".join((package, *parts)).removesuffix(".__init__"), file


def is_imported(name: str, file: Path) -> bool:
    """Tell whether a module can declare some of the schema; tables in an Alembic revision are snapshots of the past."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if name.endswith(".env") and "alembic" in text:
        return False
    return not name.endswith(".__main__") and not REVISION.search(text)


def relative(file: Path, roots: Iterable[tuple[str, Path]]) -> str:
    """Return the file's path as it is below the folder that the package's first name lies in."""
    for package, root in roots:
        if file == root or root in file.parents:
            return Path(*package.split(".")[:-1], file.relative_to(root.parent)).as_posix()
    return file.as_posix()
