"""The interpreter as a whole: what runs module bodies, class bodies and functions without running them."""

from __future__ import annotations

from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.evaluate.calls import Calls
from flake8_autoincrement.inference.evaluate.values import Class, Constant, Items, Mapping, Value, executing, text_of
from flake8_autoincrement.source import Span


class Interpreter(Calls):
    """Evaluates a project's Python, without importing or running any of it."""

    def make_class(
        self, name: Value, bases: Value, namespace: Value, site: Span | None, metaclass: Class | None = None
    ) -> Value:
        """Make a class as `type(name, bases, namespace)` does."""
        text, order, entries = text_of(self.force(name)), self.force(bases), self.force(namespace)
        if text is None or not isinstance(order, Items) or not isinstance(entries, Mapping) or not executing:
            return Unknown("a class made from unknown parts", site)
        home = executing[-1]
        place = site or Span(home.path, 1, 0, 1, 0)
        cls = Class(text, home.name, None, place, [], {}, {}, {})
        cls.written = [(base, text, place) for base in order.items]
        if entries.open is not None or order.open is not None:
            cls.written.append((entries.open or order.open or Unknown("unknown parts"), text, place))
        for key, value in entries.entries.values():
            if isinstance(key, Constant) and isinstance(key.value, str):
                cls.namespace[key.value] = value
                cls.lines[key.value] = place
        if metaclass is not None:
            cls.keywords["metaclass"] = metaclass
        return self.finished(cls, None, self.scope_of(home))
