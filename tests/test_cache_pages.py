"""Every page of `pages/cache` says which files are read again after a change, and no report is one of the past.

A case is a project that changes. Its first blocks are the files, as on every page. A block

    ```step 2
    delete app/parts.py
    ```

begins a change: it deletes files, and the blocks of files behind it write these anew. A block `read again` at the end
of a step has the files that are evaluated then, of all files that are checked, one a line; it is exact in both
directions. What a comment in a file claims, as `# error: [slug] "part of the message"`, is reported in every step in
which the file is so. The steps are runs of their own on one cache, and each gives what a run without it gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pages import Block, Case, PageError, cache_pages, cases, claims, file_path
from runs import python_files, with_cache, without_cache

CASES = [case for page in cache_pages() for case in cases(page)]


@dataclass(slots=True)
class Step:
    """A change: which files it deletes and writes, and which are read again then, None for the first state."""

    delete: list[str] = field(default_factory=list)
    write: dict[str, str] = field(default_factory=dict)
    again: list[str] | None = None

    def apply(self, folder: Path) -> None:
        """Change a project."""
        for path in self.delete:
            (folder / path).unlink()
        for path, text in self.write.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")


def steps(case: Case) -> Iterator[Step]:
    """Divide a case."""
    step, number = Step(), 1
    for block in case.blocks:
        match block.language:
            case "step":
                number += 1
                if str(number) not in block.attributes:
                    raise PageError(f"{case.page}:{block.line}: it is step {number}")
                yield step
                step = Step(delete=[path for _, path in words(case, block)], again=[])
            case "read":
                step.again = block.text.split()
            case _:
                step.write[file_path(block) or ""] = block.text
    yield step


def words(case: Case, block: Block) -> Iterator[tuple[str, str]]:
    """Give the commands of a step and what they are about."""
    for line in filter(None, block.text.splitlines()):
        command, _, path = line.partition(" ")
        if command != "delete":
            raise PageError(f"{case.page}:{block.line}: not a change: {line}")
        yield command, path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_read_again(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, cache = tmp_path / "project", tmp_path / "cache"
    project.mkdir()
    monkeypatch.chdir(project)
    for number, step in enumerate(steps(case), 1):
        step.apply(project)
        paths = python_files(project)
        run = with_cache(project, cache, paths)
        assert run.found == without_cache(project, paths), f"step {number}"
        if step.again is not None:
            assert sorted(run.evaluated) == sorted(step.again), f"step {number}"
        assert_claimed(project, paths, run.found)


def assert_claimed(project: Path, paths: list[str], found: dict[str, tuple[str, str]]) -> None:
    """Look for what the comments in the files claim."""
    for path in paths:
        for claim in claims(path, (project / path).read_text(encoding="utf-8")):
            _, report = found[path]
            assert f"slug='{claim.slug}'" in report and claim.text in report, claim


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_says_why(case: Case) -> None:
    assert case.why
    assert len(list(steps(case))) > 1
