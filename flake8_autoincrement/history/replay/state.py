"""A schema while an operation changes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flake8_autoincrement.facts.catalog import (
    Attribute,
    Constraint,
    QualifiedName,
    Relation,
    Schema,
    Sequence,
    UserType,
)
from flake8_autoincrement.facts.unknown import Unknown, Unreadable

TEMPORARY = "pg_temp"  # where temporary tables are: found before all others, and by nobody else
BACKED = ("primary key", "unique", "exclude")  # by an index of the constraint's own name
# Names of types of PostgreSQL's own, which are found before those in any schema of the search path.
BUILTIN = frozenset("""
    bit bool box bpchar bytea char cid cidr circle date float4 float8 inet int2 int4 int8 interval json jsonb line lseg
    macaddr money name numeric oid path point polygon text tid time timestamp timestamptz timetz uuid varbit varchar xid
    xml
    """.split())
NOT_CREATED = Unknown("the history does not create it")


class Refused(Exception):
    """What PostgreSQL says instead of doing something."""


class State:
    """A copy of a schema that may be changed; `revision` is the one that changes it."""

    def __init__(self, schema: Schema, revision: str | None) -> None:
        self.revision = revision
        self.take(schema)

    def take(self, schema: Schema) -> None:
        """Begin with a schema."""
        self.relations = dict(schema.relations)
        self.sequences = dict(schema.sequences)
        self.types = dict(schema.types)
        self.indexes = dict(schema.indexes)
        self.namespaces = schema.namespaces
        self.search_path = schema.search_path
        self.doubtful = schema.doubtful

    def schema(self) -> Schema:
        """Give the schema as it has become."""
        return Schema(
            self.relations,
            self.sequences,
            self.types,
            self.namespaces,
            self.search_path,
            self.indexes,
            self.doubtful,
        )

    # Names.

    def placed(self, name: QualifiedName, temporary: bool = False) -> QualifiedName:
        """Give the full name that something new gets."""
        if temporary:
            return QualifiedName(name.name, TEMPORARY)
        if name.schema:
            return name
        first = next((each for each in self.search_path if each in self.namespaces), "public")
        return QualifiedName(name.name, first)

    def candidates(self, name: QualifiedName) -> Iterator[QualifiedName]:
        """Give the full names that a name may stand for, in the order of the search path."""
        if name.schema:
            yield name
            return
        for schema in (TEMPORARY, *self.search_path):
            yield QualifiedName(name.name, schema)

    def relation(self, name: QualifiedName) -> Relation | None:
        """Find a table or view, None if there is none."""
        return next((self.relations[each] for each in self.candidates(name) if each in self.relations), None)

    def table(self, name: QualifiedName, *, may_be_missing: bool = False) -> Relation | None:
        """Find a table that a statement changes; one that the history does not create is presumed to be there."""
        found = self.relation(name)
        if found is None and not may_be_missing and self.sequence(name) is None:
            found = Relation(self.placed(name), incomplete=NOT_CREATED)
            self.put(found)
        return found

    def sequence(self, name: QualifiedName) -> Sequence | None:
        """Find a sequence, None if there is none."""
        return next((self.sequences[each] for each in self.candidates(name) if each in self.sequences), None)

    def index(self, name: QualifiedName) -> QualifiedName | None:
        """Find an index; give its full name."""
        return next((each for each in self.candidates(name) if each in self.indexes), None)

    def type(self, name: QualifiedName) -> UserType | None:
        """Find a type, None if there is none."""
        return next((self.types[each] for each in self.candidates(name) if each in self.types), None)

    def is_taken(self, name: QualifiedName) -> bool:
        """Say whether a table, view, sequence or index has a name."""
        return name in self.relations or name in self.sequences or name in self.indexes

    def must_be_free(self, name: QualifiedName) -> None:
        """Refuse a name for a new table, view or sequence that another one or an index has, or a type."""
        if self.is_taken(name):
            raise Refused(f'relation "{name.name}" already exists')
        if name in self.types:
            raise Refused(f'type "{name.name}" already exists')

    def shown_type(self, type_: str | Unknown) -> str | Unknown:
        """Spell a type without the schema in which it is found anyway."""
        if isinstance(type_, Unknown):
            return type_
        schema, dot, name = type_.partition(".")
        is_found = schema.strip('"') in self.search_path and name.partition("[")[0] not in BUILTIN
        return name if dot and is_found else type_

    # Changes.

    def put(self, relation: Relation, old: Relation | None = None) -> None:
        """Add a relation, or put it in the place of an old one."""
        old = self.relations.get(relation.name) if old is None else old
        if old is not None:
            self._forget_indexes(old)
            if old.name != relation.name:
                del self.relations[old.name]
        self.relations[relation.name] = relation
        for name in index_names(relation):
            self.indexes[QualifiedName(name, relation.name.schema)] = relation.name

    def _forget_indexes(self, relation: Relation) -> None:
        for name in index_names(relation):
            self.indexes.pop(QualifiedName(name, relation.name.schema), None)

    def remove(self, relation: Relation) -> None:
        """Take a relation away, with the sequences that its columns own."""
        self._forget_indexes(relation)
        self.relations.pop(relation.name, None)
        for sequence in list(self.sequences.values()):
            if sequence.owner == relation.name:
                self.remove_sequence(sequence)

    def remove_sequence(self, sequence: Sequence) -> None:
        """Take a sequence away, with the defaults that call it."""
        self.sequences.pop(sequence.name, None)
        for relation, attribute in self.defaults_from(sequence.name):
            self.alter(relation, replace(attribute, default=None))

    def defaults_from(self, sequence: QualifiedName) -> list[tuple[Relation, Attribute]]:
        """Give the columns whose default is bound to a sequence."""
        found = []
        for relation in self.relations.values():
            for attribute in relation.attributes:
                default = attribute.default
                if default is not None and not isinstance(default, Unknown) and not default.late:
                    if default.sequence == sequence:
                        found.append((relation, attribute))
        return found

    def alter(self, relation: Relation, attribute: Attribute, old_name: str | None = None) -> Relation:
        """Put an attribute in the place of the one of its name, or of an old name."""
        relation = self.relations.get(relation.name, relation)
        old = attribute.name if old_name is None else old_name
        attributes = tuple(attribute if each.name == old else each for each in relation.attributes)
        changed = replace(relation, attributes=attributes)
        self.relations[relation.name] = changed
        return changed

    def own(self, sequence: Sequence) -> None:
        """Add a sequence, or put it in the place of the one of its name."""
        self.sequences[sequence.name] = sequence

    def owned(self, table: QualifiedName, column: str) -> list[Sequence]:
        """Give the sequences that a column owns."""
        return [each for each in self.sequences.values() if each.owner == table and each.owner_column == column]

    def references_to(self, table: QualifiedName) -> list[tuple[Relation, Constraint]]:
        """Give the foreign keys of other tables that certainly refer to a table."""
        return [
            (relation, constraint)
            for relation in self.relations.values()
            if relation.name != table
            for constraint in relation.constraints
            if constraint.kind == "foreign key" and constraint.parent == table
            if not isinstance(constraint.name, Unknown)  # which may be gone
        ]

    def doubt(self, relation: Relation, why: Unknown) -> None:
        """Say of a table that it may have been changed in any way."""
        if relation.incomplete is None:
            self.relations[relation.name] = replace(relation, incomplete=why)

    def doubt_everything(self, why: Unknown) -> None:
        """Say of all tables that they may have been changed, and that others may be there."""
        self.doubtful = (*self.doubtful, Unreadable(why.why, why.span))
        for relation in list(self.relations.values()):
            self.doubt(relation, why)


def index_names(relation: Relation) -> list[str]:
    """Give the names of a table's indexes, those behind its constraints too."""
    names = [each.name for each in relation.indexes]
    backed = (each.name for each in relation.constraints if each.kind in BACKED)
    return [*names, *(name for name in backed if isinstance(name, str))]
