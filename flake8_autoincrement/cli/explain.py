"""`ain explain`: the page of a check."""

from __future__ import annotations

import argparse
from pathlib import Path

from flake8_autoincrement.cli.options import WrongOption
from flake8_autoincrement.cli.terminal import is_coloured, print_rich
from flake8_autoincrement.engine.check import CODE, INTERNAL, SETTINGS, UNREADABLE, UNUSED_NOQA
from flake8_autoincrement.pages import documentation
from flake8_autoincrement.registry import Check, discovered
from flake8_autoincrement.settings import suggestion


_OWN_PAGE = Path(__file__).parents[1] / "engine" / "ain000.md"
_OWN = {name.lower() for name in (CODE, UNREADABLE, INTERNAL, UNUSED_NOQA, SETTINGS)}


def add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("explain", help="explain a check", description=__doc__)
    parser.add_argument("name", metavar="CODE|SLUG", help="a family such as AIN002, or one check")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the pages; a code stands for all checks of its family."""
    if arguments.name.lower() in _OWN:
        pages = [_OWN_PAGE.read_text(encoding="utf-8")]
    else:
        pages = [documentation(check.page.read_text(encoding="utf-8")) for check in _named(arguments.name)]
    page = "\n".join(pages)
    if is_coloured():
        from rich.markdown import Markdown

        print_rich(Markdown(page))
    else:
        print(page, end="")
    return 0


def _named(name: str) -> tuple[Check, ...]:
    checks = tuple(check for check in discovered() if name.lower() in (check.code.lower(), check.slug))
    if not checks:
        known = {known for check in discovered() for known in (check.code, check.slug)}
        raise WrongOption(f'"{name}" is neither the code nor the slug of a check{suggestion(name, known)}')
    return checks
