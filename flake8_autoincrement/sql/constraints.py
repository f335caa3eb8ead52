"""Constraints, written beside a column or by themselves."""

from __future__ import annotations

from flake8_autoincrement.facts.catalog import Constraint, ConstraintKind
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.sql.parsing import Node
from flake8_autoincrement.sql.statement import Statement, certain, columns, known, relation_name

KINDS: dict[str, ConstraintKind] = {
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_CHECK": "check",
    "CONSTR_EXCLUSION": "exclude",
    "CONSTR_NOTNULL": "not null",
}
# `fk_del_action`, FKCONSTR_ACTION_... in parsenodes.h; "a" is also what nothing written means.
_ON_DELETE = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


def constraint(
    statement: Statement, node: Node, column: str | Unknown | None = None, *, is_new_table: bool = False
) -> Constraint:
    """Read a constraint; `column` is the one that it is written beside.

    PostgreSQL ignores NOT VALID in CREATE TABLE: there are no rows (`transformFKConstraints` in `parse_utilcmd.c`).
    """
    kind = KINDS[node["contype"]]
    own = columns(node.get("fk_attrs") or node.get("keys"))
    if column is not None:
        own = None if isinstance(column, Unknown) else (column,)
    elif kind == "exclude":
        own = _excluded(node)
    return Constraint(
        kind,
        known(node["conname"]) if "conname" in node else None,
        own,
        parent=certain(relation_name(node["pktable"])) if "pktable" in node else None,
        parent_columns=columns(node.get("pk_attrs")) or (),
        expression=_expression(statement, node) if kind == "check" else None,
        valid=is_new_table or not node.get("skip_validation", False),
        index=_index(node),
        on_delete=_ON_DELETE.get(node.get("fk_del_action", "a")),
    )


def _excluded(node: Node) -> tuple[str, ...] | None:
    names = []
    for each in node.get("exclusions", ()):
        match each:
            case {"List": {"items": [{"IndexElem": {"name": str(name)}}, *_]}}:
                names.append({"String": {"sval": name}})
    return columns(names)


def _index(node: Node) -> str | None:
    name = known(node["indexname"]) if "indexname" in node else None
    return name if isinstance(name, str) else None


def _expression(statement: Statement, node: Node) -> str | None:
    """Give what stands in the brackets behind CHECK."""
    check = statement.behind("CHECK", statement.offset(node))
    bracket = statement.behind("ASCII_40", check) if check is not None else None
    if bracket is None:
        return None
    text = statement.expression(bracket)
    return text if isinstance(text, str) else None


def is_constraint(node: Node) -> bool:
    """Say whether a Constraint node is one, not a DEFAULT or a word behind one."""
    return node["contype"] in KINDS
