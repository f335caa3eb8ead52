"""The order of revisions and a replay of the simplest operations, until `graph` and `replay` take their places."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Attribute, Default, QualifiedName, Relation, Schema, Sequence
from flake8_autoincrement.facts.operation import (
    AddColumn,
    AnyOperation,
    CreateSequence,
    CreateTable,
    DropTable,
    RenameTable,
)
from flake8_autoincrement.facts.revision import Revision


class UnknownRevision(Exception):
    """A name that stands for no revision, or for several."""


class Graph:
    """Revisions in an order in which each follows its parents."""

    def __init__(self, revisions: tuple[Revision, ...]) -> None:
        left = {each.revision: each for each in revisions}
        self.revisions = dict(left)
        order: list[Revision] = []
        while ready := sorted(name for name in left if not set(left[name].down_revisions) & left.keys()):
            order += [left.pop(name) for name in ready]
        self.order = tuple(order)
        parents = {parent for each in revisions for parent in each.down_revisions}
        self.heads = tuple(each.revision for each in order if each.revision not in parents)

    def resolve(self, text: str) -> tuple[str, ...]:
        """Give the revisions that a text stands for."""
        if text in ("head", "heads", "base"):
            return () if text == "base" else self.heads
        found = [name for name in self.revisions if name.startswith(text)]
        if len(found) != 1:
            raise UnknownRevision(f"no revision is called {text}")
        return tuple(found)


def apply(schema: Schema, operation: AnyOperation, revision: str) -> Schema:
    """Give the schema behind an operation."""
    relations, sequences = dict(schema.relations), dict(schema.sequences)
    match operation:
        case CreateTable(table=QualifiedName(name=name)):
            table = QualifiedName(name, "public")
            attributes = []
            for column in operation.columns:
                default = None
                if column.serial and isinstance(column.type, str):
                    sequence = QualifiedName(f"{name}_{column.name}_seq", "public")
                    sequences[sequence] = Sequence(sequence, column.type, table, str(column.name), revision=revision)
                    default = Default(f"nextval('{sequence.name}'::regclass)", sequence)
                attributes.append(Attribute(str(column.name), column.type, column.not_null, default))
            beside = [replace(each, columns=(str(c.name),)) for c in operation.columns for each in c.constraints]
            constraints = (*operation.constraints, *beside)
            relations[table] = Relation(
                table, "table", tuple(attributes), constraints, revision=revision, span=operation.span
            )
        case DropTable(table=QualifiedName(name=name)):
            gone = relations.pop(QualifiedName(name, "public"), None)
            sequences = {key: each for key, each in sequences.items() if gone is None or each.owner != gone.name}
        case RenameTable(table=QualifiedName(name=name), new_name=str(new_name)):
            old, new = QualifiedName(name, "public"), QualifiedName(new_name, "public")
            relations[new] = replace(relations.pop(old, Relation(old)), name=new)
            for key, each in sequences.items():
                if each.owner == old:
                    sequences[key] = replace(each, owner=new)
        case AddColumn(table=QualifiedName(name=name), column=column):
            table = QualifiedName(name, "public")
            attribute = Attribute(str(column.name), column.type)
            found = relations.get(table, Relation(table))
            relations[table] = replace(found, attributes=(*found.attributes, attribute))
        case CreateSequence(sequence=QualifiedName(name=name)):
            made = QualifiedName(name, "public")
            sequences[made] = Sequence(made, revision=revision)
    return replace(schema, relations=relations, sequences=sequences)
