"""SQL text read into operations: the entrance of this room."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from flake8_autoincrement.facts.operation import AnyOperation, Unread
from flake8_autoincrement.sql import alter, drops, objects, renames, rows, sequences, session, tables
from flake8_autoincrement.sql.masks import Binds, accepted, without_binds, without_psql
from flake8_autoincrement.sql.parsing import Parsed, Refused, Token, characters, parsed, tokens
from flake8_autoincrement.sql.splitting import split
from flake8_autoincrement.sql.statement import HOLE, Place, Statement, Variable
from flake8_autoincrement.sql.unread import unread

Reader = Callable[[Statement], Iterator[AnyOperation]]


def operations(
    text: str, place: Place, *, holes: Sequence[tuple[int, int]] = (), binds: Binds = "none"
) -> tuple[AnyOperation, ...]:
    """Read a text of SQL: what its statements do, in their order.

    `place` gives the place in the file of the characters between two offsets of `text`. `holes` are stretches of it,
    filled with `HOLE` and at least eight characters long, whose content is not known; a name with one is Unknown.
    `binds` says which parameters the text has: SQLAlchemy's `text()` takes `:name`, psycopg takes `%(name)s`. What
    PostgreSQL's parser refuses is `Unread`, statement by statement.
    """
    for start, end in holes:
        text = text[:start] + HOLE * (end - start) + text[end:]
    plain = without_binds(without_psql(text), binds)
    if plain.text == text:
        return tuple(read(text, place))
    origin = plain.origin
    return tuple(read(plain.text, lambda start, end: place(origin(start), origin(end))))


def read(text: str, place: Place, variables: Mapping[str, Variable] | None = None) -> Iterator[AnyOperation]:
    """Read a text without parameters; `place` as in `operations`, `variables` are those of the block around it."""
    for one in _statements(text, place):
        if isinstance(one, Statement):
            yield from _read(replace(one, variables=variables) if variables else one)
        else:
            yield one


def _statements(text: str, place: Place) -> Iterator[Statement | Unread]:
    try:
        scanned = tokens(text)
    except Refused as error:
        yield from _before(text, place, error)
        return
    try:
        statements = parsed(text) if HOLE not in text else None
    except Refused:
        statements = None
    if statements is not None:
        yield from _together(text, place, statements, scanned)
    else:
        for own in split(text, scanned):
            yield from _alone(text, place, own)


def _before(text: str, place: Place, error: Refused) -> Iterator[Statement | Unread]:
    """Read what stands in front of a literal or comment without an end; the statement that has it is not read."""
    try:
        scanned = tokens(text[: error.offset])
    except Refused:
        scanned = []
    stretches = list(split(text, scanned))
    is_within = bool(scanned) and scanned[-1].name != "ASCII_59"
    for own in stretches[:-1] if is_within else stretches:
        yield from _alone(text, place, own)
    last = stretches[-1] if is_within else ()
    yield unread(text, last, error, place(last[0].start if last else error.offset, len(text.rstrip()) or len(text)))


def _together(
    text: str, place: Place, statements: Sequence[Parsed], scanned: Sequence[Token]
) -> Iterator[Statement | Unread]:
    offset = characters(text)
    starts = [bisect_left(scanned, (offset(one.start),)) for one in statements]
    for one, first, last in zip(statements, starts, [*starts[1:], len(scanned)], strict=False):
        while last > first + 1 and scanned[last - 1].name == "ASCII_59":
            last -= 1
        while first < last - 1 and scanned[first].name == "ASCII_59":
            first += 1
        yield Statement(text, one.kind, one.node, scanned[first:last], place, offset)


def _alone(text: str, place: Place, own: Sequence[Token]) -> Iterator[Statement | Unread]:
    start, end = own[0].start, own[-1].end
    piece = text[start:end]
    shifted = [Token(token.start - start, token.end - start, token.name, token.is_reserved) for token in own]
    try:
        if any(_loses_hole(piece[token.start : token.end]) for token in shifted):
            raise Refused("a name is cut where it is not known", 0)
        found = accepted(piece, shifted)
        scanned = tokens(found.text)
    except Refused as error:
        yield unread(piece, shifted, error, place(start, end))
        return
    one = found.statement
    offset = characters(found.text)
    yield (
        Statement(
            found.text,
            one.kind,
            one.node,
            scanned,
            lambda first, last: place(start + first, start + last),
            offset,
            found.gaps,
        )
    )


_LONGEST_NAME = 63  # bytes: NAMEDATALEN - 1


def _loses_hole(token: str) -> bool:
    """Say whether PostgreSQL would cut a name where its hole begins, whose characters have three bytes."""
    known = len(token.lstrip('"').partition(HOLE)[0].encode())
    return HOLE in token and _LONGEST_NAME - len(HOLE.encode()) < known < _LONGEST_NAME


def _read(statement: Statement) -> tuple[AnyOperation, ...]:
    try:
        return tuple(_READERS.get(statement.kind, objects.other)(statement))
    except RecursionError:
        return (Unread("it is nested too deeply to be read", span=statement.span),)


def _do(statement: Statement) -> Iterator[AnyOperation]:
    from flake8_autoincrement.sql.blocks import do

    return do(statement, read)


def _create_schema(statement: Statement) -> Iterator[AnyOperation]:
    """Read CREATE SCHEMA with the statements in it, whose names are in that schema."""
    yield from objects.create_schema(statement)
    for element in statement.node.get("schemaElts", ()):
        ((kind, node),) = element.items()
        yield from _read(
            Statement(
                statement.text,
                kind,
                objects.in_schema(statement.node, node),
                statement.tokens,
                statement.place,
                statement.characters,
                statement.gaps,
            )
        )


_READERS: Mapping[str, Reader] = {
    "AlterEnumStmt": objects.alter_enum,
    "AlterObjectSchemaStmt": renames.set_schema,
    "AlterSeqStmt": sequences.alter_sequence,
    "AlterTableStmt": alter.alter_table,
    "CallStmt": rows.call,
    "CompositeTypeStmt": objects.create_type,
    "CopyStmt": rows.copy,
    "CreateDomainStmt": objects.create_domain,
    "CreateEnumStmt": objects.create_enum,
    "CreateForeignTableStmt": tables.create_foreign_table,
    "CreateRangeStmt": objects.create_type,
    "CreateSchemaStmt": _create_schema,
    "CreateSeqStmt": sequences.create_sequence,
    "CreateStmt": tables.create_table,
    "CreateTableAsStmt": tables.create_table_as,
    "CreateTrigStmt": objects.create_trigger,
    "DefineStmt": objects.create_type,
    "DeleteStmt": rows.write,
    "DoStmt": _do,
    "DropStmt": drops.drop,
    "ExecuteStmt": rows.call,
    "ExplainStmt": rows.explain,
    "GrantStmt": objects.grant,
    "IndexStmt": objects.create_index,
    "InsertStmt": rows.write,
    "LockStmt": session.lock_table,
    "MergeStmt": rows.write,
    "RenameStmt": renames.rename,
    "SelectStmt": rows.select,
    "TransactionStmt": session.transaction,
    "TruncateStmt": rows.truncate,
    "UpdateStmt": rows.write,
    "VariableSetStmt": session.set_parameter,
    "ViewStmt": tables.create_view,
}
