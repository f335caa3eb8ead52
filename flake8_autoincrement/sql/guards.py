"""Operations whose errors a block catches: they are done where what they would meet is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AllOf,
    AnyOf,
    AnyOperation,
    Condition,
    CreateIndex,
    CreateSchema,
    CreateSequence,
    CreateTable,
    CreateTableAs,
    CreateType,
    CreateView,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropSchema,
    DropSequence,
    DropTable,
    DropType,
    DropView,
    HasColumn,
    HasConstraint,
    HasIndex,
    HasSchema,
    HasSequence,
    HasTable,
    HasType,
    Not,
    Opaque,
    RenameColumn,
    RenameConstraint,
    RenameSequence,
    RenameTable,
    RenameType,
    When,
)
from flake8_autoincrement.source import Span
from flake8_autoincrement.sql.conditions import ANY_TABLE, relation

# The names of https://www.postgresql.org/docs/current/errcodes-appendix.html that a block catches.
_DUPLICATE = frozenset(
    {"duplicate_object", "duplicate_table", "duplicate_column", "duplicate_schema", "invalid_table_definition"}
)
_UNDEFINED = frozenset({"undefined_table", "undefined_object", "undefined_column", "invalid_schema_name"})

Handler = tuple[tuple[str, ...], tuple[AnyOperation, ...]]


def guarded(done: tuple[AnyOperation, ...], caught: Sequence[Handler], span: Span) -> tuple[AnyOperation, ...]:
    """Give what a block does whose errors are caught: all of it, or nothing of it and what the handler does."""
    names = {name for condition, _ in caught for name in condition}
    handled = tuple(operation for _, action in caught for operation in action)
    catches_new, catches_old = bool(names & {*_DUPLICATE, "others"}), bool(names & {*_UNDEFINED, "others"})
    if catches_new:
        done = tuple(replace(one, if_not_exists=True) if isinstance(one, AddEnumValue) else one for one in done)
    found = [_new(one) if catches_new else None for one in done] + [_old(one) if catches_old else None for one in done]
    conditions = tuple(one for one in found if one is not None)
    if not done:
        return ()
    if all(isinstance(one, AddEnumValue) for one in done) and not handled:
        return done
    if not conditions:
        return (When(Opaque("its errors are caught", fresh=True), done, handled, span=span),)
    asked = conditions[0] if len(conditions) == 1 else AllOf(conditions)
    return (When(asked, done, handled, span=span),)


def _new(operation: AnyOperation) -> Condition | None:
    """Ask that what an operation makes is not there; None where that is no error, or not known."""
    if getattr(operation, "if_not_exists", False):
        return None
    match operation:
        case CreateTable(table=QualifiedName() as name) | CreateTableAs(table=QualifiedName() as name):
            return Not(HasTable(name, views=True))
        case CreateView(view=QualifiedName() as name, replace=False):
            return Not(HasTable(name, views=True))
        case CreateSequence(sequence=QualifiedName() as name):
            return Not(HasSequence(name))
        case CreateType(type=QualifiedName() as name):
            return Not(HasType(name))
        case CreateSchema(schema=str() as schema):
            return Not(HasSchema(schema))
        case CreateIndex(table=QualifiedName() as name, name=str() as index):
            return Not(HasIndex(name, index))
        case AddColumn(table=QualifiedName() as name, column=column) if isinstance(column.name, str):
            return Not(HasColumn(name, column.name))
        case AddConstraint(table=QualifiedName() as name, constraint=constraint) if isinstance(constraint.name, str):
            return Not(HasConstraint(name, constraint.name))
        case AddConstraint(table=QualifiedName() as name, constraint=constraint) if constraint.kind == "primary key":
            return Not(HasConstraint(name, f"{name.name}_pkey"))
        case RenameColumn(table=QualifiedName() as name, new_name=str() as new):
            return Not(HasColumn(name, new))
        case RenameTable(table=QualifiedName() as name, new_name=str() as new):
            return Not(relation(QualifiedName(new, name.schema)))
    return None


def _old(operation: AnyOperation) -> Condition | None:
    """Ask that what an operation takes away or renames is there."""
    if getattr(operation, "if_exists", False):
        return None
    match operation:
        case DropTable(table=QualifiedName() as name) | RenameTable(table=QualifiedName() as name):
            return HasTable(name, views=True)
        case DropView(view=QualifiedName() as name):
            return HasTable(name, views=True)
        case DropSequence(sequence=QualifiedName() as name) | RenameSequence(sequence=QualifiedName() as name):
            return HasSequence(name)
        case DropType(type=QualifiedName() as name) | RenameType(type=QualifiedName() as name):
            return HasType(name)
        case DropSchema(schema=str() as schema):
            return HasSchema(schema)
        case DropIndex(index=QualifiedName() as name):
            return HasIndex(None, name.name)
        case DropColumn(table=QualifiedName() as name, column=str() as column):
            return HasColumn(name, column)
        case RenameColumn(table=QualifiedName() as name, column=str() as column):
            return HasColumn(name, column)
        case DropConstraint(table=QualifiedName() as name, name=str() as constraint):
            return HasConstraint(name, constraint)
        case RenameConstraint(table=QualifiedName() as name, name=str() as constraint):
            return HasConstraint(name, constraint)
    return None


def with_tables(asked: Condition, done: Sequence[AnyOperation]) -> Condition:
    """Say which table a constraint is of that a condition asks for by its name alone: the branch's statement knows."""
    match asked:
        case HasConstraint(table, name, kind) if table == ANY_TABLE:
            for one in done:
                match one:
                    case AddConstraint(table=QualifiedName() as owner, constraint=constraint):
                        found = constraint.name == name
                    case DropConstraint(table=QualifiedName() as owner, name=dropped):
                        found = dropped == name
                    case RenameConstraint(table=QualifiedName() as owner, name=old, new_name=new):
                        found = name in (old, new)
                    case _:
                        continue
                if found:
                    return HasConstraint(owner, name, kind)
            return Opaque(f"whether there is a constraint {name}")
        case Not(inner):
            known = with_tables(inner, done)
            return known if isinstance(known, Opaque) else Not(known)
        case AllOf(conditions):
            return AllOf(tuple(with_tables(each, done) for each in conditions))
        case AnyOf(conditions):
            return AnyOf(tuple(with_tables(each, done) for each in conditions))
    return asked
