"""Tables and views: created, copied, inherited, renamed, dropped."""

from __future__ import annotations

from dataclasses import replace

from flake8_autoincrement.facts.catalog import Attribute, Constraint, Default, QualifiedName, Relation, RelationKind
from flake8_autoincrement.facts.operation import (
    CreateIndex,
    CreateTable,
    CreateTableAs,
    CreateView,
    DropTable,
    DropView,
    Like,
    RecreateTable,
    RenameSequence,
    RenameTable,
    SetTableSchema,
    TruncateTable,
)
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.replay.application import change
from flake8_autoincrement.history.replay.columns import added_attribute, identity_sequence, nextval, owned_sequence
from flake8_autoincrement.history.replay.constraints import add_constraint, pass_down_keys
from flake8_autoincrement.history.replay.dropping import drop, word
from flake8_autoincrement.history.replay.heirs import children
from flake8_autoincrement.history.replay.indexes import create_index
from flake8_autoincrement.history.replay.inheritance import take_columns
from flake8_autoincrement.history.replay.names import truncated
from flake8_autoincrement.history.replay.sequences import MAXIMA, rename_sequence, renamed_in_defaults
from flake8_autoincrement.history.replay.state import NOT_CREATED, Refused, State, index_names


@change(CreateTable)
def create_table(state: State, operation: CreateTable) -> None:
    """Create a table, with the sequences of its columns."""
    if isinstance(operation.table, Unknown):
        return
    name = state.placed(_cut(operation.table), operation.temporary)
    existing = state.relations.get(name)
    if existing is not None and existing.incomplete is not NOT_CREATED:
        if operation.if_not_exists:
            return
        raise Refused(f'relation "{name.name}" already exists')
    if existing is not None:
        if operation.if_not_exists:
            return
        state.remove(existing)
    if operation.if_not_exists and state.is_taken(name):
        return
    if name.schema not in state.namespaces and name.schema != "pg_temp":
        raise Refused(f'schema "{name.schema}" does not exist')
    state.must_be_free(name)
    _check_once(operation)
    parents = [_parent(state, each) for each in operation.inherits]
    partitioned = None if operation.partition_of is None else state.table(operation.partition_of)
    if partitioned is not None and partitioned.kind != "partitioned table" and partitioned.incomplete is None:
        raise Refused(f'"{partitioned.name.name}" is not partitioned')
    relation = Relation(
        name,
        "foreign table" if operation.foreign else "partitioned table" if operation.partitioned else "table",
        revision=state.revision,
        is_new=True,
        incomplete=operation.incomplete,
        span=operation.span,
    )
    state.put(relation)
    for parent in (*parents, partitioned):
        if parent is not None:
            _take_from_parent(state, name, parent, parent is partitioned)
    for at, column in enumerate((*operation.columns, None)):
        for like in operation.like:
            if like.behind == at:
                _take_from_like(state, name, like)
        if column is not None and isinstance(column.name, Unknown):
            state.doubt(state.relations[name], column.name)
        elif column is not None:
            added_attribute(state, name, column)
    written = [*(each for column in operation.columns for each in column.constraints), *operation.constraints]
    for constraint in _merged(sorted(written, key=_turn)):
        add_constraint(state, name, constraint)


def _parent(state: State, name: QualifiedName) -> Relation:
    """Give a table that another inherits from."""
    found = state.table(name)
    if found is None or found.kind not in ("table", "foreign table", "partitioned table"):
        raise Refused(f'inherited relation "{name.name}" is not a table or foreign table')
    if found.kind == "partitioned table":
        raise Refused(f'cannot inherit from partitioned table "{name.name}"')
    if found.is_partition:
        raise Refused(f'cannot inherit from partition "{name.name}"')
    return found


def _merged(constraints: list[Constraint]) -> list[Constraint]:
    """Make one of keys and UNIQUEs of the same columns, with the first name given (`transformIndexConstraints`)."""
    found: list[Constraint] = []
    for each in constraints:
        same = next((one for one in found if _is_unique(one, each) and one.columns == each.columns), None)
        if same is None:
            found.append(each)
        elif same.name is None:
            found[found.index(same)] = replace(same, name=each.name)
    return found


def _is_unique(*constraints: Constraint) -> bool:
    return all(each.kind in ("primary key", "unique") and each.columns is not None for each in constraints)


def _check_once(operation: CreateTable) -> None:
    """Refuse two columns of one name, and two keys."""
    written = [*(each for column in operation.columns for each in column.constraints), *operation.constraints]
    if sum(each.kind == "primary key" for each in written) > 1 and isinstance(operation.table, QualifiedName):
        raise Refused(f'multiple primary keys for table "{operation.table.name}" are not allowed')
    names = [truncated(column.name) for column in operation.columns if isinstance(column.name, str)]
    for name in names:
        if names.count(name) > 1:
            raise Refused(f'column "{name}" specified more than once')


def _turn(constraint: Constraint) -> int:
    """Say when a constraint of a new table is made: checks, then keys, then foreign keys (`transformCreateStmt`)."""
    return {"not null": 0, "check": 0, "primary key": 1, "foreign key": 3}.get(constraint.kind, 2)


def _cut(name: QualifiedName) -> QualifiedName:
    return QualifiedName(truncated(name.name), name.schema)


def _take_from_parent(state: State, name: QualifiedName, source: Relation, is_partition: bool) -> None:
    """Give a table the columns of one that it inherits from, or is a partition of, and its checks."""
    take_columns(state, name, source, is_partition)
    for constraint in source.constraints:
        if constraint.kind == "check":
            add_constraint(state, name, constraint)
    if is_partition:
        pass_down_keys(state, source, state.relations[name])


def _take_from_like(state: State, name: QualifiedName, like: Like) -> None:
    """Give a table the columns of another; what else, the INCLUDING words say."""
    source = state.table(like.table)
    assert source is not None
    has_all = "all" in like.including
    for attribute in source.attributes:
        keeps_default = has_all or "defaults" in like.including
        keeps_identity = has_all or "identity" in like.including
        keeps_expression = has_all or "generated" in like.including
        copied = replace(
            attribute,
            default=attribute.default if keeps_default else None,
            identity=attribute.identity if keeps_identity else None,
            generated=attribute.generated and keeps_expression,
            inherited=False,
        )
        relation = state.relations[name]
        own = relation.attribute(copied.name)
        if own is None:
            state.put(replace(relation, attributes=(*relation.attributes, copied)))
        elif own.inherited:
            default = own.default if copied.default is None else copied.default
            state.alter(relation, replace(copied, default=default, not_null=own.not_null or copied.not_null))
        else:
            raise Refused(f'column "{copied.name}" specified more than once')
        if copied.identity is not None:
            _copy_sequence(state, source, name, copied)
    relation = state.relations[name]
    state.put(replace(relation, incomplete=relation.incomplete or source.incomplete))
    for constraint in source.constraints:
        if constraint.kind == "check" and (has_all or "constraints" in like.including):
            add_constraint(state, name, constraint)
        if constraint.kind in ("primary key", "unique", "exclude") and (has_all or "indexes" in like.including):
            add_constraint(state, name, replace(constraint, name=None))
    for index in source.indexes if has_all or "indexes" in like.including else ():
        create_index(state, CreateIndex(name, None, index.columns, index.unique))


def _copy_sequence(state: State, source: Relation, name: QualifiedName, attribute: Attribute) -> None:
    """Make the sequence of a copied identity column: a bigint one with the limits of the other (`sequence_options`)."""
    assert attribute.identity is not None
    identity_sequence(state, name, replace(attribute, identity=replace(attribute.identity, sequence=None)))
    (made,) = (each for each in state.owned(name, attribute.name) if each.identity)
    for other in state.owned(source.name, attribute.name):
        if other.identity:
            maximum = other.maximum or MAXIMA.get(other.type)
            limit = None if maximum == MAXIMA["bigint"] else maximum
            state.own(replace(made, type="bigint", maximum=limit, start=other.start, next_value=other.start))


@change(TruncateTable)
def truncate_table(state: State, operation: TruncateTable) -> None:
    """Let the sequences that a table's columns own begin anew, where TRUNCATE is told to."""
    if isinstance(operation.table, Unknown) or not operation.restart_identity:
        return
    relation = state.relation(operation.table)
    pending = [] if relation is None else [relation]
    done: set[QualifiedName] = set()
    while pending:
        each = pending.pop()
        if each.name not in done:
            done.add(each.name)
            pending += children(state, each)
            pending += [other for other, _ in state.references_to(each.name)] if operation.cascade else []
    for sequence in [each for each in state.sequences.values() if each.owner in done]:
        state.own(replace(sequence, next_value=sequence.start))


@change(CreateTableAs)
def create_table_as(state: State, operation: CreateTableAs) -> None:
    """Create a table from a query: columns without defaults and without a key."""
    if isinstance(operation.table, Unknown):
        return
    name = state.placed(_cut(operation.table), operation.temporary)
    if operation.if_not_exists and state.is_taken(name):
        return
    state.must_be_free(name)
    source = None if operation.source is None else state.table(operation.source)
    attributes: tuple[Attribute, ...] = ()
    incomplete: Unknown | None = None
    if source is not None:
        attributes = tuple(Attribute(each.name, each.type) for each in source.attributes)
        incomplete = source.incomplete
    elif operation.columns is not None:
        why = Unknown("it is the type of an expression")
        attributes = tuple(Attribute(column, why) for column in operation.columns)
    else:
        incomplete = Unknown("its columns are those of a query")
    state.put(
        Relation(
            name, "table", attributes, revision=state.revision, is_new=True, incomplete=incomplete, span=operation.span
        )
    )


@change(DropTable)
def drop_table(state: State, operation: DropTable) -> None:
    """Drop a table, with the sequences that its columns own."""
    if isinstance(operation.table, Unknown):
        return
    relation = state.relation(operation.table)
    if relation is None:
        return  # one that the history does not create is presumed to have been there
    drop(state, [relation.name], word(relation), operation.cascade)


@change(RenameTable)
def rename_table(state: State, operation: RenameTable) -> None:
    """Rename a table; its sequences, constraints and indexes keep their names."""
    if isinstance(operation.table, Unknown) or isinstance(operation.new_name, Unknown):
        return
    if state.relation(operation.table) is None and state.sequence(operation.table) is not None:
        rename_sequence(state, RenameSequence(operation.table, operation.new_name))
        return
    relation = state.table(operation.table, may_be_missing=operation.if_exists)
    if relation is not None:
        moved(state, relation, QualifiedName(truncated(operation.new_name), relation.name.schema))


def moved(state: State, relation: Relation, name: QualifiedName) -> None:
    """Give a table another name, also where others speak of it."""
    state.must_be_free(name)
    old = relation.name
    state.put(replace(relation, name=name), relation)
    for other in list(state.relations.values()):
        parents = tuple(name if each == old else each for each in other.parents)
        constraints = tuple(
            replace(each, parent=name) if each.parent == old else each for each in other.constraints
        )
        if parents != other.parents or constraints != other.constraints:
            state.relations[other.name] = replace(other, parents=parents, constraints=constraints)
    for sequence in list(state.sequences.values()):
        if sequence.owner == old:
            state.own(replace(sequence, owner=name))


def _check_room(state: State, relation: Relation, schema: str) -> None:
    """Refuse to move a table where its name, or that of an index or a sequence that goes along, is taken."""
    owned = [sequence.name.name for sequence in state.sequences.values() if sequence.owner == relation.name]
    for name in (relation.name.name, *index_names(relation), *owned):
        if state.is_taken(QualifiedName(name, schema)):
            raise Refused(f'relation "{name}" already exists in schema "{schema}"')


@change(SetTableSchema)
def set_table_schema(state: State, operation: SetTableSchema) -> None:
    """Move a table into another schema, with its sequences and indexes."""
    if isinstance(operation.table, Unknown) or isinstance(operation.schema, Unknown):
        return
    relation = state.table(operation.table, may_be_missing=operation.if_exists)
    if relation is None:
        return
    if operation.schema not in state.namespaces:
        raise Refused(f'schema "{operation.schema}" does not exist')
    if relation.name.schema == operation.schema:
        return
    _check_room(state, relation, operation.schema)
    moved(state, relation, QualifiedName(relation.name.name, operation.schema))
    target = QualifiedName(relation.name.name, operation.schema)
    for sequence in [each for each in state.sequences.values() if each.owner == target]:
        new = QualifiedName(sequence.name.name, operation.schema)
        del state.sequences[sequence.name]
        state.own(replace(sequence, name=new))
        renamed_in_defaults(state, sequence.name, new)


@change(RecreateTable)
def recreate_table(state: State, operation: RecreateTable) -> None:
    """Make a table anew, as a batch does: by the columns that SQLAlchemy reads from the database.

    The new table is called `_alembic_tmp_{table}` until the old one is dropped, so the sequences of its key are named
    by that. SQLAlchemy takes every `nextval` in a key for SERIAL, so that a sequence of another owner is left behind.
    Run with alembic 1.20 on PostgreSQL 18.
    """
    from flake8_autoincrement.history.replay.application import apply

    if isinstance(operation.table, Unknown):
        return
    relation = state.table(operation.table)
    if relation is None:
        return
    if state.references_to(relation.name):
        raise Refused(f"cannot drop constraint on table {relation.name.name} because other objects depend on it")
    for inner in operation.operations:
        state.take(apply(state.schema(), inner, state.revision).schema)
    relation = state.relation(operation.table) or relation
    for sequence in [each for each in state.sequences.values() if each.owner == relation.name]:
        del state.sequences[sequence.name]
    temporary = f"_alembic_tmp_{relation.name.name}"
    for attribute in relation.attributes:
        _new_sequence(state, relation.name, attribute, temporary)


def _new_sequence(state: State, table: QualifiedName, attribute: Attribute, temporary: str) -> None:
    """Give a column of a table that was made anew its sequence, if it is an identity or a serial key."""
    relation = state.relations[table]
    in_key = relation.key is not None and attribute.name in (relation.key.columns or ())
    counts = in_key and isinstance(attribute.default, Default) and attribute.default.sequence is not None
    if not counts and attribute.identity is None:
        return
    made = owned_sequence(state, QualifiedName(temporary, table.schema), attribute, identity=not counts)
    sequence = replace(made, owner=table)
    state.own(sequence)
    if counts:
        state.alter(relation, replace(attribute, default=nextval(state, sequence)))


@change(CreateView)
def create_view(state: State, operation: CreateView) -> None:
    """Create a view, which keeps the tables that it reads from being dropped."""
    if isinstance(operation.view, Unknown):
        return
    name = state.placed(operation.view)
    if operation.if_not_exists and state.is_taken(name):
        return
    if not operation.replace or name not in state.relations:
        state.must_be_free(name)
    found = (state.relation(each) for each in operation.reads)
    reads = tuple(each.name for each in found if each is not None)
    kind: RelationKind = "materialized view" if operation.materialized else "view"
    why = Unknown("its columns are those of a query")
    view = Relation(name, kind, parents=reads, revision=state.revision, incomplete=why, span=operation.span)
    state.put(view)


@change(DropView)
def drop_view(state: State, operation: DropView) -> None:
    """Drop a view."""
    if isinstance(operation.view, Unknown):
        return
    view = state.relation(operation.view)
    if view is None:
        return
    drop(state, [view.name], word(view), operation.cascade)
