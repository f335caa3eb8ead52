"""What the statements of a body bind and change, by their syntax alone."""

from __future__ import annotations

from collections.abc import Iterator

from astroid import nodes

_NESTED = (nodes.FunctionDef, nodes.ClassDef, nodes.Lambda)


def bound(statement: nodes.NodeNG) -> set[str]:
    """Give the names that a statement, or one inside it, may bind."""
    return {name for inner in _statements(statement) for name in _bound(inner)}


def changed(statement: nodes.NodeNG) -> set[str]:
    """Give the names whose values a statement, or one inside it, may change."""
    return {root_name(node) for inner in _statements(statement) for node in _changed(inner)} - {""}


def may_raise(statement: nodes.NodeNG) -> bool:
    """Say whether a statement, or one inside it, raises."""
    return any(isinstance(inner, nodes.Raise) for inner in _statements(statement))


def _statements(statement: nodes.NodeNG) -> Iterator[nodes.NodeNG]:
    """Give a statement and those inside it, not those of functions and classes."""
    pending = [statement]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, (nodes.FunctionDef, nodes.ClassDef)):
            continue
        for name in ("body", "orelse", "finalbody"):
            pending.extend(getattr(current, name, ()))
        for part in (*getattr(current, "handlers", ()), *getattr(current, "cases", ())):
            pending.extend(part.body)


def _bound(statement: nodes.NodeNG) -> set[str]:
    match statement:
        case nodes.ClassDef() | nodes.FunctionDef():
            return {statement.name}
        case nodes.Import() | nodes.ImportFrom():
            return {alias or path.partition(".")[0] for path, alias in statement.names}
    own = [child for child in statement.get_children() if not isinstance(child, _COMPOUND_PARTS)]
    names = set(_assigned(own))
    handlers = (part.name for part in getattr(statement, "handlers", ()) if part.name is not None)
    return names | {handler.name for handler in handlers}


def _assigned(pending: list[nodes.NodeNG]) -> Iterator[str]:
    """Give the names that are bound in expressions and targets, however deep they are nested."""
    while pending:
        current = pending.pop()
        if isinstance(current, nodes.AssignName):
            yield current.name
        pending.extend(child for child in current.get_children() if not isinstance(child, _NESTED))


_COMPOUND_PARTS = (
    nodes.ExceptHandler,
    nodes.MatchCase,
    nodes.If,
    nodes.Try,
    nodes.For,
    nodes.While,
    nodes.With,
    *_NESTED,
)


def _changed(statement: nodes.NodeNG) -> list[nodes.NodeNG]:
    """Give the expressions whose values a statement may change."""
    match statement:
        case nodes.Assign() | nodes.Delete():
            return list(statement.targets)
        case nodes.AugAssign() | nodes.AnnAssign():
            return [statement.target]
        case nodes.Expr(value=nodes.Call() as call):
            return [call.func, *call.args]
        case nodes.FunctionDef(decorators=nodes.Decorators() as decorators):
            return [part for call in decorators.nodes if isinstance(call, nodes.Call) for part in call.args]
    return []


def root_name(node: nodes.NodeNG) -> str:
    """Give the name at the beginning of `name.attribute[item]`, the empty string if there is none."""
    while True:
        match node:
            case nodes.Call():
                node = node.func
            case nodes.Subscript():
                node = node.value
            case nodes.Attribute() | nodes.AssignAttr() | nodes.DelAttr():
                node = node.expr
            case nodes.Name() | nodes.AssignName() | nodes.DelName():
                return str(node.name)
            case _:
                return ""
