"""Expressions: from a node and the names around it to a value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.core import Core
from flake8_autoincrement.inference.values import (
    FALSE,
    TRUE,
    Absent,
    Assumed,
    Bound,
    Class,
    Constant,
    Deferred,
    Function,
    Indexed,
    Instance,
    Items,
    Made,
    Mapping,
    Module,
    Names,
    Package,
    Part,
    Partial,
    Scope,
    Symbol,
    Value,
    Wrapped,
    text_of,
)
from flake8_autoincrement.source import Span

MAXIMUM_TEXT = 100_000  # characters of a string that an operator or a method makes
MAXIMUM_ITEMS = 20_000

_ARITHMETIC: dict[str, Callable[..., object]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}
_SIGNS: dict[str, Callable[..., object]] = {"-": operator.neg, "+": operator.pos, "~": operator.invert}
_COMPARISON: dict[str, Callable[..., bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Expressions(Core):
    """Evaluates expressions."""

    def evaluate(self, node: nodes.NodeNG, scope: Scope) -> Value:
        """Evaluate an expression; what cannot be known is `Unknown`, with the place."""
        self.step()
        match node:
            case nodes.Const():
                return Constant(node.value)
            case nodes.Name():
                return self._name(node, scope)
            case nodes.Attribute():
                return self.attribute(self.evaluate(node.expr, scope), node.attrname)
            case nodes.Call():
                return self._call(node, scope)
            case nodes.BinOp():
                return self._binary(node, scope)
            case nodes.Tuple() | nodes.List() | nodes.Set():
                return self._sequence(node, scope)
            case nodes.Dict():
                return self._dict(node, scope)
            case nodes.Subscript():
                index = self.evaluate(node.slice, scope)
                return self.subscript(self.evaluate(node.value, scope), index)
            case nodes.JoinedStr():
                return self._formatted(node, scope)
            case nodes.IfExp():
                return self._conditional(node, scope)
            case nodes.BoolOp():
                return self._boolean(node, scope)
            case nodes.UnaryOp():
                return self._unary(node, scope)
            case nodes.Compare():
                return self._compare(node, scope)
            case nodes.Lambda():
                return Function("<lambda>", node, scope, self.defaults(node.args, scope))
            case nodes.ListComp() | nodes.GeneratorExp() | nodes.SetComp():
                kind = "set" if isinstance(node, nodes.SetComp) else "list"
                return self._comprehension(node, scope, kind)
            case nodes.DictComp():
                return self._dict_comprehension(node, scope)
            case nodes.NamedExpr():
                value = self.evaluate(node.value, scope)
                scope.names[node.target.name] = value
                return value
            case nodes.Await():
                return self.evaluate(node.value, scope)
            case nodes.Yield():
                value = self.evaluate(node.value, scope) if node.value is not None else Constant(None)
                if self.frames:
                    self.frames[-1].yields.append(value)
                return Constant(None)
            case nodes.YieldFrom():
                value = self.evaluate(node.value, scope)
                if self.frames:
                    self.frames[-1].yields.extend(self.items(value) or [Unknown("yield from an unknown value")])
                return Constant(None)
            case nodes.Slice():
                return self._slice(node, scope)
        return Unknown(f"{type(node).__name__} is not evaluated", self.span(node, scope.module))

    # Names.

    def _name(self, node: nodes.Name, scope: Scope) -> Value:
        found = self.lookup(node.name, scope)
        if found is None and scope.module.star_missing is not None:
            return Unknown(f"it may come from {scope.module.star_missing}, which was not found")
        if found is None:
            return Absent("it is neither defined nor imported", self.span(node, scope.module))
        return found

    def lookup(self, name: str, scope: Scope) -> Value | None:
        """Look a name up as Python does: its own scope, the functions around it, the module, the builtins."""
        found: Value | None = None
        current: Scope | None = scope
        while current is not None:
            if current.parent is None:
                found = self.global_name(current.module, name)
            elif current is scope or current.cls is None:
                found = current.names.get(name)
            if found is not None:
                return self._near(found, current.module)
            current = current.parent
        return self._builtin(name)

    def _near(self, value: Value, module: Module) -> Value:
        """Compute what is imported from the same project; what other packages define waits until it is needed."""
        if isinstance(value, Deferred) and value.value is not None:
            return self.force(value)
        if isinstance(value, Near):
            return self.force(value)
        return value

    def _builtin(self, name: str) -> Value | None:
        if name in BUILTIN_NAMES:
            return self.symbol(f"builtins.{name}")
        return None

    # Displays.

    def _sequence(self, node: nodes.Tuple | nodes.List | nodes.Set, scope: Scope) -> Items:
        kind = {"Tuple": "tuple", "List": "list", "Set": "set"}[type(node).__name__]
        made = Items(kind, [], born=self.uncertain)
        for element in node.elts:
            if isinstance(element, nodes.Starred):
                self.extend(made, self.evaluate(element.value, scope))
            else:
                made.items.append(self.evaluate(element, scope))
        return made

    def extend(self, made: Items, more: Value) -> None:
        """Add every item of a value, and say so where they are not all known."""
        more = self.force(more)
        items = self.items(more)
        if items is None:
            made.open = more if isinstance(more, Unknown) else Unknown("it is extended by an unknown value")
        else:
            made.items.extend(items)
            if isinstance(more, Items) and more.open is not None:
                made.open = more.open

    def _dict(self, node: nodes.Dict, scope: Scope) -> Mapping:
        made = Mapping({}, born=self.uncertain)
        for key_node, value_node in node.items:
            value = self.evaluate(value_node, scope)
            if isinstance(key_node, nodes.DictUnpack):
                self.merge(made, value)
            else:
                self.put(made, self.evaluate(key_node, scope), value)
        return made

    def merge(self, made: Mapping, more: Value) -> None:
        """Put every entry of a mapping into another."""
        more = self.force(more)
        if isinstance(more, Mapping):
            made.entries.update(more.entries)
            made.open = made.open or more.open
        else:
            made.open = more if isinstance(more, Unknown) else Unknown("it is extended by an unknown value")

    def put(self, made: Mapping, key: Value, value: Value) -> None:
        """Set one entry of a mapping."""
        hashed = self.hashed(key)
        if hashed is None:
            made.open = Unknown("it has an unknown key")
        else:
            made.entries[hashed] = (key, value)
            if isinstance(made, Names) and (name := text_of(self.force(key))) is not None:
                made.names[name] = value

    def hashed(self, key: Value) -> object | None:
        """Give what stands for a value as a key, None if the value is not known."""
        key = self.force(key)
        match key:
            case Constant():
                return (type(key.value), key.value)
            case Items(kind="tuple"):
                parts = [self.hashed(item) for item in key.items]
                return None if any(part is None for part in parts) else tuple(parts)
            case Unknown() | Absent() | Items() | Mapping():
                return None
            case Symbol():
                return key.path
            case Indexed():
                return (self.hashed(key.of), self.hashed(key.index))
        return id(key)

    def _formatted(self, node: nodes.JoinedStr, scope: Scope) -> Value:
        parts = []
        for piece in node.values:
            if isinstance(piece, nodes.Const):
                parts.append(str(piece.value))
                continue
            value = self.force(self.evaluate(piece.value, scope))
            specification = piece.format_spec
            form = text_of(self._formatted(specification, scope)) if specification is not None else ""
            if not isinstance(value, Constant) or form is None:
                return Unknown("an f-string with an unknown part", self.span(node, scope.module))
            try:
                shown = value.value if piece.conversion < 0 else CONVERSIONS[chr(piece.conversion)](value.value)
                parts.append(format(shown, form))
            except (ValueError, TypeError):
                return Unknown("an f-string that fails", self.span(node, scope.module))
        return Constant("".join(parts))

    # Operators.

    def _binary(self, node: nodes.BinOp, scope: Scope) -> Value:
        """Evaluate an operator; chains such as a + b + ... are followed without recursion."""
        chain = []
        left: nodes.NodeNG = node
        while isinstance(left, nodes.BinOp):
            chain.append(left)
            left = left.left
        value = self.evaluate(left, scope)
        for link in reversed(chain):
            self.step()
            value = self.binary(link.op, value, self.evaluate(link.right, scope))
        return value

    def binary(self, sign: str, left: Value, right: Value) -> Value:
        """Apply an operator to two values."""
        left, right = self.force(left), self.force(right)
        match left, right:
            case (Constant(), Constant()) if sign in _ARITHMETIC:
                return assumed(_computed(_ARITHMETIC[sign], left.value, right.value), left, right)
            case (Items(), Items()) if sign == "+":
                return Items(left.kind, left.items + right.items, left.open or right.open, self.uncertain)
            case (Items(), Constant()) if sign == "*" and isinstance(right.value, int):
                return Items(left.kind, (left.items * right.value)[:MAXIMUM_ITEMS], left.open, self.uncertain)
            case (Mapping(), Mapping()) if sign == "|":
                return Mapping({**left.entries, **right.entries}, left.open or right.open, self.uncertain)
            case (Constant(), Items() | Mapping()) if sign == "%" and isinstance(left.value, str):
                return self._percent(left.value, right)
            case (Unknown(), _):
                return left
            case (_, Unknown()):
                return right
        return Made(self.symbol(f"operator.{sign}"), [left, right], {})

    def _percent(self, template: str, right: Items | Mapping) -> Value:
        if right.open is not None:
            return right.open
        plain = self.plain(right)
        if plain is None:
            return Unknown("a % with an unknown part")
        return _computed(operator.mod, template, plain[0])

    def plain(self, value: Value) -> tuple[object] | None:
        """Give a value as a Python object of constants, boxed; None if some of it is not constant."""
        value = self.force(value)
        match value:
            case Constant():
                return (value.value,)
            case Items(open=None):
                parts = [self.plain(item) for item in value.items]
                known = [part[0] for part in parts if part is not None]
                if len(known) < len(parts):
                    return None
                return ({"tuple": tuple, "list": list, "set": list}[value.kind](known),)
            case Mapping(open=None):
                pairs = [(self.plain(key), self.plain(item)) for key, item in value.entries.values()]
                if any(key is None or item is None for key, item in pairs):
                    return None
                return ({key[0]: item[0] for key, item in pairs if key is not None and item is not None},)
        return None

    def truth(self, value: Value) -> bool | None:
        """Say whether a value counts as true, None if that is unknown."""
        value = self.force(value) if not isinstance(value, Deferred) or value.value is not None else value
        match value:
            case Assumed():
                return None
            case Constant():
                return bool(value.value)
            case Items():
                return True if value.items else None if value.open else False
            case Mapping():
                return True if value.entries else None if value.open else False
            case Class() | Function() | Module() | Package() | Bound() | Partial() | Wrapped():
                return True
            case Symbol():
                return self._symbol_truth(value)
        return None

    def _symbol_truth(self, symbol: Symbol) -> bool | None:
        if symbol.path in ("typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING", "six.PY2"):
            return False
        return True if symbol.path == "six.PY3" else None

    def _conditional(self, node: nodes.IfExp, scope: Scope) -> Value:
        truth = self.truth(self.evaluate(node.test, scope))
        if truth is None:
            return self.joined(
                self.evaluate(node.body, scope), self.evaluate(node.orelse, scope), self.evaluate(node.test, scope)
            )
        return self.evaluate(node.body if truth else node.orelse, scope)

    def joined(self, first: Value, second: Value, _test: Value | None = None) -> Value:
        """Give what two ways of computing a value agree upon."""
        first, second = self.force(first), self.force(second)
        if first is second or _same(first, second):
            return first
        if isinstance(first, Unknown):
            return first
        return Unknown("it depends on a condition that is only known at run time")

    def _boolean(self, node: nodes.BoolOp, scope: Scope) -> Value:
        """Evaluate `and` and `or`, stopping as Python does."""
        stops = node.op == "or"
        unknown: Value | None = None
        for operand in node.values:
            value = self.evaluate(operand, scope)
            truth = self.truth(value)
            if truth is stops:
                return value if unknown is None else self.joined(unknown, value)
            if truth is None:
                unknown = value if unknown is None else Unknown("it depends on what is only known at run time")
        if unknown is not None:
            return unknown
        return value

    def _unary(self, node: nodes.UnaryOp, scope: Scope) -> Value:
        value = self.force(self.evaluate(node.operand, scope))
        if node.op == "not":
            truth = self.truth(value)
            return Unknown("the negation of an unknown value") if truth is None else Constant(not truth)
        if isinstance(value, Constant) and isinstance(value.value, (int, float)):
            return _computed(_SIGNS[node.op], value.value)
        return value if isinstance(value, Unknown) else Made(self.symbol(f"operator.{node.op}"), [value], {})

    def _compare(self, node: nodes.Compare, scope: Scope) -> Value:
        left = self.force(self.evaluate(node.left, scope))
        for sign, right_node in node.ops:
            right = self.force(self.evaluate(right_node, scope))
            truth = self.compared(sign, left, right)
            if truth is not True:
                return FALSE if truth is False else Unknown("a comparison of unknown values")
            left = right
        return TRUE

    def compared(self, sign: str, left: Value, right: Value) -> bool | None:
        """Compare two values, None if the answer is unknown."""
        if isinstance(left, Assumed) or isinstance(right, Assumed):
            return None
        match sign:
            case "is" | "==" if _identical(left, right):
                return True
            case "is not" | "!=" if _identical(left, right):
                return False
            case "is" | "is not":
                return None if _may_be_same(left, right) else sign == "is not"
            case "in" | "not in":
                found = self.contains(right, left)
                return None if found is None else found is (sign == "in")
        first, second = self.plain(left), self.plain(right)
        if first is None or second is None or sign not in _COMPARISON:
            return None if _may_be_same(left, right) or sign not in ("==", "!=") else sign == "!="
        try:
            return _COMPARISON[sign](first[0], second[0])
        except TypeError:
            return None

    def contains(self, container: Value, item: Value) -> bool | None:
        """Say whether a container has an item, None if that is unknown."""
        match container:
            case Constant() if isinstance(container.value, str) and isinstance(item, Constant):
                return isinstance(item.value, str) and item.value in container.value
            case Mapping():
                key = self.hashed(item)
                if key is None:
                    return None
                return True if key in container.entries else None if container.open else False
            case Items():
                answers = [self.compared("==", self.force(one), item) for one in container.items]
                if any(answers):
                    return True
                return None if container.open or any(answer is None for answer in answers) else False
        return None

    # Subscripts.

    def subscript(self, value: Value, index: Value) -> Value:
        """Take an item of a value."""
        if isinstance(value, Deferred) and value.value is None:
            return Deferred(lambda: self.subscript(self.force(value), index))
        value = self.force(value)
        match value:
            case Items():
                return self._item(value, self.force(index))
            case Mapping():
                key = self.hashed(index)
                if key is not None and key in value.entries:
                    return value.entries[key][1]
                return value.open or Unknown("a key that the dict does not have")
            case Constant() if isinstance(value.value, (str, bytes)):
                plain = self._index(self.force(index))
                return Unknown("an unknown index") if plain is None else _computed(operator.getitem, value.value, plain)
            case Unknown():
                return value
            case Instance():
                hook = self.attribute(value, "__getitem__")
                return Unknown("an item of an object") if isinstance(hook, Absent) else self.call(hook, [index], {})
        return Indexed(value, index)

    def _item(self, value: Items, index: Value) -> Value:
        plain = self._index(index)
        if value.open is not None:
            return value.open
        try:
            if isinstance(plain, slice):
                return Items(value.kind, value.items[plain], None, self.uncertain)
            if isinstance(plain, int):
                return value.items[plain]
        except IndexError:
            return Unknown("an index beyond the end")
        return Unknown("an unknown index")

    def _index(self, index: Value) -> int | slice | None:
        if isinstance(index, Constant) and isinstance(index.value, int):
            return index.value
        if isinstance(index, Made) and isinstance(index.callee, Symbol) and index.callee.path == "builtins.slice":
            parts = [part.value if isinstance(part, Constant) else ... for part in map(self.force, index.args)]
            if all(part is None or isinstance(part, int) for part in parts):
                return slice(*parts)
        return None

    def _slice(self, node: nodes.Slice, scope: Scope) -> Value:
        bounds = (node.lower, node.upper, node.step)
        parts = [Constant(None) if bound is None else self.evaluate(bound, scope) for bound in bounds]
        return Made(self.symbol("builtins.slice"), list(parts), {})

    # Comprehensions.

    def _comprehension(
        self, node: nodes.ListComp | nodes.GeneratorExp | nodes.SetComp, scope: Scope, kind: str
    ) -> Value:
        made = Items(kind, [], born=self.uncertain)
        inner = Scope({}, scope, scope.module)
        for certain in self._rounds(node.generators, inner, made):
            if certain:
                made.items.append(self.evaluate(node.elt, inner))
        return made

    def _dict_comprehension(self, node: nodes.DictComp, scope: Scope) -> Value:
        made = Mapping({}, born=self.uncertain)
        inner = Scope({}, scope, scope.module)
        for certain in self._rounds(node.generators, inner, made):
            if certain:
                self.put(made, self.evaluate(node.key, inner), self.evaluate(node.value, inner))
        return made

    def _rounds(
        self, generators: list[nodes.Comprehension], scope: Scope, made: Items | Mapping
    ) -> Iterator[bool]:
        """Bind a comprehension's names, once for every round; false where a round may not happen."""
        if not generators:
            yield True
            return
        first, *rest = generators
        items = self.items(self.evaluate(first.iter, scope))
        if items is None:
            made.open = Unknown("it is made from an unknown iterable", self.span(first.iter, scope.module))
            return
        for item in items[:MAXIMUM_ITEMS]:
            self.step()
            self.assign(first.target, item, scope)
            truths = [self.truth(self.evaluate(test, scope)) for test in first.ifs]
            if None in truths and False not in truths:
                made.open = Unknown("its items depend on an unknown condition", self.span(first.iter, scope.module))
            elif all(truths):
                yield from self._rounds(rest, scope, made)

    # Calls.

    def _call(self, node: nodes.Call, scope: Scope) -> Value:
        if isinstance(node.func, nodes.Name) and node.func.name in ("super", "locals", "vars", "globals"):
            special = self.scoped_call(node, scope)
            if special is not None:
                return special
        callee = self.evaluate(node.func, scope)
        args, open_ = self._arguments(node, scope)
        keywords, open_keywords = self._keywords(node, scope)
        made = self.call(callee, args, keywords, self.span(node, scope.module))
        if isinstance(made, Made) and made.node is None:
            made.node = node
            made.open = made.open or open_ or open_keywords
        return made

    def scoped_call(self, node: nodes.Call, scope: Scope) -> Value | None:
        """Call a builtin that sees its caller's scope; None if it is not one here."""
        raise NotImplementedError

    def _arguments(self, node: nodes.Call, scope: Scope) -> tuple[list[Value], Unknown | None]:
        args = Items("list", [])
        for argument in node.args:
            if isinstance(argument, nodes.Starred):
                self.extend(args, self.evaluate(argument.value, scope))
            else:
                args.items.append(self.evaluate(argument, scope))
        return args.items, args.open

    def _keywords(self, node: nodes.Call, scope: Scope) -> tuple[dict[str, Value], Unknown | None]:
        keywords: dict[str, Value] = {}
        open_: Unknown | None = None
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
                continue
            value = self.force(value)
            if isinstance(value, Mapping):
                keywords |= {str(text_of(key)): item for key, item in value.entries.values()}
                open_ = open_ or value.open
            else:
                open_ = value if isinstance(value, Unknown) else Unknown("it is called with unknown keywords")
        return keywords, open_

    # What statements provide.

    def defaults(self, arguments: nodes.Arguments, scope: Scope) -> dict[str, Value]:
        """Give the defaults of a function's parameters; those that take computing, when they are needed."""
        positional = [*arguments.posonlyargs, *(arguments.args or [])]
        pairs = [
            *zip(reversed(positional), reversed(arguments.defaults), strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        return {parameter.name: self._default(node, scope) for parameter, node in pairs if node is not None}

    def _default(self, node: nodes.NodeNG, scope: Scope) -> Value:
        if isinstance(node, (nodes.Const, nodes.Name)):
            return self.evaluate(node, scope)
        home, sites = list(self.executing), list(self.sites)
        return Near(lambda: self.at_home(home, sites, lambda: self.evaluate(node, scope)))

    def at_home(self, home: list[Module], sites: list[Span], compute: Callable[[], Value]) -> Value:
        """Compute a value that was put off, as if at the place where it stands."""
        outer = (self.sites, self.executing)
        self.sites, self.executing = list(sites), list(home)
        try:
            return compute()
        finally:
            self.sites, self.executing = outer

    def items(self, value: Value) -> list[Value] | None:
        """Give the items of an iterable, None if they are not known."""
        raise NotImplementedError

    def assign(self, target: nodes.NodeNG, value: Value, scope: Scope) -> None:
        """Bind a target to a value."""
        raise NotImplementedError


class Near(Deferred):
    """A deferred value of the same project: computed as soon as its name is used."""


CONVERSIONS: dict[str, Callable[[object], str]] = {"s": str, "r": repr, "a": ascii}

BUILTIN_NAMES = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)


def _computed(function: Callable[..., object], *operands: object) -> Value:
    """Compute with constants; what fails or grows too large is unknown."""
    if function in (operator.mul, operator.lshift) and any(isinstance(part, int) and abs(part) > 10_000 for part in operands):
        return Unknown("a value too large to compute")
    try:
        result = function(*operands)
    except Exception as error:  # whatever the user's operands make of it
        return Unknown(f"computing it fails: {error}")
    if isinstance(result, (str, bytes)) and len(result) > MAXIMUM_TEXT:
        return Unknown("a value too large to compute")
    return Constant(result)


def assumed(result: Value, *parts: Value) -> Value:
    """Mark a constant as assumed where a part of it is."""
    is_assumed = isinstance(result, Constant) and any(isinstance(part, Assumed) for part in parts)
    return Assumed(result.value) if is_assumed and isinstance(result, Constant) else result


def _identical(left: Value, right: Value) -> bool:
    if left is right:
        return not isinstance(left, Unknown)
    match left, right:
        case (Constant(), Constant()):
            return type(left.value) is type(right.value) and left.value == right.value
        case (Symbol(), Symbol()):
            return left.path == right.path
    return False


def _may_be_same(left: Value, right: Value) -> bool:
    """Say whether two values that are not identical could still turn out equal."""
    open_ended = (Unknown, Absent, Deferred, Made, Part, Indexed, Symbol, Instance)
    if isinstance(left, open_ended) or isinstance(right, open_ended):
        other = right if isinstance(left, open_ended) else left
        self_ = left if isinstance(left, open_ended) else right
        if isinstance(self_, (Made, Instance)) and isinstance(other, Constant) and other.value is None:
            return False
        if isinstance(self_, Symbol) and self_.path.startswith("builtins."):
            return not isinstance(other, (Constant, Class, Symbol))
        return True
    return False


def _same(first: Value, second: Value) -> bool:
    """Say whether two values are one for all that matters here."""
    match first, second:
        case (Constant(), Constant()):
            return type(first.value) is type(second.value) and first.value == second.value
        case (Symbol(), Symbol()):
            tops = {first.path.partition(".")[0], second.path.partition(".")[0]}
            return tops == {"sqlalchemy"} and first.path.rpartition(".")[2] == second.path.rpartition(".")[2]
        case (Made(), Made()):
            return (
                _same(first.callee, second.callee)
                and len(first.args) == len(second.args)
                and first.keywords.keys() == second.keywords.keys()
                and all(_same(a, b) for a, b in zip(first.args, second.args, strict=True))
                and all(_same(first.keywords[k], second.keywords[k]) for k in first.keywords)
            )
    return first is second

