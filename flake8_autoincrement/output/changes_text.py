"""What a revision did to tables, keys, sequences and types, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from flake8_autoincrement.facts.catalog import Attribute, QualifiedName, Relation, Schema, Sequence, UserType
from flake8_autoincrement.facts.history import leaves
from flake8_autoincrement.facts.operation import RenameTable
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.built import built_key
from flake8_autoincrement.output.moments import Moment
from flake8_autoincrement.output.rows import shown_name
from flake8_autoincrement.output.tables_text import built_by, built_without_key


def changes(moment: Moment) -> Iterator[str]:
    """Give the lines of a revision: `+` for what it created, `~` for what it changed, `-` for what it dropped."""
    shown = _Shown(moment)
    yield from shown.tables()
    yield from shown.sequences()
    yield from shown.types()


class _Shown:
    """The lines of one revision; a sequence that a line of a key names gets none of its own."""

    def __init__(self, moment: Moment) -> None:
        self._before, self._after = moment.before, moment.after
        self._told: set[QualifiedName] = set()
        self._renamed = dict(_renamed(moment))

    def tables(self) -> Iterator[str]:
        before, after = self._before.relations, self._after.relations
        for table in sorted(_different(before, after) - set(self._renamed.values())):
            old, new = before.get(self._renamed.get(table, table)), after.get(table)
            if new is None:
                yield f"- {_label(before[table])}"
            elif old is None:
                yield f"+ {_label(new)}{self._created(new)}"
            elif told := list(self._changed(old, new)):
                yield f"~ {_label(new)}: {', '.join(told)}"

    def sequences(self) -> Iterator[str]:
        before, after = self._before.sequences, self._after.sequences
        for each in sorted(_different(before, after)):
            old, new = before.get(each), after.get(each)
            if new is None and old is not None:
                if old.owner is None or old.owner in self._after.relations:
                    yield f"- sequence {shown_name(each)}"
            elif old is None and new is not None:
                if each not in self._told:
                    yield f"+ sequence {shown_name(each)}, {_owner(new)}"
            elif old is not None and new is not None and (told := list(self._sequence(old, new))):
                yield f"~ sequence {shown_name(each)}: {', '.join(told)}"

    def types(self) -> Iterator[str]:
        before, after = self._before.types, self._after.types
        for each in sorted(_different(before, after)):
            old, new = before.get(each), after.get(each)
            if new is None:
                yield f"- type {shown_name(each)}"
            elif old is None:
                yield f"+ {_type(new)}"
            elif old != new:
                yield f"~ {_type(new)}"

    def _sequence(self, old: Sequence, new: Sequence) -> Iterator[str]:
        """Tell what changed in a sequence; that it goes along with a table that was renamed is no change."""
        if (old.owner, old.owner_column) != (new.owner and self._renamed.get(new.owner, new.owner), new.owner_column):
            yield _owner(new)
        if old.type != new.type:
            yield f"{old.type} -> {new.type}"
        if old.next_value != new.next_value and new.next_value is not None:
            yield f"gives {new.next_value} next"

    def _created(self, table: Relation) -> str:
        if "table" not in table.kind:
            return ""
        keys = self._keys(self._after, table)
        return f": {', '.join(keys) or built_without_key(table)}"

    def _keys(self, schema: Schema, table: Relation) -> list[str]:
        keys = built_key(schema, table)
        self._told.update(key.sequence for key in keys if key.sequence is not None)
        return [f"{table.name.name}.{key.column} {built_by(key)}" for key in keys]

    def _changed(self, old: Relation, new: Relation) -> Iterator[str]:
        if old.name != new.name:
            yield f"was {shown_name(old.name)}"
        columns = {each.name: each for each in old.attributes}
        for attribute in new.attributes:
            if (previous := columns.pop(attribute.name, None)) is None:
                yield f"+ {attribute.name} {_shown_type(attribute)}"
            elif previous.type != attribute.type:
                yield f"~ {attribute.name} {_shown_type(previous)} -> {_shown_type(attribute)}"
        yield from (f"- {each}" for each in columns)
        if "table" in new.kind:
            before, after = built_key(self._before, old), built_key(self._after, new)
            if [(each.column, built_by(each)) for each in before] != [(each.column, built_by(each)) for each in after]:
                yield f"key {', '.join(self._keys(self._after, new)) or built_without_key(new, 'none')}"


Thing = TypeVar("Thing", Relation, Sequence, UserType)


def _different(before: Mapping[QualifiedName, Thing], after: Mapping[QualifiedName, Thing]) -> set[QualifiedName]:
    """Give the names of what is not the very same on both sides, in a time that does not depend on hashing names."""
    if before is after:
        return set()
    old, new = set(map(id, before.values())), set(map(id, after.values()))
    gone = {name for name, each in before.items() if id(each) not in new} if not old <= new else set()
    return gone.union(name for name, each in after.items() if id(each) not in old)


def _renamed(moment: Moment) -> Iterator[tuple[QualifiedName, QualifiedName]]:
    """Give the new and the old names of tables that were renamed."""
    before, after = moment.before.relations, moment.after.relations
    for each in leaves(moment.revision.upgrade or ()):
        match each:
            case RenameTable(table=QualifiedName() as table, new_name=str(new_name)):
                old = next((found for found in before if table in (found, QualifiedName(found.name))), table)
                new = QualifiedName(new_name, old.schema)
                if new in after and new not in before and old in before and old not in after:
                    yield new, old


def _label(relation: Relation) -> str:
    return shown_name(relation.name) if relation.kind == "table" else f"{relation.kind} {shown_name(relation.name)}"


def _shown_type(attribute: Attribute) -> str:
    return "?" if isinstance(attribute.type, Unknown) else attribute.type


def _owner(sequence: Sequence) -> str:
    if sequence.owner is None:
        return "owned by no column"
    return f"owned by {shown_name(sequence.owner)}.{sequence.owner_column}"


def _type(given: UserType) -> str:
    shown = f" ({', '.join(given.labels)})" if given.labels else ""
    return f"{given.kind if given.kind != 'other' else 'type'} {shown_name(given.name)}{shown}"
