"""The truth benchmark: `ain tables` on the bare sources of published packages against SQLAlchemy on their models.

    python benchmarks/truth.py                              the published ten
    python benchmarks/truth.py --only optuna --differences  one package, with every disagreement
    python benchmarks/truth.py --write                      the published ten, and their section of RESULTS.md

Each package is installed and imported in an environment of its own, and every table that it declares is compiled for
PostgreSQL. The exit status is 1 when a bar is missed or a package could not be judged, 2 when the call is wrong.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

from comparison import compare, total
from environments import CACHE, BenchmarkError, Environment
from packages import package_lists
from results import Result, line, section, sum_row
from sections import RESULTS, write_section


def main() -> int:
    """Run the benchmark as the command line asks; return the exit status."""
    lists = package_lists()
    options = parser(sorted(lists)).parse_args()
    packages = [each for each in lists["all"] if each.name in options.only] if options.only else lists[options.list]
    if len(packages) < len(set(options.only)):
        strangers = set(options.only) - {each.name for each in packages}
        print(f"--only: not in packages.toml: {', '.join(sorted(strangers))}", file=sys.stderr)
        return 2

    results: list[Result] = []
    failed: list[str] = []
    for package in packages:
        try:
            result = judged(Environment(package, options.environments.resolve() / package.name), options)
        except BenchmarkError as error:
            failed.append(package.name)
            print(f"{package.name}: {error}", file=sys.stderr)
            continue
        if result is not None:
            results.append(result)
            show(result, options.differences)
    return int(bool(failed)) if options.collect else conclude(results, failed, options)


def parser(lists: list[str]) -> argparse.ArgumentParser:
    """Return the command line for the lists of that name."""
    result = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--environments", type=Path, default=CACHE / "truth", metavar="DIR")
    result.add_argument("--list", choices=lists, default="published", help="which packages (default: published)")
    result.add_argument(
        "--only", action="append", default=[], metavar="PACKAGE", help="this package of any list; can be repeated"
    )
    result.add_argument(
        "--refresh", action="store_true", help="import the packages again instead of reading the last truth"
    )
    result.add_argument("--collect", action="store_true", help="install and import only, compare nothing")
    result.add_argument("--differences", "--verbose", action="store_true", help="list every disagreement")
    result.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    return result


def judged(environment: Environment, options: argparse.Namespace) -> Result | None:
    """Compare one package; return nothing when only the truth is to be collected."""
    environment.prepare()
    truth = environment.truth(options.refresh)
    if options.collect:
        print(
            f"{environment.package.name}: {len(truth['tables'])} tables, {len(truth['unread'])} modules not imported",
            flush=True,
        )
        return None
    start = time.perf_counter()
    ours = environment.our_tables(truth)
    seconds = time.perf_counter() - start
    score, differences = compare(truth["tables"], ours, {each["file"] for each in truth["unread"]})
    return Result(environment.package, truth, score, differences, seconds)


def show(result: Result, differences: bool) -> None:
    """Print the line of one package and, if asked to, every disagreement."""
    print(line(result.row()), flush=True)
    for difference in result.differences if differences else ():
        print(f"    {difference}", flush=True)


def conclude(results: list[Result], failed: list[str], options: argparse.Namespace) -> int:
    """Print the sum, write the section of the results file if asked to, and return the exit status."""
    print(line(sum_row(results)))
    if options.write:
        words = ["python", "benchmarks/truth.py", "--list", options.list, *(f"--only={name}" for name in options.only)]
        write_section(section(results, shlex.join(words)))
    shortfalls = [
        *(f"missed: {demand}" for demand in total(result.score for result in results).missed_bars()),
        *(f"not judged: {name}" for name in failed),
    ]
    print("\n".join(shortfalls) or "every demand is met")
    return int(bool(shortfalls))


if __name__ == "__main__":
    sys.exit(main())
