"""Operators and conditions: what they give for values that are known, and when that is not known."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import (
    MAXIMUM_ITEMS,
    MAXIMUM_TEXT,
    TOO_LARGE,
    Containers,
    computed,
    extent,
    is_symbolic,
    is_wide,
)
from flake8_autoincrement.inference.evaluate.observer import Perhaps
from flake8_autoincrement.inference.evaluate.texts import Template, part_of, put_together
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
    "**": operator.pow,
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


CONDITIONAL_COLUMN = "which column it is depends on a condition that is only known at run time"
_PLACEHOLDER = re.compile(r"%(?:\((?P<name>[^)]*)\))?(?P<form>[-#0 +]*\d*(?:\.\d+)?)(?P<kind>[a-zA-Z%])")
# What these give is an object without a truth of its own.
_TRUE = frozenset(
    {
        "sqlalchemy.inspect",
        "sqlalchemy.inspection.inspect",
        "sqlalchemy.engine.reflection.Inspector.from_engine",
        "sqlalchemy.MetaData",
        "sqlalchemy.orm.Session",
        "alembic.op.get_bind",
        "alembic.op.get_context",
    }
)
_SET_METHODS = {"-": "difference", "&": "intersection", "|": "union"}
_COLUMN_MAKERS = (".Column", ".mapped_column")


class Operators(Containers):
    """Applies operators and decides conditions."""

    def binary(self, sign: str, left: Value, right: Value) -> Value:
        """Apply an operator to two values."""
        left, right = self.force(left), self.force(right)
        match left, right:
            case (Constant(value=str(first)), Constant(value=str(second))) if sign == "+":
                if len(first) + len(second) > MAXIMUM_TEXT:
                    return TOO_LARGE
                return assumed(put_together([left, right], ""), left, right)
            case (Constant(value=str()) | Template(), _) if sign == "+" and self.observer is not None:
                return put_together([left, right], "a text with an unknown part")
            case (_, Constant(value=str()) | Template()) if sign == "+" and self.observer is not None:
                return put_together([left, right], "a text with an unknown part")
            case (Constant(value=str()), _) if sign == "%" and self.observer is not None:
                return self._interpolated(left, right)
            case (Constant(), Constant()) if sign in _ARITHMETIC:
                if sign == "%" and isinstance(left.value, (str, bytes)) and is_wide(str(left.value)):
                    return Unknown("a value too large to compute")
                return assumed(computed(_ARITHMETIC[sign], left.value, right.value), left, right)
            case (Items(), Items()) if sign == "+" and len(left.items) + len(right.items) > MAXIMUM_ITEMS:
                return Unknown("a container too large to compute")
            case (Items(), Items()) if sign == "+":
                return Items(left.kind, left.items + right.items, left.open or right.open, self.uncertain)
            case (Items(), Constant()) if sign == "*" and isinstance(right.value, int):
                if len(left.items) * right.value > MAXIMUM_ITEMS:
                    return Unknown("a container too large to compute")
                return Items(left.kind, left.items * right.value, left.open, self.uncertain)
            case (Items(kind="set"), Items(kind="set")) if sign in _SET_METHODS:
                return self.call(self.attribute(left, _SET_METHODS[sign]), [right], {})
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

    def _interpolated(self, template: Constant, right: Value) -> Value:
        """Fill `%s` and `%(name)s` of a text, with what is known."""
        given = right.items if isinstance(right, Items) and right.kind == "tuple" else [right]
        unknown = Unknown("a part that is not known")
        parts: list[Value] = []
        end = position = 0
        text = str(template.value)
        for found in _PLACEHOLDER.finditer(text):
            parts.append(part_of(template, end, found.start()))
            end = found.end()
            if found["kind"] == "%":
                parts.append(Constant("%"))
                continue
            if found["name"] is not None:
                value = self.force(self.subscript(right, Constant(found["name"])))
            else:
                value = self.force(given[position]) if position < len(given) else unknown
                position += 1
            if isinstance(value, Constant) and found["form"] + found["kind"] != "s":
                value = computed(operator.mod, "%" + found["form"] + found["kind"], (value.value,))
            parts.append(value if isinstance(value, (Constant, Template)) else unknown)
        parts.append(part_of(template, end, len(text)))
        if extent([part.value for part in parts if isinstance(part, Constant)]) > MAXIMUM_TEXT or is_wide(text):
            return TOO_LARGE
        return assumed(put_together(parts, "a % with an unknown part"), right)

    def _percent(self, template: str, right: Items | Mapping) -> Value:
        if right.open is not None:
            return right.open
        plain = self.plain(right)
        if plain is None or is_wide(template):
            return Unknown("a % with an unknown part")
        return assumed(computed(operator.mod, template, plain[0]), right)

    # Conditions.

    def truth(self, value: Value) -> bool | None:
        """Say whether a value counts as true, None if that is unknown."""
        value = self.force(value) if not isinstance(value, Deferred) or value.value is not None else value
        match value:
            case Assumed():
                return None
            case Constant():
                return bool(value.value)
            case Items() if value.items and all(isinstance(item, Perhaps) for item in value.items):
                return None
            case Items():
                return True if value.items or value.kind == "iterator" else None if value.open else False
            case Mapping():
                return True if value.entries else None if value.open else False
            case Class() if self.has_own_truth(value):
                return None
            case Instance():
                return self.instance_truth(value)
            case Class() | Function() | Module() | Package() | Bound() | Partial() | Wrapped():
                return True
            case Symbol():
                return self._symbol_truth(value)
            case Made(callee=Symbol(path=path)) if path in _TRUE:
                return True
        return None

    def has_own_truth(self, cls: Class) -> bool:
        """Say whether a class's metaclass decides whether the class counts as true."""
        return any(isinstance(entry, Class) and "metaclass" in entry.keywords for entry in cls.mro)

    def instance_truth(self, instance: Instance) -> bool | None:
        """Say whether an instance counts as true, as its class decides."""
        for hook in ("__bool__", "__len__"):
            for entry in instance.cls.mro:
                if isinstance(entry, Class) and hook in entry.namespace:
                    return self.truth(self.call(self.attribute(instance, hook), [], {}))
        return True if all(isinstance(entry, Class) for entry in instance.cls.mro) else None

    def _symbol_truth(self, symbol: Symbol) -> bool | None:
        if symbol.path in ("typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING", "six.PY2"):
            return False
        return True if symbol.path == "six.PY3" else None

    def joined(self, first: Value, second: Value) -> Value:
        """Give what two ways of computing a value agree upon."""
        first, second = self.force(first), self.force(second)
        if first is second or _same(first, second):
            return first
        if isinstance(first, Unknown):
            return first
        if _may_be_key(first) or _may_be_key(second):
            return Unknown(CONDITIONAL_COLUMN)
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
        if sign in ("==", "!=") and isinstance(left, Items) and isinstance(right, Items):
            same = self._same_items(left, right)
            return None if same is None else same is (sign == "==")
        first, second = self.plain(left), self.plain(right)
        if first is None or second is None or sign not in _COMPARISON:
            return None if _may_be_same(left, right) or sign not in ("==", "!=") else sign == "!="
        try:
            return _COMPARISON[sign](first[0], second[0])
        except TypeError:
            return None

    def _same_items(self, left: Items, right: Items) -> bool | None:
        """Say whether two sequences or two sets are equal, None if that is unknown."""
        if left.open or right.open or left.unordered or right.unordered:
            return None
        if left.kind != right.kind or len(left.items) != len(right.items):
            return False
        if left.kind == "set":
            answers = [self.contains(right, self.force(item)) for item in left.items]
        else:
            pairs = zip(left.items, right.items, strict=True)
            answers = [self.compared("==", self.force(one), self.force(other)) for one, other in pairs]
        return False if False in answers else None if None in answers else True

    def contains(self, container: Value, item: Value) -> bool | None:
        """Say whether a container has an item, None if that is unknown."""
        match container:
            case Constant() if isinstance(container.value, str) and isinstance(item, Constant):
                return isinstance(item.value, str) and item.value in container.value
            case Mapping():
                key = self.hashed(item)
                if key is None or isinstance(item, Assumed):
                    return None
                return True if key in container.entries else None if container.open or is_symbolic(item) else False
            case Items():
                answers = [self.compared("==", self.force(one), item) for one in container.items]
                if any(answers):
                    return True
                return None if container.open or any(answer is None for answer in answers) else False
        return None


def assumed(result: Value, *parts: Value) -> Value:
    """Mark a constant as assumed where a part of it is."""
    is_assumed = isinstance(result, Constant) and any(map(_holds_assumed, parts))
    return Assumed(result.value, origin=result.origin) if is_assumed and isinstance(result, Constant) else result


def _holds_assumed(value: Value) -> bool:
    """Say whether a value is assumed, or a container with something assumed in it."""
    match value:
        case Assumed():
            return True
        case Items():
            return any(isinstance(item, Assumed) for item in value.items)
        case Mapping():
            return any(isinstance(item, Assumed) for _, item in value.entries.values())
    return False


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
    if isinstance(left, Instance) and isinstance(right, Instance):
        return not (left.cls.members and right.cls.members)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (Unknown, Absent, Deferred, Part, Indexed, Bound)):
            return True
        if isinstance(one, (Made, Instance)):
            return not (isinstance(other, Constant) and other.value is None)
        if isinstance(one, Symbol):
            return not (one.path.startswith("builtins.") and isinstance(other, (Constant, Class, Symbol)))
    return False


def _may_be_key(value: Value) -> bool:
    """Say whether a value is a call that makes a column which may be in a primary key."""
    if not isinstance(value, Made) or not isinstance(value.callee, Symbol):
        return False
    is_column = value.callee.path.endswith(_COLUMN_MAKERS)
    return is_column and ("primary_key" in value.keywords or value.open is not None)


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
