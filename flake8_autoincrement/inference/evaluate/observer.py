"""Who sees what a run does to the world outside: calls, questions whose answers only a database knows, and branches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from astroid import nodes

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import AllOf, AnyOf, Condition, Not, Opaque
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.values import NONE, Module, Value
from flake8_autoincrement.source import Span

Exit = Literal["return", "break", "continue"]


@dataclass(frozen=True, slots=True)
class Question(Unknown):
    """A truth that only a database knows: `condition` is what is asked of it."""

    condition: Condition = Opaque("it is only known at run time")


Listed = Literal[
    "tables", "views", "columns", "key columns", "indexes", "constraints", "sequences", "types", "schemas"
]


@dataclass(frozen=True, slots=True)
class Listing(Unknown):
    """Names that only a database knows: of its tables, or of the columns of `table`, or those of its primary key."""

    of: Listed = "tables"
    table: QualifiedName | None = None
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Entry(Unknown):
    """One of the names of a listing, whichever."""

    listing: Listing = Listing("")


@dataclass(frozen=True, slots=True)
class Perhaps(Unknown):
    """An item that a list has where a condition holds."""

    condition: Condition = Opaque("")
    value: Value = NONE


class Observer(ABC):
    """Watches functions that are executed in the name of a run.

    While there is one nothing is put off: calls happen in the order in which they are written.
    """

    @abstractmethod
    def called(self, callee: Value, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value | None:
        """See a call of something that is not the project's own code; give its result, None to leave it as it is."""

    @abstractmethod
    def attribute(self, value: Value, name: str) -> Value | None:
        """Give an attribute of something outside, None to leave it as it is."""

    @abstractmethod
    def compared(self, sign: str, left: Value, right: Value) -> Value | None:
        """Give the result of a comparison that is a question, None if it is none."""

    @abstractmethod
    def condition(self, test: Value) -> Condition:
        """Give what a test asks whose truth is not known."""

    @abstractmethod
    def each(self, iterable: Value) -> tuple[Value, Condition] | None:
        """Give an item that stands for all of an unknown iterable and the condition that there is one, if any."""

    @abstractmethod
    def entered(self, context: Value) -> Value | None:
        """See a `with` block begin; give what it binds, None to leave it as it is."""

    @abstractmethod
    def left(self, context: Value) -> None:
        """See a `with` block end."""

    @abstractmethod
    def abandoned(
        self, node: nodes.NodeNG, module: Module, site: Span | None, args: Sequence[Value] = ()
    ) -> None:
        """See that a function called with arguments, or a loop, takes too long to be followed to its end."""

    @abstractmethod
    def is_likely(self, condition: Condition) -> bool:
        """Say whether a condition may hold on a database without rows."""

    # Branches.

    @abstractmethod
    def branch(self, condition: Condition) -> AbstractContextManager[object]:
        """Collect what is seen inside the block as a branch that is taken where a condition holds."""

    @abstractmethod
    def branched(self, branches: Sequence[object], endings: Sequence[str | None]) -> None:
        """Take what was seen in branches of which one is taken, and how each ended (`return`, `raise`, `break`...).

        What is seen next is under the condition that the run has not left the function or the loop.
        """

    @abstractmethod
    def depth(self) -> int:
        """Give how many conditions there are around what is seen next."""

    @abstractmethod
    def release(self, depth: int, exits: Sequence[Exit]) -> None:
        """Take the conditions back that lie behind a depth and come from such exits."""

    @abstractmethod
    def path(self, depth: int) -> Condition | None:
        """Give the condition under which the run is here, counted from a depth; None if there is none."""


def negated(condition: Condition) -> Condition:
    """Give the opposite of a condition."""
    match condition:
        case Not():
            return condition.condition
        case Opaque(fresh=bool(fresh)):
            return Opaque(condition.why, not fresh)
    return condition if isinstance(condition, Opaque) else Not(condition)


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Give the condition that several hold."""
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))


def any_of(conditions: Sequence[Condition]) -> Condition:
    """Give the condition that one of several holds."""
    return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))
