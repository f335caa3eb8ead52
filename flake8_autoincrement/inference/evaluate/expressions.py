"""Expressions: from a node and the names around it to a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import (
    MAXIMUM_ITEMS,
    MAXIMUM_TEXT,
    TOO_LARGE,
    Near,
    is_too_large,
    is_wide,
)
from flake8_autoincrement.inference.evaluate.observer import Entry, Listing, Perhaps, Question, all_of, any_of, negated
from flake8_autoincrement.inference.evaluate.operators import Operators, assumed
from flake8_autoincrement.inference.evaluate.texts import Piece, Template, put_together
from flake8_autoincrement.inference.evaluate.values import (
    FALSE,
    TRUE,
    Absent,
    Constant,
    Deferred,
    Function,
    Items,
    Made,
    Mapping,
    Module,
    Scope,
    Value,
    executing,
    text_of,
)
from flake8_autoincrement.source import Span

UNDECIDED = "it depends on what is only known at run time"
CONVERSIONS: dict[str, Callable[[object], str]] = {"s": str, "r": repr, "a": ascii}
BUILTIN_NAMES = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)


class Expressions(Operators):
    """Evaluates expressions."""

    def evaluate(self, node: nodes.NodeNG, scope: Scope) -> Value:
        """Evaluate an expression; what cannot be known is `Unknown`, with the place."""
        self.step()
        match node:
            case nodes.Const():
                if type(node.value) is str:
                    return Constant(node.value, origin=(node, scope.module))
                return TOO_LARGE if type(node.value) is int and is_too_large(node.value) else Constant(node.value)
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
                kind = {"SetComp": "set", "GeneratorExp": "iterator"}.get(type(node).__name__, "list")
                return self._comprehension(node, scope, kind)
            case nodes.DictComp():
                return self._dict_comprehension(node, scope)
            case nodes.NamedExpr():
                value = self.evaluate(node.value, scope)
                scope.names[node.target.name] = value
                return value
            case nodes.Await():
                return self.evaluate(node.value, scope)
            case nodes.YieldFrom():
                value = self.evaluate(node.value, scope)
                if self.frames:
                    self.frames[-1].yields.extend(self.items(value) or [Unknown("yield from an unknown value")])
                return Constant(None)
            case nodes.Yield():
                value = self.evaluate(node.value, scope) if node.value is not None else Constant(None)
                if self.frames:
                    self.frames[-1].yields.append(self._perhaps(value, self.frames[-1].depth))
                return Constant(None)
            case nodes.Slice():
                return self._slice(node, scope)
        return Unknown(f"{type(node).__name__} is not evaluated", self.span(node, scope.module))

    def _perhaps(self, value: Value, depth: int) -> Value:
        """Give a value that is only yielded where a condition holds as one that is perhaps there."""
        condition = None if self.observer is None else self.observer.path(depth)
        return value if condition is None else Perhaps(UNDECIDED, None, condition, value)

    # Names.

    def _name(self, node: nodes.Name, scope: Scope) -> Value:
        found = self.lookup(node.name, scope)
        if found is None and self.may_bind(scope.module, node.name):
            return Unknown(f"where {node.name} is bound was not understood", self.span(node, scope.module))
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
                self.add(made, self.evaluate(element, scope))
        return made

    def _dict(self, node: nodes.Dict, scope: Scope) -> Mapping:
        made = Mapping({}, born=self.uncertain)
        for key_node, value_node in node.items:
            value = self.evaluate(value_node, scope)
            if isinstance(key_node, nodes.DictUnpack):
                self.merge(made, value)
            else:
                self.put(made, self.evaluate(key_node, scope), value)
        return made

    def _formatted(self, node: nodes.JoinedStr, scope: Scope) -> Value:
        parts: list[Value] = []
        values: list[Value] = []
        literal = 0  # characters of the literal itself so far
        for piece in node.values:
            if isinstance(piece, nodes.Const):
                text = str(piece.value)
                parts.append(Constant(text, origin=(Piece(0, len(text), node, scope.module, literal),)))
                literal += len(text)
                continue
            value = self.force(self.evaluate(piece.value, scope))
            values.append(value)
            shown = self._shown(piece, value, scope)
            if isinstance(shown, Unknown) and self.observer is None:
                return Unknown(shown.why, self.span(node, scope.module))
            parts.append(shown)
        if sum(len(str(part.value)) for part in parts if isinstance(part, Constant)) > MAXIMUM_TEXT:
            return Unknown("a value too large to compute", self.span(node, scope.module))
        return assumed(put_together(parts, "an f-string with an unknown part"), *values)

    def _shown(self, piece: nodes.FormattedValue, value: Value, scope: Scope) -> Value:
        """Give the text of a replacement field of an f-string."""
        specification = piece.format_spec
        form = text_of(self._formatted(specification, scope)) if specification is not None else ""
        if isinstance(value, Template) and not form:
            return value
        if not isinstance(value, Constant) or form is None:
            return Unknown("an f-string with an unknown part")
        if is_wide(form):
            return Unknown("a value too large to compute")
        if type(value.value) is str and not form and piece.conversion < 0:
            return value
        try:
            shown = value.value if piece.conversion < 0 else CONVERSIONS[chr(piece.conversion)](value.value)
            return Constant(format(shown, form))
        except (ValueError, TypeError, OverflowError, MemoryError):
            return Unknown("an f-string that fails")

    def _slice(self, node: nodes.Slice, scope: Scope) -> Value:
        bounds = (node.lower, node.upper, node.step)
        parts = [Constant(None) if bound is None else self.evaluate(bound, scope) for bound in bounds]
        return Made(self.symbol("builtins.slice"), list(parts), {})

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

    def _conditional(self, node: nodes.IfExp, scope: Scope) -> Value:
        test = self.evaluate(node.test, scope)
        truth = self.truth(test)
        if truth is None:
            return self.joined(self.evaluate(node.body, scope), self.evaluate(node.orelse, scope))
        return self.evaluate(node.body if truth else node.orelse, scope)

    def _boolean(self, node: nodes.BoolOp, scope: Scope) -> Value:
        """Evaluate `and` and `or`, stopping as Python does."""
        stops = node.op == "or"
        unknown: list[Value] = []
        for operand in node.values:
            value = self.evaluate(operand, scope)
            truth = self.truth(value)
            if truth is stops:
                return value if not unknown else self._stopped(unknown, value)
            if truth is None:
                unknown.append(value)
        if len(unknown) > 1:
            return self._combined_question(stops, unknown)
        return unknown[0] if unknown else value

    def _stopped(self, unknown: list[Value], value: Value) -> Value:
        """Give an `and` or `or` that ends with a known operand, behind others that are not known."""
        if all(isinstance(self.force(one), Question) for one in unknown):
            return Constant(self.truth(value))
        return self.joined(unknown[0] if len(unknown) == 1 else Unknown(UNDECIDED), value)

    def _combined_question(self, stops: bool, unknown: list[Value]) -> Value:
        """Give what an `and` or `or` of several unknown values asks."""
        if self.observer is None:
            return Unknown(UNDECIDED)
        conditions = [self.observer.condition(self.force(value)) for value in unknown]
        return Question(UNDECIDED, None, any_of(conditions) if stops else all_of(conditions))

    def _unary(self, node: nodes.UnaryOp, scope: Scope) -> Value:
        value = self.force(self.evaluate(node.operand, scope))
        if node.op == "not":
            truth = self.truth(value)
            if truth is None and self.observer is not None:
                return Question(UNDECIDED, None, negated(self.observer.condition(value)))
            return Unknown("the negation of an unknown value") if truth is None else Constant(not truth)
        if isinstance(value, Constant) and isinstance(value.value, (int, float)):
            return self.signed(node.op, value.value)
        return value if isinstance(value, Unknown) else Made(self.symbol(f"operator.{node.op}"), [value], {})

    def _compare(self, node: nodes.Compare, scope: Scope) -> Value:
        left = self.force(self.evaluate(node.left, scope))
        for sign, right_node in node.ops:
            right = self.force(self.evaluate(right_node, scope))
            if self.observer is not None and (asked := self.observer.compared(sign, left, right)) is not None:
                if len(node.ops) == 1:
                    return asked
            truth = self.compared(sign, left, right)
            if truth is not True:
                return FALSE if truth is False else Unknown("a comparison of unknown values")
            left = right
        return TRUE

    # Comprehensions.

    def _comprehension(
        self, node: nodes.ListComp | nodes.GeneratorExp | nodes.SetComp, scope: Scope, kind: str
    ) -> Value:
        made = Items(kind, [], born=self.uncertain)
        inner = Scope({}, scope, scope.module)
        for certain in self._rounds(node.generators, inner, made):
            if certain:
                self.add(made, self.evaluate(node.elt, inner))
        if isinstance(made.open, Listing) and len(node.generators) == 1:
            return self._listed(node, inner, made.open)
        return made

    def _listed(
        self, node: nodes.ListComp | nodes.GeneratorExp | nodes.SetComp, inner: Scope, listing: Listing
    ) -> Value:
        """Give a comprehension over the names that a database knows: other such names, or whether there is one."""
        asked = [self.force(self.evaluate(test, inner)) for test in node.generators[0].ifs]
        questions = [test for test in asked if isinstance(test, Question)]
        if questions and len(questions) == len(asked):
            return Question(UNDECIDED, None, all_of([question.condition for question in questions]))
        element = self.force(self.evaluate(node.elt, inner))
        if not asked and isinstance(element, Question):
            return element
        return listing if not asked and isinstance(element, Entry) else Unknown("an unknown choice of unknown names")

    def _dict_comprehension(self, node: nodes.DictComp, scope: Scope) -> Value:
        made = Mapping({}, born=self.uncertain)
        inner = Scope({}, scope, scope.module)
        for certain in self._rounds(node.generators, inner, made):
            if certain:
                self.put(made, self.evaluate(node.key, inner), self.evaluate(node.value, inner))
        return made

    def _rounds(self, generators: list[nodes.Comprehension], scope: Scope, made: Items | Mapping) -> Iterator[bool]:
        """Bind a comprehension's names, once for every round; false where a round may not happen."""
        if not generators:
            yield True
            return
        first, *rest = generators
        iterable = self.evaluate(first.iter, scope)
        items = self.items(iterable)
        if items is None and isinstance(listing := self.force(iterable), Listing):
            self.assign(first.target, Entry(listing.why, listing.span, listing), scope)
            made.open = listing
            return
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
        home, sites = list(executing), list(self.sites)
        return Near(lambda: self.at_home(home, sites, lambda: self.evaluate(node, scope)))

    def at_home(self, home: list[Module], sites: list[Span], compute: Callable[[], Value]) -> Value:
        """Compute a value that was put off, as if at the place where it stands."""
        outer_sites, outer_modules = self.sites, list(executing)
        self.sites, executing[:] = list(sites), home
        try:
            return compute()
        finally:
            self.sites, executing[:] = outer_sites, outer_modules

    # What statements provide.

    def assign(self, target: nodes.NodeNG, value: Value, scope: Scope) -> None:
        """Bind a target to a value."""
        raise NotImplementedError
