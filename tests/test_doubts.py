"""What is not known of an operation taints what it may have touched, and nothing else."""

from __future__ import annotations

import pytest
from replaying import replay

from flake8_autoincrement.facts.catalog import Constraint, QualifiedName, Relation, Schema
from flake8_autoincrement.facts.operation import (
    AddConstraint,
    AlterType,
    AnyOperation,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropIdentity,
    DropSchema,
    DropTable,
    RenameColumn,
    RenameTable,
    SetTableSchema,
    Unread,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import apply

STATEMENTS = (
    "CREATE TABLE users (id serial PRIMARY KEY, name text)",
    "CREATE TABLE orders (id serial PRIMARY KEY, user_id int REFERENCES users, code int UNIQUE)",
    "CREATE TABLE log (line text)",
)
NOT_KNOWN = Unknown("only a run knows it")
USERS, ORDERS, LOG = (QualifiedName(name, "public") for name in ("users", "orders", "log"))
ALL = {"users", "orders", "log"}
CASES: list[tuple[AnyOperation, set[str]]] = [
    (Unread("it is put together"), ALL),
    (Unread("it is put together", tables=(USERS,)), {"users"}),
    (Unread("it is put together", rows_only=True), set()),
    (DropSchema(NOT_KNOWN), ALL),
    (DropTable(NOT_KNOWN), ALL),
    (RenameTable(NOT_KNOWN, "people"), ALL),
    (RenameTable(USERS, NOT_KNOWN), {"users"}),
    (SetTableSchema(USERS, NOT_KNOWN), {"users"}),
    (DropColumn(NOT_KNOWN, "id"), {"users", "orders"}),
    (DropColumn(NOT_KNOWN, NOT_KNOWN), ALL),
    (DropColumn(LOG, NOT_KNOWN), {"log"}),
    (RenameColumn(NOT_KNOWN, "line", "text"), {"log"}),
    (RenameColumn(USERS, "name", NOT_KNOWN), {"users"}),
    (DropIdentity(ORDERS, NOT_KNOWN), {"orders"}),
    (AddConstraint(NOT_KNOWN, Constraint("primary key", None, ("line",))), {"log"}),
    (AddConstraint(NOT_KNOWN, Constraint("unique", None, ("line",))), set()),
    (DropConstraint(NOT_KNOWN, "users_pkey", kind="primary key"), {"users"}),
    (DropConstraint(NOT_KNOWN, NOT_KNOWN), {"users", "orders"}),
    (DropConstraint(ORDERS, NOT_KNOWN), {"orders"}),
    (DropConstraint(NOT_KNOWN, NOT_KNOWN, kind="foreign key"), set()),
]


def built() -> Schema:
    schema = Schema()
    for statement in STATEMENTS:
        schema, refusal = replay(schema, statement)
        assert refusal is None
    return schema


def table(schema: Schema, name: str) -> Relation:
    return schema.relations[QualifiedName(name, "public")]


@pytest.mark.parametrize(("operation", "doubtful"), CASES, ids=lambda one: type(one).__name__)
def test_the_tables_that_it_may_have_changed(operation: AnyOperation, doubtful: set[str]) -> None:
    outcome = apply(built(), operation)
    assert outcome.refusal is None
    assert {name.name for name, each in outcome.schema.relations.items() if each.incomplete is not None} == doubtful


def test_a_default_of_an_unknown_table() -> None:
    """Only the columns of its name are doubted: what fills them is not known any more."""
    schema = apply(built(), DropDefault(NOT_KNOWN, "id")).schema
    for name in ("users", "orders"):
        attribute = table(schema, name).attribute("id")
        assert attribute is not None and attribute.default == NOT_KNOWN
    assert table(schema, "log") == table(built(), "log")


def test_a_type_of_an_unknown_table() -> None:
    attribute = table(apply(built(), AlterType(NOT_KNOWN, "user_id", "bigint")).schema, "orders").attribute("user_id")
    assert attribute is not None and attribute.type == NOT_KNOWN


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        (DropConstraint(NOT_KNOWN, NOT_KNOWN, kind="foreign key"), False),
        (DropConstraint(NOT_KNOWN, "orders_user_id_fkey", kind="foreign key"), False),
        (DropConstraint(NOT_KNOWN, NOT_KNOWN), False),
        (DropConstraint(ORDERS, NOT_KNOWN, kind="foreign key"), False),
        (DropConstraint(NOT_KNOWN, NOT_KNOWN, kind="unique"), True),
        (DropConstraint(NOT_KNOWN, "another", kind="foreign key"), True),
    ],
)
def test_a_foreign_key_that_may_be_gone_is_not_in_the_way(operation: DropConstraint, refused: bool) -> None:
    schema = apply(built(), operation).schema
    assert (apply(schema, DropTable(USERS)).refusal is not None) is refused
