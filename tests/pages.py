"""The pages of the project, each a Markdown file whose blocks are run.

Their grammar is that of `flake8_autoincrement.pages`. On pages that belong to no check further stand

- `operations`: what a revision does, in the words of `operation_rendering.py`: its upgrade, or `operations downgrade`;
  `operations places` with the places, `operations unrun` where Alembic needs a database to write it down;
- `sql` and `operations`: statements, and what they do, in the words of `operation_rendering.py`;
- `sql` and `catalog`: statements one after the other, `-- refused: part of the message` behind one that PostgreSQL does
  not do (`-- refused, not foreseen:` where a replay cannot know it), and what there is after them, in the words of
  `catalog_text.py`;
- `facts`: what reading the files finds, in the words of `rendering.py`; `facts sqlalchemy=2.0` where the versions
  differ, and `facts unrun` where the program cannot be imported or needs a database to know more.
"""

from __future__ import annotations

from pathlib import Path

from flake8_autoincrement.pages import CLAIM, Block, Case, Claim, PageError, cases, claims, file_path

__all__ = [
    "CACHE",
    "CLAIM",
    "FACTS",
    "HISTORY",
    "OPERATIONS",
    "RULES",
    "SQL",
    "Block",
    "Case",
    "Claim",
    "PageError",
    "cache_pages",
    "cases",
    "claims",
    "facts_pages",
    "file_path",
    "history_pages",
    "operation_pages",
    "rule_pages",
    "sql_pages",
]

PACKAGE = Path(__file__).resolve().parents[1] / "flake8_autoincrement"
RULES = PACKAGE / "rules"
FACTS = Path(__file__).resolve().parent / "pages" / "facts"
OPERATIONS = Path(__file__).resolve().parent / "pages" / "operations"
CACHE = Path(__file__).resolve().parent / "pages" / "cache"
SQL = Path(__file__).resolve().parent / "pages" / "sql"
HISTORY = Path(__file__).resolve().parent / "pages" / "history"


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
