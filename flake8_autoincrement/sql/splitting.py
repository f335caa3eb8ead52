"""Where one statement ends and the next begins, for a text that the parser does not accept as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_autoincrement.sql.parsing import Token

_OPENING, _CLOSING = ("ASCII_40", "ASCII_91"), ("ASCII_41", "ASCII_93")


def split(text: str, scanned: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Give the tokens of each statement: it ends at a semicolon outside of brackets and of BEGIN ATOMIC ... END."""
    begin, depth, blocks = 0, 0, 0
    for index, token in enumerate(scanned):
        if token.name in _OPENING:
            depth += 1
        elif token.name in _CLOSING:
            depth = max(depth - 1, 0)
        elif token.name == "ATOMIC" and index and scanned[index - 1].name == "BEGIN_P":
            blocks += 1
        elif blocks and token.name == "CASE":
            blocks += 1
        elif blocks and token.name == "END_P":
            blocks -= 1
        elif token.name == "ASCII_59" and (depth == 0 or _begins_line(text, scanned, index)) and not blocks:
            if index > begin:
                yield scanned[begin:index]
            begin, depth = index + 1, 0
    if begin < len(scanned):
        yield scanned[begin:]


# What statements begin with that are met in migrations.
_FIRST = frozenset(
    {"ALTER", "BEGIN_P", "COMMIT", "CREATE", "DELETE_P", "DO", "DROP", "GRANT", "INSERT", "SELECT", "SET", "UPDATE"}
)


def _begins_line(text: str, scanned: Sequence[Token], index: int) -> bool:
    """Say whether a statement seems to begin behind a semicolon within brackets: one of those was never closed."""
    if index + 1 >= len(scanned):
        return True
    following = scanned[index + 1]
    is_new_line = "\n" in text[scanned[index].end : following.start]
    return is_new_line and following.name in _FIRST and text[following.start - 1] == "\n"
