"""What is known of SQLAlchemy, Flask-SQLAlchemy and their like by name, without reading them."""

from __future__ import annotations

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.classes import Classes
from flake8_autoincrement.inference.evaluate.values import (
    NONE,
    Class,
    Constant,
    Conventional,
    Instance,
    Items,
    Made,
    Part,
    Super,
    Symbol,
    Value,
    executing,
    is_none,
    list_of,
    text_of,
)
from flake8_autoincrement.source import Span

FLASK = "flask_sqlalchemy.SQLAlchemy"
# What a Flask-SQLAlchemy extension object has of its own; every other attribute is SQLAlchemy's.
_FLASK_OWN = frozenset(
    "session engine engines get_engine init_app create_all drop_all reflect app Query relationship paginate "
    "get_or_404 first_or_404 one_or_404 make_connector apply_driver_hacks".split()
)


def known_name(value: Value | None) -> str | None:
    """Give the short name of a symbol of SQLAlchemy or its companions, None for anything else.

    `sqlalchemy.sql.schema.Column` is `Column`, `sqlalchemy.dialects.mysql.INTEGER` is `mysql.INTEGER`,
    `sqlalchemy.sql.functions.now` and `sqlalchemy.func.now` are `func.now`; companions keep their package's name.
    """
    if not isinstance(value, Symbol):
        return None
    parts = value.path.split(".")
    match parts:
        case ["sqlalchemy", "dialects", dialect, *_, name]:
            return f"{dialect}.{name}"
        case ["sqlalchemy", *rest] if rest:
            for marker in ("func", "functions"):
                if marker in rest[:-1]:
                    return "func." + ".".join(rest[rest.index(marker) + 1 :])
            if "declared_attr" in rest:
                return "declared_attr"
            return rest[-1]
        case ["sqlmodel", *_, name]:
            return f"sqlmodel.{name}" if name in SQLMODEL_OWN else name
        case ["flask_sqlalchemy", *_, name]:
            return f"flask_sqlalchemy.{name}"
    return None


SQLMODEL_OWN = frozenset({"SQLModel", "Field", "Relationship", "AutoString", "UTCDateTime"})


class Libraries(Classes):
    """Gives the results of calls and attributes of known libraries."""

    def call_library(self, symbol: Symbol, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Call a symbol: most calls are kept as they stand, some make a class."""
        name = known_name(symbol)
        made = self.made(symbol, args, keywords, site)
        match name:
            case "declarative_base":
                return self.declarative_base(made, keywords.get("cls"), keywords, "root")
            case "automap_base":
                first = args[0] if args else keywords.get("declarative_base")
                return self.declarative_base(made, first, keywords, "automap")
            case "has_inherited_table" if args:
                return self.inherits_table(self.force(args[0]))
            case "Table" | "mapper":
                self.record(made)
            case "declarative_mixin" | "quoted_name" if args:
                return args[0]
            case "conv" if args:
                text = text_of(self.force(args[0]))
                return args[0] if text is None else Conventional(text)
        if symbol.path in ("six.with_metaclass", "future.utils.with_metaclass") and args:
            return self.class_of(made, "with_metaclass", args[1:], {"metaclass": args[0]}, "")
        return made

    def inherits_table(self, cls: Value) -> Value:
        """Say whether a class has a mapped base with a table, as `has_inherited_table` does."""
        if not isinstance(cls, Class) or self.is_mapped is None:
            return Unknown("whether an unknown class inherits a table")
        return Constant(any(isinstance(entry, Class) and self.is_mapped(entry) for entry in cls.mro[1:]))

    def made(self, callee: Value, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Made:
        """Make the value that stands for the result of a library's function."""
        places = (*self.sites, site) if site is not None else tuple(self.sites)
        return Made(callee, args, keywords, places)

    def declarative_base(self, made: Made, cls: Value | None, keywords: dict[str, Value], kind: str) -> Class:
        """Make the class that `declarative_base()` and its like return."""
        base = None if cls is None else self.force(cls)
        bases: list[Value] = list(base.items) if isinstance(base, Items) else [] if base is None else [base]
        found = self.class_of(
            made, text_of(self.force(keywords.get("name", Constant("Base")))) or "Base", bases, {}, kind
        )
        for name in ("metadata", "type_annotation_map"):
            if name in keywords and not is_none(self.force(keywords[name])):
                found.namespace[name] = keywords[name]
        found.namespace.setdefault("metadata", Made(self.symbol("sqlalchemy.MetaData"), [], {}))
        if "metaclass" in keywords:
            found.keywords["metaclass"] = keywords["metaclass"]
        return found

    def class_of(self, made: Made, name: str, bases: list[Value], keywords: dict[str, Value], kind: str) -> Class:
        """Make a class that a library's call returns."""
        place = made.places[-1] if made.places else Span("", 1, 0, 1, 0)
        module = executing[-1].name if executing else ""
        cls = Class(name, module, None, place, [], keywords, {}, {}, maker=made, kind=kind)
        cls.written = [(base, name, place) for base in bases]
        cls.bases = [self._base(base) for base in bases]
        self.linearise(cls)
        cls.home = executing[-1] if executing else None
        return cls

    # Attributes.

    def made_attribute(self, made: Made, name: str) -> Value:
        """Give an attribute of what a library's call returned."""
        kind = known_name(made.callee)
        if kind == FLASK:
            return self._flask_attribute(made, name)
        if kind == "registry" and name == "metadata":
            found = self.force(made.keywords.get("metadata", NONE))
            if is_none(found):
                found = Made(self.symbol("sqlalchemy.MetaData"), [], {})
            return made.attributes.setdefault("metadata", found)
        if kind == "Column" and name in ("name", "key") and made.args and text_of(self.force(made.args[0])):
            return made.args[0]
        return Part(made, name)

    def attribute_from_library(self, instance: Instance, name: str) -> Value:
        """Give an attribute of an instance that its class has from a library."""
        if any(isinstance(entry, Symbol) and known_name(entry) == FLASK for entry in instance.cls.mro):
            made = instance.supers or Made(self.symbol(FLASK), [], {}, instance.places)
            made.callee = self.symbol(FLASK)
            instance.supers = made
            return made.attributes.get(name) or self._flask_attribute(made, name)
        return Part(instance, name)

    def _flask_attribute(self, made: Made, name: str) -> Value:
        match name:
            case "Model":
                return made.attributes.setdefault("Model", self._flask_model(made))
            case "metadata":
                given = made.keywords.get("metadata")
                default = Made(self.symbol("sqlalchemy.MetaData"), [], {}) if given is None else given
                return made.attributes.setdefault("metadata", default)
            case "Table" | "metadatas":
                return Part(made, name)
        if name in _FLASK_OWN:
            return Part(made, name)
        return self.symbol(f"sqlalchemy.{name}")

    def _flask_model(self, made: Made) -> Class:
        """Make the `db.Model` of a Flask-SQLAlchemy extension object (`SQLAlchemy._make_declarative_base`)."""
        given = self.force(made.keywords.get("model_class", NONE))
        bases = [] if is_none(given) or known_name(given) == "flask_sqlalchemy.Model" else [given]
        unnamed = self.truth(made.keywords.get("disable_autonaming", NONE))
        model = self.class_of(made, "Model", bases, {}, "root" if unnamed else "flask")
        model.module = "flask_sqlalchemy"
        model.namespace.setdefault("metadata", self._flask_attribute(made, "metadata"))
        return model

    # Calls of attributes.

    def call_part(self, part: Part, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Call a method of what a library's call returned."""
        of = self.force(part.of)
        match of, part.name:
            case (Super(), _):
                return self._call_library_super(of, part.name, args, keywords, site)
            case (Made(), "generate_base" | "as_declarative_base"):
                cls = keywords.get("cls")
                made = self.made(part, args, keywords, site)
                metadata = {"metadata": self.attribute(of, "metadata"), **_type_map(of), **keywords}
                return self.declarative_base(made, cls, metadata, "root") if part.name == "generate_base" else made
            case (Made(), "copy" | "_copy" | "_clone"):
                return of
            case (Made(), "type_descriptor") if args:
                return args[0]
            case (Made(), "append_column" | "append_constraint"):
                self.note_change(of)
                of.args.extend(args)
                return NONE
            case (Part(name="__table__", of=Class() as cls), "append_column" | "append_constraint"):
                self.note_change(cls)
                cls.appended.extend(args)
                return NONE
            case (Made(), "Table") if known_name(of.callee) == FLASK:
                return self._flask_table(of, args, keywords, site)
            case (Class(), "mro"):
                return list_of([*of.mro, self.symbol("builtins.object")])
            case (Class(), "prepare"):
                return NONE
        made = self.made(part, args, keywords, site)
        if part.name in ("map_imperatively", "map_declaratively", "mapped", "to_metadata", "tometadata"):
            self.record(made)
        return made

    def _flask_table(self, of: Made, args: list[Value], keywords: dict[str, Value], site: Span | None) -> Value:
        """Make a table by `db.Table`, whose metadata may be left out."""
        second = self.force(args[1]) if len(args) > 1 else NONE
        has_metadata = isinstance(second, Made) and known_name(second.callee) == "MetaData"
        rest = args[1:] if not has_metadata else args[2:]
        metadata = second if has_metadata else keywords.get("metadata", self._flask_attribute(of, "metadata"))
        plain = {name: value for name, value in keywords.items() if name != "metadata"}
        made = self.made(self.symbol("sqlalchemy.Table"), [*args[:1], metadata, *rest], plain, site)
        self.record(made)
        return made

    def _call_library_super(
        self, of: Super, name: str, args: list[Value], keywords: dict[str, Value], site: Span | None
    ) -> Value:
        """Call a library's constructor from a subclass's."""
        receiver = self.force(of.receiver)
        if name == "__init__" and isinstance(receiver, Instance):
            order = receiver.cls.mro
            behind = order[order.index(of.after) + 1 :] if of.after in order else []
            library = next((entry for entry in behind if isinstance(entry, Symbol)), self.symbol("builtins.object"))
            receiver.supers = self.made(library, args, keywords, site)
            return NONE
        if name == "__new__" and args:
            first = self.force(args[0])
            if len(args) >= 4 and isinstance(first, Class):
                return self.make_class(args[1], args[2], args[3], site, first)
            return Instance(first) if isinstance(first, Class) else Unknown("a new object of an unknown class")
        if name == "load_dialect_impl" and isinstance(receiver, Instance) and "impl" in receiver.attributes:
            return receiver.attributes["impl"]
        if name in ("__init__", "__init_subclass__", "__setattr__", "__set_name__"):
            return NONE
        return Unknown(f"super().{name}() of a library", site)

    def make_class(
        self, name: Value, bases: Value, namespace: Value, site: Span | None, metaclass: Class | None = None
    ) -> Value:
        """Make a class as `type(name, bases, namespace)` does."""
        raise NotImplementedError


def _type_map(registry: Made) -> dict[str, Value]:
    found = registry.keywords.get("type_annotation_map")
    return {} if found is None else {"type_annotation_map": found}
