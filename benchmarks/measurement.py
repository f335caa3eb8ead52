"""What a command costs: time, processor time and memory of all its processes together, on Linux."""

from __future__ import annotations

import ctypes
import os
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

from environments import BenchmarkError

COMMAND_SECONDS = 900
SAMPLE_SECONDS = 0.02
PR_SET_CHILD_SUBREAPER = 36


def nothing(number: int) -> str:
    """Return no text, and do nothing."""
    return ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that is run many times; what a run differs in is a function of the run's number."""

    name: str
    words: tuple[str, ...]
    folder: Path
    before: Callable[[int], object] = nothing
    """What is done ahead of a run, unmeasured."""

    stdin: Callable[[int], str] = nothing
    shows: Callable[[int], str] = nothing
    """What the output has to contain, so that nothing is measured that does not do its work."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a command took, in seconds."""

    wall: float
    cpu: float
    """User and system time of all processes."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The runs of a command, and the memory of one more."""

    runs: tuple[Run, ...]
    peak: int | None = None
    """The most memory of all processes together, in bytes; None where it was not measured."""

    @property
    def wall(self) -> float:
        """The median of the times."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median of the processor times."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def range(self) -> tuple[float, float]:
        """The shortest and the longest time."""
        times = [run.wall for run in self.runs]
        return min(times), max(times)


def adopt_orphans() -> None:
    """Become the parent of what the measured commands leave behind, so that it is waited for and counted."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def interleaved(commands: Sequence[Command], rounds: int, *, memory: bool) -> dict[str, Measurement]:
    """Run every command once in each round, in order, and give what each took; the first round is not counted.

    Memory is measured in a round of its own, since looking at it takes time.
    """
    timed_rounds = [[timed(command, number) for command in commands] for number in range(rounds)][1:]
    peaks = [peak(command, rounds) if memory else None for command in commands]
    return {
        command.name: Measurement(tuple(runs), bytes_)
        for command, runs, bytes_ in zip(commands, zip(*timed_rounds, strict=True), peaks, strict=True)
    }


def timed(command: Command, number: int) -> Run:
    """Run a command and return what it took."""
    with tempfile.TemporaryFile("w+") as output:
        command.before(number)
        start = time.perf_counter()
        with started(command, number, output) as group:
            wall, cpu, status = ended(group, start)
        judge(command, number, output, status)
    return Run(wall, cpu)


def peak(command: Command, number: int) -> int:
    """Run a command and return the most memory that its processes had together, in bytes."""
    with tempfile.TemporaryFile("w+") as output:
        command.before(number)
        with ThreadPoolExecutor(1) as pool, started(command, number, output) as group:
            most = pool.submit(most_memory, group)
            _, _, status = ended(group, 0)
        judge(command, number, output, status)
    return most.result()


@contextmanager
def started(command: Command, number: int, output: IO[str]) -> Iterator[int]:
    """Start a command in a process group of its own and give the group; end it when the block fails."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with tempfile.TemporaryFile("w+") as text:
        text.write(command.stdin(number))
        text.seek(0)
        process = subprocess.Popen(
            command.words,
            cwd=command.folder,
            env=surroundings,
            stdin=text,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    timer = Timer(COMMAND_SECONDS, kill, [process.pid])
    timer.start()
    try:
        yield process.pid
    except BaseException:
        kill(process.pid)
        ended(process.pid, 0)
        raise
    finally:
        timer.cancel()
        process.returncode = 0  # It was waited for elsewhere.


def kill(group: int) -> None:
    """End the processes of a group."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def ended(group: int, start: float) -> tuple[float, float, int]:
    """Wait for a group's processes; return the seconds till the first one's end, the CPU seconds of all, its status.

    What the kernel counts for a process contains the processes that it waited for itself.
    """
    wall, cpu, status = 0.0, 0.0, 0
    with suppress(ChildProcessError):
        while True:
            pid, code, usage = os.wait4(-group, 0)
            cpu += usage.ru_utime + usage.ru_stime
            if pid == group:
                wall = time.perf_counter() - start
                status = os.waitstatus_to_exitcode(code)
    return wall, cpu, status


def most_memory(group: int) -> int:
    """Look at the memory of a group's processes until there are none, and return the largest sum, in bytes."""
    most = 0
    while processes := members(group):
        most = max(most, sum(proportional_set_size(process) for process in processes))
        time.sleep(SAMPLE_SECONDS)
    return most


def members(group: int) -> list[int]:
    """Return the processes of a group."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and group_of(int(name)) == group]


def group_of(process: int) -> int | None:
    """Return the group of a process; None if the process has ended."""
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return None


def proportional_set_size(process: int) -> int:
    """Return the memory of a process in bytes, a page that several share in equal parts; 0 if it has ended."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def judge(command: Command, number: int, output: IO[str], status: int) -> None:
    """Raise an error if a run failed or did not show what it has to; 1 is the status of what found something."""
    output.seek(0)
    text = output.read()
    if status not in (0, 1):
        raise BenchmarkError(f"could not run {' '.join(command.words)[:300]}: exit status {status}\n{text[-3000:]}")
    if command.shows(number) not in text:
        raise BenchmarkError(f"{command.name}: the output does not contain {command.shows(number)}\n{text[-3000:]}")
