"""The blocks of a Markdown page: each case is a small project with what is claimed about it.

A block is a file: ```` ```python ```` is `models.py`, ```` ```python title="app/db.py" ```` any other. Blocks that
follow each other without text between them are one case, a project of its own. In it stand further

- `toml`: what the project's `pyproject.toml` says;
- `ddl`: the `CREATE TABLE` statements that SQLAlchemy compiles for PostgreSQL, all of them in the order of their
  making, or a comment with the error that it raises; `ddl sqlalchemy=2.0` where the versions differ;
- `operations`: what a revision does, in the words of `operation_rendering.py`: its upgrade, or `operations downgrade`;
  `operations places` with the places, `operations unrun` where Alembic needs a database to write it down;
- `sql` and `operations`: statements, and what they do, in the words of `operation_rendering.py`;
- `sql` and `catalog`: statements one after the other, `-- refused: part of the message` behind one that PostgreSQL does
  not do (`-- refused, not foreseen:` where a replay cannot know it), and what there is after them, in the words of
  `catalog_text.py`;
- `facts`: what reading the files finds, in the words of `rendering.py`; `facts sqlalchemy=2.0` where the versions
  differ, and `facts unrun` where the program cannot be imported or needs a database to know more.

A trailing comment in a file is a claim: `# error: [slug] "part of the message"`, or `# warning: ...`, and behind it
`# note: "part of a note"`. Blocks of any other language are illustrations.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "flake8_autoincrement"
RULES = PACKAGE / "rules"
FACTS = Path(__file__).resolve().parent / "pages" / "facts"
OPERATIONS = Path(__file__).resolve().parent / "pages" / "operations"
CACHE = Path(__file__).resolve().parent / "pages" / "cache"
SQL = Path(__file__).resolve().parent / "pages" / "sql"
HISTORY = Path(__file__).resolve().parent / "pages" / "history"

# Of blocks that belong to a case and are no files.
LANGUAGES = ("ddl", "facts", "step", "read", "sql", "operations", "catalog")

FENCE = re.compile(r"^```(?P<info>.*)$")
CLAIM = re.compile(r'#\s*(?P<severity>error|warning):\s*\[(?P<slug>[\w-]+)\]\s*"(?P<text>[^"#]*(?:"[^"#]*)*)"')
NOTE = re.compile(r'#\s*note:\s*"(?P<text>[^"]*)"')


class PageError(Exception):
    """A page that does not keep to the grammar."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the attributes behind it, its text and the line of the page where this begins."""

    language: str
    attributes: dict[str, str]
    text: str
    line: int

    def holds_for(self, sqlalchemy: str) -> bool:
        """Say whether the block speaks of a version of SQLAlchemy, as `2.1`."""
        return self.attributes.get("sqlalchemy", sqlalchemy) == sqlalchemy


@dataclass(frozen=True, slots=True)
class Claim:
    """That a check reports a place: on the line `line` of the file `path`."""

    path: str
    line: int
    severity: str
    slug: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A project on a page: its blocks, and the heading and the text above them."""

    page: Path
    line: int
    heading: str
    why: str
    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        """Name the case for the test that runs it."""
        return f"{self.page.stem}:{self.line}"

    @property
    def files(self) -> dict[str, str]:
        """Give the text of every file of the project by its path."""
        files: dict[str, str] = {}
        for block in self.blocks:
            path = file_path(block)
            if path is None:
                continue
            if path in files:
                raise PageError(f"{self.page}:{block.line}: a case has two files {path}: put a sentence between them")
            files[path] = block.text
        return files

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Give what the comments in the files claim, in their order."""
        return tuple(claim for path, text in self.files.items() for claim in claims(path, text))

    def block(self, language: str, sqlalchemy: str) -> Block | None:
        """Give the block of a language that holds for a version of SQLAlchemy, as `2.1`."""
        fitting = [block for block in self.blocks if block.language == language and block.holds_for(sqlalchemy)]
        if len(fitting) > 1:
            raise PageError(f"{self.page}:{fitting[1].line}: a second {language} block for SQLAlchemy {sqlalchemy}")
        return fitting[0] if fitting else None

    def write(self, folder: Path) -> None:
        """Write the project's files below a folder."""
        for path, text in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def file_path(block: Block) -> str | None:
    """Give the path that a block is the file of, None where it is something else."""
    match block.language:
        case "python":
            return block.attributes.get("title", "models.py")
        case "toml":
            return block.attributes.get("title", "pyproject.toml")
        case _:
            return block.attributes.get("title")


def claims(path: str, text: str) -> Iterator[Claim]:
    """Read the claims from the comments of a file."""
    for number, line in enumerate(text.splitlines(), 1):
        notes = tuple(note["text"] for note in NOTE.finditer(line))
        for found in CLAIM.finditer(line):
            yield Claim(path, number, found["severity"], found["slug"], found["text"], notes)
        if re.search(r"#\s*(error|warning):", line) and not CLAIM.search(line):
            raise PageError(f"not a claim: {line.strip()}")


def rule_pages() -> list[Path]:
    """Find the pages of all checks."""
    return sorted(RULES.glob("*/*.md"))


def facts_pages() -> list[Path]:
    """Find the pages that show what reading understands."""
    return sorted(FACTS.glob("*.md"))


def operation_pages() -> list[Path]:
    """Find the pages that show what is read of a revision."""
    return sorted(OPERATIONS.glob("*.md"))


def sql_pages() -> list[Path]:
    """Find the pages that show what statements of SQL do."""
    return sorted(SQL.glob("*.md"))


def history_pages() -> list[Path]:
    """Find the pages that show what PostgreSQL makes of statements."""
    return sorted(HISTORY.glob("*.md"))


def cache_pages() -> list[Path]:
    """Find the pages that show what is read again after a change."""
    return sorted(CACHE.glob("*.md"))


@cache
def cases(page: Path) -> tuple[Case, ...]:
    """Read the cases of a page."""
    return tuple(_cases(page, page.read_text(encoding="utf-8").splitlines()))


def _cases(page: Path, lines: list[str]) -> Iterator[Case]:
    heading, why, blocks, start = "", "", [], 0
    rest = iter(enumerate(lines, 1))
    for number, line in rest:
        if fence := FENCE.match(line):
            block = _block(page, fence["info"], number + 1, rest)
            if file_path(block) is None and block.language not in LANGUAGES:
                continue
            start = start or number
            blocks.append(block)
        elif line.strip():
            if blocks:
                yield Case(page, start, heading, why, tuple(blocks))
                why, blocks, start = "", [], 0
            if line.startswith("#"):
                heading, why = line.lstrip("# "), ""
            else:
                why = f"{why} {line.strip()}".strip()
    if blocks:
        yield Case(page, start, heading, why, tuple(blocks))


def _block(page: Path, info: str, line: int, rest: Iterator[tuple[int, str]]) -> Block:
    language, *words = shlex.split(info) or [""]
    attributes = {name: value for name, _, value in (word.partition("=") for word in words)}
    text: list[str] = []
    for _, row in rest:
        if row.rstrip() == "```":
            return Block(language, attributes, "\n".join(text) + "\n", line)
        text.append(row)
    raise PageError(f"{page}:{line}: a block without an end")
