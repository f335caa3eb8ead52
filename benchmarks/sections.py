"""The results file, in which each benchmark has a section: a heading of the first level and what stands below it."""

from __future__ import annotations

import re
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


def write_section(section: str, file: Path = RESULTS) -> None:
    """Put a section in the place of the one with the same heading, or behind the others; leave those as they are."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    sections = {_heading(each): each.strip() for each in re.split(r"^(?=# )", text, flags=re.MULTILINE) if each.strip()}
    sections[_heading(section)] = section.strip()
    file.write_text("\n\n".join(sections.values()) + "\n", encoding="utf-8")


def _heading(section: str) -> str:
    return section.strip().partition("\n")[0]
