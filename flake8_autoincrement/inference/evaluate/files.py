"""Paths, and files that code reads beside itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.standard import Standard
from flake8_autoincrement.inference.evaluate.values import Constant, Made, Part, Symbol, Value, executing, text_of
from flake8_autoincrement.inference.sources import ReadError, decoded
from flake8_autoincrement.source import Span

_PLAIN: dict[str, Callable[[str], str]] = {
    "dirname": os.path.dirname,
    "basename": os.path.basename,
    "normpath": os.path.normpath,
}
_SAME = frozenset({"abspath", "realpath", "expanduser", "fspath"})
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "anyio.Path"})
_UNCHANGED = frozenset({"resolve", "absolute", "expanduser", "as_posix", "__str__", "__fspath__"})


@dataclass(slots=True, eq=False)
class PathText(Constant):
    """A `pathlib.Path` whose text is known."""


class Files(Standard):
    """Computes with paths and reads files, through what records the files that an answer rests on."""

    def _call_standard(
        self, path: str, args: list[Value], keywords: dict[str, Value], site: Span | None
    ) -> Value | None:
        module, _, name = path.rpartition(".")
        if path in _PATHS and args:
            return self._joined_path(args, PathText)
        if module in ("os.path", "posixpath", "os") and args:
            if name == "join":
                return self._joined_path(args, Constant)
            text = text_of(self.force(args[0]))
            if text is not None and (name in _SAME or name in _PLAIN):
                return Constant(_PLAIN[name](text) if name in _PLAIN else text)
        return super()._call_standard(path, args, keywords, site)

    def _joined_path(self, args: list[Value], kind: type[Constant]) -> Value | None:
        texts = [text_of(self.force(argument)) for argument in args]
        known = [text for text in texts if text is not None]
        return kind(os.path.join(*known)) if len(known) == len(texts) else None

    # Paths.

    def path_attribute(self, path: PathText, name: str) -> Value:
        """Give an attribute of a path."""
        text = str(path.value)
        match name:
            case "parent":
                return PathText(os.path.dirname(text))
            case "name":
                return Constant(os.path.basename(text))
            case "stem":
                return Constant(os.path.splitext(os.path.basename(text))[0])
            case "suffix":
                return Constant(os.path.splitext(text)[1])
        return Part(path, name)

    def binary(self, sign: str, left: Value, right: Value) -> Value:
        """Apply an operator; `/` joins paths."""
        left = self.force(left)
        if sign == "/" and isinstance(left, PathText):
            return self._joined_path([left, right], PathText) or Unknown("a path with an unknown part")
        return super().binary(sign, left, right)

    def call_part(self, part: Part, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Call a method of a path or of an opened file."""
        of = self.force(part.of)
        if isinstance(of, PathText):
            return self._path_method(of, part.name, args)
        if isinstance(of, Made) and isinstance(of.callee, Symbol) and of.callee.path in ("builtins.open", "io.open"):
            text = text_of(self.force(of.args[0])) if of.args else None
            if part.name == "read" and text is not None:
                return self.file_text(text)
        return super().call_part(part, args, keywords, site)

    def _path_method(self, path: PathText, name: str, args: list[Value]) -> Value:
        match name:
            case "joinpath":
                return self._joined_path([path, *args], PathText) or Unknown("a path with an unknown part")
            case "read_text":
                return self.file_text(str(path.value))
            case "open":
                return Made(self.symbol("builtins.open"), [path], {})
            case "with_name" if args and (text := text_of(self.force(args[0]))) is not None:
                return PathText(os.path.join(os.path.dirname(str(path.value)), text))
            case "with_suffix" if args and (text := text_of(self.force(args[0]))) is not None:
                return PathText(os.path.splitext(str(path.value))[0] + text)
        return path if name in _UNCHANGED else Unknown(f"{name}() of a path")

    def file_text(self, path: str) -> Value:
        """Give the text of a file; the answer rests on that file."""
        if not executing or not os.path.isabs(path):
            return Unknown(f"the content of {path}")
        try:
            with self.sources.on_behalf(executing[-1].path):
                return Constant(decoded(self.sources.data(os.path.normpath(path))))
        except ReadError as error:
            return Unknown(f"{os.path.basename(path)} could not be read: {error}")
