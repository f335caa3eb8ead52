"""The page of a check: what stands above its cases is documentation."""

from __future__ import annotations

CASES = "## Cases"


def documentation(page: str) -> str:
    """Give the part of a page that is for people to read: everything above the heading `## Cases`."""
    lines = page.splitlines()
    end = lines.index(CASES) if CASES in lines else len(lines)
    return "\n".join(lines[:end]).strip() + "\n"
