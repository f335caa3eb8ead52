"""Settings: where they are found, what they may say, and what is said about wrong ones."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from conftest import Write

from flake8_autoincrement.engine.project import Invocation, Workspace
from flake8_autoincrement.settings import Override, Settings, SettingsError

CHECKS = frozenset({"AIN001", "AIN002", "raw-base", "implicit-autoincrement", "key-pattern"})


def read(folder: Path) -> Settings:
    return Workspace(Invocation(), CHECKS).settings(folder)


def toml(text: str) -> dict[str, str]:
    return {"pyproject.toml": f"[tool.flake8-autoincrement]\n{text}"}


def test_defaults(write: Write) -> None:
    assert read(write({})) == Settings()


def test_every_key_in_toml(write: Write) -> None:
    folder = write(
        toml(
            """
bases = ["Base", "app.db.Keyed"]
enable = ["key-pattern"]
ignore = ["AIN001"]
strict = true
python = ".venv"
search-path = ["libs", "/opt/models"]
exclude = ["migrations"]
sqlalchemy-version = "2.0"
sqlmodel-version = "0.0.38"

[[tool.flake8-autoincrement.overrides]]
module = ["app.legacy.*"]
ignore = ["AIN002"]
"""
        )
    )
    assert read(folder) == Settings(
        bases=("Base", "app.db.Keyed"),
        enable=frozenset({"key-pattern"}),
        ignore=frozenset({"AIN001"}),
        strict=True,
        python=str(folder / ".venv"),
        search_path=(str(folder / "libs"), "/opt/models"),
        exclude=("migrations",),
        sqlalchemy=(2, 0),
        sqlmodel=(0, 0, 38),
        overrides=(Override(("app.legacy.*",), ignore=frozenset({"AIN002"})),),
        file=str(folder / "pyproject.toml"),
    )


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini"])
def test_ini_says_the_same_as_toml(write: Write, name: str) -> None:
    """Lists take commas and lines; a section for modules carries their names, as mypy's do."""
    folder = write(
        {
            name: """
            [flake8-autoincrement]
            bases = Base, app.db.Keyed
            ignore =
                AIN001
                implicit-autoincrement
            strict = yes
            sqlalchemy_version = 2.0
            python = env

            [flake8-autoincrement-app.legacy.*, app.old]
            strict = off
            """
        }
    )
    assert read(folder) == Settings(
        bases=("Base", "app.db.Keyed"),
        ignore=frozenset({"AIN001", "implicit-autoincrement"}),
        strict=True,
        sqlalchemy=(2, 0),
        python=str(folder / "env"),
        overrides=(Override(("app.legacy.*", "app.old"), strict=False),),
        file=str(folder / name),
    )


def test_an_empty_list_of_bases_is_not_the_default(write: Write) -> None:
    assert read(write(toml("bases = []"))).bases == ()
    assert read(write({"inner/setup.cfg": "[flake8-autoincrement]\nbases =\n"}) / "inner").bases == ()


def test_the_nearest_file_with_a_section_holds(write: Write) -> None:
    """A file without the section does not hide one above it; in one folder pyproject.toml comes first."""
    folder = write(
        {
            **toml("strict = true"),
            "setup.cfg": "[flake8-autoincrement]\nstrict = false\n",
            "app/pyproject.toml": "[project]\nname = 'app'\ndependencies = ['flake8-autoincrement']\n",
            "app/models/a.py": "",
            "other/tox.ini": "[flake8-autoincrement]\n",
        }
    )
    assert read(folder / "app" / "models").file == str(folder / "pyproject.toml")
    assert read(folder / "other").strict is False
    assert read(folder / "other" / "absent").file == str(folder / "other" / "tox.ini")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("igonre = []", 'igonre = []: unknown setting; did you mean "ignore"?'),
        ("frobnicate = 3", "frobnicate = 3: unknown setting"),
        ('ignore = "AIN001"', 'ignore = "AIN001": must be a list of strings, such as ["one", "two"]'),
        ("ignore = [1]", 'ignore = [1]: must be a list of strings, such as ["one", "two"]'),
        ('ignore = ["AIN02"]', '"AIN02" is neither the code nor the slug of a check; did you mean "AIN002"?'),
        ('enable = ["ain001"]', '"ain001" is neither the code nor the slug of a check; did you mean "AIN001"?'),
        ('enable = ["implict-autoincrement"]', 'did you mean "implicit-autoincrement"?'),
        ('strict = "yes"', 'strict = "yes": must be true or false'),
        ("sqlalchemy-version = 2.0", 'sqlalchemy-version = 2.0: must be a version as a string, such as "2.1"'),
        ('sqlmodel-version = "newest"', 'must be a version as a string, such as "2.1"'),
        ("python = true", "python = true: must be a path as a string; it is relative to this file"),
        ('bases = ["Auto Increment"]', '"Auto Increment" is no name of a class'),
        ("overrides = 3", "overrides = 3: must be written as [[tool.flake8-autoincrement.overrides]]"),
        ("overrides = [{ignore = ['AIN001']}]", 'overrides[0] module = (nothing): must name the modules, such as'),
        ('overrides = [{module = "app/legacy"}]', '"app/legacy" is no pattern of modules, such as'),
        ('overrides = [{module = "a", python = "x"}]', "overrides[0] python = \"x\": unknown setting"),
    ],
)
def test_a_wrong_setting_names_file_key_value_and_what_is_right(write: Write, text: str, message: str) -> None:
    folder = write(toml(text))
    with pytest.raises(SettingsError) as caught:
        read(folder)
    assert str(caught.value).startswith(f"{folder / 'pyproject.toml'}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("strict = maybe", 'strict = "maybe": must be true or false'),
        ("ignore = AIN009", '"AIN009" is neither the code nor the slug of a check'),
        ("colour = red", 'colour = "red": unknown setting'),
        ("[flake8-autoincrement-app.x]\nexclude = a", '[flake8-autoincrement-app.x] exclude = "a": unknown setting'),
        ("no key here", "not a valid INI file: Source contains parsing errors"),
    ],
)
def test_a_wrong_setting_in_an_ini_file(write: Write, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(write({"setup.cfg": f"[flake8-autoincrement]\n{text}\n"}))
    assert message in str(caught.value)


def test_broken_files_concern_us_only_if_they_speak_of_us(write: Write) -> None:
    folder = write({"pyproject.toml": "[tool.black\n", "setup.cfg": "[flake8\n", "tox.ini": "\n"})
    assert read(folder) == Settings()
    (folder / "pyproject.toml").write_text("[tool.flake8-autoincrement\n")
    with pytest.raises(SettingsError, match="not valid TOML"):
        read(folder)
    (folder / "pyproject.toml").write_bytes(b"\xff\xfe")
    assert read(folder) == Settings()


@pytest.mark.parametrize(
    ("pattern", "module", "expected"),
    [
        ("app", "app", True),
        ("app", "app.models", False),
        ("app.*", "app", True),
        ("app.*", "app.models.user", True),
        ("app.*", "application", False),
        ("*.legacy", "app.legacy", True),
        ("*.legacy", "app.legacy.user", False),
        ("app.*.old", "app.old", True),
        ("app.*.old", "app.a.b.old", True),
        ("app.*.old", "app.older", False),
        ("*", "anything.at.all", True),
    ],
)
def test_patterns_of_modules(pattern: str, module: str, expected: bool) -> None:
    assert Override((pattern,)).matches(module) is expected


def test_which_checks_run() -> None:
    plain = Settings()
    assert plain.runs("AIN001", "raw-base", strict=False)
    assert not plain.runs("AIN002", "key-pattern", strict=True)
    assert Settings(strict=True).runs("AIN002", "key-pattern", strict=True)
    assert Settings(enable=frozenset({"key-pattern"})).runs("AIN002", "key-pattern", strict=True)
    assert not Settings(ignore=frozenset({"AIN002"}), strict=True).runs("AIN002", "key-pattern", strict=True)
    both = Settings(ignore=frozenset({"AIN002"}), enable=frozenset({"key-pattern"}))
    assert both.runs("AIN002", "key-pattern", strict=True)
    assert not both.runs("AIN002", "implicit-autoincrement", strict=False)


def test_overrides_lie_on_top_of_each_other() -> None:
    settings = Settings(
        ignore=frozenset({"AIN001"}),
        overrides=(
            Override(("app.*",), ignore=frozenset({"AIN002"}), bases=("Old",)),
            Override(("app.new.*",), enable=frozenset({"AIN001"}), strict=True),
        ),
    )
    assert settings.for_module("other").ignore == {"AIN001"}
    assert settings.for_module("app.models").ignore == {"AIN001", "AIN002"}
    new = settings.for_module("app.new.user")
    assert (new.ignore, new.enable) == (frozenset({"AIN002"}), frozenset({"AIN001"}))
    assert (new.strict, new.bases) == (True, ("Old",))


def test_names_of_bases_are_plain_or_dotted() -> None:
    settings = Settings(bases=("Keyed", "app.db.Base"))
    assert settings.names_base("any.where.Keyed")
    assert settings.names_base("app.db.Base")
    assert not settings.names_base("app.other.Base")


def test_readme_describes_every_setting() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    versions = {name: f"{name}-version" for name in ("sqlalchemy", "sqlmodel", "postgresql")}
    written = {**versions, "search_path": "search-path", "start_after": "start-after"}
    for field in fields(Settings):
        if field.name not in ("file", "overrides"):
            assert f"| `{written.get(field.name, field.name)}` |" in readme
