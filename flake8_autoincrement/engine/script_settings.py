"""What `alembic.ini` and `pyproject.toml` say about where revisions are."""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flake8_autoincrement.inference.sources import ReadError, Sources
from flake8_autoincrement.settings import SettingsError

INI = "alembic.ini"
MAIN = "alembic"  # the section without `alembic -n`
_TOML = "pyproject.toml"
_TOML_SECTION = "tool.alembic"
_OTHER = "setup.cfg"  # an INI file by another ending

_LOCATION, _VERSIONS, _RECURSIVE = "script_location", "version_locations", "recursive_version_locations"
_SEPARATOR, _OLD_SEPARATOR = "path_separator", "version_path_separator"
_SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


@dataclass(frozen=True, slots=True)
class ScriptSettings:
    """What one section says; `%(here)s` and other values are put in, folders are as written otherwise.

    `section` is the name that `alembic -n` takes, or `tool.alembic`. `location` is `script_location`; `versions` are
    the `version_locations`, none where the folder `versions` of the script directory is meant. `databases` are those of
    Alembic's multi-database template, whose `upgrade(engine_name)` runs once for each.
    """

    file: str
    section: str
    location: str
    versions: tuple[str, ...] = ()
    recursive: bool = False
    databases: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Give the folder of the file: what Alembic calls `%(here)s`, and where it is usually run."""
        return os.path.dirname(self.file)


def script_settings(sources: Sources, folder: str) -> tuple[ScriptSettings, ...]:
    """Give what the files in a folder say, one for each section; raises `SettingsError` for what cannot be used.

    An INI file is one of Alembic's where it is called `alembic.ini` or speaks of a `script_location`. What a section
    leaves out is looked for in `pyproject.toml`, as Alembic does since 1.16.
    """
    toml = _toml(sources, os.path.join(folder, _TOML))
    names = sources.names(folder, ".ini")
    files = [*((INI,) if INI in names else ()), *(name for name in names if name != INI)]
    if sources.is_file(os.path.join(folder, _OTHER)):
        files.append(_OTHER)
    found = [each for name in files for each in _of_ini(sources, os.path.join(folder, name), toml)]
    if isinstance(toml.get(_LOCATION), str) and not any(each.section == MAIN for each in found):
        found.append(_of_toml(os.path.join(folder, _TOML), toml))
    return tuple(found)


def nested_settings(sources: Sources, folder: str) -> tuple[ScriptSettings, ...]:
    """Give what an `alembic.ini` directly below a folder's own folders says, such as `config/alembic.ini`."""
    below = (os.path.join(folder, name) for name in sources.names(folder, "/"))
    return tuple(
        each
        for subfolder in below
        if sources.is_file(os.path.join(subfolder, INI))
        for each in script_settings(sources, subfolder)
    )


# INI files.


def _of_ini(sources: Sources, file: str, toml: Mapping[str, object]) -> Iterator[ScriptSettings]:
    text = _text(sources, file)
    if text is None or not (os.path.basename(file) == INI or _LOCATION in text):
        return
    here = os.path.dirname(file)
    parser = configparser.ConfigParser({"here": Path(here).as_posix()})
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise SettingsError(file, "", "not a valid INI file", " ".join(str(error).split())) from None
    own = configparser.RawConfigParser(default_section="")  # in which nothing is inherited from [DEFAULT]
    own.read_string(text)
    for section in parser.sections():
        reader = _Section(file, parser, section)
        is_alembic = section == MAIN or own.has_option(section, _LOCATION) or own.has_option(section, _VERSIONS)
        location = reader.value(_LOCATION) if is_alembic else None
        if location is None and section == MAIN:
            written = toml.get(_LOCATION)
            location = _filled(os.path.join(here, _TOML), _LOCATION, written) if isinstance(written, str) else None
            if location is None and sources.is_file(os.path.join(here, "env.py")):
                location = here  # Flask-Migrate keeps the file in the script directory and says so by itself
        if location is not None:
            yield _of_section(reader, location)


def _of_section(reader: _Section, location: str) -> ScriptSettings:
    databases = reader.value("databases") or ""
    return ScriptSettings(
        reader.file,
        reader.name,
        location,
        tuple(reader.versions()),
        reader.value(_RECURSIVE) == "true",  # nothing else is true for Alembic
        tuple(re.split(r",\s*", databases.strip())) if databases.strip() else (),
    )


@dataclass(frozen=True, slots=True)
class _Section:
    """A section of an INI file."""

    file: str
    parser: configparser.ConfigParser
    name: str

    def value(self, key: str) -> str | None:
        """Give a value with others put in; raises `SettingsError` where one is not there."""
        try:
            return self.parser.get(self.name, key, fallback=None)
        except configparser.Error as error:
            raw = self.parser.get(self.name, key, raw=True)
            raise SettingsError(self.file, f"[{self.name}] {key}", raw, " ".join(str(error).split())) from None

    def versions(self) -> list[str]:
        """Split `version_locations` as Alembic does."""
        written = self.value(_VERSIONS)
        if not written:
            return []
        separator = self._separator()
        parts = re.split(r", *|(?: +)", written) if separator is None else written.split(separator)
        return [part.strip() for part in parts if part.strip()]

    def _separator(self) -> str | None:
        """Give what separates paths; None where nothing says so and the old rule of blanks and commas holds."""
        for key in (_SEPARATOR, _OLD_SEPARATOR):
            if (written := self.value(key)) is not None:
                if written not in _SEPARATORS:
                    expected = "must be space, newline, os, : or ;"
                    raise SettingsError(self.file, f"[{self.name}] {key}", written, expected)
                return _SEPARATORS[written]
        return None


# pyproject.toml.


def _toml(sources: Sources, file: str) -> Mapping[str, object]:
    """Give the table [tool.alembic], empty where there is none."""
    text = _text(sources, file) if sources.is_file(file) else None
    if text is None or "alembic" not in text:
        return {}
    try:
        tools = tomllib.loads(text).get("tool", {})
    except RecursionError:
        raise SettingsError(file, "", "not valid TOML", "it is nested too deeply to be read") from None
    except ValueError as error:
        raise SettingsError(file, "", "not valid TOML", str(error)) from None
    found = tools.get("alembic", {}) if isinstance(tools, dict) else {}
    if not isinstance(found, dict):
        raise SettingsError(file, _TOML_SECTION, found, f"must be a table: [{_TOML_SECTION}]")
    return found


def _of_toml(file: str, toml: Mapping[str, object]) -> ScriptSettings:
    versions, recursive = toml.get(_VERSIONS, []), toml.get(_RECURSIVE, False)
    if not isinstance(versions, list) or not all(isinstance(each, str) for each in versions):
        raise SettingsError(file, f"[{_TOML_SECTION}] {_VERSIONS}", versions, "must be a list of strings")
    if not isinstance(recursive, bool):
        raise SettingsError(file, f"[{_TOML_SECTION}] {_RECURSIVE}", recursive, "must be true or false")
    return ScriptSettings(
        file,
        _TOML_SECTION,
        _filled(file, _LOCATION, str(toml[_LOCATION])),
        tuple(_filled(file, _VERSIONS, each) for each in versions),
        recursive,
    )


def _filled(file: str, key: str, written: str) -> str:
    """Put `%(here)s` in, as Python's `%` does: a single percent sign is written twice."""
    try:
        return written % {"here": Path(file).parent.as_posix()}
    except (KeyError, TypeError, ValueError) as error:
        expected = f"only %(here)s is known, and a percent sign is written %% ({error})"
        raise SettingsError(file, f"[{_TOML_SECTION}] {key}", written, expected) from None


def _text(sources: Sources, file: str) -> str | None:
    """Give a file's text, None where it does not speak of Alembic; raises `SettingsError` where there is none."""
    try:
        data = sources.data(file)
    except ReadError as error:
        if os.path.basename(file) == INI:
            raise SettingsError(file, "", "cannot be read", str(error)) from None
        return None
    if b"alembic" not in data and _LOCATION.encode() not in data:
        return None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeError as error:
        raise SettingsError(file, "", "not UTF-8", str(error)) from None
