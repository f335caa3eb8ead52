"""What holds for the project itself: everything is documented, and the files agree with each other."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from flake8_autoincrement import __version__
from flake8_autoincrement.engine import check as engine
from flake8_autoincrement.registry import Check, discovered

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "flake8_autoincrement"
MODULES = sorted(PACKAGE.rglob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_there_are_checks_of_every_code() -> None:
    assert {check.code for check in discovered()} == {"AIN001", "AIN002", "AIN003", "AIN004", "AIN005", "AIN006"}


@pytest.mark.parametrize("check", discovered(), ids=lambda check: check.slug)
def test_every_check_is_documented(check: Check) -> None:
    assert f"| {check.code} | `{check.slug}` |" in README
    assert f"`{check.slug}`" in CHANGELOG
    assert check.page.is_file()
    assert check.page.stem == check.slug.replace("-", "_")


@pytest.mark.parametrize("slug", [engine.UNREADABLE, engine.INTERNAL, engine.UNUSED_NOQA, engine.SETTINGS])
def test_what_is_no_check_is_documented_too(slug: str) -> None:
    assert f"| {engine.CODE} | `{slug}` |" in README
    assert f"`{slug}`" in CHANGELOG


def test_readme_names_no_check_that_does_not_exist() -> None:
    named = set(re.findall(r"^\| (AIN\d{3}) \| `([\w-]+)` \|", README, re.M))
    assert {pair for pair in named if pair[0] != engine.CODE} == {(check.code, check.slug) for check in discovered()}


def test_slugs_are_unique() -> None:
    pages = {check.page for check in discovered()}
    assert len({check.slug for check in discovered()}) == len(pages)


def test_the_version_is_in_the_changelog() -> None:
    assert re.search(rf"^## {re.escape(__version__)}\b", CHANGELOG, re.M)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_holds(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


def test_all_rooms_are_under_the_contracts() -> None:
    """The contracts list rooms by name; a new one must not be forgotten."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    forbidden = {contract["name"]: contract for contract in contracts if contract["type"] == "forbidden"}
    for name, allowed in (("astroid only in inference", "inference"), ("flake8 only in plugin", "plugin")):
        listed = {module.rpartition(".")[2] for module in forbidden[name]["source_modules"]}
        assert listed == rooms - {allowed, "__init__", "__main__"}


@pytest.mark.parametrize("module", sorted((PACKAGE / "inference").rglob("*.py")), ids=lambda path: path.stem)
def test_astroid_gives_trees_and_nothing_else(module: Path) -> None:
    """Its inference reads `sys.path`, shares one cache and answers where it cannot know: see the design."""
    forbidden = {"infer", "inferred", "igetattr", "ilookup", "ancestors", "do_import_module", "declared_metaclass"}
    tree = ast.parse(module.read_text(encoding="utf-8"))
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    assert not {function.attr for function in calls if isinstance(function, ast.Attribute)} & forbidden
    assert ("TreeRebuilder" in module.read_text(encoding="utf-8")) == (module.name == "trees.py")
