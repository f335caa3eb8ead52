"""The operations of a run as they are seen, in order, under the conditions of the branches around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from flake8_autoincrement.facts.operation import AnyOperation, Condition, Not, Opaque, When
from flake8_autoincrement.inference.evaluate.observer import Exit, all_of, any_of, negated


LISTED = "it goes through what the database has: "
EXITS: tuple[Exit, ...] = ("return", "break", "continue")


@dataclass(slots=True)
class Block:
    """A branch, or what follows one that leaves a loop or a function (`exit`), and what is seen in it."""

    condition: Condition | None
    exit: Exit | None = None
    operations: list[AnyOperation] = field(default_factory=list)
    restrictions: list[Block] = field(default_factory=list)  # closed in it, though what follows it is restricted too


class Recording:
    """Collects operations."""

    def __init__(self) -> None:
        self._blocks: list[Block] = [Block(None)]

    @property
    def operations(self) -> tuple[AnyOperation, ...]:
        """Give everything that was seen."""
        self.release(0, EXITS)
        return tuple(self._blocks[0].operations)

    def add(self, *operations: AnyOperation) -> None:
        """See operations."""
        self._blocks[-1].operations.extend(operations)

    def replace(self, since: int, operations: Sequence[AnyOperation]) -> None:
        """Put other operations in the place of those that were seen in this branch since there were so many."""
        self._blocks[-1].operations[since:] = operations

    @property
    def seen(self) -> list[AnyOperation]:
        """Give what was seen in this branch."""
        return self._blocks[-1].operations

    @contextmanager
    def branch(self, condition: Condition) -> Iterator[Block]:
        """Collect what is seen inside as a branch."""
        block = Block(condition)
        depth = len(self._blocks)
        self._blocks.append(block)
        try:
            yield block
        finally:
            block.restrictions = self._blocks[depth + 1 :]
            self.release(depth, EXITS)
            self._blocks.pop()

    def branched(self, blocks: Sequence[Block], endings: Sequence[str | None]) -> None:
        """Take over what was seen in branches of which one is taken, and restrict what follows to those that go on."""
        conditions = [block.condition for block in blocks if block.condition is not None]
        if len(conditions) == 2 and is_loop(conditions[0]) and _asks_itself(blocks[0].operations):
            self.add(*blocks[0].operations)
        elif len(conditions) == 2 and conditions[1] == negated(conditions[0]):
            then, otherwise = (tuple(block.operations) for block in blocks)
            if then or otherwise:
                self.add(_when(conditions[0], then, otherwise))
        else:
            for block in blocks:
                if block.operations and block.condition is not None:
                    self.add(_when(block.condition, tuple(block.operations), ()))
        self._restrict(blocks, endings)

    def _restrict(self, blocks: Sequence[Block], endings: Sequence[str | None]) -> None:
        inner = [restriction.exit for block in blocks for restriction in block.restrictions]
        exit_ = next((each for each in EXITS if each in endings or each in inner), None)
        staying = []
        for block, ending in zip(blocks, endings, strict=True):
            if ending is None:
                parts = [each.condition for each in (block, *block.restrictions) if each.condition is not None]
                staying.append(all_of(parts))
        if exit_ is not None and staying:
            self._blocks.append(Block(any_of(staying), exit_))

    def depth(self) -> int:
        """Give how many blocks there are."""
        return len(self._blocks) - 1

    def release(self, depth: int, exits: Sequence[Exit]) -> None:
        """Close the blocks behind a depth that come from such exits; one of another kind stays open in their place."""
        kept: list[Block] = []
        while len(self._blocks) - 1 > depth and self._blocks[-1].exit is not None:
            block = self._blocks.pop()
            assert block.condition is not None
            if block.operations:
                self.add(_when(block.condition, tuple(block.operations), ()))
            if block.exit not in exits:
                kept.append(Block(block.condition, block.exit))
        self._blocks.extend(reversed(kept))

    def path(self, depth: int) -> Condition | None:
        """Give the condition under which the run is here, from a depth on."""
        conditions = [block.condition for block in self._blocks[depth + 1 :] if block.condition is not None]
        asked = [condition for condition in conditions if not is_loop(condition)]
        return all_of(asked or conditions) if conditions else None


def is_loop(condition: Condition) -> bool:
    """Say whether a condition is that there is something of what a database lists, through which a loop goes."""
    return isinstance(condition, Opaque) and condition.why.startswith(LISTED)


def _asks_itself(operations: Sequence[AnyOperation]) -> bool:
    """Say whether everything in a loop is done only where the database has something in particular."""
    return bool(operations) and all(
        isinstance(each, When) and not isinstance(each.condition, Opaque) for each in operations
    )


def _when(condition: Condition, then: tuple[AnyOperation, ...], otherwise: tuple[AnyOperation, ...]) -> When:
    """Make a `When`, with the plain form of its condition where that is a negation."""
    span = next((each.span for each in (*then, *otherwise) if each.span is not None), None)
    if isinstance(condition, Not):
        return When(condition.condition, otherwise, then, span=span)
    return When(condition, then, otherwise, span=span)
