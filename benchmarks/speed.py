"""The speed benchmark: `ain check` beside ruff, and flake8 with the plugin beside flake8 without it, on Linux.

    python benchmarks/speed.py                   all parts
    python benchmarks/speed.py --only installed  one part
    python benchmarks/speed.py --write           all parts, and their section of RESULTS.md

The trees are made of published packages, once, and what is measured is this checkout, installed anew. The exit status
is 1 when a bar is missed or a part could not be measured, 2 when the call is wrong.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import tempfile
from pathlib import Path

from environments import CACHE, BenchmarkError
from figures import Part, section, terminal_lines
from measurement import adopt_orphans
from scenarios import PARTS, Setting
from sections import RESULTS, write_section
from trees import entry, prepared_programs


def main() -> int:
    """Run the benchmark as the command line asks; return the exit status."""
    options = parser().parse_args()
    adopt_orphans()
    # Trees are mended and processes ended on the way out, also where a supervisor asks for it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        parts = measured_parts(options)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    return conclude(parts, options)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    result = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--trees", type=Path, default=CACHE / "speed", metavar="DIR", help="where the trees are built")
    result.add_argument(
        "--only", action="append", choices=list(PARTS), default=[], help="this part of the benchmark; can be repeated"
    )
    result.add_argument(
        "--rounds", type=rounds, default=6, metavar="N", help="how often each command is run; the first does not count"
    )
    result.add_argument("--write", action="store_true", help=f"write the section of {RESULTS.name}")
    return result


def rounds(text: str) -> int:
    """Return the number of rounds; one of them does not count."""
    number = int(text)
    if number < 2:
        raise argparse.ArgumentTypeError("at least 2: the first round does not count")
    return number


def measured_parts(options: argparse.Namespace) -> list[Part]:
    """Measure the parts that are asked for, and print each as it is done."""
    folder = options.trees.resolve()
    programs = prepared_programs(folder)
    parts = []
    for name in options.only or PARTS:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            part = PARTS[name](Setting(folder, programs, Path(scratch), options.rounds))
        print("\n".join(terminal_lines(part)), flush=True)
        parts.append(part)
    return parts


def conclude(parts: list[Part], options: argparse.Namespace) -> int:
    """Write the section of the results file if asked to, and return the exit status."""
    if options.write:
        chosen = [f"--only={name}" for name in options.only]
        command = ["python", "benchmarks/speed.py", *chosen, f"--rounds={options.rounds}", "--write"]
        write_section(section(parts, versions(), shlex.join(command)))
    bars = [bar for part in parts for bar in part.bars]
    missed = [bar for bar in bars if not bar.is_met]
    print(f"missed: {len(missed)} of {len(bars)} bars" if missed else "every bar is met")
    return int(bool(missed))


def versions() -> str:
    """Return the versions of what is compared."""
    pins = entry("programs")
    return ", ".join(pins[name][0].replace("==", " ") for name in ("ruff", "flake8"))


if __name__ == "__main__":
    sys.exit(main())
