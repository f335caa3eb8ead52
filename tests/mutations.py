"""Ways to spoil a text: a few of its bytes, tokens, lines, or parts of its syntax tree."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Callable
from random import Random

ODD = (
    *(b"", b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\x0c", b"\t", b"\\\n", b"\n", b"\n\n", b"    ", b"#", b"'"),
    *(b'"""', b"(", b")", b"[", b"]", b"{", b"}", b":", b",", b".", b"=", b":=", b"==", b"*", b"**", b"@", b"->"),
    *(b"%", b"...", b";", b" lambda: ", b" yield ", b" await ", b" if ", b" else ", b" for x in x ", b"class "),
    *(b"def ", b"return ", b"del ", b"global id\n", b"import *", b"from . import *\n", b"None", b"True", b"-1"),
    *(b"1e999", b"9", b"super()", b"cls", b"self", b"__tablename__", b"__table__", b"__table_args__"),
    *(b"__abstract__", b"metadata", b"Base", b"id", b"type", b"property", b"declared_attr", b"mapped_column"),
    *(b"Column", b"Table", b"Mapped", b"primary_key=", b"f'{x!r:>{y}}'"),
    *(b"op", b"op.execute(", b"op.f(", b"batch_op", b"revision = ", b"down_revision", b"upgrade", b"while True:\n"),
    *(b"if x:\n        return\n", b"continue", b"break", b"sa.inspect(op.get_bind())", b".get_columns('t')"),
    *(b"DROP TABLE {x}", b"%s", b"'%s' % x", b".format(x)", b"ALTER TABLE", b"\\n", b"with op.batch_alter_table(x):\n"),
)


IMPORTS = "import copy, enum, functools, itertools, os, re, types, typing"
CALLED = (
    *("range", "len", "type", "super", "getattr", "setattr", "hasattr", "delattr", "isinstance", "issubclass"),
    *("dir", "vars", "list", "tuple", "set", "frozenset", "dict", "iter", "next", "zip", "map", "filter"),
    *("enumerate", "sorted", "reversed", "sum", "min", "max", "round", "divmod", "format", "str", "int", "repr"),
    *("chr", "any", "all", "callable", "property", "classmethod", "staticmethod", "globals", "locals", "object"),
    *("print", "open", "bytes", "complex", "abs", "hex"),
    *("re.sub", "re.compile", "re.match", "re.findall", "re.split", "re.escape", "copy.deepcopy", "os.getenv"),
    *("functools.partial", "types.new_class", "itertools.chain", "typing.cast", "typing.NewType", "enum.Enum"),
    *("Column", "mapped_column", "Table", "MetaData", "ForeignKey"),
    *("ForeignKeyConstraint", "PrimaryKeyConstraint", "Integer", "Integer().with_variant", "Sequence", "Identity"),
    *("Computed", "relationship", "declarative_base", "text", "registry", "declared_attr"),
    *("declared_attr.directive", "has_inherited_table", "DateTime", "Enum", "String", "func.now", "Mapped"),
    *("Annotated", "Optional", "Field", "SQLModel", "db.Table", "db.Column", "Base", "Base.metadata.create_all"),
    *("Base.__table__.append_column", "User.__table__.to_metadata", "DeclarativeBase", "(lambda *a, **k: a)"),
    "(lambda x: x)",
)
ARGUMENTS = (
    *("None", "True", "0", "-1", "1", "10**30", "1e400", "1j", "''", "'id'", "'a' * 9999", "'(a+)+$'", "'{:>{w}}'"),
    *("'%s%*d'", "b'\\xff'", "()", "[]", "{}", "{1}", "[[]]", "{'id': 1}", "'schema'", "...", "x", "Base", "User"),
    *("Base.metadata", "cls", "int", "Integer", "'users.id'", "'users'", "Column(Integer)"),
    *("Column('id', Integer, primary_key=True)", "lambda: 1", "*x", "**x", "*[1, 2]", "**{'name': 1}"),
    *("primary_key=True", "autoincrement=x", "name='n'", "type_=Integer", "w=10**9", "default=1"),
    *("server_default=text('1')", "metadata=Base.metadata", "key='k'", "schema='s'", "(x for x in x)", "super()"),
    *("(yield)", "lambda *a, **k: k", "[x for x in range(3) if x]", "(Base,)", "{'__tablename__': 'made'}"),
    *("range(3)", "'\\ud800'"),
)
METHODS = (
    *("format", "join", "replace", "split", "encode", "decode", "center", "zfill", "translate", "expandtabs"),
    *("startswith", "x", "append", "extend", "insert", "pop", "remove", "sort", "index", "count", "get"),
    *("setdefault", "update", "items", "keys", "popitem", "fromkeys", "copy", "union", "difference", "add"),
    *("clear", "with_variant", "to_metadata", "append_column", "c", "sub", "match", "group", "mapped"),
    *("generate_base", "mapped_as_dataclass", "map_imperatively", "__get__", "__call__", "setter"),
)
ITEMS = (
    *("[0]", "[-1]", "[::0]", "[::2]", "[10**30]", "['id']", "[()]", "[None]", "[x]", "[int]", "[int, 1]"),
    *("[1:'a']", "[...]"),
)
OPERATORS = (
    *("+", "-", "*", "**", "%", "|", "&", "<<", "@", "/", "//", "==", "<", "in", "is", "not in", "and", "or"),
    "if x else",
)


def mutated(text: str, random: Random) -> bytes:
    """Give a text with one to four changes."""
    data = text.encode()
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        data = random.choice(_CHANGES)(data, random)
    return data


# Of bytes and lines.


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(ODD) + data[at:]


def _lines(data: bytes, random: Random) -> bytes:
    """Delete, repeat, move or indent some lines."""
    lines = data.split(b"\n")
    first, second = sorted((random.randrange(len(lines)), random.randrange(len(lines))))
    stretch = lines[first : first + random.randint(1, 4)]
    behind = lines[first + len(stretch) :]
    match random.randrange(5):
        case 0:
            changed = lines[:first] + behind
        case 1:
            changed = lines[:second] + stretch + lines[second:]
        case 2:
            changed = lines[:first] + behind[: second - first] + stretch + behind[second - first :]
        case 3:
            changed = lines[:first] + [b"    " + line for line in stretch] + behind
        case _:
            changed = lines[:first] + [line[4:] if line[:4] == b"    " else line for line in stretch] + behind
    return b"\n".join(changed)


# Of tokens.


def _tokens(data: bytes, random: Random) -> bytes:
    """Delete, repeat or replace a token, most often by one of the same kind, so that the text stays Python."""
    text = data.decode("utf-8", "replace")
    try:
        tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.string.strip()]
    except (tokenize.TokenError, SyntaxError):
        return _insert(data, random)
    if not tokens:
        return data
    one = random.choice(tokens)
    other = random.choice([token for token in tokens if token.type == one.type or random.random() < 0.02])
    string = random.choice((other.string, other.string, other.string, "", f"{one.string} {other.string}"))
    lines = text.splitlines(keepends=True)
    if one.start[0] != one.end[0]:
        return data
    line = lines[one.start[0] - 1]
    lines[one.start[0] - 1] = line[: one.start[1]] + string + line[one.end[1] :]
    return "".join(lines).encode()


# Of the syntax tree.


class _Exchange(ast.NodeTransformer):
    """Puts a copy of one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else super().generic_visit(node)


def _tree(data: bytes, random: Random) -> bytes:
    """Put an expression or a statement in the place of another: what comes out is Python, and odd."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree, source = ast.parse(data), ast.parse(data)
        kind = random.choice((ast.expr, ast.expr, ast.stmt))
        places = [node for node in ast.walk(tree) if isinstance(node, kind)]
        parts = [node for node in ast.walk(source) if isinstance(node, kind)]
        if not places:
            return data
        is_made_up = kind is ast.expr and random.random() < 0.4
        part = ast.parse(_expression(random), mode="eval").body if is_made_up else random.choice(parts)
        changed = _Exchange(random.choice(places), part).visit(tree)
        if is_made_up:
            changed.body.insert(0, ast.parse(IMPORTS).body[0])
        return ast.unparse(ast.fix_missing_locations(changed)).encode("utf-8", "surrogatepass")
    except (SyntaxError, ValueError, RecursionError, AttributeError, TypeError):
        return _insert(data, random)


def _expression(random: Random) -> str:
    """Make up an expression: a call of something that is known, with too few arguments, too many, or odd ones."""
    arguments = ", ".join(random.choice(ARGUMENTS) for _ in range(random.choice((0, 1, 1, 2, 2, 3, 4))))
    called = f"{random.choice(CALLED)}({arguments})"
    match random.randrange(8):
        case 0:
            return f"({random.choice(ARGUMENTS)}){random.choice(ITEMS)}"
        case 1:
            return f"({random.choice(ARGUMENTS)}) {random.choice(OPERATORS)} ({random.choice(ARGUMENTS)})"
        case 2:
            return f"({random.choice(ARGUMENTS)}).{random.choice(METHODS)}({arguments})"
        case 3:
            return f"{called}.{random.choice(METHODS)}({random.choice(ARGUMENTS)})"
    return called


def _name(data: bytes, random: Random) -> bytes:
    """Give one name another one's, everywhere."""
    names = sorted(set(re.findall(rb"[A-Za-z_]\w*", data)))
    if not names:
        return data
    return re.sub(rb"\b%b\b" % random.choice(names), random.choice(names), data)


_CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_cut, _insert, _lines, _lines, _tokens, _tokens, _tokens, _tree, _tree, _tree, _tree, _name),
)
