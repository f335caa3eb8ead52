"""Every `operations` block is what reading a revision finds, and what Alembic writes down for PostgreSQL confirms."""

from __future__ import annotations

import importlib
import inspect
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from operation_rendering import rendered
from oracle import folder
from pages import Block, Case, cases, operation_pages

from flake8_autoincrement.facts import operation as operation_module
from flake8_autoincrement.facts.operation import (
    AnyOperation,
    ColumnDefinition,
    CreateTable,
    CreateType,
    DropConstraint,
    DropIndex,
    Operation,
)
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.inference.migrations.opcalls import PARAMETERS, SILENT
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.source import Span
from flake8_autoincrement.sql.statements import operations

REVISION = "versions/one.py"
# Taken before a page registers operations of its own.
ALEMBICS = {name for name in dir(Operations) if not name.startswith("_") and callable(getattr(Operations, name))}
BLOCKS = [
    (case, block)
    for page in operation_pages()
    for case in cases(page)
    for block in case.blocks
    if block.language == "operations"
]


def direction(block: Block) -> str:
    return "downgrade" if "downgrade" in block.attributes else "upgrade"


def read(case: Case, root: Path) -> Revision:
    """Read the revision of a case."""
    facts = Program([str(root)]).facts(str(root / REVISION))
    assert facts.error is None and facts.revision is not None
    assert facts.revision.unread is None
    return facts.revision


@pytest.mark.parametrize(("case", "block"), BLOCKS, ids=lambda one: one.name if isinstance(one, Case) else one.line)
def test_reading_finds_it(case: Case, block: Block) -> None:
    found = getattr(read(case, folder(case)), direction(block))
    assert shown(found, places="places" in block.attributes) == block.text.strip("\n").splitlines()


@pytest.mark.parametrize(
    ("case", "block"),
    [(case, block) for case, block in BLOCKS if "unrun" not in block.attributes],
    ids=lambda one: one.name if isinstance(one, Case) else one.line,
)
@pytest.mark.filterwarnings("ignore:autoincrement and existing_autoincrement")
def test_alembic_writes_it_down(case: Case, block: Block) -> None:
    """Let Alembic write the SQL of the function, and read that."""
    text = written(folder(case), direction(block))
    said = [plain(each) for each in operations(text, lambda start, end: Span("sql", 1, start, 1, end))]
    found = [plain(each) for each in getattr(read(case, folder(case)), direction(block))]
    assert shown(found) == shown(said)


def shown(done: Sequence[AnyOperation], *, places: bool = False) -> list[str]:
    """Give the lines of operations, with their places or without."""
    lines = list(rendered(done))
    return lines if places else [re.sub(r"^( *)(?:\d+:\d+|-) ", r"\1", line) for line in lines]


def written(root: Path, function: str) -> str:
    """Give the SQL that Alembic writes for a function of the revision in a folder."""
    buffer = io.StringIO()
    with imported(root, ["env", "versions.one"]) as modules:
        options = {"as_sql": True, "output_buffer": buffer}
        metadata = getattr(modules.get("env"), "target_metadata", None)
        context = MigrationContext.configure(
            dialect_name="postgresql", opts={**options, **({} if metadata is None else {"target_metadata": metadata})}
        )
        with Operations.context(context):
            getattr(modules["versions.one"], function)()
    return buffer.getvalue()


class imported:
    """Imports modules of a folder, and forgets them again."""

    def __init__(self, root: Path, names: list[str]) -> None:
        self._root, self._names = str(root), names

    def __enter__(self) -> dict[str, object]:
        self._before = set(sys.modules)
        sys.path.insert(0, self._root)
        found: dict[str, object] = {}
        for name in self._names:
            if (Path(self._root) / (name.replace(".", "/") + ".py")).exists():
                found[name] = importlib.import_module(name)
        return found

    def __exit__(self, *_: object) -> None:
        sys.path.remove(self._root)
        for name in set(sys.modules) - self._before:
            if getattr(sys.modules[name], "__file__", None) and str(sys.modules[name].__file__).startswith(self._root):
                del sys.modules[name]
        for name in ("versions", "app"):
            sys.modules.pop(name, None)


def plain(operation: AnyOperation) -> AnyOperation:
    """Leave out what only one of Python and SQL says."""
    match operation:
        case CreateTable():
            return replace(operation, columns=tuple(map(column, operation.columns)))
        case CreateType():
            return replace(operation, if_not_exists=False)
        case DropConstraint():
            return replace(operation, kind=None)
        case DropIndex():
            return replace(operation, table=None)
    if hasattr(operation, "column") and isinstance(operation.column, ColumnDefinition):
        return replace(operation, column=column(operation.column))
    return operation


def column(definition: ColumnDefinition) -> ColumnDefinition:
    return replace(definition, autoincrement="auto", stated=False)


def kinds() -> Iterator[type[Operation]]:
    for value in vars(operation_module).values():
        if isinstance(value, type) and issubclass(value, Operation) and value is not Operation:
            yield value


def test_every_kind_of_operation_has_a_page() -> None:
    """Each is on a page of Python or of SQL."""
    folders = (Path(__file__).parent / "pages" / name for name in ("operations", "sql"))
    words = {word for each in folders for page in each.glob("*.md") for word in page.read_text().split()}
    assert [kind.__name__ for kind in kinds() if kind.__name__ not in words] == []
    assert all(fields(kind) for kind in kinds())


def test_every_call_of_alembic_is_known() -> None:
    """Its own operations and no other: the parameters that may be given by position are Alembic's."""
    assert ALEMBICS - SILENT - {"invoke", "run_async"} == set(PARAMETERS)
    for name, parameters in PARAMETERS.items():
        signature = inspect.signature(getattr(Operations, name))
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        given = [each for each in signature.parameters.values() if each.kind in kinds and each.name != "self"]
        stars = {inspect.Parameter.VAR_POSITIONAL: "*"}
        assert tuple(stars.get(each.kind, "") + each.name for each in given) == parameters
