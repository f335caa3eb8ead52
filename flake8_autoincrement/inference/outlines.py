"""What a file imports and of what its names are made, by a scan of its bytes that spares parsing it."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

_FIRST, _REST = rb"[A-Za-z_\x80-\xff]", rb"[\w\x80-\xff]"
_DOTTED = re.compile(_FIRST + _REST + rb"*(?:\." + _REST + rb"+)*")
_CALLEE = re.compile(_FIRST + rb"[\w.\x80-\xff]*$")
# What is called so may make a table or a column, however far away it is defined. One pattern each: they are found by
# their first letters.
_MAKERS = tuple(
    re.compile(rb"(" + word + _REST + rb"*)\s*\(")
    for word in (rb"olumn", rb"Table", rb"table", rb"eclarative", rb"mapper", rb"map_")
)
_MAPPING_DECORATOR = re.compile(rb"\n[ \t]*@([\w.\x80-\xff]*(?:mapped|eclarative)[\w.]*)")
_MAPPED = re.compile(rb"(Mapped)\[")
_MAKER = re.compile(rb"olumn|Table|table|eclarative|mapper|map_")
_STATEMENT = re.compile(rb"\n(?=[^\s#)\]}])")
_DECORATED = re.compile(rb"\n(?=(?:async[ \t]+)?(?:def|class)[ \t])")
_DEFINITION = re.compile(rb"(?:async[ \t]+)?(?:def|class)[ \t]+(" + _REST + rb"+)")
_CLASS = re.compile(rb"class[ \t]+" + _REST + rb"+([ \t]*:|[^\0]{0,4000}?\)[\s\\]{0,100}:)")
_DEFINED = re.compile(rb"(?:def|class)[ \t]+(" + _REST + rb"+)")
_METHOD = re.compile(rb"(?:async[ \t]+)?def[ \t]+(" + _REST + rb"+)")
_ASSIGNED = re.compile(rb"^[ \t]*(" + _FIRST + rb"[\w\x80-\xff, \t]*)(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_LOADED = re.compile(rb"import_module\(\s*[\"']([\w.]+)[\"']")
_COMMENT = re.compile(rb"#[^\n]*")
_LONGEST_IMPORT = 50_000  # bytes between the brackets of an import

INHERITED = "__init_subclass__"  # the attribute of a class that is meant where another is derived from it
_CALLED = "__init__ __new__ __call__ __get__ __getattr__ __set_name__ __enter__".split()


@dataclass(frozen=True, slots=True)
class Imported:
    """Where an import takes a name from: `module` with its leading dots, and `name`, None for the module itself."""

    module: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a module's body, with all that is indented below it: where it begins and ends."""

    start: int
    end: int


class Outline:
    """The imports of a file, wherever in it they stand, and the statements of its body.

    It sees at least what Python would: what stands in strings and comments may be among it.
    """

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
        self._data = b"\n" + plain.removeprefix(BOM_UTF8)

    @cached_property
    def imports(self) -> dict[bytes, list[Imported]]:
        """Give what each name may be bound to by imports; `*` stands for the modules that are imported whole."""
        found: dict[bytes, list[Imported]] = {}
        for name, imported in self._imports():
            found.setdefault(name, []).append(imported)
        return found

    @cached_property
    def bindings(self) -> dict[bytes, dict[Statement, None]]:
        """Give the statements of the module's body that define or assign each name."""
        found: dict[bytes, dict[Statement, None]] = {}
        for statement in self._statements:
            for name in _bound(self._data[statement.start : statement.end]):
                found.setdefault(name, {})[statement] = None
        return found

    def imports_of(self, libraries: frozenset[str]) -> bool:
        """Say whether anything is imported from one of some libraries."""
        if not any(library.encode() in self._data for library in libraries):
            return False
        return any(one.module.partition(".")[0] in libraries for found in self.imports.values() for one in found)

    def run(self, *, wholly: bool) -> set[str]:
        """Give the names of this file, dotted as they are written, of which the tables may be made that it makes.

        They are those of base classes that are not among these themselves, and of what is called; also in functions
        where those are taken `wholly`.
        """
        bases = {word: word.partition(b".")[0] for word in _words(b" ".join(self._headers()))}
        found = {_text(word) for word, head in bases.items() if head in self.imports or self._is_variable(head)}
        found |= {f"{name}.{INHERITED}" for name in found}
        anywhere = {name for name in _calls(self._data, self._aliases) if name.partition(b".")[0] in self.imports}
        return found | (set(map(_text, anywhere)) if wholly or not anywhere else self._made_at_once())

    def _is_variable(self, name: bytes) -> bool:
        """Say whether a name is bound here, and not by a class statement."""
        is_class = re.search(rb"class[ \t]+" + re.escape(name) + rb"(?![\w\x80-\xff])", self._data) is not None
        return not is_class and name in self.bindings

    def _headers(self) -> Iterator[bytes]:
        """Give the bases of all classes, and the decorators that may map one."""
        at = self._data.find(b"class ")
        while at >= 0:
            start = self._line_start(at)
            if not self._data[start:at].strip() and (header := _CLASS.match(self._data, at)) is not None:
                yield header[1]
            at = self._data.find(b"class ", at + 6)
        if b"\n@" in self._data:
            yield from (found[1] for found in _MAPPING_DECORATOR.finditer(self._data))

    def _made_at_once(self) -> set[str]:
        """Give what `_making` does for what runs when the file is imported."""
        found: set[str] = set()
        for statement in self._statements:
            text = self._data[statement.start : statement.end]
            if (header := _header(text)) is not None:
                found |= self._making(text[: header.end()]) | self._declaring(text[header.end() :])
            elif not _is_function(text):
                found |= self._making(text)
        return found

    def ingredients(self, statement: Statement, attribute: str) -> set[str]:
        """Give the names of this file of which what a statement binds may be made.

        Of a class these are its decorators, its bases, which are only derived from, and what is called in the
        definition of the attribute that is meant and, where that is not `INHERITED`, in the methods that Python calls
        by itself.
        """
        text = self._data[statement.start : statement.end]
        header = _header(text)
        if header is None:
            return self._making(text) if _is_function(text) else self._words(text)
        bases = {f"{name}.{INHERITED}" for name in self._words(header[1])}
        found = bases | self._words(text[: header.start()])
        for name in {attribute} if attribute == INHERITED else {*_CALLED, attribute} - {""}:
            for definition in _definitions(text, name.encode(), header.end()):
                found |= self._making(definition)
        return found

    def _declaring(self, body: bytes) -> set[str]:
        """Give what `_making` does for a class's body, without the methods that only run when they are called."""
        if not self._making(body):
            return set()
        return self._making(b"\n".join(_without_methods(body.split(b"\n"))))

    def _words(self, text: bytes) -> set[str]:
        """Give the names of this file that stand in a text."""
        return {_text(word) for word in _words(text) if word.partition(b".")[0] in self._known}

    def _making(self, text: bytes) -> set[str]:
        """Give the names of this file that are called in a text and whose names speak of tables or columns."""
        return {_text(call) for call in _calls(text, self._aliases) if call.partition(b".")[0] in self._known}

    @cached_property
    def _aliases(self) -> set[bytes]:
        """Give other names under which the file imports what makes a table or a column."""
        return {
            name
            for name, found in self.imports.items()
            if any(one.name and one.name != _text(name) and _MAKER.search(one.name.encode()) for one in found)
        }

    @cached_property
    def _known(self) -> set[bytes]:
        return self.imports.keys() | self.bindings.keys()

    @cached_property
    def _statements(self) -> tuple[Statement, ...]:
        return tuple(self._divided())

    def _divided(self) -> Iterator[Statement]:
        """Give the parts of the file that begin in the first column, decorators joined to what they decorate."""
        start = 0
        decorated = False
        for match in _STATEMENT.finditer(self._data):
            at = match.end()
            if not decorated and at > start:
                yield Statement(start, at)
                start = at
            decorated = self._data[at : at + 1] == b"@"
        yield Statement(start, len(self._data))

    # Imports.

    def _imports(self) -> Iterator[tuple[bytes, Imported]]:
        data = self._data
        at = data.find(b"import")
        while at >= 0:
            before = self._before(at)
            if not before:
                yield from _plain(self._names(at + 6))
            elif before.startswith(b"from"):
                yield from _from(_text(b"".join(before[4:].split())), self._names(at + 6))
            elif data.startswith(b"import_module(", at):
                yield from ((b"*", Imported(_text(module), None)) for module in _LOADED.findall(data, at, at + 200)[:1])
            at = data.find(b"import", at + 6)

    def _before(self, at: int) -> bytes:
        """Give the part of a statement before a place."""
        start = self._line_start(at)
        while self._data[max(0, start - 2) : start] == b"\\\n":
            start = self._line_start(start - 1)
        line = self._data[start:at].replace(b"\\\n", b" ")
        for end in (b";", b":"):
            line = line.rpartition(end)[2]
        return line.strip()

    def _names(self, at: int) -> list[list[bytes]]:
        """Give what an import lists, each as its words: `name`, or `name as other`."""
        listed = self._data[at : self._line_end(at)]
        if listed.lstrip().startswith(b"("):
            close = self._data.find(b")", at)
            end = close if at <= close < at + _LONGEST_IMPORT else at + _LONGEST_IMPORT
            listed = _COMMENT.sub(b"", self._data[at:end]).replace(b"(", b" ")
        listed = _COMMENT.sub(b"", listed.replace(b"\\\n", b" ")).partition(b";")[0]
        return [part.split() for part in listed.split(b",") if part.split()]

    def _line_start(self, at: int) -> int:
        return self._data.rfind(b"\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """Give the end of a line, with those that backslashes join to it."""
        end = self._data.find(b"\n", at)
        while end > 0 and self._data[end - 1 : end] == b"\\":
            end = self._data.find(b"\n", end + 1)
        return end if end >= 0 else len(self._data)


def _calls(text: bytes, aliases: Iterable[bytes]) -> set[bytes]:
    """Give what is called in a text by a name that speaks of tables or columns, or by one of some other names."""
    calls = {_callee(text, found.end(1)) for maker in _MAKERS for found in maker.finditer(text)}
    calls.update(alias for alias in aliases if alias + b"(" in text)
    if b"Mapped[" in text:
        calls.update(_callee(text, found.end(1)) for found in _MAPPED.finditer(text))
    return calls - {b""}


def _words(text: bytes) -> set[bytes]:
    return set(_DOTTED.findall(text))


def _header(text: bytes) -> re.Match[bytes] | None:
    """Give the part of a class statement from `class` to its body, None for any other statement."""
    return _CLASS.match(text, _definition(text))


def _is_function(text: bytes) -> bool:
    """Say whether a statement only defines a function."""
    return text.startswith((b"def ", b"async def "), _definition(text))


def _definition(text: bytes) -> int:
    """Give the place behind a statement's decorators."""
    found = _DECORATED.search(text) if text.startswith(b"@") else None
    return 0 if found is None else found.end()


def _callee(text: bytes, end: int) -> bytes:
    """Give the dotted name that ends at a place; nothing where a method of something else is called."""
    found = _CALLEE.search(text[max(0, end - 100) : end])
    return found[0] if found is not None and text[max(0, end - len(found[0]) - 1) : end][:1] != b"." else b""


def _bound(text: bytes) -> Iterator[bytes]:
    """Give the names that a statement of a module's body binds, those inside a compound statement included."""
    if (defined := _DEFINITION.match(text, _definition(text))) is not None:
        yield defined[1]
        return
    if text.startswith((b"from ", b"import ")):
        return
    for assigned in _ASSIGNED.findall(text):
        yield from (name.strip() for name in assigned.split(b","))
    if text[:1] not in b"\"'":
        yield from _DEFINED.findall(text)


def _definitions(text: bytes, name: bytes, start: int) -> Iterator[bytes]:
    """Give the parts of a class's body that define an attribute."""
    at = text.find(name, start)
    while at >= 0:
        line = text.rfind(b"\n", 0, at) + 1
        if text[line:at].split() in ([], [b"def"], [b"async", b"def"]):
            column = at - line - len(text[line:at].lstrip())
            end = _dedent(column).search(text, at)
            yield text[line : end.start() if end is not None else len(text)]
        at = text.find(name, at + len(name))


@lru_cache(maxsize=64)
def _dedent(column: int) -> re.Pattern[bytes]:
    """Give what finds the end of a block: a line that is indented no further, and that closes no bracket."""
    return re.compile(rb"\n[ \t]{0,%d}(?=[^\s#)\]}])" % column)


def _without_methods(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out the bodies of methods, unless a class calls them by itself."""
    column: int | None = None
    declared = False
    for line in lines:
        text = line.lstrip()
        indentation = len(line) - len(text)
        if column is not None and (not text or indentation > column or text[:1] in b")]}#"):
            continue
        column = None
        if (method := _METHOD.match(text)) is not None and not declared and not method[1].startswith(b"__"):
            column = indentation
        declared = text[:1] == b"@" and (declared or b"declared" in text)
        yield line


def _plain(names: list[list[bytes]]) -> Iterator[tuple[bytes, Imported]]:
    for module, *alias in names:
        if alias[:1] == [b"as"] and len(alias) == 2:
            yield alias[1], Imported(_text(module), None)
        elif not alias:
            top = module.partition(b".")[0]
            yield top, Imported(_text(top), None)


def _from(module: str, names: list[list[bytes]]) -> Iterator[tuple[bytes, Imported]]:
    for name, *alias in names:
        if name == b"*":
            yield b"*", Imported(module, None)
        elif not alias or (alias[0] == b"as" and len(alias) == 2):
            yield (alias[1] if alias else name), Imported(module, _text(name))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
