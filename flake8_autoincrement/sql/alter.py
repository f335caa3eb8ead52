"""ALTER TABLE: one operation for each of its commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    AddColumn,
    AddConstraint,
    AddIdentity,
    AlterTable,
    AlterType,
    AnyOperation,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropExpression,
    DropIdentity,
    DropNotNull,
    HasTable,
    Inherit,
    Name,
    Other,
    SetDefault,
    SetIdentity,
    SetNotNull,
    ValidateConstraint,
    When,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.source import Span
from flake8_autoincrement.sql.columns import column, identity_of
from flake8_autoincrement.sql.constraints import constraint, is_constraint
from flake8_autoincrement.sql.datatypes import spelt
from flake8_autoincrement.sql.defaults import default_of
from flake8_autoincrement.sql.parsing import Node, Token, depths
from flake8_autoincrement.sql.statement import FILLED_IN, Statement, integer, known, relation_name, relations

# What ALTER changes that has no columns to speak of here: a view's default, an index's storage, a sequence's owner.
_NOT_TABLES = {"OBJECT_INDEX", "OBJECT_SEQUENCE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_TYPE"}


class Command:
    """A command of an ALTER TABLE with the tokens that are its own."""

    def __init__(self, statement: Statement, table: Name, node: Node, tokens: Sequence[Token]) -> None:
        self.statement = statement
        self.table = table
        self.node = node
        self.tokens = tokens
        self.start = tokens[0].start
        self.end = tokens[-1].end

    @property
    def span(self) -> Span:
        """Give its place."""
        return self.statement.place(self.start, self.end)

    @property
    def words(self) -> str:
        """Give its text in one line; a part that is not known is left out as `...`."""
        text = " ".join(self.statement.text[self.start : self.end].split())
        return text if isinstance(known(text), str) else f"{text.split()[0]} ..."

    @property
    def column(self) -> str | Unknown:
        """Give the name that it is about."""
        return known(self.node.get("name", ""))

    @property
    def definition(self) -> Node:
        """Give what it adds or changes."""
        definition: Node = self.node.get("def", {})
        return definition

    @property
    def if_exists(self) -> bool:
        """Say whether it is left out where its object is not there, or is there already."""
        return bool(self.node.get("missing_ok", False))

    @property
    def cascade(self) -> bool:
        """Say whether it takes along what depends on its object."""
        return bool(self.node.get("behavior") == "DROP_CASCADE")

    def expression(self, word: str) -> str | Unknown:
        """Give what stands behind the first token called `word`."""
        begin = self.statement.behind(word, self.start, self.end)
        return self.statement.expression(begin, self.end) if begin is not None else FILLED_IN


def alter_table(statement: Statement) -> Iterator[AnyOperation]:
    """Read ALTER TABLE; with IF EXISTS its operations are done where the table is there."""
    node = statement.node
    if node.get("objtype") in _NOT_TABLES:
        yield Other(statement.words(2), relations({"relation": node["relation"]}), span=statement.span)
        return
    table = relation_name(node["relation"])
    done = tuple(operation for command in _commands(statement, table) for operation in _operations(command))
    if node.get("missing_ok") and isinstance(table, QualifiedName):
        yield When(HasTable(table, views=True), done, span=statement.span)
    else:
        yield from done


def _commands(statement: Statement, table: Name) -> Iterator[Command]:
    nodes = [each["AlterTableCmd"] for each in statement.node.get("cmds", ())]
    stretches = _stretches(statement, statement.offset(statement.node["relation"]))
    if len(stretches) != len(nodes):
        stretches = [statement.tokens] * len(nodes)
    for node, tokens in zip(nodes, stretches, strict=True):
        yield Command(statement, table, node, tokens)


def _stretches(statement: Statement, name: int) -> list[Sequence[Token]]:
    """Split what stands behind the table's name at the commas that are in no brackets: the parser keeps no places."""
    own = [token for token in statement.tokens if token.start >= name]
    first = 1
    while first < len(own) and statement.text[own[first].start] in ".*":
        first += 2 if statement.text[own[first].start] == "." else 1
    own = own[first:]
    found: list[Sequence[Token]] = []
    begin = 0
    for index, (token, depth) in enumerate(zip(own, depths(own, statement.text), strict=True)):
        if depth == 0 and statement.text[token.start : token.end] == ",":
            found.append(own[begin:index])
            begin = index + 1
    found.append(own[begin:])
    return [stretch for stretch in found if stretch]


def _operations(command: Command) -> Iterator[AnyOperation]:
    subtype = command.node["subtype"]
    reply = _COMMANDS.get(subtype)
    if reply is None:
        yield AlterTable(command.table, command.words, span=command.span)
    else:
        yield reply(command)


def _add_column(command: Command) -> AnyOperation:
    definition = column(command.statement, command.definition["ColumnDef"])
    return AddColumn(command.table, definition, if_not_exists=command.if_exists, span=command.span)


def _drop_column(command: Command) -> AnyOperation:
    return DropColumn(
        command.table, command.column, if_exists=command.if_exists, cascade=command.cascade, span=command.span
    )


def _alter_type(command: Command) -> AnyOperation:
    definition = command.definition["ColumnDef"]
    using = command.expression("USING") if "raw_default" in definition else None
    return AlterType(
        command.table,
        command.column,
        spelt(definition["typeName"]),
        using="?" if isinstance(using, Unknown) else using,
        span=command.span,
    )


def _default(command: Command) -> AnyOperation:
    if "def" not in command.node:
        return DropDefault(command.table, command.column, span=command.span)
    default = default_of(command.definition, command.expression("DEFAULT"))
    return SetDefault(command.table, command.column, default, span=command.span)


def _set_not_null(command: Command) -> AnyOperation:
    return SetNotNull(command.table, command.column, span=command.span)


def _drop_not_null(command: Command) -> AnyOperation:
    return DropNotNull(command.table, command.column, span=command.span)


def _add_identity(command: Command) -> AnyOperation:
    identity = identity_of(command.definition["Constraint"])
    return AddIdentity(command.table, command.column, identity, span=command.span)


def _set_identity(command: Command) -> AnyOperation:
    options = {
        each["DefElem"]["defname"]: each["DefElem"].get("arg") for each in command.definition["List"].get("items", ())
    }
    # ATTRIBUTE_IDENTITY_ALWAYS in pg_attribute.h is 'a'.
    always = integer(options["generated"]) == ord("a") if "generated" in options else None
    restart = (integer(options["restart"]) if options["restart"] else True) if "restart" in options else None
    return SetIdentity(command.table, command.column, always, restart, span=command.span)


def _drop_identity(command: Command) -> AnyOperation:
    return DropIdentity(command.table, command.column, if_exists=command.if_exists, span=command.span)


def _drop_expression(command: Command) -> AnyOperation:
    return DropExpression(command.table, command.column, if_exists=command.if_exists, span=command.span)


def _add_constraint(command: Command) -> AnyOperation:
    node = command.definition["Constraint"]
    if not is_constraint(node):
        return AlterTable(command.table, command.words, span=command.span)
    return AddConstraint(command.table, constraint(command.statement, node), span=command.span)


def _drop_constraint(command: Command) -> AnyOperation:
    return DropConstraint(
        command.table, command.column, if_exists=command.if_exists, cascade=command.cascade, span=command.span
    )


def _validate(command: Command) -> AnyOperation:
    return ValidateConstraint(command.table, command.column, span=command.span)


def _inherit(command: Command) -> AnyOperation:
    parent = relation_name(command.definition["RangeVar"])
    return Inherit(command.table, parent, attach=command.node["subtype"] == "AT_AddInherit", span=command.span)


def _partition(command: Command) -> AnyOperation:
    child = relation_name(command.definition["PartitionCmd"]["name"])
    attach = command.node["subtype"] == "AT_AttachPartition"
    return Inherit(child, command.table, attach=attach, partition=True, span=command.span)


_COMMANDS: Mapping[str, Callable[[Command], AnyOperation]] = {
    "AT_AddColumn": _add_column,
    "AT_DropColumn": _drop_column,
    "AT_AlterColumnType": _alter_type,
    "AT_ColumnDefault": _default,
    "AT_SetNotNull": _set_not_null,
    "AT_DropNotNull": _drop_not_null,
    "AT_AddIdentity": _add_identity,
    "AT_SetIdentity": _set_identity,
    "AT_DropIdentity": _drop_identity,
    "AT_DropExpression": _drop_expression,
    "AT_AddConstraint": _add_constraint,
    "AT_DropConstraint": _drop_constraint,
    "AT_ValidateConstraint": _validate,
    "AT_AddInherit": _inherit,
    "AT_DropInherit": _inherit,
    "AT_AttachPartition": _partition,
    "AT_DetachPartition": _partition,
}
