"""The arguments of a call by the names of its parameters."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_autoincrement.facts.catalog import QualifiedName
from flake8_autoincrement.facts.operation import Name
from flake8_autoincrement.facts.unknown import Unknown
from flake8_autoincrement.inference.declarations.constraints import given_name
from flake8_autoincrement.inference.evaluate.interpreter import Interpreter
from flake8_autoincrement.inference.evaluate.values import Constant, Value, is_none, text_of

NOT_KNOWN = "a name that is only known at run time"


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one call; `rest` are those that `*name` takes."""

    interpreter: Interpreter
    given: dict[str, Value]
    rest: list[Value]

    @classmethod
    def bound(
        cls, interpreter: Interpreter, parameters: tuple[str, ...], args: list[Value], keywords: dict[str, Value]
    ) -> Arguments:
        """Bind arguments to parameters, of which the last may be `*name`."""
        plain = [name for name in parameters if not name.startswith("*")]
        takes_rest = len(plain) < len(parameters)
        given = dict(zip(plain, args, strict=False))
        return cls(interpreter, {**given, **keywords}, args[len(plain) :] if takes_rest else [])

    def value(self, name: str) -> Value | None:
        """Give an argument, None where it is not given."""
        found = self.given.get(name)
        return None if found is None else self.interpreter.force(found)

    def text(self, name: str) -> str | Unknown | None:
        """Give a text, None where it is not given or None itself."""
        value = self.value(name)
        if value is None or is_none(value):
            return None
        found = given_name(value)
        if isinstance(found, str):
            return found
        return Unknown(value.why if isinstance(value, Unknown) and value.why else NOT_KNOWN)

    def known(self, name: str) -> str | Unknown:
        """Give a text that has to be there."""
        found = self.text(name)
        return Unknown("it is called without a name") if found is None else found

    def flag(self, name: str) -> bool | None:
        """Give a truth, None where it is not given or not known."""
        value = self.value(name)
        return None if value is None or is_none(value) else self.interpreter.truth(value)

    def table(self, name: str = "table_name", schema: str = "schema") -> Name:
        """Give a table's name with its schema."""
        table, space = self.known(name), self.text(schema)
        if isinstance(table, Unknown):
            return table
        if isinstance(space, Unknown):
            return Unknown("a schema that is only known at run time")
        return QualifiedName(table, space or "")

    def names(self, name: str) -> tuple[str, ...] | None:
        """Give a list of names, None where they are not all known; one text counts as a list of one."""
        value = self.value(name)
        if text_of(value) is not None:
            return (text_of(value) or "",)
        items = None if value is None else self.interpreter.items(value)
        if items is None:
            return None
        texts = [text_of(self.interpreter.force(item)) for item in items]
        known = tuple(text for text in texts if text is not None)
        return known if len(known) == len(texts) else None

    def is_given(self, name: str) -> bool:
        """Say whether an argument is given and is not None."""
        value = self.value(name)
        return value is not None and not is_none(value)

    def is_nothing(self, name: str) -> bool:
        """Say whether an argument is given as None."""
        value = self.value(name)
        return isinstance(value, Constant) and value.value is None

    def is_false(self, name: str) -> bool:
        """Say whether an argument is not given, or is `False`, which stands for that in Alembic."""
        value = self.value(name)
        return value is None or (isinstance(value, Constant) and value.value is False)
