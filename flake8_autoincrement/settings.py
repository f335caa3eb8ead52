"""One schema of settings, wherever they are written."""

from __future__ import annotations

import configparser
import difflib
import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SECTION = "flake8-autoincrement"
OLDEST_POSTGRESQL, NEWEST_POSTGRESQL = 12, 18  # major versions whose behaviour is known


@dataclass(frozen=True, slots=True)
class Override:
    """What holds for some modules only; `modules` are patterns such as `app.legacy.*`, None where nothing is said."""

    modules: tuple[str, ...] = ("*",)
    bases: tuple[str, ...] | None = None
    enable: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    strict: bool | None = None

    def matches(self, module: str) -> bool:
        """Say whether one of the patterns stands for a dotted module, in mypy's manner.

        `*` stands for any number of name parts, also none at the end: `app.*` means `app` and all below it.
        """
        return any(_pattern(pattern).fullmatch(module) for pattern in self.modules)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project has decided; the defaults are those of a project that decided nothing.

    `bases` are the names of the auto-increment bases, plain or dotted. `enable` and `ignore` hold codes and slugs.
    `sqlalchemy` and `sqlmodel` are the versions whose behaviour holds, None to take them from the environment's
    metadata, else the newest that is known. `python` is an interpreter or an environment's folder, None to look for
    one. `search_path` are further folders to import from. `postgresql` is the major version of the server. Nothing is
    said of revisions up to those that `start_after` names. `file` is where all this was written, None for the defaults.
    """

    bases: tuple[str, ...] = ("AutoIncrementBase", "SimpleAutoIncrementBase")
    enable: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    strict: bool = False
    sqlalchemy: tuple[int, ...] | None = None
    sqlmodel: tuple[int, ...] | None = None
    python: str | None = None
    search_path: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    postgresql: int = NEWEST_POSTGRESQL
    start_after: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    file: str | None = None

    def runs(self, code: str, slug: str, *, strict: bool) -> bool:
        """Say whether a check is on: what is said of its slug wins over its code, `ignore` over `enable`."""
        for name in (slug, code):
            if name in self.ignore:
                return False
            if name in self.enable:
                return True
        return self.strict or not strict

    def names_base(self, name: str) -> bool:
        """Say whether a class, by its dotted name, is one of the auto-increment bases."""
        return name in self.bases or name.rpartition(".")[2] in self.bases

    def overridden(self, override: Override) -> Settings:
        """Give the settings with what an override says put over them."""
        return replace(
            self,
            bases=self.bases if override.bases is None else override.bases,
            enable=self.enable - override.ignore | override.enable,
            ignore=self.ignore - override.enable | override.ignore,
            strict=self.strict if override.strict is None else override.strict,
        )

    def for_module(self, module: str) -> Settings:
        """Give the settings that hold for a dotted module: the overrides that match it, the last one on top."""
        settings = self
        for override in self.overrides:
            if override.matches(module):
                settings = settings.overridden(override)
        return settings


class SettingsError(Exception):
    """A setting that cannot be used: names the file, the key and the value, and says what would be right."""

    def __init__(self, file: str, key: str, value: object, expected: str) -> None:
        super().__init__(file, key, value, expected)
        self.file, self.key, self.value, self.expected = file, key, value, expected

    def __str__(self) -> str:
        stated = f"{self.key} = {_shown(self.value)}" if self.key else str(self.value)
        return f"{self.file}: {stated}: {self.expected}"


def settings_in(folder: Path, checks: Collection[str]) -> Settings | None:
    """Read the settings that stand in a folder itself, None if there are none.

    `checks` are the codes and slugs that `enable` and `ignore` may name. Raises `SettingsError`.
    """
    for name, sections in _FILES.items():
        file = folder / name
        if (found := sections(file)) is not None:
            return _settings(file, found, checks)
    return None


def suggestion(written: str, known: Collection[str]) -> str:
    """Give `; did you mean "x"?` where a known name resembles what was written, else nothing."""
    close = difflib.get_close_matches(written, sorted(known), n=1) or difflib.get_close_matches(
        written.upper(), sorted(known), n=1
    )
    return f'; did you mean "{close[0]}"?' if close else ""


def check_names(names: Sequence[str], checks: Collection[str]) -> frozenset[str]:
    """Give codes and slugs as a set; raises `ValueError` with what would be right where one is of no check."""
    for name in names:
        if name not in checks:
            raise ValueError(f'"{name}" is neither the code nor the slug of a check{suggestion(name, checks)}')
    return frozenset(names)


def class_names(names: Sequence[str]) -> tuple[str, ...]:
    """Give names of classes, plain or dotted; raises `ValueError` with what would be right where one is no name."""
    for name in names:
        if not all(part.isidentifier() for part in name.split(".")):
            raise ValueError(f'"{name}" is no name of a class, such as "AutoIncrementBase" or "app.db.Base"')
    return tuple(names)


Raw = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Place:
    """What a value is read against: the folder of its file and the checks that exist."""

    folder: Path
    checks: Collection[str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a setting is read: `parse` turns an INI file's text into TOML's value, `accept` checks and converts that."""

    parse: Callable[[str], object]
    accept: Callable[[object, _Place], object]


@dataclass(frozen=True, slots=True)
class _Key:
    """One line of the schema: the field of `Settings` that a key fills."""

    field: str
    kind: _Kind


@dataclass(frozen=True, slots=True)
class _Sections:
    """The raw keys of a file: the main section and those for some modules, each with its printed name."""

    main: Raw
    overrides: tuple[tuple[str, Raw], ...] = ()


def _settings(file: Path, sections: _Sections, checks: Collection[str]) -> Settings:
    place = _Place(file.parent, checks)
    values = _values(file, "", sections.main, _KEYS, place)
    overrides = tuple(_override(file, name, raw, place) for name, raw in sections.overrides)
    return replace(Settings(), **values, overrides=overrides, file=str(file))


def _override(file: Path, name: str, raw: Raw, place: _Place) -> Override:
    values = _values(file, f"{name} ", raw, _OVERRIDE_KEYS, place)
    if not values.get("modules"):
        raise SettingsError(str(file), f"{name} module", None, 'must name the modules, such as ["app.legacy.*"]')
    return replace(Override(), **values)


def _values(file: Path, prefix: str, raw: Raw, keys: Mapping[str, _Key], place: _Place) -> dict[str, Any]:
    """Check every key of a section; what comes out has the types of the fields that `keys` names."""
    values: dict[str, Any] = {}
    for written, value in raw.items():
        key = keys.get(written.replace("_", "-"))
        if key is None:
            raise SettingsError(str(file), prefix + written, value, f"unknown setting{suggestion(written, keys)}")
        try:
            values[key.field] = key.kind.accept(value, place)
        except ValueError as error:
            raise SettingsError(str(file), prefix + written, value, str(error)) from None
    return values


def _strings(value: object, _place: _Place) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('must be a list of strings, such as ["one", "two"]')
    return tuple(value)


def _checks(value: object, place: _Place) -> frozenset[str]:
    return check_names(_strings(value, place), place.checks)


def _flag(value: object, _place: _Place) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _version(value: object, _place: _Place) -> tuple[int, ...]:
    if not isinstance(value, str) or not re.fullmatch(r"\d+(\.\d+)*", value):
        raise ValueError('must be a version as a string, such as "2.1"')
    return tuple(int(part) for part in value.split("."))


def _postgresql(value: object, _place: _Place) -> int:
    written = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"\d+(\.\d+)*", written) or not (
        OLDEST_POSTGRESQL <= (major := int(written.partition(".")[0])) <= NEWEST_POSTGRESQL
    ):
        raise ValueError(f"must be a major version of PostgreSQL from {OLDEST_POSTGRESQL} to {NEWEST_POSTGRESQL}")
    return major


def _revisions(value: object, place: _Place) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else _strings(value, place)


def _path(value: object, place: _Place) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a path as a string; it is relative to this file")
    return str(place.folder / os.path.expanduser(value))


def _paths(value: object, place: _Place) -> tuple[str, ...]:
    return tuple(_path(item, place) for item in _strings(value, place))


def _names(value: object, place: _Place) -> tuple[str, ...]:
    return class_names(_strings(value, place))


def _modules(value: object, place: _Place) -> tuple[str, ...]:
    patterns = (value,) if isinstance(value, str) else _strings(value, place)
    for pattern in patterns:
        if not all(part == "*" or part.isidentifier() for part in pattern.split(".")):
            raise ValueError(f'"{pattern}" is no pattern of modules, such as "app.legacy" or "app.legacy.*"')
    return patterns


def _listed(text: str) -> list[str]:
    return [item.strip() for item in re.split(r"[,\n]", text) if item.strip()]


def _flagged(text: str) -> bool | str:
    return configparser.ConfigParser.BOOLEAN_STATES.get(text.lower(), text)


_NAMES = _Kind(_listed, _names)
_CHECKS = _Kind(_listed, _checks)
_FLAG = _Kind(_flagged, _flag)
_VERSION = _Kind(str, _version)

_EVERYWHERE = {
    "bases": _Key("bases", _NAMES),
    "enable": _Key("enable", _CHECKS),
    "ignore": _Key("ignore", _CHECKS),
    "strict": _Key("strict", _FLAG),
}
_OVERRIDE_KEYS = {"module": _Key("modules", _Kind(_listed, _modules)), **_EVERYWHERE}
_KEYS = {
    **_EVERYWHERE,
    "sqlalchemy-version": _Key("sqlalchemy", _VERSION),
    "sqlmodel-version": _Key("sqlmodel", _VERSION),
    "python": _Key("python", _Kind(str, _path)),
    "search-path": _Key("search_path", _Kind(_listed, _paths)),
    "exclude": _Key("exclude", _Kind(_listed, _strings)),
    "postgresql-version": _Key("postgresql", _Kind(str, _postgresql)),
    "start-after": _Key("start_after", _Kind(_listed, _revisions)),
}


def _toml_sections(file: Path) -> _Sections | None:
    text = _text(file)
    if text is None:
        return None
    try:
        tools = tomllib.loads(text).get("tool", {})
        given = tools.get(SECTION) if isinstance(tools, dict) else tools
    except RecursionError:
        raise SettingsError(str(file), "", "not valid TOML", "it is nested too deeply to be read") from None
    except ValueError as error:  # a TOMLDecodeError, or what Python says of a number that is too long
        raise SettingsError(str(file), "", "not valid TOML", str(error)) from None
    if given is None:
        return None
    if not isinstance(given, dict):
        raise SettingsError(str(file), f"tool.{SECTION}", given, f"must be a table: [tool.{SECTION}]")
    main = dict(given)
    overrides = main.pop("overrides", [])
    if not isinstance(overrides, list) or not all(isinstance(item, dict) for item in overrides):
        raise SettingsError(str(file), "overrides", overrides, f"must be written as [[tool.{SECTION}.overrides]]")
    return _Sections(main, tuple((f"overrides[{n}]", item) for n, item in enumerate(overrides)))


def _ini_sections(file: Path) -> _Sections | None:
    text = _text(file)
    if text is None:
        return None
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise SettingsError(str(file), "", "not a valid INI file", " ".join(str(error).split())) from None
    found = [name for name in parser.sections() if name == SECTION or name.startswith(f"{SECTION}-")]
    if not found:
        return None
    main = _parsed(parser[SECTION], _KEYS) if SECTION in found else {}
    return _Sections(main, tuple(_ini_overrides(parser, [name for name in found if name != SECTION])))


def _ini_overrides(parser: configparser.RawConfigParser, names: Sequence[str]) -> Iterator[tuple[str, Raw]]:
    for name in names:
        modules = _listed(name.removeprefix(f"{SECTION}-"))
        yield f"[{name}]", {"module": modules, **_parsed(parser[name], _OVERRIDE_KEYS)}


def _parsed(section: Mapping[str, str], keys: Mapping[str, _Key]) -> Raw:
    """Turn an INI section's texts into what TOML would hold; an unknown key stays text and is reported as unknown."""
    return {key: keys[key].kind.parse(text) if key in keys else text for key, text in section.items()}


_FILES: Mapping[str, Callable[[Path], _Sections | None]] = {
    "pyproject.toml": _toml_sections,
    "setup.cfg": _ini_sections,
    "tox.ini": _ini_sections,
}


def _text(file: Path) -> str | None:
    """Read a file that speaks of this program; None where it does not, so that no other file's mistakes concern us."""
    try:
        data = file.read_bytes() if file.is_file() else b""
    except OSError:
        return None
    if SECTION.encode() not in data:
        return None
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeError as error:
        raise SettingsError(str(file), "", "not UTF-8", str(error)) from None


def _pattern(pattern: str) -> re.Pattern[str]:
    first, *rest = pattern.split(".")
    parts = [".*" if first == "*" else re.escape(first)]
    parts += [r"(\..*)?" if part == "*" else re.escape("." + part) for part in rest]
    return re.compile("".join(parts))


def _shown(value: object) -> str:
    """Write a value as a settings file would."""
    match value:
        case None:
            return "(nothing)"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(_shown(item) for item in value)}]"
    return str(value)
