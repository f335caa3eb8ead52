"""Constraints of tables."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Constraint, QualifiedName, Relation
from flake8_autoincrement.facts.operation import (
    AddConstraint,
    CreateIndex,
    DropConstraint,
    RenameConstraint,
    ValidateConstraint,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.heirs import children, with_heirs
from flake8_autoincrement.history.replay.indexes import create_index, lacks
from flake8_autoincrement.history.replay.names import addition, chosen, truncated
from flake8_autoincrement.history.replay.state import BACKED, Refused, State

_LABELS = {"primary key": "pkey", "unique": "key", "exclude": "excl", "foreign key": "fkey", "check": "check"}


# Columns that every table has, and what a CHECK of a domain calls its value.
_OTHERS = ("ctid", "tableoid", "xmin", "xmax", "cmin", "cmax", "value")


def add_constraint(state: State, table: QualifiedName, constraint: Constraint) -> None:
    """Add a constraint to a table, with the name that PostgreSQL gives it."""
    relation = state.relations[table]
    if constraint.kind == "not null":
        for column in constraint.columns or ():
            attribute = relation.attribute(column)
            if attribute is not None:
                relation = state.alter(relation, replace(attribute, not_null=True))
        return
    if constraint.kind == "check" and constraint.expression is not None:
        constraint = replace(constraint, columns=_named_in(constraint.expression, relation))
    if constraint.index is not None:
        constraint, relation = _using_index(relation, constraint)
    named = replace(constraint, name=_name(state, relation, constraint))
    if constraint.kind == "primary key":
        if relation.key is not None and relation.incomplete is None:
            raise Refused(f'multiple primary keys for table "{table.name}" are not allowed')
        relation = replace(relation, constraints=tuple(c for c in relation.constraints if c.kind != "primary key"))
        relation = _with_key(relation, constraint)
    if isinstance(named.name, str) and any(each.name == named.name for each in relation.constraints):
        if relation.incomplete is None:
            raise Refused(f'constraint "{named.name}" for relation "{table.name}" already exists')
        relation = replace(relation, constraints=tuple(c for c in relation.constraints if c.name != named.name))
    if constraint.kind == "foreign key" and constraint.parent is not None:
        named = _bound(state, named)
    twice = next((name for name in constraint.columns or () if (constraint.columns or ()).count(name) > 1), None)
    if twice is not None and constraint.kind in ("primary key", "unique"):
        word = "primary key" if constraint.kind == "primary key" else "unique"
        raise Refused(f'column "{twice}" appears twice in {word} constraint')
    missing = [name for name in constraint.columns or () if relation.attribute(name) is None]
    if missing and relation.incomplete is None and constraint.kind != "check":
        raise Refused(f'column "{missing[0]}" named in key does not exist')
    state.put(replace(relation, constraints=(*relation.constraints, named)), state.relations[table])
    if constraint.kind == "primary key":
        for column in constraint.columns or ():
            for heir, own in list(with_heirs(state, relation, column)):
                state.alter(heir, replace(own, not_null=True))
    pass_down_constraint(state, state.relations[table], named)


def _named_in(expression: str, relation: Relation) -> tuple[str, ...] | None:
    """Give the columns in the expression of a CHECK, None where it could not be read."""
    from flake8_autoincrement.sql.expressions import columns

    found = columns(expression)
    if found is None or relation.incomplete is not None:
        return found
    missing = next((name for name in found if relation.attribute(name) is None and name not in _OTHERS), None)
    if missing is not None and missing != relation.name.name:
        raise Refused(f'column "{missing}" does not exist')
    return tuple(name for name in found if relation.attribute(name) is not None)


def _bound(state: State, constraint: Constraint) -> Constraint:
    """Bind a foreign key to the table that its name stands for, and to the columns of a key there."""
    assert constraint.parent is not None
    parent = state.table(constraint.parent)
    if parent is None:
        return constraint
    columns = constraint.parent_columns
    if not columns and parent.key is not None:
        columns = parent.key.columns or ()
    if parent.incomplete is None:
        _check_reference(parent, columns)
    return replace(constraint, parent=parent.name, parent_columns=columns)


def _check_reference(parent: Relation, columns: tuple[str, ...]) -> None:
    """Refuse a foreign key to columns that are not there, or that nothing says to be unique."""
    name = parent.name.name
    if not columns:
        raise Refused(f'there is no primary key for referenced table "{name}"')
    missing = next((column for column in columns if parent.attribute(column) is None), None)
    if missing is not None:
        raise Refused(f'column "{missing}" referenced in foreign key constraint does not exist')
    unique = [each.columns for each in parent.constraints if each.kind in ("primary key", "unique")]
    unique += [index.columns for index in parent.indexes if index.unique]  # type: ignore[misc]
    if not any(each is None or set(each) == set(columns) for each in unique):
        raise Refused(f'there is no unique constraint matching given keys for referenced table "{name}"')


def _with_key(relation: Relation, key: Constraint) -> Relation:
    columns = key.columns or ()
    attributes = tuple(
        replace(each, not_null=True) if each.name in columns else each for each in relation.attributes
    )
    return replace(relation, attributes=attributes)


def _using_index(relation: Relation, constraint: Constraint) -> tuple[Constraint, Relation]:
    """Make a constraint of an index, which gets the constraint's name."""
    index = next((each for each in relation.indexes if each.name == constraint.index), None)
    if index is None:
        if relation.incomplete is None:
            raise Refused(f'index "{constraint.index}" does not exist')
        return replace(constraint, columns=None), relation
    if not index.unique:
        raise Refused(f'"{index.name}" is not a unique index')
    columns = tuple(column for column in index.columns if column is not None)
    name = index.name if constraint.name is None else constraint.name
    rest = tuple(each for each in relation.indexes if each is not index)
    return replace(constraint, columns=columns, name=name, index=None), replace(relation, indexes=rest)


def _name(state: State, relation: Relation, constraint: Constraint) -> str | Unknown:
    if isinstance(constraint.name, Unknown):
        return constraint.name
    schema = relation.name.schema
    if constraint.name is not None:
        name = truncated(constraint.name)
        if constraint.kind in BACKED and state.is_taken(QualifiedName(name, schema)):
            owner = state.indexes.get(QualifiedName(name, schema))
            is_own = owner == relation.name and name not in {each.name for each in relation.indexes}
            if not is_own and relation.incomplete is None:
                raise Refused(f'relation "{name}" already exists')
        return name
    columns = constraint.columns
    if columns is None:
        return Unknown("PostgreSQL names it by columns that could not be read")
    label = _LABELS[constraint.kind]
    is_nameless = constraint.kind == "primary key" or constraint.kind == "check" and len(columns) != 1
    second = None if is_nameless else addition(columns) or None
    # Of all tables of the schema (`ConstraintNameExists`), though a name that is given has to be free in its table.
    others = [other for other in state.relations.values() if other.name.schema == schema]
    taken = {each.name for other in others for each in other.constraints}

    def is_taken(text: str) -> bool:
        return text in taken or (constraint.kind in BACKED and state.is_taken(QualifiedName(text, schema)))

    return chosen(relation.name.name, second, label, is_taken)


@change(AddConstraint)
def constraint_added(state: State, operation: AddConstraint) -> None:
    """Add a constraint to a table."""
    if isinstance(operation.table, Unknown):
        return
    relation = state.table(operation.table)
    if relation is not None:
        add_constraint(state, relation.name, operation.constraint)


@change(DropConstraint)
def drop_constraint(state: State, operation: DropConstraint) -> None:
    """Drop a constraint; a primary key is found by its kind where its name is not known."""
    if isinstance(operation.table, Unknown):
        return
    relation = state.table(operation.table)
    if relation is None:
        return
    if isinstance(operation.name, Unknown) and operation.kind not in (None, "primary key"):
        state.put(uncertain(relation, operation.kind, operation.name))
        return
    found = _found(relation, operation)
    if found is not None:
        if _is_inherited(state, relation, found):
            raise Refused(f'cannot drop inherited constraint "{found.name}" of relation "{relation.name.name}"')
        dropped_constraint(state, relation, found, operation.cascade)
    elif isinstance(operation.name, str) and not operation.if_exists and _is_known(relation):
        raise Refused(f'constraint "{operation.name}" of relation "{relation.name.name}" does not exist')


def uncertain(relation: Relation, kind: str | None, why: Unknown, name: str | None = None) -> Relation:
    """Say of the constraints of a kind, or of any, that they may be gone: all of them, or the one of a name."""
    constraints = tuple(
        replace(each, name=why) if kind in (None, each.kind) and name in (None, each.name) else each
        for each in relation.constraints
    )
    return replace(relation, constraints=constraints) if constraints != relation.constraints else relation


def _found(relation: Relation, operation: DropConstraint) -> Constraint | None:
    if isinstance(operation.name, Unknown):
        return relation.key if operation.kind == "primary key" else None
    name = truncated(operation.name)
    named = next((each for each in relation.constraints if each.name == name), None)
    if named is None and operation.kind == "primary key" and relation.key is not None:
        return relation.key if isinstance(relation.key.name, Unknown) or relation.incomplete else None
    return named


def _is_known(relation: Relation) -> bool:
    return relation.incomplete is None and not any(isinstance(each.name, Unknown) for each in relation.constraints)


def dropped_constraint(
    state: State, relation: Relation, constraint: Constraint, cascade: bool, what: str | None = None
) -> None:
    """Take a constraint away; one that foreign keys rest on only with these. `what` is dropped with it."""
    what = what or f"constraint {constraint.name} on table {relation.name.name}"
    if constraint.kind in ("primary key", "unique"):
        for other, reference in _resting_on(state, relation, constraint):
            if not cascade:
                raise Refused(f"cannot drop {what} because other objects depend on it")
            state.put(_without(state.relations[other.name], reference))
    state.put(_without(state.relations[relation.name], constraint))
    for child in children(state, relation):
        own = next((each for each in child.constraints if _is_passed_down(child, each, constraint)), None)
        if own is not None:
            dropped_constraint(state, child, own, cascade, what)


def _is_inherited(state: State, relation: Relation, constraint: Constraint) -> bool:
    """Say whether a parent has a constraint too."""
    parents = (state.relations.get(name) for name in relation.parents)
    return any(
        _is_passed_down(relation, constraint, each)
        for parent in parents
        if parent is not None
        for each in parent.constraints
    )


def _is_passed_down(child: Relation, own: Constraint, constraint: Constraint) -> bool:
    """Say whether a constraint of a child came from one of its parent."""
    if own.kind != constraint.kind:
        return False
    if constraint.kind == "check":
        return own.name == constraint.name
    return child.is_partition and own.columns == constraint.columns and own.parent == constraint.parent


def pass_down_constraint(state: State, relation: Relation, constraint: Constraint) -> None:
    """Give a constraint of a table to its heirs: a CHECK to all, others to partitions alone."""
    for child in children(state, relation):
        if any(_is_passed_down(child, each, constraint) for each in child.constraints):
            continue
        if constraint.kind == "check":
            add_constraint(state, child.name, constraint)
        elif child.is_partition:
            name = constraint.name if constraint.kind == "foreign key" and _is_free(child, constraint) else None
            add_constraint(state, child.name, replace(constraint, name=name))


def _is_free(relation: Relation, constraint: Constraint) -> bool:
    return all(each.name != constraint.name for each in relation.constraints)


def pass_down_keys(state: State, parent: Relation, child: Relation) -> None:
    """Give a partition the indexes of its parent, and its keys, constraints and foreign keys (`CloneForeignKeys`)."""
    for constraint in sorted(parent.constraints, key=lambda each: each.kind == "foreign key"):
        if constraint.kind in (*BACKED, "foreign key"):
            own = state.relations[child.name]
            if not any(_is_passed_down(own, each, constraint) for each in own.constraints):
                name = constraint.name if constraint.kind == "foreign key" and _is_free(own, constraint) else None
                add_constraint(state, child.name, replace(constraint, name=name))
    for index in parent.indexes:
        if lacks(state.relations[child.name], parent, index):
            create_index(state, CreateIndex(child.name, None, index.columns, index.unique))


def _without(relation: Relation, constraint: Constraint) -> Relation:
    return replace(relation, constraints=tuple(each for each in relation.constraints if each is not constraint))


def _resting_on(state: State, relation: Relation, constraint: Constraint) -> list[tuple[Relation, Constraint]]:
    """Give the foreign keys that rest on a unique constraint: those to its columns, unless another one serves."""
    columns = set(constraint.columns or ())
    others = [
        set(each.columns or ())
        for each in relation.constraints
        if each is not constraint and each.kind in ("primary key", "unique")
    ]
    if columns in others:
        return []
    own = [(relation, each) for each in relation.constraints if each.parent == relation.name]
    return [
        (other, reference)
        for other, reference in [*state.references_to(relation.name), *own]
        if set(reference.parent_columns) == columns and not isinstance(reference.name, Unknown)
    ]


@change(ValidateConstraint)
def validate_constraint(state: State, operation: ValidateConstraint) -> None:
    """Validate a constraint."""
    _changed(state, operation, "of relation", valid=True)


@change(RenameConstraint)
def rename_constraint(state: State, operation: RenameConstraint) -> None:
    """Rename a constraint, with the index behind it."""
    if isinstance(operation.new_name, str):
        _changed(state, operation, "for table", name=truncated(operation.new_name))


def _changed(state: State, operation: ValidateConstraint | RenameConstraint, where: str, **changes: object) -> None:
    name = operation.name
    if isinstance(operation.table, Unknown) or isinstance(name, Unknown):
        return
    relation = state.table(operation.table)
    if relation is None:
        return
    own = next((each for each in relation.constraints if each.name == truncated(name)), None)
    if isinstance(operation, RenameConstraint) and own is not None and own.kind == "check":
        if _is_inherited(state, relation, own):
            raise Refused(f'cannot rename inherited constraint "{name}"')
        _rename_in_heirs(state, relation, own.name, changes)
    if own is None and _is_known(relation):
        raise Refused(f'constraint "{name}" {where} "{relation.name.name}" does not exist')
    constraints = tuple(
        replace(each, **changes) if each.name == truncated(name) else each  # type: ignore[arg-type]
        for each in relation.constraints
    )
    state.put(replace(relation, constraints=constraints), relation)


def _rename_in_heirs(state: State, relation: Relation, name: str | Unknown | None, changes: dict[str, object]) -> None:
    for child in children(state, relation):
        constraints = tuple(
            replace(each, **changes) if each.name == name else each  # type: ignore[arg-type]
            for each in child.constraints
        )
        state.put(replace(child, constraints=constraints), child)
        _rename_in_heirs(state, child, name, changes)
