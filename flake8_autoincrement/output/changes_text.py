"""What a revision did to tables, keys, sequences and types, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_autoincrement.facts.catalog import Attribute, Default, QualifiedName, Relation, Schema, Sequence, UserType
from flake8_autoincrement.facts.history import leaves
from flake8_autoincrement.facts.operation import RenameTable
from flake8_autoincrement.facts.schema import KeyGeneration
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.built import BuiltKey, built_key
from flake8_autoincrement.output.moments import Moment


def changes(moment: Moment) -> Iterator[str]:
    """Give the lines of a revision: `+` for what it created, `~` for what it changed, `-` for what it dropped."""
    shown = _Shown(moment)
    yield from shown.tables()
    yield from shown.sequences()
    yield from shown.types()


def name(given: QualifiedName) -> str:
    """Give a name as people write it: without the schema `public`."""
    return given.name if given.schema in ("", "public") else f"{given.schema}.{given.name}"


def generated(key: BuiltKey) -> str:
    """Say what PostgreSQL does for a key column when an INSERT leaves it out."""
    sequence = name(key.sequence) if key.sequence is not None else None
    match key.generation:
        case KeyGeneration.SEQUENCE:
            return f"DEFAULT nextval ({sequence}{'' if key.owned else ', which it does not own'})"
        case KeyGeneration.SERVER_DEFAULT:
            return f"DEFAULT {key.default}" if key.default else "DEFAULT"
        case KeyGeneration.PARENT:
            return "nothing: the value is a parent row's"
        case KeyGeneration.NONE:
            return f"nothing: {key.reason}" if key.reason else "nothing"
        case KeyGeneration.UNKNOWN:
            return f"unknown: {key.reason}" if key.reason else "unknown"
    return f"{key.generation.value} ({sequence})" if sequence else str(key.generation.value)


class _Shown:
    """The lines of one revision; a sequence that a line of a key names gets none of its own."""

    def __init__(self, moment: Moment) -> None:
        self._before, self._after = moment.before, moment.after
        self._told: set[QualifiedName] = set()
        self._renamed = dict(_renamed(moment))

    def tables(self) -> Iterator[str]:
        before, after = self._before.relations, self._after.relations
        for table in sorted(before.keys() | after.keys()):
            old, new = before.get(self._renamed.get(table, table)), after.get(table)
            if old is new or table in self._renamed.values():
                continue
            if new is None:
                yield f"- {_label(before[table])}"
            elif old is None:
                yield f"+ {_label(new)}{self._created(new)}"
            elif told := list(self._changed(old, new)):
                yield f"~ {_label(new)}: {', '.join(told)}"

    def sequences(self) -> Iterator[str]:
        before, after = self._before.sequences, self._after.sequences
        for each in sorted(before.keys() | after.keys()):
            old, new = before.get(each), after.get(each)
            if new is None and old is not None:
                if old.owner is None or old.owner in self._after.relations:
                    yield f"- sequence {name(each)}"
            elif old is None and new is not None:
                if each not in self._told:
                    yield f"+ sequence {name(each)}, {_owner(new)}"
            elif old is not None and new is not None and (told := list(_sequence_changes(old, new))):
                yield f"~ sequence {name(each)}: {', '.join(told)}"

    def types(self) -> Iterator[str]:
        before, after = self._before.types, self._after.types
        for each in sorted(before.keys() | after.keys()):
            old, new = before.get(each), after.get(each)
            if new is None:
                yield f"- type {name(each)}"
            elif old is None:
                yield f"+ {_type(new)}"
            elif old != new:
                yield f"~ {_type(new)}"

    def _created(self, table: Relation) -> str:
        if "table" not in table.kind:
            return ""
        keys = self._keys(self._after, table)
        return f": {', '.join(keys)}" if keys else ": no primary key"

    def _keys(self, schema: Schema, table: Relation) -> list[str]:
        keys = built_key(schema, table)
        self._told.update(key.sequence for key in keys if key.sequence is not None)
        return [f"{table.name.name}.{key.column} {generated(key)}" for key in keys]

    def _changed(self, old: Relation, new: Relation) -> Iterator[str]:
        if old.name != new.name:
            yield f"was {name(old.name)}"
        columns = {each.name: each for each in old.attributes}
        for attribute in new.attributes:
            if (previous := columns.pop(attribute.name, None)) is None:
                yield f"+ {attribute.name} {_shown_type(attribute)}"
            elif previous.type != attribute.type:
                yield f"~ {attribute.name} {_shown_type(previous)} -> {_shown_type(attribute)}"
        yield from (f"- {each}" for each in columns)
        if "table" in new.kind:
            before, after = built_key(self._before, old), built_key(self._after, new)
            if [(each.column, generated(each)) for each in before] != [(each.column, generated(each)) for each in after]:
                yield f"key {', '.join(self._keys(self._after, new)) or 'none'}"


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
    return name(relation.name) if relation.kind == "table" else f"{relation.kind} {name(relation.name)}"


def _shown_type(attribute: Attribute) -> str:
    return "?" if isinstance(attribute.type, Unknown) else attribute.type


def _owner(sequence: Sequence) -> str:
    if sequence.owner is None:
        return "owned by no column"
    return f"owned by {name(sequence.owner)}.{sequence.owner_column}"


def _sequence_changes(old: Sequence, new: Sequence) -> Iterator[str]:
    if (old.owner, old.owner_column) != (new.owner, new.owner_column):
        yield _owner(new)
    if old.type != new.type:
        yield f"{old.type} -> {new.type}"
    if old.next_value != new.next_value and new.next_value is not None:
        yield f"gives {new.next_value} next"


def _type(given: UserType) -> str:
    shown = f" ({', '.join(given.labels)})" if given.labels else ""
    return f"{given.kind if given.kind != 'other' else 'type'} {name(given.name)}{shown}"


def default_text(default: Default | Unknown | None) -> str | None:
    """Give a DEFAULT's expression, None where there is none or it is not known."""
    return default.sql if isinstance(default, Default) else None
