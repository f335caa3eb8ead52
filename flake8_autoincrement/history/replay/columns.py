"""Columns: added, dropped, renamed; their types, defaults, identity and NOT NULL."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Attribute, Default, QualifiedName, Relation, Sequence
from flake8_autoincrement.facts.operation import (
    AddColumn,
    AlterType,
    ColumnDefinition,
    DropColumn,
    DropDefault,
    DropExpression,
    DropNotNull,
    RenameColumn,
    SetDefault,
    SetNotNull,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.constraints import add_constraint, dropped_constraint, pass_down_constraint
from flake8_autoincrement.history.replay.heirs import (
    children,
    is_inherited,
    is_not_null_by_parent,
    refuse_inherited,
    with_heirs,
)
from flake8_autoincrement.history.replay.names import chosen, truncated
from flake8_autoincrement.history.replay.state import Refused, State

_INTEGERS = ("smallint", "integer", "bigint")


def added_attribute(state: State, table: QualifiedName, column: ColumnDefinition) -> None:
    """Add a column to a table, with the sequence that it brings along."""
    assert isinstance(column.name, str)
    name = truncated(column.name)
    relation = state.relations[table]
    inherited = relation.attribute(name)
    if inherited is not None and not inherited.inherited:
        raise Refused(f'column "{name}" of relation "{table.name}" already exists')
    _check_generators(table, column)
    type_ = state.shown_type(column.type)
    if inherited is not None and isinstance(type_, str) and inherited.type not in (type_, None):
        if isinstance(inherited.type, str):
            raise Refused(f'column "{name}" has a type conflict')
    made = Attribute(
        name,
        state.shown_type(column.type),
        not_null=column.not_null or column.serial or column.identity is not None,
        default=bound_default(state, column.default),
        identity=column.identity,
        generated=column.generated,
    )
    if inherited is None:
        state.put(replace(relation, attributes=(*relation.attributes, made)))
    else:
        if made.generated and not inherited.generated:
            raise Refused(f'child column "{name}" specifies generation expression')
        made = replace(
            made,
            default=inherited.default if made.default is None else made.default,
            not_null=made.not_null or inherited.not_null,
        )
        state.alter(relation, made)
    if column.serial:
        sequence = owned_sequence(state, table, made)
        state.alter(state.relations[table], replace(made, default=nextval(state, sequence)))
    elif column.identity is not None:
        identity_sequence(state, table, made)


def _check_generators(table: QualifiedName, column: ColumnDefinition) -> None:
    """Refuse a column that is told twice what fills it."""
    has_default = isinstance(column.default, Default)
    if column.serial and has_default:
        raise Refused(f'multiple default values specified for column "{column.name}" of table "{table.name}"')
    if column.identity is not None and has_default:
        raise Refused(f'both default and identity specified for column "{column.name}" of table "{table.name}"')


def owned_sequence(
    state: State,
    table: QualifiedName,
    attribute: Attribute,
    name: QualifiedName | None = None,
    *,
    identity: bool = False,
) -> Sequence:
    """Make the sequence of a serial or identity column."""
    free = chosen(table.name, attribute.name, "seq", lambda text: state.is_taken(QualifiedName(text, table.schema)))
    type_ = attribute.type if attribute.type in _INTEGERS and isinstance(attribute.type, str) else "bigint"
    sequence = Sequence(
        QualifiedName(free, table.schema) if name is None else state.placed(name),
        type_,
        table,
        attribute.name,
        identity=identity,
        revision=state.revision,
    )
    state.must_be_free(sequence.name)
    state.own(sequence)
    return sequence


def identity_sequence(state: State, table: QualifiedName, attribute: Attribute) -> None:
    """Make the sequence of an identity column."""
    assert attribute.identity is not None
    check_identity_type(attribute)
    sequence = owned_sequence(state, table, attribute, attribute.identity.sequence, identity=True)
    start = attribute.identity.start or 1
    state.own(replace(sequence, start=start, next_value=start))


def check_identity_type(attribute: Attribute) -> None:
    """Refuse an identity column that is no integer."""
    if isinstance(attribute.type, str) and attribute.type not in _INTEGERS:
        raise Refused("identity column type must be smallint, integer, or bigint")


def nextval(state: State, sequence: Sequence) -> Default:
    """Give the default that takes its value from a sequence, as PostgreSQL shows it."""
    name = sequence.name
    shown = name.name if name.schema in state.search_path else str(name)
    return Default(f"nextval('{shown}'::regclass)", name)


def bound_default(state: State, default: Default | Unknown | None) -> Default | Unknown | None:
    """Bind a default to the sequence that its name stands for."""
    if default is None or isinstance(default, Unknown) or default.sequence is None:
        return default
    found = state.sequence(default.sequence)
    if found is not None:
        return replace(default, sequence=found.name)
    if default.late:
        return default
    return replace(default, sequence=state.placed(default.sequence))


_NO_COLUMN = 'column "{column}" of relation "{table}" does not exist'


def changed_column(
    state: State, operation: object, message: str = _NO_COLUMN
) -> tuple[Relation, Attribute] | None:
    """Give the column that an operation changes, None where it is not known; `message` is for one that is not there."""
    table, column = getattr(operation, "table"), getattr(operation, "column")
    if isinstance(table, Unknown) or isinstance(column, Unknown):
        return None
    relation = state.table(table)
    if relation is None:
        return None
    found = relation.attribute(truncated(column))
    if found is None:
        if relation.incomplete is None:
            raise Refused(message.format(column=column, table=relation.name.name))
        found = Attribute(truncated(column), relation.incomplete, default=relation.incomplete)
        state.put(replace(relation, attributes=(*relation.attributes, found)))
    return state.relations[relation.name], found


@change(AddColumn)
def add_column(state: State, operation: AddColumn) -> None:
    """Add a column."""
    if isinstance(operation.table, Unknown) or isinstance(operation.column.name, Unknown):
        return
    relation = state.table(operation.table)
    if relation is None:
        return
    if relation.is_partition:
        raise Refused("cannot add column to a partition")
    existing = relation.attribute(truncated(operation.column.name))
    if existing is not None:
        if operation.if_not_exists:
            return
        if relation.incomplete is None and not isinstance(existing.type, Unknown):
            raise Refused(f'column "{existing.name}" of relation "{relation.name.name}" already exists')
        state.put(replace(relation, attributes=tuple(each for each in relation.attributes if each is not existing)))
    if operation.column.identity is not None and any(not each.is_partition for each in children(state, relation)):
        raise Refused("cannot recursively add identity column to table that has child tables")
    added_attribute(state, relation.name, operation.column)
    for constraint in operation.column.constraints:
        add_constraint(state, relation.name, constraint)
    pass_down(state, relation.name, truncated(operation.column.name))


def pass_down(state: State, table: QualifiedName, column: str) -> None:
    """Give a table's new column to those that inherit from it."""
    relation = state.relations[table]
    own = relation.attribute(column)
    assert own is not None
    for child in children(state, relation):
        if child.attribute(column) is None:
            identity = own.identity if child.is_partition else None
            state.put(replace(child, attributes=(*child.attributes, replace(own, inherited=True, identity=identity))))
            pass_down(state, child.name, column)
    for constraint in relation.constraints:
        if constraint.kind == "check" and constraint.columns == (column,):
            pass_down_constraint(state, relation, constraint)


@change(DropColumn)
def drop_column(state: State, operation: DropColumn) -> None:
    """Drop a column, with its sequences, and the constraints and indexes that have it."""
    if isinstance(operation.table, Unknown) or isinstance(operation.column, Unknown):
        return
    relation = state.table(operation.table)
    if relation is None:
        return
    name = truncated(operation.column)
    attribute = relation.attribute(name)
    if attribute is None:
        if operation.if_exists or relation.incomplete is not None:
            return
        raise Refused(f'column "{name}" of relation "{relation.name.name}" does not exist')
    refuse_inherited(state, relation, name, "drop")
    dropped_column(state, relation, name, operation.cascade)


def dropped_column(state: State, relation: Relation, name: str, cascade: bool) -> None:
    """Take a column away, with all that has it, also from the tables that inherit it."""
    what = f"column {name} of table {relation.name.name}"
    for constraint in relation.constraints:
        if name in (constraint.columns or ()) and constraint.kind in ("primary key", "unique"):
            dropped_constraint(state, state.relations[relation.name], constraint, cascade, what)
    relation = state.relations[relation.name]
    state.put(
        replace(
            relation,
            attributes=tuple(each for each in relation.attributes if each.name != name),
            constraints=tuple(each for each in relation.constraints if name not in (each.columns or ())),
            indexes=tuple(each for each in relation.indexes if name not in each.columns),
        )
    )
    for sequence in state.owned(relation.name, name):
        others = [each for each, _ in state.defaults_from(sequence.name) if not _is_heir(state, each, relation, name)]
        if others and not cascade:
            raise Refused(f"cannot drop {what} because other objects depend on it")
        state.remove_sequence(sequence)
    for child in children(state, relation):
        own = child.attribute(name)
        if own is not None and own.inherited and not is_inherited(state, child, name):
            dropped_column(state, child, name, cascade)


def _is_heir(state: State, other: Relation, relation: Relation, column: str) -> bool:
    """Say whether a table loses a column together with another."""
    own = other.attribute(column)
    return relation.name in other.parents and own is not None and own.inherited


@change(RenameColumn)
def rename_column(state: State, operation: RenameColumn) -> None:
    """Rename a column, also where constraints, indexes and sequences speak of it."""
    found = changed_column(state, operation, 'column "{column}" does not exist')
    if found is None or isinstance(operation.new_name, Unknown):
        return
    relation, attribute = found
    refuse_inherited(state, relation, attribute.name, "rename")
    _renamed_column(state, relation, attribute.name, truncated(operation.new_name))


def _renamed_column(state: State, relation: Relation, old: str, new: str) -> None:
    if relation.attribute(new) is not None:
        raise Refused(f'column "{new}" of relation "{relation.name.name}" already exists')
    own = state.relations[relation.name]
    state.put(
        replace(
            own,
            attributes=tuple(replace(each, name=new) if each.name == old else each for each in own.attributes),
            constraints=tuple(
                replace(each, columns=_renamed(each.columns, old, new)) for each in own.constraints
            ),
            indexes=tuple(
                replace(each, columns=tuple(new if column == old else column for column in each.columns))
                for each in own.indexes
            ),
        )
    )
    for sequence in state.owned(relation.name, old):
        state.own(replace(sequence, owner_column=new))
    for other in list(state.relations.values()):
        changed = tuple(
            replace(each, parent_columns=_renamed(each.parent_columns, old, new) or ())
            if each.parent == relation.name
            else each
            for each in other.constraints
        )
        if changed != other.constraints:
            state.relations[other.name] = replace(other, constraints=changed)
    for child in children(state, state.relations[relation.name]):
        if child.attribute(old) is not None:
            _renamed_column(state, child, old, new)


def _renamed(columns: tuple[str, ...] | None, old: str, new: str) -> tuple[str, ...] | None:
    return None if columns is None else tuple(new if column == old else column for column in columns)


@change(AlterType)
def alter_type(state: State, operation: AlterType) -> None:
    """Change a column's type; the sequence of an identity column follows, that of a serial one does not."""
    found = changed_column(state, operation)
    if found is None:
        return
    relation, attribute = found
    changed = replace(attribute, type=state.shown_type(operation.type))
    if attribute.generated and operation.using is not None:
        raise Refused("cannot specify USING when altering type of generated column")
    refuse_inherited(state, relation, attribute.name, "alter")
    if attribute.identity is not None:
        check_identity_type(changed)
    for heir, own in list(with_heirs(state, relation, attribute.name)):
        state.alter(heir, replace(own, type=changed.type))
    if attribute.identity is not None:
        for sequence in state.owned(relation.name, attribute.name):
            if sequence.identity and isinstance(changed.type, str) and changed.type in _INTEGERS:
                state.own(replace(sequence, type=changed.type))


@change(SetDefault)
def set_default(state: State, operation: SetDefault) -> None:
    """Give a column a default, which an identity column refuses."""
    found = changed_column(state, operation)
    if found is None:
        return
    _set_default(state, *found, bound_default(state, operation.default))


@change(DropDefault)
def drop_default(state: State, operation: DropDefault) -> None:
    """Take a column's default away; a sequence that it owns stays."""
    found = changed_column(state, operation)
    if found is None:
        return
    _set_default(state, *found, None)


def _set_default(state: State, relation: Relation, attribute: Attribute, default: Default | Unknown | None) -> None:
    """Give a column and those of its heirs a default, or none; an identity or a generated column has no such thing."""
    if attribute.identity is not None:
        raise Refused(f'column "{attribute.name}" of relation "{relation.name.name}" is an identity column')
    if attribute.generated:
        raise Refused(f'column "{attribute.name}" of relation "{relation.name.name}" is a generated column')
    for heir, own in list(with_heirs(state, relation, attribute.name)):
        state.alter(heir, replace(own, default=default))


@change(SetNotNull)
def set_not_null(state: State, operation: SetNotNull) -> None:
    """Forbid NULL."""
    found = changed_column(state, operation)
    if found is not None:
        for heir, own in list(with_heirs(state, found[0], found[1].name)):
            state.alter(heir, replace(own, not_null=True))


@change(DropNotNull)
def drop_not_null(state: State, operation: DropNotNull) -> None:
    """Allow NULL, which a primary key and an identity column refuse."""
    found = changed_column(state, operation)
    if found is None:
        return
    relation, attribute = found
    if is_not_null_by_parent(state, relation, attribute.name):
        # PostgreSQL 18 speaks of the constraint, which is inherited.
        raise Refused(f'column "{attribute.name}" is marked NOT NULL in parent table')
    if relation.key is not None and attribute.name in (relation.key.columns or ()):
        raise Refused(f'column "{attribute.name}" is in a primary key')
    if attribute.identity is not None:
        raise Refused(f'column "{attribute.name}" of relation "{relation.name.name}" is an identity column')
    for heir, own in list(with_heirs(state, relation, attribute.name)) if attribute.not_null else ():
        if heir.key is None or own.name not in (heir.key.columns or ()):
            state.alter(heir, replace(own, not_null=False))


@change(DropExpression)
def drop_expression(state: State, operation: DropExpression) -> None:
    """Make a generated column a plain one."""
    found = changed_column(state, operation)
    if found is None:
        return
    relation, attribute = found
    if not attribute.generated and not operation.if_exists and relation.incomplete is None:
        raise Refused(f'column "{attribute.name}" of relation "{relation.name.name}" is not a generated column')
    state.alter(relation, replace(attribute, generated=False))
