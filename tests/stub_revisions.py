"""A stand-in for the reading of revisions: what a test's own small revisions say, by their trees alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from flake8_autoincrement.engine import answers
from flake8_autoincrement.facts.catalog import Constraint, QualifiedName
from flake8_autoincrement.facts.file import FileFacts
from flake8_autoincrement.facts.operation import (
    AddColumn,
    AnyOperation,
    ColumnDefinition,
    CreateSequence,
    CreateTable,
    DropTable,
    RenameTable,
    Unread,
)
from flake8_autoincrement.facts.revision import Header, Revision
from flake8_autoincrement.inference.program import Program
from flake8_autoincrement.inference.triggers import is_plain
from flake8_autoincrement.source import Span

_real = Program.facts
_TYPES = {"Integer": "integer", "BigInteger": "bigint", "Text": "text", "String": "character varying"}


def install(monkeypatch: pytest.MonkeyPatch, *, fails: bool = False) -> None:
    def fail(program: Program, path: str) -> FileFacts:
        raise AssertionError(f"{path} is read again")

    monkeypatch.setattr(Program, "facts", fail if fails else facts)
    monkeypatch.setattr(answers, "is_plain", lambda data: b"down_revision" not in data and is_plain(data))


def facts(program: Program, path: str) -> FileFacts:
    found = _real(program, path)
    if found.revision is not None or found.statements or found.error is not None and not path.endswith(".sql"):
        return found
    with open(path, encoding="utf-8") as file:
        text = file.read()
    program._sources.text(path)  # so that there is a digest to keep it by
    if path.endswith(".sql"):
        return FileFacts(path, statements=tuple(_sql(path, text)))
    return _python(path, text) or found


def _python(path: str, text: str) -> FileFacts | None:
    tree = ast.parse(text)
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if not {"revision", "down_revision"} <= named.keys():
        return None
    values = {name: ast.literal_eval(node) for name, node in named.items()}
    functions = {node.name: tuple(_operations(path, node)) for node in tree.body if isinstance(node, ast.FunctionDef)}
    docstring = ast.get_docstring(tree)
    revision = Revision(
        path,
        values["revision"],
        *(_several(values.get(name)) for name in ("down_revision", "depends_on", "branch_labels")),
        header=Header(docstring.splitlines()[0]) if docstring else None,
        upgrade=functions.get("upgrade"),
        downgrade=functions.get("downgrade"),
    )
    return FileFacts(path, revision=revision)


def _several(value: object) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _operations(path: str, function: ast.FunctionDef) -> Iterator[AnyOperation]:
    for node in function.body:
        if isinstance(node, ast.Expr) and isinstance(call := node.value, ast.Call):
            span = Span(path, node.lineno, node.col_offset, node.lineno, node.col_offset)
            name = ast.unparse(call.func).removeprefix("op.")
            first = ast.literal_eval(call.args[0]) if isinstance(call.args[0], ast.Constant) else "?"
            table = QualifiedName(str(first))
            if name == "create_table":
                columns = [_column(each) for each in call.args[1:] if isinstance(each, ast.Call)]
                key = Constraint("primary key", columns=tuple(str(each.name) for each, is_key in columns if is_key))
                constraints = (key,) if key.columns else ()
                yield CreateTable(table, tuple(each for each, _ in columns), constraints, span=span)
            elif name == "drop_table":
                yield DropTable(table, span=span)
            elif name == "rename_table":
                yield RenameTable(table, ast.literal_eval(call.args[1]), span=span)
            elif name == "add_column":
                assert isinstance(call.args[1], ast.Call)
                yield AddColumn(table, _column(call.args[1])[0], span=span)
            elif str(first).startswith("CREATE SEQUENCE "):
                yield CreateSequence(QualifiedName(str(first).split()[2]), span=span)
            else:
                yield Unread("its SQL is not known", span=span)


def _column(call: ast.Call) -> tuple[ColumnDefinition, bool]:
    is_key = any(each.arg == "primary_key" for each in call.keywords)
    type_ = _TYPES[ast.unparse(call.args[1]).removeprefix("sa.")]
    return ColumnDefinition(ast.literal_eval(call.args[0]), type_, serial=is_key and type_ != "text"), is_key


def _sql(path: str, text: str) -> Iterator[AnyOperation]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("CREATE TABLE "):
            columns = (ColumnDefinition("id", "integer", serial=True),)
            span = Span(path, number, 0, number, len(line))
            key = Constraint("primary key", columns=("id",))
            yield CreateTable(QualifiedName(line.split()[2]), columns, (key,), span=span)
