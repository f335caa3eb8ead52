"""The page of a check: documentation and blocks that are run.

What stands above the heading `## Cases` is for people to read. A block is a file: ```` ```python ```` is
`models.py`, and ```` ```python title="app/db.py" ```` is any other. Blocks that follow each other without text between
them are one case, a project of its own. On the page of a check further stand

- `python` blocks with a function `upgrade` and `sql` blocks, unless they have a title: each is a revision, one behind
  the other, in `migrations/versions/`. What a revision begins with (imports, `revision`, `down_revision`) is put in
  front of it where it does not say that itself; `fails="part of the message"` says that PostgreSQL refuses to do it;
- `psql`: what somebody does on the server at that point, which is in no history: rows that are there, an INSERT that
  proves something. `-- fails: part of the message` stands behind a statement that PostgreSQL refuses;
- `toml`: what the project's `pyproject.toml` says;
- `ddl`: the `CREATE TABLE` statements that SQLAlchemy compiles for PostgreSQL, all of them in the order of their
  making, or a comment with the error that it raises; `ddl sqlalchemy=2.0` where the versions differ.

A trailing comment in a file is a claim: `# error: [slug] "part of the message"`, or `# warning: ...`, and behind it
`# note: "part of a note"`; in SQL it begins with `--`. Blocks of any other language are illustrations.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CASES = "## Cases"

VERSIONS = "migrations/versions"
_IMPORTS = "from alembic import op\nimport sqlalchemy as sa\n"

_NUMBER = re.compile(r"""^revision\b[^=\n]*=\s*["'](?P<number>[^"']+)""", re.MULTILINE)

# Of blocks that belong to a case and are no files.
LANGUAGES = ("ddl", "facts", "step", "read", "sql", "operations", "catalog", "psql", "locks")

FENCE = re.compile(r"^```(?P<info>.*)$")
CLAIM = re.compile(r'(?:#|--)\s*(?P<severity>error|warning):\s*\[(?P<slug>[\w-]+)\]\s*"(?P<text>[^"#]*(?:"[^"#]*)*)"')
NOTE = re.compile(r'(?:#|--)\s*note:\s*"(?P<text>[^"]*)"')


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
    is_of_check: bool = False

    @property
    def name(self) -> str:
        """Name the case for the test that runs it."""
        return f"{self.page.stem}:{self.line}"

    @property
    def files(self) -> dict[str, str]:
        """Give the text of every file of the project by its path."""
        files = {revision.path: revision.text for revision in self.revisions}
        for block in self.blocks:
            path = None if self.is_revision(block) else file_path(block)
            if path is None:
                continue
            if path in files:
                raise PageError(f"{self.page}:{block.line}: a case has two files {path}: put a sentence between them")
            files[path] = block.text
        return files

    @property
    def revisions(self) -> tuple[RevisionBlock, ...]:
        """Give the blocks that are revisions, in their order."""
        found: list[RevisionBlock] = []
        for block in filter(self.is_revision, self.blocks):
            number = f"{len(found) + 1:04}"
            text = _revision_text(block, number, found[-1].revision if found else None)
            named = _NUMBER.search(text)
            found.append(RevisionBlock(block, named["number"] if named else number, f"{VERSIONS}/{number}.py", text))
        return tuple(found)

    def is_revision(self, block: Block) -> bool:
        """Say whether a block is a revision."""
        if not self.is_of_check or "title" in block.attributes:
            return False
        return block.language == "sql" or (block.language == "python" and "def upgrade(" in block.text)

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


@dataclass(frozen=True, slots=True)
class RevisionBlock:
    """A block that is a revision: its number, its file and the text of that."""

    block: Block
    revision: str
    path: str
    text: str


def _revision_text(block: Block, number: str, before: str | None) -> str:
    """Give a revision with what it has to begin with, where it does not say that itself."""
    if block.language == "sql":
        body = f'def upgrade():\n    op.execute(r"""\n{block.text}""")\n\n\ndef downgrade():\n    pass\n'
    elif _NUMBER.search(block.text):
        return block.text
    else:
        body = block.text
    return f'{_IMPORTS}\nrevision = "{number}"\ndown_revision = {before!r}\n\n\n{body}'


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
        if re.search(r"(#|--)\s*(error|warning):", line) and not CLAIM.search(line):
            raise PageError(f"not a claim: {line.strip()}")


def documentation(page: str) -> str:
    """Give the part of a page that is for people to read: everything above the heading `## Cases`."""
    lines = page.splitlines()
    end = lines.index(CASES) if CASES in lines else len(lines)
    return "\n".join(lines[:end]).strip() + "\n"


@cache
def cases(page: Path) -> tuple[Case, ...]:
    """Read the cases of a page."""
    return tuple(_cases(page, page.read_text(encoding="utf-8").splitlines()))


def _cases(page: Path, lines: list[str]) -> Iterator[Case]:
    heading, why, start = "", "", 0
    blocks: list[Block] = []
    is_of_check = CASES in lines
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
                yield Case(page, start, heading, why, tuple(blocks), is_of_check)
                why, blocks, start = "", [], 0
            if line.startswith("#"):
                heading, why = line.lstrip("# "), ""
            else:
                why = f"{why} {line.strip()}".strip()
    if blocks:
        yield Case(page, start, heading, why, tuple(blocks), is_of_check)


def _block(page: Path, info: str, line: int, rest: Iterator[tuple[int, str]]) -> Block:
    language, *words = shlex.split(info) or [""]
    attributes = {name: value for name, _, value in (word.partition("=") for word in words)}
    text: list[str] = []
    for _, row in rest:
        if row.rstrip() == "```":
            return Block(language, attributes, "\n".join(text) + "\n", line)
        text.append(row)
    raise PageError(f"{page}:{line}: a block without an end")
