"""The parts of the speed benchmark: which commands are compared on which files, and what is asked of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from figures import Bar, Figure, Part, megabytes
from measurement import Command, Measurement, interleaved, timed
from revisions import COUNT, write_history
from trees import Programs, Tree, dense_tree, installed_tree

GROWTH = (500, 1000, 2000)
CHECKED = ("cold", "warm", "leaf", "base")

COLD_LIMIT, WARM_LIMIT = 4.0, 1.0
"""Times the time of ruff; the project reaches for half of the first."""

LEAF_SECONDS = 0.5
MEMORY_LIMIT = 300.0
"""Millions of bytes."""

GROWTH_LIMIT = 1.5
"""How much more a file may cost in a large tree than in a small one: 1 in linear growth, about 3 in quadratic."""

TOGETHER_LIMIT = 1.1
"""Times what the packages of a tree cost one by one: no package may cost more because of the others."""

PLUGIN_LIMIT = 1.05
"""Times the processor time of flake8 alone."""

BUFFER_SECONDS = 0.25
HISTORY_SECONDS = 3.0, 0.3
"""For 300 revisions, with an empty cache and with a full one."""

EVERY = 60
"""Of the files without SQLAlchemy, one in so many is checked by flake8."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the parts share: where trees are built, what is run, where caches go, and how often each command is run."""

    trees: Path
    programs: Programs
    scratch: Path
    rounds: int


def installed(setting: Setting) -> Part:
    """Compare with ruff on the libraries of an environment."""
    tree = installed_tree(setting.trees)
    measured = tree_measurements(setting, tree)
    ruff, cold, warm, leaf = (measured[name] for name in ("ruff", "cold", "warm", "leaf"))
    bars = (
        Bar("installed, cold, beside ruff (reach for 2 x)", cold.wall / ruff.wall, COLD_LIMIT, "x"),
        Bar("installed, warm, beside ruff", warm.wall / ruff.wall, WARM_LIMIT, "x"),
        Bar("installed, a leaf changed, over warm", leaf.wall - warm.wall, LEAF_SECONDS, "s"),
        memory_bar("installed", measured),
    )
    return Part(tree_figures(tree, measured), bars)


def dense(setting: Setting) -> Part:
    """Compare with ruff on sources that are full of models."""
    tree = dense_tree(setting.trees)
    measured = tree_measurements(setting, tree)
    return Part(tree_figures(tree, measured), (memory_bar("dense", measured),))


def growth(setting: Setting) -> Part:
    """Compare ever larger parts of the dense tree."""
    tree = dense_tree(setting.trees)
    parts = [tree.beginning(count) for count in GROWTH] + [tree]
    commands = [
        Command(f"{name} {number}", command.words, command.folder, command.before)
        for number, part in enumerate(parts)
        for name, command in tree_commands(setting, part, setting.scratch / f"growth-{number}").items()
        if name in ("ruff", "cold", "warm")
    ]
    alone = [replace(tree, paths=(path,)) for path in tree.paths]
    for part in alone:
        cold = tree_commands(setting, part, setting.scratch / f"growth-{part.paths[0]}")["cold"]
        commands.append(Command(part.paths[0], cold.words, cold.folder, cold.before))
    with tree.edited():
        measured = interleaved(commands, setting.rounds, memory=False)
    sizes = [len(list(part.files())) for part in parts]
    figures = tuple(
        growth_figure(part, size, name, measured[f"{name} {number}"])
        for name in ("ruff", "cold", "warm")
        for number, (part, size) in enumerate(zip(parts, sizes, strict=True))
    )
    one_by_one = tuple(growth_figure(part, len(list(part.files())), "cold", measured[part.paths[0]]) for part in alone)
    bars = (
        Bar(
            "dense, cold: CPU of all packages together, beside the sum of each by itself",
            measured[f"cold {len(parts) - 1}"].cpu / sum(measured[part.paths[0]].cpu for part in alone),
            TOGETHER_LIMIT,
            "x",
        ),
        Bar(
            f"dense, warm: a file from {sizes[2]:,} to {sizes[3]:,}, beside one from {sizes[0]:,} to {sizes[2]:,}",
            steepening(sizes, [measured[f"warm {number}"].wall for number in range(len(parts))]),
            GROWTH_LIMIT,
            "x",
        ),
    )
    return Part((*figures, *one_by_one), bars)


def flake8(setting: Setting) -> Part:
    """Compare flake8 with the plugin and without."""
    clean, buffer = clean_files(setting), buffers(setting)
    alone, both = clean["alone"], clean["with plugin"]
    typed, seen, edited = (buffer[name] for name in ("alone", "with plugin", "edited, with plugin"))
    figures = (
        *(flake8_figure("files without models", name, each, alone) for name, each in clean.items()),
        *(flake8_figure("one model from stdin", name, each, typed) for name, each in buffer.items()),
    )
    bars = (
        Bar("flake8, files without models, CPU beside flake8 alone", both.cpu / alone.cpu, PLUGIN_LIMIT, "x"),
        Bar("flake8 -, one model, over flake8 alone", seen.wall - typed.wall, BUFFER_SECONDS, "s"),
    )
    return Part(figures, bars)


def history(setting: Setting) -> Part:
    """Read and replay a history of 300 revisions, and let flake8 check one of them from standard input."""
    folder, cache = setting.scratch / "history", setting.scratch / "history-cache"
    file = write_history(folder)
    text = (folder / file).read_text(encoding="utf-8")
    words = (setting.programs.ain, "history", f"--cache-dir={cache}")
    checked = ("--isolated", "--max-line-length=120", f"--stdin-display-name={file}", "-")
    plugin = (setting.programs.flake8_with_plugin, f"--ain-cache-dir={cache}", *checked)

    def typed(number: int) -> str:
        return text.replace('"""change', f'"""change {number}', 1)

    commands = (
        Command("cold", words, folder, before=lambda _: shutil.rmtree(cache, ignore_errors=True)),
        Command("warm", words, folder),
        Command("alone", (setting.programs.flake8, *checked), folder, stdin=typed),
        Command("edited, with plugin", plugin, folder, stdin=typed),
    )
    measured = interleaved(commands, setting.rounds, memory=False)
    cold, warm, alone, both = (measured[command.name] for command in commands)
    files = f"history, {COUNT} revisions"
    figures = (
        Figure(files, "ain history, cold", cold, f"{1000 * cold.wall / COUNT:.1f} ms a revision"),
        Figure(files, "ain history, warm", warm, f"{1000 * warm.wall / COUNT:.1f} ms a revision"),
        flake8_figure("one revision from stdin", "alone", alone, alone),
        flake8_figure("one revision from stdin", "edited, with plugin", both, alone),
    )
    bars = (
        Bar("history, cold", cold.wall, HISTORY_SECONDS[0], "s"),
        Bar("history, warm", warm.wall, HISTORY_SECONDS[1], "s"),
        Bar("flake8 -, one revision, over flake8 alone", both.wall - alone.wall, BUFFER_SECONDS, "s"),
    )
    return Part(figures, bars)


PARTS: Mapping[str, Callable[[Setting], Part]] = {
    "installed": installed,
    "dense": dense,
    "growth": growth,
    "flake8": flake8,
    "history": history,
}


def tree_measurements(setting: Setting, tree: Tree) -> dict[str, Measurement]:
    """Measure ruff, and `ain check` with a cache that is empty, full, and out of date by one file."""
    commands = tree_commands(setting, tree, setting.scratch / tree.name)
    with tree.edited():
        return interleaved(list(commands.values()), setting.rounds, memory=True)


def tree_commands(setting: Setting, tree: Tree, cache: Path) -> dict[str, Command]:
    """Return the commands by name; they depend on their order, each finds the cache that the one before it left."""
    ruff = (setting.programs.ruff, "check", "--no-cache", "--isolated", "--select=F", "--extend-exclude=*.pyi")
    python = () if tree.environment is None else (f"--python={tree.environment}",)
    words = (setting.programs.ain, "check", f"--cache-dir={cache}", *python, *tree.paths)
    leaf, base = tree.edits["leaf"], tree.edits["base"]
    commands = (
        Command("ruff", (*ruff, *tree.paths), tree.folder),
        Command("cold", words, tree.folder, before=lambda _: shutil.rmtree(cache, ignore_errors=True)),
        Command("warm", words, tree.folder),
        Command("leaf", words, tree.folder, before=leaf.apply, shows=leaf.column),
        Command("base", words, tree.folder, before=base.apply, shows=base.column),
    )
    return {command.name: command for command in commands}


def tree_figures(tree: Tree, measured: Mapping[str, Measurement]) -> tuple[Figure, ...]:
    """Return the rows of a tree."""
    files = f"{tree.name}, {len(list(tree.files())):,} files"
    ruff = measured["ruff"]
    return (
        Figure(files, "ruff", ruff),
        *(Figure(files, f"ain check, {name}", measured[name], times(measured[name], ruff)) for name in CHECKED),
    )


def times(one: Measurement, other: Measurement) -> str:
    """Return how many times as long as ruff a command took."""
    return f"{one.wall / other.wall:.2f} x ruff"


def memory_bar(name: str, measured: Mapping[str, Measurement]) -> Bar:
    """Return what is asked of the memory of all runs of a tree."""
    peak = max(measured[each].peak or 0 for each in CHECKED)
    return Bar(f"{name}, memory of all processes", megabytes(peak), MEMORY_LIMIT, "MB")


def growth_figure(tree: Tree, size: int, name: str, measurement: Measurement) -> Figure:
    """Return the row of one command on a part of the tree."""
    run = name if name == "ruff" else f"ain check, {name}"
    label = f"{tree.name}, {size:,} files" if len(tree.paths) > 1 else f"{tree.paths[0]}, {size:,}"
    return Figure(label, run, measurement, f"{1000 * measurement.wall / size:.2f} ms a file")


def steepening(sizes: list[int], seconds: list[float]) -> float:
    """Return what one more file costs in the last step of growth, beside what it costs before; starting falls out."""
    before = (seconds[-2] - seconds[0]) / (sizes[-2] - sizes[0])
    return (seconds[-1] - seconds[-2]) / (sizes[-1] - sizes[-2]) / before


def clean_files(setting: Setting) -> dict[str, Measurement]:
    """Measure flake8 on files that have nothing to do with SQLAlchemy."""
    tree = installed_tree(setting.trees)
    with tree.edited():
        files = [file for file in tree.files() if is_foreign(tree.folder / file)][::EVERY]
        words = ("--isolated", "--jobs=1", "--max-line-length=120", *files)
        cache = f"--ain-cache-dir={setting.scratch / 'flake8'}"
        commands = (
            Command("alone", (setting.programs.flake8, *words), tree.folder),
            Command("with plugin", (setting.programs.flake8_with_plugin, cache, *words), tree.folder),
        )
        return interleaved(commands, setting.rounds, memory=False)


def is_foreign(file: Path) -> bool:
    """Say whether a file does not name SQLAlchemy or SQLModel."""
    content = file.read_bytes().lower()
    return b"sqlalchemy" not in content and b"sqlmodel" not in content


def buffers(setting: Setting) -> dict[str, Measurement]:
    """Measure flake8 on one model as an editor gives it, in a project that `ain check` has read."""
    tree = dense_tree(setting.trees)
    cache = setting.scratch / "buffer"
    edit = tree.edits["buffer"]
    words = ("--isolated", "--max-line-length=120", f"--stdin-display-name={edit.file.relative_to(tree.folder)}", "-")
    plugin = (f"--ain-cache-dir={cache}", f"--ain-python={tree.environment}")
    alone = (setting.programs.flake8, *words)
    both = (setting.programs.flake8_with_plugin, *plugin, *words)

    def saved(number: int) -> str:
        return edit.original.read_text(encoding="utf-8")

    with tree.edited():
        timed(tree_commands(setting, tree, cache)["cold"], 0)
        commands = (
            Command("alone", alone, tree.folder, stdin=saved),
            Command("with plugin", both, tree.folder, stdin=saved),
            Command("edited, with plugin", both, tree.folder, stdin=edit.text, shows=edit.column),
        )
        return interleaved(commands, setting.rounds, memory=False)


def flake8_figure(files: str, name: str, measurement: Measurement, alone: Measurement) -> Figure:
    """Return the row of one way to run flake8."""
    if measurement is alone:
        return Figure(files, "flake8 alone", measurement)
    beside = f"{measurement.cpu / alone.cpu:.2f} x CPU, {measurement.wall - alone.wall:+.2f} s"
    return Figure(files, f"flake8 {name}", measurement, beside)
