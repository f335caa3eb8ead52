"""Constraints and indexes of a table: those that are listed beside its columns and those that its columns ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flake8_autoincrement.facts.catalog import Constraint, ConstraintKind, Index, QualifiedName
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.libraries import known_name
from flake8_autoincrement.inference.evaluate.values import (
    Constant,
    Conventional,
    Made,
    Mapping,
    Part,
    Value,
    is_none,
    text_of,
)

_KINDS: dict[str | None, ConstraintKind] = {
    "PrimaryKeyConstraint": "primary key",
    "UniqueConstraint": "unique",
    "ForeignKeyConstraint": "foreign key",
    "CheckConstraint": "check",
    "ExcludeConstraint": "exclude",
}
_TOKENS: dict[ConstraintKind, str] = {"primary key": "pk", "unique": "uq", "foreign key": "fk", "check": "ck"}
MAXIMUM_NAME = 63  # characters of a name that SQLAlchemy makes for PostgreSQL


Convention = dict[str, str]  # templates for names, by the kind of constraint: `{"pk": "pk_%(table_name)s"}`


@dataclass(frozen=True, slots=True)
class TableName:
    """A table whose constraints are looked at, and the naming convention of its metadata."""

    name: str
    schema: str | None
    convention: Convention | None = None


class Constraints:
    """Reads constraints and indexes."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def convention(self, metadata: Value) -> Convention | None:
        """Give the naming convention of a `MetaData`, as far as it is made of texts."""
        if not isinstance(metadata, Made) or "naming_convention" not in metadata.keywords:
            return None
        found = self._interpreter.force(metadata.keywords["naming_convention"])
        if not isinstance(found, Mapping):
            return None
        pairs = [(text_of(key), text_of(self._interpreter.force(value))) for key, value in found.entries.values()]
        return {key: value for key, value in pairs if key is not None and value is not None}

    # Constraints.

    def of_item(self, item: Value, table: TableName, names: dict[int, str]) -> Constraint | None:
        """Give the constraint that an argument of `Table` makes; `names` are those of columns by their values."""
        kind = _KINDS.get(known_name(item.callee)) if isinstance(item, Made) else None
        if kind is None or not isinstance(item, Made):
            return None
        match kind:
            case "foreign key" if self._flag(item, "use_alter"):
                return None  # it is added by a statement of its own, which `op.create_table` does not emit
            case "foreign key":
                columns = self._names(self._argument(item, 0, "columns"), names)
                targets = self._items(self._argument(item, 1, "refcolumns"))
                return self._foreign_key(item, columns, targets, table)
            case "primary key" | "unique":
                named = _known(tuple(self._column_name(argument, names) for argument in item.args))
                return self.named(Constraint(kind, self._given_name(item), named), table)
        expression = text_of(self._interpreter.force(item.args[0])) if item.args else None
        return self.named(Constraint(kind, self._given_name(item), (), expression=expression), table)

    def of_column(self, made: Made, name: str, table: TableName) -> Iterator[Constraint]:
        """Give the constraints that a column brings along: foreign keys, UNIQUE and checks."""
        items = [self._interpreter.force(item) for item in made.args]
        for item in items:
            match known_name(item.callee) if isinstance(item, Made) else None:
                case "ForeignKey":
                    assert isinstance(item, Made)
                    if self._flag(item, "use_alter"):
                        continue
                    yield self._foreign_key(item, (name,), [self._argument(item, 0, "column")], table)
                case "CheckConstraint":
                    assert isinstance(item, Made)
                    expression = text_of(self._interpreter.force(item.args[0])) if item.args else None
                    yield self.named(
                        Constraint("check", self._given_name(item), (name,), expression=expression), table
                    )
        if self._flag(made, "unique") and not self._flag(made, "index"):
            yield self.named(Constraint("unique", None, (name,)), table)

    def _foreign_key(
        self, item: Made, columns: tuple[str, ...] | None, targets: Sequence[Value] | None, table: TableName
    ) -> Constraint:
        paths = [self.target(target) for target in targets or ()]
        parent = next((QualifiedName(path[1], path[0]) for path in paths if path is not None), None)
        on_delete = text_of(self._keyword(item, "ondelete"))
        found = Constraint(
            "foreign key",
            self._given_name(item),
            columns,
            parent,
            tuple(path[2] for path in paths if path is not None),
            on_delete=on_delete.upper() if on_delete else None,
        )
        return self.named(found, table)

    def target(self, value: Value) -> tuple[str, str, str] | None:
        """Give the schema, table and column that a foreign key refers to, None if that is not known."""
        value = self._interpreter.force(value)
        if (text := text_of(value)) is not None:
            *schema, table, column = ["", *text.split(".")] if text.count(".") == 0 else text.split(".")
            return ".".join(schema), table, column
        if isinstance(value, Part) and isinstance(value.of, Part) and value.of.name in ("c", "columns"):
            made = self._interpreter.force(value.of.of)
            if isinstance(made, Made) and known_name(made.callee) == "Table" and made.args:
                name = text_of(self._interpreter.force(made.args[0]))
                schema_name = text_of(self._keyword(made, "schema")) or ""
                return None if name is None else (schema_name, name, value.name)
        return None

    # Indexes.

    def index_of_item(self, item: Value, names: dict[int, str]) -> Index | None:
        """Give the index that an argument of `Table` makes."""
        if not isinstance(item, Made) or known_name(item.callee) != "Index" or not item.args:
            return None
        name = text_of(self._interpreter.force(item.args[0]))
        if name is None:
            return None
        columns = tuple(self._column_name(argument, names) for argument in item.args[1:])
        return Index(name, columns, self._flag(item, "unique") is True)

    def index_of_column(self, made: Made, name: str, table: TableName) -> Index | None:
        """Give the index that `index=True` makes, by SQLAlchemy's own name or the convention's."""
        if not self._flag(made, "index"):
            return None
        template = self._template(table, "ix") or "ix_%(column_0_label)s"
        named = self._filled(template, table, (name,), None, None)
        return None if named is None else Index(named, (name,), self._flag(made, "unique") is True)

    # Names.

    def named(self, constraint: Constraint, table: TableName) -> Constraint:
        """Name a constraint by the convention of its metadata where it has no name."""
        given = constraint.name
        if isinstance(given, FinalName):
            return replace(constraint, name=str(given))
        if isinstance(given, Unknown) or table.convention is None:
            return constraint
        template = self._template(table, _TOKENS.get(constraint.kind, ""))
        uses_name = template is not None and "%(constraint_name)s" in template
        if template is None or (given is not None and not (uses_name and constraint.kind == "check")):
            return constraint
        if given is None and uses_name:
            return constraint
        parent = None if constraint.parent is None else constraint.parent.name
        filled = self._filled(template, table, constraint.columns or (), parent, given)
        named = filled if filled is not None else Unknown("a name by a convention that is not known")
        return replace(constraint, name=named)

    def _template(self, table: TableName, token: str) -> str | None:
        if table.convention is None or not token:
            return None
        return table.convention.get(token)

    def _filled(
        self, template: str, table: TableName, columns: tuple[str, ...], parent: str | None, given: str | None
    ) -> str | None:
        """Fill a naming convention's template; None where a token of it is not known."""
        label = f"{table.schema}_{table.name}" if table.schema else table.name
        tokens = {"table_name": table.name, "constraint_name": given or "", "referred_table_name": parent or ""}
        for at, column in enumerate(columns):
            tokens[f"column_{at}_name"] = tokens[f"column_{at}_key"] = column
            tokens[f"column_{at}_label"] = f"{label}_{column}"
        tokens["column_0N_name"] = tokens["column_0N_key"] = "".join(columns)
        tokens["column_0_N_name"] = tokens["column_0_N_key"] = "_".join(columns)
        tokens["column_0_N_label"] = "_".join(f"{label}_{column}" for column in columns)
        try:
            return shortened(template % tokens)
        except (KeyError, ValueError, TypeError):
            return None

    def _given_name(self, item: Made) -> str | Unknown | None:
        given = item.keywords.get("name")
        value = None if given is None else self._interpreter.force(given)
        if value is None or is_none(value):
            return None
        return given_name(value)

    # Arguments.

    def _argument(self, made: Made, position: int, name: str) -> Value:
        if name in made.keywords:
            return made.keywords[name]
        return made.args[position] if len(made.args) > position else Constant(None)

    def _keyword(self, made: Made, name: str) -> Value | None:
        return self._interpreter.force(made.keywords[name]) if name in made.keywords else None

    def _flag(self, made: Made, name: str) -> bool | None:
        return self._interpreter.truth(made.keywords[name]) if name in made.keywords else None

    def _items(self, value: Value) -> list[Value] | None:
        return self._interpreter.items(value)

    def _names(self, value: Value, names: dict[int, str]) -> tuple[str, ...] | None:
        items = self._items(value)
        return None if items is None else _known(tuple(self._column_name(item, names) for item in items))

    def _column_name(self, value: Value, names: dict[int, str]) -> str | None:
        """Give the name of a column that an argument means, None for an expression."""
        value = self._interpreter.force(value)
        if id(value) in names:
            return names[id(value)]
        return value.name if isinstance(value, Part) else text_of(value)


class FinalName(str):
    """A name to which the naming convention has been applied already."""


def given_name(value: Value) -> str | Unknown:
    """Give the name that a value is."""
    text = text_of(value)
    if text is None:
        return Unknown("a name that is only known at run time")
    return FinalName(text) if isinstance(value, Conventional) else text


def _known(columns: tuple[str | None, ...]) -> tuple[str, ...] | None:
    known = tuple(column for column in columns if column is not None)
    return known if len(known) == len(columns) else None


def shortened(name: str) -> str:
    """Cut a name that SQLAlchemy makes to the length that PostgreSQL takes (`_prepared_index_name`)."""
    if len(name) <= MAXIMUM_NAME:
        return name
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    return f"{name[: MAXIMUM_NAME - 8]}_{digest[-4:]}"
