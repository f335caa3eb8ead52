"""What binds names: assignments, deletions, imports and function definitions."""

from __future__ import annotations

from astroid import nodes

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.containers import Near
from flake8_autoincrement.inference.evaluate.expressions import Expressions
from flake8_autoincrement.inference.evaluate.values import (
    Absent,
    Annotation,
    Class,
    Deferred,
    Function,
    Instance,
    Items,
    Made,
    Mapping,
    Module,
    Package,
    Scope,
    Symbol,
    Value,
    Wrapped,
    executing,
    text_of,
)
from flake8_autoincrement.inference.trees import written

_PASSING_DECORATORS = (
    "functools.",
    "typing.",
    "typing_extensions.",
    "contextlib.",
    "abc.",
    "warnings.",
    "builtins.type",
)


class Bindings(Expressions):
    """Binds names."""

    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        """Set an attribute of a value."""
        self.note_change(value)
        match value:
            case Class() if name == "__name__" and (text := text_of(new)) is not None:
                value.name = text
            case Class():
                value.namespace[name] = new
            case Instance() | Made() | Function():
                value.attributes[name] = new
            case Module():
                self.global_name(self.loaded(value), name)  # what the module binds itself comes first
                value.names[name] = new

    def _bind(self, name: str, value: Value, scope: Scope, node: nodes.NodeNG) -> None:
        if name in scope.outward:
            self.note_change(scope.module)
            scope.outward[name].names[name] = value
            return
        if scope.cls is not None:
            name = mangled(name, scope.cls)
        scope.names[name] = value
        if scope.cls is not None and scope.cls.namespace is scope.names:
            scope.cls.lines[name] = self.span(node, scope.module)

    def _assign_all(self, node: nodes.Assign, scope: Scope) -> None:
        value = self.evaluate(node.value, scope)
        if isinstance(value, Deferred) and scope.parent is None and may_make_table(node.value):
            value = self.force(value)
        for target in node.targets:
            self.assign(target, value, scope)

    def assign(self, target: nodes.NodeNG, value: Value, scope: Scope) -> None:
        """Bind a target, or every part of it, to a value."""
        match target:
            case nodes.AssignName():
                self._bind(target.name, value, scope, target.parent if _is_statement(target.parent) else target)
            case nodes.Tuple() | nodes.List():
                self._unpack(target, value, scope)
            case nodes.AssignAttr():
                self.set_attribute(self.force(self.evaluate(target.expr, scope)), target.attrname, value)
            case nodes.Subscript():
                self._assign_item(target, value, scope)
            case nodes.Starred():
                self.assign(target.value, value, scope)

    def _assign_item(self, target: nodes.Subscript, value: Value, scope: Scope) -> None:
        container = self.force(self.evaluate(target.value, scope))
        index = self.evaluate(target.slice, scope)
        self.note_change(container)
        match container:
            case Mapping():
                self.put(container, index, value)
            case Items():
                plain = self.plain(index)
                if (
                    plain is not None
                    and isinstance(plain[0], int)
                    and -len(container.items) <= plain[0] < len(container.items)
                ):
                    container.items[plain[0]] = value
                else:
                    container.open = Unknown("an item at an unknown index was set")

    def _unpack(self, target: nodes.Tuple | nodes.List, value: Value, scope: Scope) -> None:
        items = self.items(value)
        parts = target.elts
        star = next((at for at, part in enumerate(parts) if isinstance(part, nodes.Starred)), None)
        if items is not None and star is not None and len(items) >= len(parts) - 1:
            behind = len(parts) - star - 1
            rest = Items("list", items[star : len(items) - behind])
            items = [*items[:star], rest, *items[len(items) - behind :]]
        if items is None or len(items) != len(parts):
            items = [Unknown("unpacked from an unknown value")] * len(parts)
        for part, item in zip(parts, items, strict=True):
            self.assign(part, item, scope)

    def _annotated(self, node: nodes.AnnAssign, scope: Scope) -> None:
        if scope.cls is not None and isinstance(node.target, nodes.AssignName):
            scope.cls.annotations[node.target.name] = Annotation(node.annotation, scope)
            scope.cls.lines[node.target.name] = self.span(node, scope.module)
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope)

    def _augmented(self, node: nodes.AugAssign, scope: Scope) -> None:
        target = node.target
        if isinstance(target, nodes.AssignName):
            found = self.lookup(target.name, scope)
            old: Value = Absent(target.name) if found is None else found
        elif isinstance(target, nodes.AssignAttr):
            old = self.attribute(self.evaluate(target.expr, scope), target.attrname)
        else:
            old = self.subscript(self.evaluate(target.value, scope), self.evaluate(target.slice, scope))
        old, more = self.force(old), self.evaluate(node.value, scope)
        self.note_change(old)
        if node.op == "+=" and isinstance(old, Items) and old.kind == "list":
            self.extend(old, more)
            self.doubt(old)
            return
        if node.op == "|=" and isinstance(old, Mapping):
            self.merge(old, more)
            return
        self.assign(target, self.binary(node.op[:-1], old, more), scope)

    def _delete(self, node: nodes.Delete, scope: Scope) -> None:
        for target in node.targets:
            match target:
                case nodes.DelName():
                    scope.names.pop(target.name, None)
                case nodes.DelAttr():
                    self.delete_attribute(self.force(self.evaluate(target.expr, scope)), target.attrname)
                case nodes.Subscript():
                    container = self.force(self.evaluate(target.value, scope))
                    self.note_change(container)
                    self._delete_item(container, self.evaluate(target.slice, scope))

    def delete_attribute(self, owner: Value, name: str) -> None:
        """Delete an attribute of a value."""
        self.note_change(owner)
        match owner:
            case Class():
                owner.namespace.pop(name, None)
            case Instance() | Made() | Function():
                owner.attributes.pop(name, None)
            case Module():
                owner.names.pop(name, None)

    def _delete_item(self, container: Value, index: Value) -> None:
        if isinstance(container, Mapping):
            key = self.hashed(index)
            if key is None:
                self.forget(container, Unknown("an entry with an unknown key was deleted"))
            else:
                container.entries.pop(key, None)
        elif isinstance(container, Items):
            plain = self.plain(index)
            if plain is not None and isinstance(plain[0], int) and abs(plain[0]) < len(container.items):
                del container.items[plain[0]]
            else:
                container.open = Unknown("an item at an unknown index was deleted")

    def _outward(self, node: nodes.Global | nodes.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            if isinstance(node, nodes.Global):
                scope.outward[name] = self.scope_of(scope.module)
                continue
            outer = scope.parent
            while outer is not None and name not in outer.names:
                outer = outer.parent
            if outer is not None:
                scope.outward[name] = outer

    # Imports.

    def _import(self, node: nodes.Import, scope: Scope) -> None:
        for path, alias in node.names:
            name = path if alias else path.partition(".")[0]
            self._bind(alias or name, self.module_named(name, scope.module), scope, node)

    def module_named(self, name: str, importer: Module) -> Value:
        """Give the module of `import name`, one of another package when something of it is needed."""
        value = self.imported_module(name, importer)
        if isinstance(value, Module):
            self.sources.dependencies.read(importer.path, value.path)
        if isinstance(value, (Module, Package)) and not self.is_near(value.location.top, importer):
            return Deferred(lambda: value)
        return value

    def _import_from(self, node: nodes.ImportFrom, scope: Scope) -> None:
        importer = scope.module
        if node.level:
            source = self.relative_module(node.level, node.modname or "", importer)
        else:
            source = self.imported_module(node.modname, importer)
        if isinstance(source, Module) and self.is_near(source.location.top, importer):
            importer.imported.append(source)
        for name, alias in node.names:
            if name == "*":
                self._import_star(source, scope)
            elif isinstance(source, Symbol):
                self._bind(alias or name, self.imported_name(source, name, importer), scope, node)
            else:
                self._bind(alias or name, self._imported_lazily(source, name, importer), scope, node)

    def _imported_lazily(self, source: Value, name: str, importer: Module) -> Deferred:
        near = isinstance(source, (Module, Package)) and self.is_near(source.location.top, importer)
        return (Near if near else Deferred)(lambda: self.imported_name(source, name, importer))

    def _import_star(self, source: Value, scope: Scope) -> None:
        match source:
            case Module():
                self.sources.dependencies.read(scope.module.path, source.path)
                scope.module.stars.append(source)
            case Symbol() if source.missing is None:
                scope.module.star_symbols.append(source.path)
            case Symbol() | Unknown() | Absent():
                scope.module.star_missing = source.path if isinstance(source, Symbol) else source.why

    # Functions.

    def _function_statement(self, node: nodes.FunctionDef, scope: Scope) -> Value:
        """Make a function; a decorated one of a module when it is needed, unless its decorator registers it."""
        decorators = node.decorators.nodes if node.decorators else []
        if scope.parent is not None or not decorators or any("compiles" in written(found) for found in decorators):
            return self._function(node, scope)
        home = list(executing)
        return Near(lambda: self.at_home(home, [], lambda: self._function(node, scope)))

    def _function(self, node: nodes.FunctionDef, scope: Scope) -> Value:
        function = Function(node.name, node, scope, self.defaults(node.args, scope), scope.cls)
        value: Value = function
        for decorator_node in reversed(node.decorators.nodes if node.decorators else []):
            decorator = self.evaluate(decorator_node, scope)
            if scope.cls is not None:
                decorator = self.force(decorator)
            function.decorators.append(decorator)
            value = self.decorated(decorator, value, node, scope)
        return value

    def decorated(self, decorator: Value, value: Value, node: nodes.FunctionDef, scope: Scope) -> Value:
        """Apply a decorator to a function."""
        base = decorator.callee if isinstance(decorator, Made) else decorator
        if isinstance(base, Symbol):
            if base.path == "sqlalchemy.ext.compiler.compiles" and isinstance(decorator, Made):
                self._register_compiler(decorator, value)
            return self._decorated_by_symbol(base.path, decorator, value)
        if isinstance(decorator, Function) or (isinstance(decorator, Class) and self.is_descriptor(decorator)):
            return self.call(decorator, [value], {}, self.span(node, scope.module))
        return Wrapped("other", value, decorator=decorator)

    def is_descriptor(self, cls: Class) -> bool:
        """Say whether instances of a class decide themselves what is reached through them."""
        return any(isinstance(entry, Class) and "__get__" in entry.namespace for entry in cls.mro)

    def _register_compiler(self, decorator: Made, function: Value) -> None:
        """Remember how a construct of the project's own is written in SQL, by dialect."""
        cls, *dialects = map(self.force, decorator.args)
        if isinstance(cls, Class):
            self.note_change(cls)
            names = [text for dialect in dialects if (text := text_of(dialect)) is not None]
            cls.compilers.update(dict.fromkeys(names or ["default"], function))

    def _decorated_by_symbol(self, path: str, decorator: Value, value: Value) -> Value:
        name = path.rpartition(".")[2]
        if path.startswith("sqlalchemy.") and "declared_attr" in path:
            return Wrapped("declared_attr", value, cascading=name == "cascading")
        if path in ("builtins.property", "builtins.classmethod", "builtins.staticmethod"):
            return Wrapped(name, value)
        if name in ("hybrid_property", "cached_property", "hybrid_method"):
            return Wrapped("property" if name != "hybrid_method" else "other", value)
        if path.startswith(_PASSING_DECORATORS):
            return value
        return Wrapped("other", value, decorator=decorator)


def mangled(name: str, cls: Class) -> str:
    """Give the name under which a class's body binds a private name."""
    if not name.startswith("__") or name.endswith("__"):
        return name
    return f"_{cls.name.rpartition('.')[2].lstrip('_')}{name}"


def _is_statement(node: nodes.NodeNG | None) -> bool:
    return isinstance(node, (nodes.Assign, nodes.AnnAssign, nodes.AugAssign))


def may_make_table(node: nodes.NodeNG) -> bool:
    """Say whether an expression may be a call that makes a table, by the words in it."""
    if not isinstance(node, nodes.Call):
        return False
    text = written(node)
    return "Column(" in text or "table" in text.partition("(")[0].lower()
