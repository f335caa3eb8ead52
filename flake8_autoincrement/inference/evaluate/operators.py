"""Operators and conditions: what they give for values that are known, and when that is not known."""

from __future__ import annotations

import operator
from collections.abc import Callable

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import MAXIMUM_ITEMS, Containers, computed
from flake8_autoincrement.inference.evaluate.values import (
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
    Package,
    Part,
    Partial,
    Symbol,
    Value,
    Wrapped,
)

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


class Operators(Containers):
    """Applies operators and decides conditions."""

    def binary(self, sign: str, left: Value, right: Value) -> Value:
        """Apply an operator to two values."""
        left, right = self.force(left), self.force(right)
        match left, right:
            case (Constant(), Constant()) if sign in _ARITHMETIC:
                return assumed(computed(_ARITHMETIC[sign], left.value, right.value), left, right)
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

    def signed(self, sign: str, value: object) -> Value:
        """Apply a sign to a number."""
        return computed(_SIGNS[sign], value)

    def _percent(self, template: str, right: Items | Mapping) -> Value:
        if right.open is not None:
            return right.open
        plain = self.plain(right)
        if plain is None:
            return Unknown("a % with an unknown part")
        return computed(operator.mod, template, plain[0])

    # Conditions.

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

    def joined(self, first: Value, second: Value, _test: Value | None = None) -> Value:
        """Give what two ways of computing a value agree upon."""
        first, second = self.force(first), self.force(second)
        if first is second or _same(first, second):
            return first
        if isinstance(first, Unknown):
            return first
        return Unknown("it depends on a condition that is only known at run time")

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
