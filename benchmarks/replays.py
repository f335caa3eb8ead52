"""The comparison of histories: what `ain` says that each revision builds, against what PostgreSQL had after it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from recordings import RecordedHistory

from flake8_autoincrement.engine.batch import Batch
from flake8_autoincrement.engine.check import check_names
from flake8_autoincrement.engine.files import PYTHON_AND_SQL, files_in
from flake8_autoincrement.engine.project import Invocation, Workspace
from flake8_autoincrement.engine.telling import told
from flake8_autoincrement.facts.catalog import QualifiedName, Relation, Schema
from flake8_autoincrement.facts.history import History, leaves
from flake8_autoincrement.facts.operation import AnyOperation, ReadRows, Unread
from flake8_autoincrement.facts.revision import Revision
from flake8_autoincrement.facts.schema import KeyGeneration
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.history.built import BuiltKey, built_key
from flake8_autoincrement.output.moments import Moment
from flake8_autoincrement.source import Span
from flake8_autoincrement.sql.statements import operations

JSON = dict[str, Any]

# What each of Alembic's operations may be read as.
READ_AS: dict[str, tuple[str, ...]] = {
    "CreateTableOp": ("CreateTable",),
    "DropTableOp": ("DropTable",),
    "RenameTableOp": ("RenameTable",),
    "AddColumnOp": ("AddColumn",),
    "DropColumnOp": ("DropColumn",),
    "AlterColumnOp": (
        *("AlterType", "SetNotNull", "DropNotNull", "SetDefault", "DropDefault", "RenameColumn"),
        *("AddIdentity", "SetIdentity", "DropIdentity", "Other"),
    ),
    "CreateIndexOp": ("CreateIndex",),
    "DropIndexOp": ("DropIndex",),
    "CreatePrimaryKeyOp": ("AddConstraint",),
    "CreateForeignKeyOp": ("AddConstraint",),
    "CreateUniqueConstraintOp": ("AddConstraint",),
    "CreateCheckConstraintOp": ("AddConstraint",),
    "CreateExcludeConstraintOp": ("AddConstraint",),
    "DropConstraintOp": ("DropConstraint",),
    "BulkInsertOp": ("InsertRows",),
    "CreateTableCommentOp": ("Other",),
    "DropTableCommentOp": ("Other",),
}


@dataclass(frozen=True, slots=True)
class Score:
    """How often the two sides agree about the histories of some packages; scores add up.

    What is counted over all revisions counts a table once for each revision after which it is there.
    """

    revisions: int = 0
    head_tables: int = 0
    head_found: int = 0
    head_invented: int = 0
    head_keys: int = 0
    head_agreed: int = 0
    head_unknown: int = 0
    given: int = 0
    """Tables at the head that were there before the first revision, which the history does not make."""
    keys: int = 0
    agreed: int = 0
    unknown: int = 0
    wrong: int = 0
    composite_wrong: int = 0
    owners_wrong: int = 0
    columns: int = 0
    columns_unknown: int = 0
    columns_wrong: int = 0
    timestamps: int = 0
    timestamps_unknown: int = 0
    timestamps_wrong: int = 0
    missed: int = 0
    """Tables that are there, and of which we say nothing."""
    invented: int = 0
    """Tables that are not there, and that we say are."""
    columns_invented: int = 0
    enums: int = 0
    enums_unknown: int = 0
    """Enum types whose labels were not read."""
    enums_wrong: int = 0
    """Enum types with other labels, that we do not know, or that are not there."""
    calls: int = 0
    calls_read: int = 0

    def __add__(self, other: Score) -> Score:
        """Add two histories up."""
        return Score(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Score)))

    def missed_bars(self) -> list[str]:
        """Return the demands that are not met, in words."""
        bars = {
            "no confident wrong answer on a key of one column at any revision": self.wrong == 0,
            "at the head every table is found": self.head_found == self.head_tables,
            "at the head 99 % of the keys that are known agree": self.head_agreed
            >= 0.99 * (self.head_keys - self.head_unknown),
            "at the head less than 3 % of the keys are unknown": self.head_unknown < 0.03 * max(self.head_keys, 1),
            "no table is missed or invented at any revision": self.missed == self.invented == 0,
            "no column is invented at any revision": self.columns_invented == 0,
            "no enum type is wrong, missed or invented at any revision": self.enums_wrong == 0,
            "no composite key and no sequence's owner is wrong at any revision": self.composite_wrong
            == self.owners_wrong
            == 0,
            "98 % of the calls of `op` are read": self.calls_read >= 0.98 * self.calls,
        }
        return [demand for demand, met in bars.items() if not met]


@dataclass(slots=True)
class Replay:
    """What came out for one history."""

    recorded: RecordedHistory
    recording: JSON
    score: Score = field(default_factory=Score)
    differences: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """How long `ain` took."""
    _noted: set[str] = field(default_factory=set)

    def note(self, difference: str) -> None:
        """Remember a difference with the first revision that has it, however many others do."""
        revision, _, what = difference.partition(": ")
        if what not in self._noted:
            self._noted.add(what)
            self.differences.append(f"{revision}: {what}")


def replay(recorded: RecordedHistory) -> Replay:
    """Read a history and compare it with its recording, revision by revision."""
    result = Replay(recorded, recorded.recording())
    start = time.perf_counter()
    moments = _moments(recorded, result.recording)
    result.seconds = time.perf_counter() - start
    state: JSON = {kind: dict(content) for kind, content in result.recording["base"].items()}
    base = set(state["tables"]) | set(state["enums"])
    seen: dict[str, Schema] = {}
    for step in result.recording["revisions"]:
        for kind, changes in step["changes"].items():
            state[kind] = {name: each for name, each in (state[kind] | changes).items() if each is not None}
        moment = moments.get(step["revision"])
        if moment is None:
            result.note(f"{step['revision']}: not read: {step['file']}")
            continue
        seen[step["revision"]] = moment.after
        result.score += _compared(result, step, state, moment.after, base)
        result.score += _calls(result, step, moment.revision)
    if seen:
        result.score += _at_head(result, state, next(reversed(seen.values())), base)
    return result


def _moments(recorded: RecordedHistory, recording: JSON) -> dict[str, Moment]:
    """Give what `ain history` shows of the history that was applied, by revision."""
    invocation = Invocation(str(recorded.environment.folder / "venv"))
    workspace = Workspace(invocation, check_names())
    folder = recorded.libraries / recorded.history.scripts
    files = files_in([str(folder)], workspace.settings, PYTHON_AND_SQL)
    histories, _ = Batch(invocation, workspace, None, 1).histories(files, {})
    applied = {each["revision"] for each in recording["revisions"]}

    def known(history: History) -> int:
        return len(applied & {each.revision for each in history.revisions})

    if not histories:
        return {}
    (found,) = told([max(histories, key=known)])
    return {each.revision.revision: each for each in found.moments}


# The catalog.


def _compared(result: Replay, step: JSON, state: JSON, schema: Schema, base: set[str]) -> Score:
    """Compare what is there after a revision."""
    score = Score(revisions=1)
    for name, table in state["tables"].items():
        relation = _relation(schema, table)
        if _is_given(name, base, relation) or table["name"].startswith("alembic_version"):
            continue
        if relation is None:
            result.note(f"{step['revision']}: {name}: missed")
            score += Score(missed=1)
            continue
        score += _key(result, step, table, state, schema, relation)
        score += _columns(result, step, table, relation)
    return score + _invented(result, step, state, schema) + _enums(result, step, state, schema, base)


def _invented(result: Replay, step: JSON, state: JSON, schema: Schema) -> Score:
    """Count the tables of ours that are not there."""
    names = _tables(schema) - set(state["tables"])
    for name in sorted(names):
        result.note(f"{step['revision']}: {name}: invented")
    return Score(invented=len(names))


def _tables(schema: Schema) -> set[str]:
    return {str(name) for name, each in schema.relations.items() if each.kind in ("table", "partitioned table")}


def _relation(schema: Schema, table: JSON) -> Relation | None:
    return schema.relations.get(QualifiedName(table["name"], table["schema"]))


def _is_given(name: str, base: set[str], relation: Relation | None) -> bool:
    """Say whether a table was there before the history, which did not make it again."""
    return name in base and (relation is None or relation.revision is None)


def _key(
    result: Replay, step: JSON, table: JSON, state: JSON, schema: Schema, relation: Relation, *, at_head: bool = False
) -> Score:
    keys = [each for each in table["constraints"] if each["kind"] == "primary key"]
    columns = keys[0]["columns"] if keys else []
    ours = built_key(schema, relation)
    label = f"{step['revision']}: {table['schema']}.{table['name']}"
    if len(columns) != 1:
        if relation.incomplete is None and [each.column for each in ours] != columns:
            if not at_head:
                result.note(f"{label}: composite key: ours {[each.column for each in ours]}, theirs {columns}")
            return Score(composite_wrong=0 if at_head else 1)
        return Score()
    theirs = generation(table, columns[0])
    answer = _answer(relation, ours, columns[0])
    one = {"head_keys": 1} if at_head else {"keys": 1}
    if answer == "unknown":
        if at_head:
            why = relation.incomplete.why if relation.incomplete else next((each.reason for each in ours), "")
            result.note(f"{label}: unknown at the head: {why}")
        return Score(**one, **({"head_unknown": 1} if at_head else {"unknown": 1}))
    if answer != theirs:
        if not at_head:
            result.note(f"{label}.{columns[0]}: wrong key: ours {answer}, theirs {theirs}")
        return Score(**one, **({} if at_head else {"wrong": 1}))
    owner = _owner(result, label, table, columns[0], state, ours[0], at_head)
    return Score(**one, **({"head_agreed": 1} if at_head else {"agreed": 1})) + owner


def _owner(result: Replay, label: str, table: JSON, column: str, state: JSON, ours: BuiltKey, at_head: bool) -> Score:
    """Compare whether the column owns the sequence that its value comes from."""
    default = next(each for each in table["columns"] if each["name"] == column)
    sequence = state["sequences"].get(default["sequence"]) if default["sequence"] else None
    if at_head or sequence is None or ours.sequence is None:
        return Score()
    owned = (sequence["owner"], sequence["column"]) == (f"{table['schema']}.{table['name']}", column)
    if owned == ours.owned and str(ours.sequence) == f"{sequence['schema']}.{sequence['name']}":
        return Score()
    result.note(f"{label}.{column}: sequence: ours {ours.sequence} owned {ours.owned}, theirs {default['sequence']}")
    return Score(owners_wrong=1)


def generation(table: JSON, column: str) -> str:
    """Return what fills a column: SERIAL, IDENTITY and DEFAULT nextval are one class."""
    found = next(each for each in table["columns"] if each["name"] == column)
    if found["identity"]:
        return "counter"
    if found["default"] is None:
        return "default" if found["generated"] else "nothing"
    return "counter" if found["default"].startswith("nextval(") else "default"


def _answer(relation: Relation, ours: Sequence[BuiltKey], column: str) -> str:
    if relation.incomplete is not None:
        return "unknown"
    if [each.column for each in ours] != [column]:
        return f"a key of {', '.join(each.column for each in ours) or 'nothing'}"
    found = ours[0].generation
    if found is KeyGeneration.UNKNOWN:
        return "unknown"
    if found.by_counter:
        return "counter"
    return "default" if found is KeyGeneration.SERVER_DEFAULT else "nothing"


def _columns(result: Replay, step: JSON, table: JSON, relation: Relation) -> Score:
    columns = unknown = wrong = timestamps = timestamps_unknown = timestamps_wrong = 0
    for column in table["columns"]:
        is_timestamp = column["type"].startswith("timestamp")
        columns, timestamps = columns + 1, timestamps + is_timestamp
        attribute = relation.attribute(column["name"])
        if attribute is None and relation.incomplete is None:
            wrong += 1
            result.note(f"{step['revision']}: {relation.name}.{column['name']}: ours is not there")
        elif attribute is None or isinstance(attribute.type, Unknown):
            unknown, timestamps_unknown = unknown + 1, timestamps_unknown + is_timestamp
        elif attribute.type != column["type"]:
            wrong += 1
            timestamps_wrong += is_timestamp
            label = f"{step['revision']}: {relation.name}.{column['name']}"
            result.note(f"{label}: type: ours {attribute.type}, theirs {column['type']}")
    invented = _invented_columns(result, step, table, relation)
    return Score(
        columns=columns,
        columns_invented=invented,
        columns_unknown=unknown,
        columns_wrong=wrong,
        timestamps=timestamps,
        timestamps_unknown=timestamps_unknown,
        timestamps_wrong=timestamps_wrong,
    )


def _invented_columns(result: Replay, step: JSON, table: JSON, relation: Relation) -> int:
    """Count the columns of ours that are not there, where we claim to know the table."""
    if relation.incomplete is not None:
        return 0
    names = {each.name for each in relation.attributes} - {each["name"] for each in table["columns"]}
    for name in sorted(names):
        result.note(f"{step['revision']}: {relation.name}.{name}: invented")
    return len(names)


def _enums(result: Replay, step: JSON, state: JSON, schema: Schema, base: set[str]) -> Score:
    """Compare the enum types; those that were there before the history are none of its own."""
    # PostgreSQL sums up no labels as NULL.
    theirs = {name: enum["labels"] or [] for name, enum in state["enums"].items() if name not in base}
    ours = {str(name): list(each.labels) for name, each in schema.types.items() if each.kind == "enum"}
    differing = {name for name in {*theirs, *ours} - base if theirs.get(name) != ours.get(name)}
    unknown = {name for name in differing if name in theirs and ours.get(name) == []}
    for name in sorted(differing):
        kind = "unknown labels of" if name in unknown else "wrong"
        result.note(f"{step['revision']}: {kind} enum {name}: ours {ours.get(name)}, theirs {theirs.get(name)}")
    return Score(enums=len(theirs), enums_unknown=len(unknown), enums_wrong=len(differing - unknown))


def _at_head(result: Replay, state: JSON, schema: Schema, base: set[str]) -> Score:
    """Compare what is there in the end."""
    score = Score()
    step = {"revision": "head"}
    for name, table in state["tables"].items():
        relation = _relation(schema, table)
        if table["name"].startswith("alembic_version"):
            continue
        if _is_given(name, base, relation):
            score += Score(given=1)
            continue
        score += Score(head_tables=1, head_found=int(relation is not None))
        if relation is None:
            result.note(f"head: {name}: missed")
        else:
            score += _key(result, step, table, state, schema, relation, at_head=True)
    return score + Score(head_invented=len(_tables(schema) - set(state["tables"])))


# The calls.


def _calls(result: Replay, step: JSON, revision: Revision) -> Score:
    """Compare the calls of `op` that a run makes with what was read."""
    ours = list(leaves(revision.upgrade or ()))
    calls = read = 0
    for call, is_silent in _outermost(step["calls"]):
        if is_silent:
            continue
        calls += 1
        if _is_read(call, ours):
            read += 1
        else:
            subject = call["table"] or (call["sql"] or "")[:60]
            result.note(f"{step['revision']}: {call['call']} {subject} at line {call['revision_line']}: not read")
    return Score(calls=calls, calls_read=read)


def _outermost(calls: list[JSON]) -> Iterator[tuple[JSON, bool]]:
    """Yield the calls that the revision makes itself, and whether each is an `alter_column` that changes nothing."""
    for at, call in enumerate(calls):
        if call["call"] == "statement" or call["inside"]:
            continue
        following = calls[at + 1] if at + 1 < len(calls) else None
        executes = following is not None and following["inside"]
        yield call, not executes and call["call"] == "AlterColumnOp"


def _is_read(call: JSON, ours: Sequence[AnyOperation]) -> bool:
    if call["call"] == "ExecuteSQLOp":
        return _is_sql_read(call["sql"] or "", ours)
    names = READ_AS.get(call["call"])
    if names is None:
        return False
    for each in ours:
        table = getattr(each, "table", None)
        if type(each).__name__ == "Other" and "Other" in names:
            return True
        if type(each).__name__ in names and (
            table is None or (isinstance(table, QualifiedName) and table.name == call["table"])
        ):
            return True
    return False


def _is_sql_read(sql: str, ours: Sequence[AnyOperation]) -> bool:
    """Say whether each statement of a text has been read, as far as it can be."""
    said = operations(sql, lambda start, end: Span("", 1, start, 1, end), binds="named")
    for each in leaves(said):
        if isinstance(each, ReadRows):
            continue
        if isinstance(each, Unread) or not any(_same(each, other) for other in ours):
            return False
    return True


def _same(one: AnyOperation, other: AnyOperation) -> bool:
    if type(one) is not type(other):
        return False
    table, other_table = getattr(one, "table", None), getattr(other, "table", None)
    if not isinstance(table, QualifiedName) or table == other_table:
        return True
    return isinstance(other_table, QualifiedName) and table.name == other_table.name
