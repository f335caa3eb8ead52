"""The `# noqa` comments of a file, read exactly as flake8 reads them."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from flake8_autoincrement.diagnostics import Diagnostic
from flake8_autoincrement.source import Source, Span

# The same in every flake8 7, `flake8.defaults.NOQA_INLINE_REGEXP` and `NOQA_FILE`; a test compares them.
NOQA_INLINE = re.compile(r"# noqa(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
NOQA_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)

_NOT_CODE = frozenset({tokenize.ENDMARKER, tokenize.DEDENT})
_LINE_ENDS = frozenset({tokenize.NL, tokenize.NEWLINE})


@dataclass(frozen=True, slots=True)
class Comment:
    """A `# noqa` that names codes: one of them and its place."""

    code: str
    span: Span


class Suppressions:
    """Says which diagnostics of a file its comments silence, and which comments silence nothing."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = source.lines
        self._tokens = _tokens(source.text)
        self._ranges = dict(_ranges(self._tokens))

    @property
    def whole_file(self) -> bool:
        """Say whether a line `# flake8: noqa` silences the file."""
        return any(NOQA_FILE.match(line) for line in self._lines)

    def silences(self, diagnostic: Diagnostic) -> bool:
        """Say whether a `# noqa` on the diagnostic's line, or on one that a string or a backslash joins to it, is meant for it."""
        line = diagnostic.span.line
        return self._silences(diagnostic.code, self._ranges.get(line, range(line, line + 1)))

    def unused(self, prefix: str, diagnostics: Collection[Diagnostic]) -> Iterator[Comment]:
        """Give the codes with a prefix that comments name, and that silence none of the diagnostics."""
        for lines, comment, column in self._comments():
            for code, place in _codes(comment, column):
                if code.startswith(prefix) and not any(
                    diagnostic.code.startswith(code) and diagnostic.span.line in lines for diagnostic in diagnostics
                ):
                    line = comment.start[0]
                    yield Comment(code, Span(self._source.path, line, place, line, place + len(code)))

    def _silences(self, code: str, lines: range) -> bool:
        found = NOQA_INLINE.search("\n".join(self._lines[lines.start - 1 : lines.stop - 1]))
        if found is None:
            return False
        codes = found["codes"]
        return codes is None or code.startswith(tuple(re.split(r"[,\s]+", codes.strip(", \t\n"))))

    def _comments(self) -> Iterator[tuple[range, tokenize.TokenInfo, int]]:
        for token in self._tokens:
            if token.type == tokenize.COMMENT:
                line, column = token.start
                yield self._ranges.get(line, range(line, line + 1)), token, column


def _codes(comment: tokenize.TokenInfo, column: int) -> Iterator[tuple[str, int]]:
    found = NOQA_INLINE.search(comment.string)
    if found is not None and found["codes"] is not None:
        for code in re.finditer(r"[^,\s]+", found["codes"]):
            yield code[0], column + found.start("codes") + code.start()


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return []


def _ranges(tokens: list[tokenize.TokenInfo]) -> Mapping[int, range]:
    """Map each line to the lines that share one `# noqa`: those that a multi-line string or a backslash joins."""
    ranges: dict[int, range] = {}
    first: int | None = None
    for token in tokens:
        if token.type in _NOT_CODE:
            continue
        first = token.start[0] if first is None else min(first, token.start[0])
        if token.type in _LINE_ENDS:
            lines = range(first, token.end[0] + 1)
            ranges.update(dict.fromkeys(lines, lines))
            first = None
    return ranges
