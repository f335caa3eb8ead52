"""The example: what the commands say of it, what SQLAlchemy makes of it, what README shows of it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "examples" / "shop"
README = (ROOT / "README.md").read_text(encoding="utf-8")
STORY = (SHOP / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

AIN = re.compile(r"(\S+?):(\d+):(\d+): (?:error|warning): (.+)  \[(AIN\d+) ([\w-]+)\]")
FLAKE8 = re.compile(r"(\S+?):(\d+):(\d+): (AIN\d+) (.+) \[([\w-]+)\]")

EXPECTED = {
    "autoincrement-off": 1,
    "broken-base": 1,
    "client-generated-key": 1,
    "dropped-default": 2,
    "ignored-autoincrement": 1,
    "implicit-autoincrement": 2,
    "impostor-base": 1,
    "key-without-generator": 2,
    "naive-now": 3,
    "naive-timestamp": 2,
    "raw-base": 3,
    "redeclared-key": 2,
    "unresolved-base": 2,
}

# Modules that no program imports yet; the base that they import does not exist.
UNFINISHED = "examples/shop/shop/loyalty/"

# Prints what SQLAlchemy makes of the shop, in the words of `ain tables --json`.
LIVE = """
import inspect, json, os, sys
import live

live.watch()
try:
    import shop.loyalty.models
except ImportError as error:
    unfinished = str(error)
import shop.models
from sqlalchemy import orm

orm.configure_mappers()
modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in ("shop", "shop_common")]


def place(class_):
    return os.path.relpath(inspect.getsourcefile(class_)), inspect.getsourcelines(class_)[1]


def table(one):
    mapper = next((mapper for mapper in live.mappers if mapper.local_table is one and not mapper.single), None)
    class_ = mapper.class_ if mapper else None
    owner = live.dotted(class_) if class_ else live.variable(one, modules)
    return {
        "name": one.name,
        "schema": one.schema,
        "place": place(class_) if class_ else None,
        "class": owner if class_ else None,
        "bases": [live.dotted(base) for base in class_.__mro__[1:] if live.is_stated(base, modules)] if class_ else [],
        "key": [
            {
                "column": column.name,
                "type": type(column.type).__name__,
                "autoincrement": column.autoincrement,
                "generation": live.generation(column),
                "declared_in": live.declared_in(column, class_) or owner,
            }
            for column in one.primary_key.columns
        ],
        "timestamps": [
            {"column": column.name, "timezone": live.timestamp_type(column) == "timestamptz"}
            for column in one.columns
            if live.timestamp_type(column)
        ],
        "ddl": live.statement(one),
    }


tables = {id(one): one for metadata in live.collections for one in metadata.tables.values()}.values()
print(json.dumps({"unfinished": unfinished, "tables": [table(one) for one in tables]}))
"""


@cache
def output(command: str) -> str:
    """Run one of this environment's commands in the repository's folder, and give what it prints there."""
    program, *arguments = shlex.split(command)
    module = {"ain": "flake8_autoincrement", "flake8": "flake8"}[program]
    environment = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    return done.stdout.replace("\\", "/")


def findings() -> set[tuple[str, ...]]:
    """Give what `ain check` reports: path, line, column, code, slug and message."""
    found = map(AIN.fullmatch, output("ain check examples/shop").splitlines())
    return {(m[1], m[2], m[3], m[5], m[6], m[4]) for m in found if m}


@cache
def documents() -> tuple[dict[str, Any], ...]:
    """Give the tables as `ain tables --json` describes them."""
    document = json.loads(output("ain tables --json examples/shop"))
    assert document["version"] == 1
    return tuple(document["tables"])


@cache
def live() -> dict[str, Any]:
    """Give what SQLAlchemy makes of the shop in a process of its own."""
    path = os.pathsep.join(map(str, (SHOP, SHOP / "common", ROOT / "tests")))
    done = subprocess.run(
        [sys.executable, "-B", "-c", LIVE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


class TestFindings:
    def test_counts_of_each_check(self) -> None:
        assert Counter(slug for *_, slug, _ in findings()) == EXPECTED

    def test_flake8_reports_the_same(self) -> None:
        found = map(FLAKE8.fullmatch, output("flake8 --select=AIN examples/shop").splitlines())
        assert {(m[1], m[2], m[3], m[4], m[6], m[5]) for m in found if m} == findings()

    def test_the_last_line_counts_them(self) -> None:
        files = {path for path, *_ in findings()}
        errors = sum(" error: " in line for line in output("ain check examples/shop").splitlines())
        last = f"Found {errors} errors and {len(findings()) - errors} warnings in {len(files)} files (checked "
        assert output("ain check examples/shop").splitlines()[-1].startswith(last)

    def test_most_tables_are_silent(self) -> None:
        """The example is a program with faults, and not a list of them."""
        subjects = {re.split(r"[.:]", message)[0] for *_, message in findings()}
        silent = [table for table in documents() if table["name"] not in subjects]
        assert len(silent) > 2 * len(documents()) / 3


class TestTables:
    def names(self) -> list[tuple[str | None, str]]:
        return sorted(((table["schema"], table["name"]) for table in live()["tables"]), key=str)

    def test_sqlalchemy_compiles_them(self) -> None:
        assert all(table["ddl"].startswith("CREATE TABLE ") for table in live()["tables"])
        assert "AutoincrementBase" in live()["unfinished"]

    def test_the_same_tables(self) -> None:
        ours = [table for table in documents() if not table["file"].startswith(UNFINISHED)]
        assert sorted(((table["schema"], table["name"]) for table in ours), key=str) == self.names()

    def test_the_same_keys_classes_and_timestamps(self) -> None:
        real = {(table["schema"], table["name"]): table for table in live()["tables"]}
        for ours in documents():
            if ours["file"].startswith(UNFINISHED):
                continue
            theirs = real[ours["schema"], ours["name"]]
            assert ours["class"] == theirs["class"]
            assert [base for base in ours["bases"] if not base.startswith("sqlalchemy.")] == theirs["bases"]
            assert [self.without_reason(column) for column in ours["key"]] == theirs["key"], ours["name"]
            assert ours["timestamps"] == theirs["timestamps"], ours["name"]
            assert theirs["place"] in (None, [ours["file"], ours["line"]])

    @staticmethod
    def without_reason(column: dict[str, Any]) -> dict[str, Any]:
        return {field: value for field, value in column.items() if field != "reason"}

    def test_the_story_counts_them(self) -> None:
        assert f"{len(live()['tables'])} tables" in STORY


def blocks(language: str) -> list[str]:
    """Give README's blocks of a language."""
    return [text for found, text in FENCE.findall(README) if found == language]


def renewed(block: str) -> str:
    """Give a block of a command and its output, as the command prints it now.

    Where a line `...` stands for others, only what was shown before is: the checks of the files that it names.
    """
    command, *shown = block.splitlines(keepends=True)
    printed = output(command.removeprefix("$ ")).splitlines(keepends=True)
    if "...\n" in shown:
        printed = abridged(printed, {subject(line) for line in shown})
    return "".join((command, *printed))


def abridged(printed: list[str], subjects: set[str]) -> list[str]:
    """Leave out the lines of other subjects, and the notes that follow them."""
    lines: list[str] = []
    kept = False
    for line in printed:
        kept = kept if ": note: " in line else subject(line) in subjects
        if kept:
            lines.append(line)
        elif lines[-1:] != ["...\n"]:
            lines.append("...\n")
    return lines


def subject(line: str) -> str:
    """Give what a line is about, in words that outlive a change of its message or place."""
    found = AIN.fullmatch(line.rstrip())
    return f"{found[1]} {found[6]}" if found else line.partition(" ")[0]


def renew() -> None:
    """Write README with what its commands print now."""
    text = FENCE.sub(lambda m: f"```console\n{renewed(m[2])}```" if m[1] == "console" else m[0], README)
    (ROOT / "README.md").write_text(text, encoding="utf-8")


class TestReadme:
    """What README shows and names is what there is."""

    @pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.partition("\n")[0])
    def test_it_shows_what_the_commands_print(self, block: str) -> None:
        """To write them anew: `python tests/test_examples.py`."""
        assert block.splitlines() == renewed(block).splitlines()

    def test_its_commands_are_real(self) -> None:
        """The two that install go without a network: what they name is compared with what is built here."""
        check, test = blocks("bash")[:2]
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        venv = "python3 -m venv .venv && .venv/bin/pip install -q -e "
        assert check == f"{venv}. && .venv/bin/ain check examples/shop\n"
        assert test == f'{venv}".[test]" && .venv/bin/python -m pytest\n'
        assert SHOP.is_dir()
        assert "ain" in project["scripts"]
        assert any(needed.startswith("pytest>") for needed in project["optional-dependencies"]["test"])

    def test_its_options_exist(self) -> None:
        commands = ("ain", "ain check", "ain tables", "ain history", "flake8")
        known = "".join(output(f"{command} --help") for command in commands)
        named = set(re.findall(r"`?(--[a-z][a-z-]+)", README)) | {
            f"--{name}" for name in re.findall(r"`(ain-[a-z-]+)", README)
        }
        assert {option for option in named if not re.search(rf"{option}\b", known)} == set()

    def test_its_links_lead_somewhere(self) -> None:
        targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", README) + [
            f"examples/shop/{target}" for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", STORY)
        ]
        assert targets
        assert [target for target in targets if not (ROOT / target).exists()] == []

    def test_its_json_is_of_the_format(self) -> None:
        """Its example has the fields that are printed, and its tables explain them."""
        shown = json.loads(blocks("json")[0])
        [table] = shown["tables"]
        assert shown.keys() == {"version", "tables", "enums"}
        for one in documents():
            assert list(one) == list(table)
            assert all(list(column) == list(table["key"][0]) for column in one["key"])
            assert all(list(column) == list(table["timestamps"][0]) for column in one["timestamps"])
        explained = " ".join(re.findall(r"^\| (`.*?) \|", README, re.MULTILINE))
        assert {field for field in (*table, *table["key"][0]) if f"`{field}`" not in explained} == set()
        generations = {column["generation"] for one in documents() for column in one["key"]}
        assert {one for one in generations if f"`{one}`" not in explained} == set()


if __name__ == "__main__":
    renew()
