"""The truth benchmark: what `ain` says of published packages, against SQLAlchemy on their models and PostgreSQL itself.

    python benchmarks/truth.py                              the published ten, models and histories
    python benchmarks/truth.py --half histories             their histories alone
    python benchmarks/truth.py --only optuna --differences  one package, with every disagreement
    python benchmarks/truth.py --write                      the published ten, and their sections of RESULTS.md

Each package is installed and imported in an environment of its own, and every table that it declares is compiled for
PostgreSQL. Its Alembic history is applied to an empty database of a PostgreSQL that the benchmark starts, revision by
revision. The exit status is 1 when a bar is missed or a package could not be judged, 2 when the call is wrong.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from comparison import compare, total
from environments import CACHE, BenchmarkError, Environment
from histories import history_lists
from packages import Package, package_lists
from recordings import RecordedHistory
from replay_results import further_line, further_row
from replay_results import line as replay_line
from replay_results import rows
from replay_results import section as history_section
from replays import Score, replay
from results import Result, line, section, sum_row
from sections import RESULTS, write_section
from server import running_server


def main() -> int:
    """Run the benchmark as the command line asks; return the exit status."""
    lists = package_lists()
    options = parser(sorted(lists)).parse_args()
    packages = [each for each in lists["all"] if each.name in options.only] if options.only else lists[options.list]
    if len(packages) < len(set(options.only)):
        strangers = set(options.only) - {each.name for each in packages}
        print(f"--only: not in packages.toml: {', '.join(sorted(strangers))}", file=sys.stderr)
        return 2
    status = 0
    if options.half != "histories":
        status = of_models(packages, options)
    if options.half != "models" and not options.collect:
        status = max(status, of_histories(options))
    return status


def of_models(packages: Sequence[Package], options: argparse.Namespace) -> int:
    """Judge what is said of models; return the exit status."""
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


def of_histories(options: argparse.Namespace) -> int:
    """Judge what is said of histories; return the exit status."""
    lists = history_lists()
    found = lists["all"] if options.only or options.list == "all" else lists["published"]
    chosen = [each for each in found if not options.only or each.package.name in options.only]
    recorded = [
        RecordedHistory(each, Environment(each.package, options.environments.resolve() / each.package.name))
        for each in chosen
    ]
    failed = recorded_all(recorded, options.refresh)
    replays = []
    for each in recorded:
        if each.file.exists() and each.recording()["base"] is not None:
            result = replay(each)
            replays.append(result)
            print(replay_line(rows([result])[0]), flush=True)
            print(further_line(further_row(result)), flush=True)
            for difference in result.differences if options.differences else ():
                print(f"    {difference}", flush=True)
        elif each.history.title not in failed:
            failed.append(each.history.title)
    print(replay_line(rows(replays)[-1]))
    if options.write:
        write_section(history_section(replays, "python benchmarks/truth.py --half histories"))
    score = sum((each.score for each in replays), Score())
    shortfalls = [*(f"missed: {demand}" for demand in score.missed_bars()), *(f"not judged: {name}" for name in failed)]
    print("\n".join(shortfalls) or "every demand is met")
    return int(bool(shortfalls))


def recorded_all(histories: Sequence[RecordedHistory], refresh: bool) -> list[str]:
    """Record the histories that are not recorded yet, on one server; return the names of those that failed."""
    wanted = [each for each in histories if refresh or not each.file.exists()]
    failed = []
    if wanted:
        with running_server() as server:
            for each in wanted:
                try:
                    each.environment.prepare()
                    each.record(server)
                except BenchmarkError as error:
                    failed.append(each.history.title)
                    print(f"{each.history.title}: {error}", file=sys.stderr)
    return failed


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
    result.add_argument(
        "--half", choices=["models", "histories", "both"], default="both", help="what is judged (default: both)"
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
