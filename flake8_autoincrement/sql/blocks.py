"""DO blocks: the static statements of PL/pgSQL, under the conditions that they stand under."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from flake8_autoincrement.facts.operation import AnyOperation, Condition, Opaque, Transaction, Unread, When
from flake8_autoincrement.source import Span
from flake8_autoincrement.sql.conditions import condition, opposite
from flake8_autoincrement.sql.dynamic import Dynamic, built
from flake8_autoincrement.sql.guards import guarded, with_tables
from flake8_autoincrement.sql.parsing import Node, Refused, expression, plpgsql
from flake8_autoincrement.sql.statement import FILLED_IN, HOLE, Place, Statement, Variable, has_hole, string

Read = Callable[[str, Place, Mapping[str, Variable]], Iterator[AnyOperation]]


class Body(NamedTuple):
    """The text of a block, where it begins in its statement, and whether each of its characters stands there."""

    text: str
    start: int
    is_verbatim: bool


def do(statement: Statement, read: Read) -> Iterator[AnyOperation]:
    """Read a DO statement; `read` reads the SQL in it."""
    options = {each["DefElem"]["defname"]: each["DefElem"] for each in statement.node.get("args", ())}
    language = string(options.get("language", {}).get("arg")) or "plpgsql"
    if "as" not in options:
        yield Unread("PostgreSQL says: no inline code specified", tables=(), span=statement.span)
        return
    body = _body(statement, options["as"])
    try:
        if language != "plpgsql":
            yield Unread(f"a block of {language} is not read", span=statement.span)
            return
        tag = _tag(body.text)
        # libpg_query's line numbers count from the line where the body begins.
        function = plpgsql(f"DO {tag}{body.text}{tag}")
    except Refused as error:
        why = FILLED_IN.why if has_hole(body.text) else f"PostgreSQL says: {error.message}"
        yield Unread(why, span=statement.span)
        return
    block = Block(statement, body, read)
    block.declare(function.get("datums", ()))
    yield from block.block(function["action"]["PLpgSQL_stmt_block"])


def _body(statement: Statement, option: Node) -> Body:
    text = string(option["arg"]) or ""
    at = statement.characters(option.get("arg_location", 0))
    literal = next((token for token in statement.tokens if token.start >= at and "SCONST" in token.name), None)
    if literal is None:
        return Body(text, at, False)
    written = statement.text[literal.start : literal.end]
    opening = re.match(r"\$[^$]*\$|[eE]?'", written)
    start = literal.start + (opening.end() if opening else 0)
    return Body(text, start, statement.text[start : start + len(text)] == text)


def _tag(text: str) -> str:
    number = 0
    while f"$body{number}$" in text:
        number += 1
    return f"$body{number}$"


class Block:
    """Reads the statements of a block in their order; it remembers how far in the text they were found."""

    def __init__(self, statement: Statement, body: Body, read: Read) -> None:
        self._statement = statement
        self._body = body
        self._read = read
        self._position = 0
        self._variables: dict[str, Variable] = {}
        self._lines = [0, *(found.end() for found in re.finditer("\n", body.text))]

    # Places.

    def _find(self, text: str, line: int) -> int | None:
        """Give where a text stands in the body, at a line or behind it and behind what was found before."""
        from_line = self._lines[min(max(line - 1, 0), len(self._lines) - 1)]
        begin = max(self._position, from_line)
        found = self._body.text.find(text, begin) if text else -1
        if found < 0:
            return None
        self._position = found + len(text)
        return found

    def _place(self, start: int, end: int) -> Span:
        if not self._body.is_verbatim:
            return self._statement.span
        return self._statement.place(self._body.start + start, self._body.start + end)

    def _line_place(self, line: int) -> Span:
        at = min(max(line - 1, 0), len(self._lines) - 1)
        text = self._body.text[self._lines[at] :].partition("\n")[0]
        start = self._lines[at] + len(text) - len(text.lstrip())
        return self._place(start, max(start, self._lines[at] + len(text.rstrip())))

    # Variables.

    def declare(self, datums: Sequence[Node]) -> None:
        """Take the values that variables are declared with."""
        for each in datums:
            match each:
                case {"PLpgSQL_var": {"refname": name, "default_val": {"PLpgSQL_expr": {"query": text}}}}:
                    self._set(name, expression(text))

    def _set(self, name: str, value: Node | None) -> None:
        if value is None:
            self._variables.pop(name, None)
        else:
            self._variables[name] = Variable(value, dict(self._variables))

    def _select_into(self, node: Node, query: str) -> None:
        """Set the variables behind INTO to the columns of the query."""
        found = expression(f"({query})")
        match found, node.get("target"):
            case {"SubLink": {"subselect": {"SelectStmt": {"targetList": targets} as select}}}, {"PLpgSQL_row": row}:
                for field, target in zip(row.get("fields", ()), targets, strict=False):
                    column = {"SelectStmt": {**select, "targetList": [target]}}
                    self._set(field["name"], {"SubLink": {"subLinkType": "EXPR_SUBLINK", "subselect": column}})
            case _, {"PLpgSQL_row": row}:
                for field in row.get("fields", ()):
                    self._set(field["name"], None)

    def _branch(self, nodes: Sequence[Node]) -> tuple[AnyOperation, ...]:
        """Read statements that are done or not: what they set is not known behind them."""
        before = dict(self._variables)
        done = self.sequence(nodes)
        after = self._variables
        self._variables = {name: value for name, value in before.items() if after.get(name) is value}
        return done

    # Statements.

    def block(self, node: Node) -> tuple[AnyOperation, ...]:
        """Read BEGIN ... EXCEPTION ... END."""
        done = self.sequence(node.get("body", ()))
        handlers = node.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", ())
        if not handlers:
            return done
        caught = [
            (
                tuple(each["PLpgSQL_condition"]["condname"] for each in one["PLpgSQL_exception"]["conditions"]),
                self.sequence(one["PLpgSQL_exception"].get("action", ())),
            )
            for one in handlers
        ]
        return guarded(done, caught, self._line_place(node.get("lineno", 1)))

    def sequence(self, nodes: Sequence[Node]) -> tuple[AnyOperation, ...]:
        """Read statements that follow each other; what follows an IF that returns is done where it does not."""
        done: list[AnyOperation] = []
        for index, each in enumerate(nodes):
            ((kind, node),) = each.items()
            if kind in ("PLpgSQL_stmt_return", "PLpgSQL_stmt_exit"):
                break
            if kind == "PLpgSQL_stmt_if" and _returns(node) and "else_body" not in node:
                done += self._if(node, self._rest(nodes[index + 1 :]))
                break
            done += self._statement_of(kind, node)
        return tuple(done)

    def _rest(self, nodes: Sequence[Node]) -> Callable[[], tuple[AnyOperation, ...]]:
        return lambda: self.sequence(nodes)

    def _statement_of(self, kind: str, node: Node) -> Sequence[AnyOperation]:
        line = node.get("lineno", 1)
        match kind:
            case "PLpgSQL_stmt_execsql":
                done = self._sql(_query(node["sqlstmt"]), line)
                if node.get("into"):
                    self._select_into(node, _query(node["sqlstmt"]))
                return done
            case "PLpgSQL_stmt_perform" | "PLpgSQL_stmt_call":
                return self._sql(_query(node["expr"]), line, replaced=kind.endswith("perform"))
            case "PLpgSQL_stmt_dynexecute":
                return self._execute(_query(node["query"]), line)
            case "PLpgSQL_stmt_if":
                return self._if(node, None)
            case "PLpgSQL_stmt_block":
                return self.block(node)
            case "PLpgSQL_stmt_assign":
                return self._assigned(_query(node["expr"]), line)
            case "PLpgSQL_stmt_commit" | "PLpgSQL_stmt_rollback":
                word: str = kind.rpartition("_")[2]
                return [Transaction("commit" if word == "commit" else "rollback", span=self._line_place(line))]
            case "PLpgSQL_stmt_case":
                return self._case(node, line)
            case _ if "body" in node:
                body = self._branch(node["body"])
                repeated = Opaque("a loop of PL/pgSQL")
                return [When(repeated, body, span=self._line_place(line))] if body else []
        return []

    def _sql(self, query: str, line: int, *, replaced: bool = False) -> list[AnyOperation]:
        """Read a statement; PERFORM is given as SELECT, and INTO with its variables as blanks."""
        shift = len("SELECT ") if replaced and query.startswith("SELECT ") else 0
        start = self._find(query[shift:], line)
        if start is None:
            start = self._find(query[shift:].partition("  ")[0], line)
            if start is None:
                return list(self._read(query, lambda first, last: self._line_place(line), self._variables))
        begin, end = start, start + len(query) - shift
        return list(
            self._read(
                query,
                lambda first, last: self._place(
                    min(max(begin + first - shift, begin), end), min(max(begin + last - shift, begin), end)
                ),
                self._variables,
            )
        )

    def _execute(self, query: str, line: int) -> list[AnyOperation]:
        """Read the text that EXECUTE puts together, as far as it is constant."""
        start = self._find(query, line)
        span = self._line_place(line) if start is None else self._place(start, start + len(query))
        match built(query):
            case Dynamic(text) if text.replace(HOLE, "").strip():
                return list(self._read(text, lambda first, last: span, {}))
        return [Unread("EXECUTE of a text that is put together at run time", span=span)]

    def _assigned(self, query: str, line: int) -> list[AnyOperation]:
        """Read the calls of setval in an assignment; its other functions are taken to change nothing."""
        name, sign, value = query.partition(":=")
        done = self._sql(f"SELECT {value.strip()}", line, replaced=True) if sign and "setval" in query.lower() else []
        self._set(name.strip(), expression(value))
        return done

    def _if(self, node: Node, rest: Callable[[], tuple[AnyOperation, ...]] | None) -> list[AnyOperation]:
        line = node.get("lineno", 1)
        text = _query(node["cond"])
        start = self._find(text, line)
        span = self._line_place(line) if start is None else self._place(start, start + len(text))
        then = self._branch(node.get("then_body", ()))
        otherwise = rest() if rest is not None else self._otherwise(node)
        asked = with_tables(condition(text), (*then, *otherwise))
        return _when(asked, then, otherwise, span)

    def _otherwise(self, node: Node) -> tuple[AnyOperation, ...]:
        branches = [each["PLpgSQL_if_elsif"] for each in node.get("elsif_list", ())]
        read = []
        for branch in branches:
            line = branch.get("lineno", 1)
            text = _query(branch["cond"])
            self._find(text, line)
            read.append((text, self._branch(branch.get("stmts", ())), self._line_place(line)))
        done = self._branch(node.get("else_body", ()))
        for text, then, span in reversed(read):
            done = tuple(_when(with_tables(condition(text), then), then, done, span))
        return done

    def _case(self, node: Node, line: int) -> list[AnyOperation]:
        span = self._line_place(line)
        branches = [each["PLpgSQL_case_when"] for each in node.get("case_when_list", ())]
        bodies = [self._branch(branch.get("stmts", ())) for branch in branches]
        bodies.append(self._branch(node.get("else_stmts", ())))
        return [When(Opaque("a CASE of PL/pgSQL"), body, span=span) for body in bodies if body]


def _when(
    asked: Condition, then: tuple[AnyOperation, ...], otherwise: tuple[AnyOperation, ...], span: Span
) -> list[AnyOperation]:
    if not then and not otherwise:
        return []
    if not then:
        return [When(opposite(asked), otherwise, span=span)]
    return [When(asked, then, otherwise, span=span)]


def _query(node: Node) -> str:
    return str(node["PLpgSQL_expr"]["query"])


def _returns(node: Node) -> bool:
    """Say whether the branch of an IF ends the block."""
    body = node.get("then_body", ())
    return bool(body) and "PLpgSQL_stmt_return" in body[-1] and "elsif_list" not in node
