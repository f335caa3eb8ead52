"""What an expression evaluates to: a value that is known, a symbol of a library, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from astroid import nodes

from flake8_autoincrement.facts.operation import Condition
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.finder import Location
from flake8_autoincrement.source import Span


@dataclass(slots=True, eq=False)
class Constant:
    """A number, string, bytes, bool, None or Ellipsis.

    `origin` is where a text stands: the literal and its module, or the `Piece`s that it was put together of.
    """

    value: object
    origin: tuple[object, ...] | None = field(default=None, kw_only=True, repr=False)


@dataclass(slots=True, eq=False)
class Assumed(Constant):
    """A constant that holds where nothing says otherwise, such as the default of an environment variable.

    It serves as a name; a condition on it is unknown.
    """


@dataclass(slots=True, eq=False)
class Conventional(Constant):
    """A name that no naming convention is applied to again (`conv`, `op.f`)."""


@dataclass(slots=True, eq=False)
class Member(Constant):
    """A member of an enumeration whose members are strings or numbers themselves."""

    cls: Class
    name: str


# The modules whose statements are being executed, the innermost last. No two evaluations of a process overlap.
executing: list[Module] = []


@dataclass(slots=True, eq=False)
class Items:
    """A list, tuple, set, range or iterator.

    `open` says why there may be more items, None where all are known. `unordered` is true where their order is not
    known, as that of a list made from a set. `born` is how many conditions only known at run time it was made under,
    `home` the module that was being executed then.
    """

    kind: str
    items: list[Value]
    open: Unknown | None = None
    born: int = 0
    unordered: bool = False
    home: Module | None = field(default_factory=lambda: executing[-1] if executing else None)

    @property
    def is_unordered(self) -> bool:
        """Say whether it matters that the order is not known."""
        return (self.unordered or self.kind == "set") and len(self.items) > 1


@dataclass(slots=True, eq=False)
class Mapping:
    """A dict from constants and symbols to values; `open` says why there may be more entries."""

    entries: dict[object, tuple[Value, Value]]
    open: Unknown | None = None
    born: int = 0
    home: Module | None = field(default_factory=lambda: executing[-1] if executing else None)


class Names(Mapping):
    """The names of a scope as a dict, as `globals()` gives it: what is put in becomes a name."""

    def __init__(self, names: dict[str, Value]) -> None:
        super().__init__({(str, name): (Constant(name), value) for name, value in names.items()})
        self.names = names


@dataclass(slots=True, eq=False)
class Symbol:
    """A dotted name of a library that is known by name, or that cannot be found: `sqlalchemy.Column`.

    `missing` says why the name could not be followed, None for a library known by name.
    """

    path: str
    missing: str | None = None


@dataclass(slots=True, eq=False)
class Part:
    """An attribute of a value that is not looked into: `users.c`, `String(36).with_variant`."""

    of: Value
    name: str


@dataclass(slots=True, eq=False)
class Indexed:
    """A subscript of a value that is not looked into: `Mapped[int]`."""

    of: Value
    index: Value


@dataclass(slots=True, eq=False)
class Made:
    """The result of calling a symbol, with its arguments: `Column(Integer, primary_key=True)`.

    `open` says why there may be more arguments than those seen. `places` are the calls that led here, the outermost
    first; `node` is the call as written, if it was.
    """

    callee: Value
    args: list[Value]
    keywords: dict[str, Value]
    places: tuple[Span, ...] = ()
    node: nodes.NodeNG | None = None
    open: Unknown | None = None
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Annotation:
    """An annotation and the scope in which its names are looked up."""

    node: nodes.NodeNG
    scope: Scope


@dataclass(slots=True, eq=False)
class Function:
    """A function or lambda of a file that was read; `owner` is the class whose body it stands in."""

    name: str
    node: nodes.FunctionDef | nodes.Lambda
    scope: Scope
    defaults: dict[str, Value]
    owner: Class | None = None
    decorators: list[Value] = field(default_factory=list)
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Wrapped:
    """A function behind a decorator that changes how it is reached.

    `kind` is `property`, `classmethod`, `staticmethod`, `declared_attr`, or `other` where the decorator is not known.
    """

    kind: str
    function: Value
    cascading: bool = False
    decorator: Value | None = None


@dataclass(slots=True, eq=False)
class Bound:
    """A function with its first argument: a method of an instance or a class."""

    function: Value
    receiver: Value


@dataclass(slots=True, eq=False)
class Method:
    """A method of a known value that is not user code, such as `list.append`."""

    receiver: Value
    name: str


@dataclass(slots=True, eq=False)
class Partial:
    """A `functools.partial`."""

    function: Value
    args: list[Value]
    keywords: dict[str, Value]


@dataclass(slots=True, eq=False)
class Super:
    """A `super()`: looks attributes up behind `after` in the order of the receiver's class."""

    after: Class
    receiver: Value


@dataclass(slots=True, eq=False)
class Class:
    """A class that was read, or one that a call such as `declarative_base()` made.

    `mro` is its linearisation, itself first: classes, and the symbols of libraries. `written` are the bases as the
    class statement has them, with their texts and places. `maker` is what made it instead of a class statement: a
    call of `declarative_base`, say; `kind` tells such roots apart. `declared` holds what each `declared_attr` gave
    for the class, by the attribute; `members` are those of an enumeration; `appended` is what was
    added to the class's table behind the class statement. `generation` is 0 where a module made the class, and one more
    than that of another class whose `declared_attr` did. `compilers` are the functions that `@compiles` registers
    for it, by dialect. `lines` are the places of its attributes, `home` the module whose execution made it.
    """

    name: str
    module: str
    node: nodes.NodeNG | None
    span: Span
    bases: list[Value]
    keywords: dict[str, Value]
    namespace: dict[str, Value]
    annotations: dict[str, Annotation]
    mro: list[Value] = field(default_factory=list)
    written: list[tuple[Value, str, Span]] = field(default_factory=list)
    decorators: list[Value] = field(default_factory=list)
    maker: Value | None = None
    home: Module | None = None
    kind: str = ""
    declared: dict[Wrapped, Value] = field(default_factory=dict)
    members: dict[str, Value] = field(default_factory=dict)
    appended: list[Value] = field(default_factory=list)
    generation: int = 0
    compilers: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, Span] = field(default_factory=dict)

    @property
    def dotted(self) -> str:
        """Give the module's and the class's name."""
        return f"{self.module}.{self.name}" if self.module else self.name


@dataclass(slots=True, eq=False)
class Instance:
    """An instance of a class that was read; `supers` are the arguments that reached a library's constructor."""

    cls: Class
    attributes: dict[str, Value] = field(default_factory=dict)
    supers: Made | None = None
    places: tuple[Span, ...] = ()


@dataclass(slots=True, eq=False)
class Module:
    """A module of a project or library.

    `state` is `new`, `loaded` (parsed; a name is bound when it is asked for), `executing` or `done`. `statements` are
    the top-level statements that bind or change a name, with their positions in the body; `bound` are the names that
    they bind; `running` and `done` are the positions of those that are being and have been executed; `raising` are
    those that may raise, `end` is that of the one that did, behind which nothing is executed. `may_declare` says
    whether the words of a model are in the text; `is_dynamic` whether it makes names at run time, and `maybe_bound`
    are the names that it may bind in ways that are not followed, None before somebody asked. `steps` are those that
    its statements took; `made` are the classes and tables that the body makes, `unread` what of it could not be read.
    """

    name: str
    location: Location
    path: str
    names: dict[str, Value] = field(default_factory=dict)
    typing_names: dict[str, Value] = field(default_factory=dict)
    stars: list[Module] = field(default_factory=list)
    star_symbols: list[str] = field(default_factory=list)
    star_missing: str | None = None
    imported: list[Module] = field(default_factory=list)
    state: str = "new"
    tree: nodes.Module | None = None
    text: str = ""
    may_declare: bool = False
    is_dynamic: bool = False
    maybe_bound: frozenset[str] | None = None
    failure: str | None = None
    statements: dict[str, list[tuple[int, nodes.NodeNG]]] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    raising: list[int] = field(default_factory=list)
    end: int | None = None
    running: list[int] = field(default_factory=list)
    done: set[int] = field(default_factory=set)
    steps: int = 0
    made: list[Made | Class] = field(default_factory=list)
    unread: list[Unknown] = field(default_factory=list)

    @property
    def body(self) -> list[nodes.NodeNG]:
        """Give the statements of the file, none where it could not be parsed."""
        return self.tree.body if self.tree is not None else []


@dataclass(slots=True, eq=False)
class Package:
    """A namespace package, or any package that is reached only to name a submodule of it.

    `importer` is the path of the file that brings it in.
    """

    name: str
    location: Location
    importer: str


@dataclass(slots=True, eq=False)
class Absent:
    """A name that a file of the project was asked for and certainly does not define."""

    why: str
    span: Span | None = None


@dataclass(slots=True, eq=False)
class Deferred:
    """A value that is not computed before something needs it, such as a name imported from another package."""

    compute: Callable[[], Value]
    value: Value | None = None
    busy: bool = False


Value = (
    Constant
    | Items
    | Mapping
    | Symbol
    | Part
    | Indexed
    | Made
    | Function
    | Wrapped
    | Bound
    | Method
    | Partial
    | Super
    | Class
    | Instance
    | Module
    | Package
    | Absent
    | Deferred
    | Unknown
)


@dataclass(slots=True, eq=False)
class Scope:
    """Names and the scope around them; `frame` is set in the body of a function, `cls` in that of a class."""

    names: dict[str, Value]
    parent: Scope | None
    module: Module
    cls: Class | None = None
    frame: Frame | None = None
    outward: dict[str, Scope] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Frame:
    """One call of a function: what it has returned or yielded so far, on paths that may have been taken.

    While somebody observes, `paths` are the conditions under which the run came to each return, and `depth` counts
    those that were around the call.
    """

    function: Function
    receiver: Value | None = None
    returns: list[Value] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    paths: list[Condition | None] = field(default_factory=list)
    depth: int = 0


NONE = Constant(None)
TRUE = Constant(True)
FALSE = Constant(False)


def constant(value: Value) -> object:
    """Give a constant's Python object; anything else is itself."""
    return value.value if isinstance(value, Constant) else value


def is_none(value: Value | None) -> bool:
    """Say whether a value is the constant None."""
    return isinstance(value, Constant) and value.value is None


def text_of(value: Value | None) -> str | None:
    """Give a constant string, None for anything else."""
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None


def tuple_of(items: Sequence[Value]) -> Items:
    """Make a tuple of values."""
    return Items("tuple", list(items))


def list_of(items: Sequence[Value]) -> Items:
    """Make a list of values."""
    return Items("list", list(items))
