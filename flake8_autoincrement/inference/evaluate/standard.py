"""The standard library, as far as declarations of tables use it."""

from __future__ import annotations

import re
from inspect import cleandoc
from textwrap import dedent

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.methods import Methods
from flake8_autoincrement.inference.evaluate.texts import Template, aligned
from flake8_autoincrement.inference.evaluate.values import (
    NONE,
    Assumed,
    Bound,
    Constant,
    Deferred,
    Function,
    Items,
    Made,
    Mapping,
    Part,
    Partial,
    Symbol,
    Value,
    Wrapped,
    executing,
    text_of,
    tuple_of,
)
from flake8_autoincrement.source import Span

_FIXED: dict[str, object] = {"sys.platform": "linux", "os.name": "posix", "os.sep": "/", "sys.maxsize": 2**63 - 1}
_RE_FUNCTIONS = frozenset({"sub", "match", "search", "fullmatch", "findall", "split", "escape"})


MAXIMUM_SUBJECT = 200  # characters of a text that a regular expression is applied to
MAXIMUM_MATCHING = 10_000_000  # steps that matching it may take


class Standard(Methods):
    """Calls functions of the standard library."""

    def symbol_attribute(self, symbol: Symbol, name: str) -> Value:
        """Give an attribute of a symbol: a longer symbol, or what is fixed for every run."""
        path = f"{symbol.path}.{name}"
        if symbol.path == "re" and name.isupper() and isinstance(getattr(re, name, None), int):
            return Constant(int(getattr(re, name)))
        if path in _FIXED:
            return Constant(_FIXED[path])
        if path == "sys.version_info":
            return tuple_of([Constant(part) for part in (3, 13, 0)])
        if path == "sqlalchemy.__version__":
            return Constant(".".join(map(str, self.sqlalchemy)))
        return self.symbol(path, symbol.missing)

    def _call_standard(
        self, path: str, args: list[Value], keywords: dict[str, Value], site: Span | None
    ) -> Value | None:
        """Call a function of the standard library, None if it is not one that is known."""
        match path:
            case "functools.partial" if args:
                return Partial(args[0], args[1:], keywords)
            case "typing.cast" if len(args) == 2:
                return args[1]
            case "copy.copy" | "copy.deepcopy" if args:
                return self._copied(self.force(args[0]), path == "copy.deepcopy")
            case "os.environ.get" | "os.getenv":
                default = self.force(args[1] if len(args) > 1 else keywords.get("default", NONE))
                return Assumed(default.value) if isinstance(default, Constant) else Unknown("an environment variable")
            case "itertools.chain":
                made = Items("list", [], born=self.uncertain)
                for argument in args:
                    self.extend(made, argument)
                return made
            case "importlib.import_module" if args:
                name = text_of(self.force(args[0]))
                return None if name is None or name.startswith(".") else self._imported(name)
            case "sqlalchemy.orm.declared_attr" | "sqlalchemy.ext.declarative.declared_attr" if args:
                return Wrapped("declared_attr", args[0])
            case "textwrap.dedent" | "inspect.cleandoc" if args:
                return self._unindented(path, self.force(args[0]))
            case "lazy_object_proxy.Proxy" if args:
                return Deferred(lambda: self.call(args[0], [], {}))
            case "types.new_class" if args:
                return self._new_class(args, site)
        module, _, name = path.rpartition(".")
        if module == "re" and name in (*_RE_FUNCTIONS, "compile"):
            return self._regular(name, args, keywords)
        return None

    def _unindented(self, path: str, value: Value) -> Value | None:
        """Take the indentation off a text; where only parts of it are known it stays, as blanks mean nothing in SQL."""
        if isinstance(value, Template):
            return value
        text = text_of(value)
        return None if text is None else aligned((dedent if path == "textwrap.dedent" else cleandoc)(text), value)

    def _imported(self, name: str) -> Value | None:
        return self.module_named(name, executing[-1]) if executing else None

    def _new_class(self, args: list[Value], site: Span | None) -> Value:
        namespace = Mapping({})
        if len(args) > 3:
            self.call(args[3], [namespace], {})
        return self.make_class(args[0], args[1] if len(args) > 1 else tuple_of([]), namespace, site)

    # Regular expressions.

    def _regular(self, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Call a function of `re` with constants; a replacement may be a function of the user's."""
        if name == "compile":
            return Made(self.symbol("re.Pattern"), args, keywords)
        args, keywords = self._with_pattern(name, args, keywords)
        if not args:
            return Unknown("a regular expression that is not given")
        if name == "sub" and len(args) > 2 and isinstance(replace := self.force(args[1]), (Function, Bound, Partial)):
            return self._substituted(args, keywords, replace)
        plain = self.plain(tuple_of(args))
        named = self.plain(self._as_mapping(keywords))
        if plain is None or named is None or not isinstance(plain[0], tuple) or not isinstance(named[0], dict):
            return Unknown("a regular expression on an unknown value")
        at = 2 if name == "sub" else 1
        subject = plain[0][at] if len(plain[0]) > at else named[0].get("string", "")
        if may_take_long(plain[0][0], subject):
            return Unknown("a regular expression that may take long")
        try:
            return self._match(getattr(re, name)(*plain[0], **named[0]))
        except Exception as error:  # whatever the user's arguments make of it
            return Unknown(f"computing it fails: {error}")

    def _with_pattern(
        self, name: str, args: list[Value], keywords: dict[str, Value]
    ) -> tuple[list[Value], dict[str, Value]]:
        """Put the text and the flags of a compiled expression in its place."""
        compiled = self.force(args[0]) if args else NONE
        if not isinstance(compiled, Made) or not isinstance(compiled.callee, Symbol):
            return args, keywords
        flags = compiled.args[1:] or [value for key, value in compiled.keywords.items() if key == "flags"]
        pattern = compiled.args[0] if compiled.args else compiled.keywords.get("pattern", Unknown("a pattern"))
        return [pattern, *args[1:]], {**keywords, **({"flags": flags[0]} if flags else {})}

    def _match(self, result: object) -> Value:
        if not isinstance(result, re.Match):
            return self.value_of(result)
        groups = [self.value_of(result.group(0)), *map(self.value_of, result.groups())]
        return Made(self.symbol("re.Match"), groups, {})

    def _substituted(self, args: list[Value], keywords: dict[str, Value], replace: Value) -> Value:
        pattern, text = text_of(self.force(args[0])), text_of(self.force(args[2]))
        count = self.plain(args[3] if len(args) > 3 else keywords.get("count", Constant(0)))
        flags = self.plain(args[4] if len(args) > 4 else keywords.get("flags", Constant(0)))
        if pattern is None or text is None or count is None or flags is None:
            return Unknown("a regular expression on an unknown value")
        if may_take_long(pattern, text):
            return Unknown("a regular expression that may take long")
        if not isinstance(count[0], int) or not isinstance(flags[0], int):
            return Unknown("a regular expression with an unknown count")
        try:
            matches = list(re.finditer(pattern, text, flags[0]))
        except Exception as error:  # whatever the user's pattern makes of it
            return Unknown(f"computing it fails: {error}")
        pieces: list[str] = []
        end = 0
        for at, found in enumerate(matches):
            if count[0] and at >= count[0]:
                break
            piece = text_of(self.force(self.call(replace, [self._match(found)], {})))
            if piece is None:
                return Unknown("a replacement that is not known")
            pieces += [text[end : found.start()], piece]
            end = found.end()
        return Constant("".join([*pieces, text[end:]]))

    def call_part(self, part: Part, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Call a method of a regular expression or a match, or of what a library's call returned."""
        of = self.force(part.of)
        if isinstance(of, Made) and isinstance(of.callee, Symbol):
            if of.callee.path == "re.Pattern" and part.name in _RE_FUNCTIONS:
                return self._regular(part.name, [of, *args], keywords)
            if of.callee.path == "re.Match" and part.name == "group":
                at = self.plain(args[0]) if args else (0,)
                known = at is not None and isinstance(at[0], int) and 0 <= at[0] < len(of.args)
                return of.args[at[0]] if known and at is not None and isinstance(at[0], int) else Unknown("a group")
        return super().call_part(part, args, keywords, site)


def may_take_long(pattern: object, text: object) -> bool:
    """Say whether matching may take very long: exponential time, by repeating what repeats or what is a choice.

    Otherwise the time may grow with the text's length to the power of how often the pattern repeats something.
    """
    if not isinstance(pattern, (str, bytes)) or not isinstance(text, (str, bytes)):
        return False  # which is refused
    if max(len(pattern), len(text)) > MAXIMUM_SUBJECT:
        return True
    written = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    if re.search(r"[*+}|)][^()]*\)[*+{]", written) is not None:
        return True
    repetitions = sum(map(written.count, "*+}"))
    return bool(len(text) ** repetitions > MAXIMUM_MATCHING)
