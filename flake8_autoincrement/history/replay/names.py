"""The names that PostgreSQL makes up for sequences, constraints and indexes.

They are those of `makeObjectName`, `ChooseRelationName`, `ChooseIndexName` and `ChooseConstraintName` in its sources.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

MAXIMUM = 63  # bytes of a name (NAMEDATALEN - 1)


def object_name(first: str, second: str | None, label: str | None) -> str:
    """Put a name together, the longer of the first two parts cut until the whole is short enough."""
    room = MAXIMUM - (0 if label is None else len(encoded(label)) + 1) - (0 if second is None else 1)
    one, other = encoded(first), encoded(second or "")
    length, other_length = len(one), len(other)
    if length + other_length > room:
        # The longer part gives first, the second where both are equal.
        while length + other_length > room:
            if length > other_length:
                length -= 1
            else:
                other_length -= 1
    parts = [clipped(one, length)]
    if second is not None:
        parts.append(clipped(other, other_length))
    if label is not None:
        parts.append(label)
    return "_".join(parts)


def encoded(text: str) -> bytes:
    """Give the bytes of a name; one with a lone surrogate, which PostgreSQL refuses, has some too."""
    return text.encode("utf-8", "surrogatepass")


def clipped(data: bytes, length: int) -> str:
    """Cut a text to a number of bytes, not within a character."""
    return data[:length].decode("utf-8", "ignore")


def truncated(name: str) -> str:
    """Cut a name as PostgreSQL cuts identifiers that are too long."""
    data = encoded(name)
    return name if len(data) <= MAXIMUM else clipped(data, MAXIMUM)


def chosen(first: str, second: str | None, label: str, is_taken: Callable[[str], bool]) -> str:
    """Choose a name that is free: with a number behind the label where it is not."""
    number = 0
    found = object_name(first, second, label)
    while is_taken(found):
        number += 1
        found = object_name(first, second, f"{label}{number}")
    return found


def addition(columns: Sequence[str | None]) -> str:
    """Join the names of an index's or a foreign key's columns, as far as they fit into a name."""
    text = ""
    for column in columns:
        text += ("_" if text else "") + (column or "expr")
        if len(encoded(text)) > MAXIMUM:
            break
    return text
