"""Measures what an audit of many stacks costs, beside a plain loop that parses them: ``--help`` tells the options.

Everything is measured in processes of their own, in rounds that take turns, since a machine's speed changes from
minute to minute. It judges nothing: read the ratios and their spread.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent

_PLAIN = """\
import json, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    with path.open("rb") as file:
        json.load(file)
"""
# One stack in how many serves models, and how far its JSON is indented.
_KINDS: dict[str, tuple[int, int | None]] = {
    "no stack serves models": (0, 4),
    "one stack in ten serves models": (10, 4),
    "one in ten, without indents": (10, None),
    "every stack serves models": (1, 4),
}
_SINGLE = 10  # how many stacks are audited in a process each, to tell what all would take
PLAIN, AUDIT, SINGLE = "plain loop of json.load", "audit", "an audit process a stack"
EMPTY = "an empty process a stack"


@dataclass(frozen=True)
class Cost:
    """What a process took, its own processes included: seconds on the wall and of processors, peak bytes of memory."""

    wall: float
    cpu: float
    memory: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured (5)")
    parser.add_argument("--stacks", type=int, default=1000, help="how many stacks there are (1000)")
    parser.add_argument("--resources", type=int, default=200, help="how many resources each has (200)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes of a parallel audit (cores)")
    parser.add_argument("--output", type=Path, default=HERE / "audit.json", help="where the results are written")
    given = parser.parse_args()
    if min(given.rounds, given.stacks, given.jobs) < 1 or given.resources < 20:
        parser.error("at least 1 round, 1 stack, 1 job and 20 resources are needed")

    sys.path.insert(0, str(HERE.parent))  # a script's own path is its directory, and the pack is beside that
    costs: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    with TemporaryDirectory() as name:
        for kind, (every, indent) in _KINDS.items():
            # In a process of its own, for what this one holds counts as the memory of those that it starts.
            making = get_context("spawn").Process(
                target=_write, args=(Path(name) / kind, given.stacks, given.resources, every, indent)
            )
            making.start()
            making.join()
        for number in range(given.rounds):
            print(f"round {number + 1} of {given.rounds}", file=sys.stderr, flush=True)
            for kind in _KINDS:
                for what, cost in _round(Path(name) / kind, given.jobs, number):
                    costs[kind, what].append(cost)
        size = sum(path.stat().st_size for path in (Path(name) / kind).iterdir())
        print("formats", file=sys.stderr, flush=True)
        formats = list(_formats(Path(name) / kind, Path(name) / "reports"))
    results = {**_results(given, size, costs), "formats": formats}
    print(_table(results))
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _write(directory: Path, stacks: int, resources: int, every: int, indent: int | None) -> None:
    from benchmarks.exports import write
    from benchmarks.stacks import Size

    write(directory, stacks, Size(resources, 3), every, indent)


def _round(directory: Path, jobs: int, number: int) -> Iterator[tuple[str, Cost]]:
    audit = [sys.executable, "-m", "policy_pack", "audit", "--fail-on", "never"]
    commands = {
        PLAIN: [sys.executable, "-c", _PLAIN, str(directory)],
        AUDIT: [*audit, str(directory)],
        f"{AUDIT} --jobs {jobs}": [*audit, "--jobs", str(jobs), str(directory)],
    }
    order = list(commands)
    for each in [*order[number % len(order) :], *order[: number % len(order)]]:
        yield each, _run(commands[each])
    paths = sorted(directory.iterdir())
    sample = paths[:: max(1, len(paths) // _SINGLE)]
    for what, commands_of in (
        (SINGLE, [[*audit, str(path)] for path in sample]),
        (EMPTY, [[sys.executable, "-c", "pass"]] * len(sample)),
    ):
        single = [_run(each) for each in commands_of]
        scale = len(paths) / len(sample)
        total = [sum(getattr(each, name) for each in single) * scale for name in ("wall", "cpu")]
        yield what, Cost(total[0], total[1], max(each.memory for each in single))


def _formats(directory: Path, reports: Path) -> Iterator[dict[str, Any]]:
    """What an audit takes that writes each format: the peak of its memory, beside the size of what it writes."""
    from policy_pack.audit.formats import FORMATS

    for name in FORMATS:
        path = reports / name
        audit = [sys.executable, "-m", "policy_pack", "audit", "--fail-on", "never"]
        cost = _run([*audit, "--format", name, "--output", str(path), str(directory)])
        written = sum(each.stat().st_size for each in reports.glob(f"{name}*"))
        for each in reports.glob("*"):
            each.unlink()
        yield {"format": name, "memory": cost.memory, "bytes": written}


def _run(command: Sequence[str]) -> Cost:
    started = time.perf_counter()
    # Bytecode is kept from the first start, as in normal use, whatever the settings of this process are.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE.parent, env=environment
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def _results(given: argparse.Namespace, size: int, costs: dict[tuple[str, str], list[Cost]]) -> dict[str, Any]:
    return {
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "rounds": given.rounds,
        "stacks": given.stacks,
        "resources": given.resources,
        "bytes": size,
        "jobs": given.jobs,
        "measures": [
            {
                "kind": kind,
                "what": what,
                "wall": statistics.median(each.wall for each in values),
                "cpu": statistics.median(each.cpu for each in values),
                "memory": max(each.memory for each in values),
                "wallToPlain": _spread([a.wall / b.wall for a, b in zip(values, costs[kind, PLAIN])]),
                "cpuToPlain": _spread([a.cpu / b.cpu for a, b in zip(values, costs[kind, PLAIN])]),
                "rounds": [asdict(each) for each in values],
            }
            for (kind, what), values in costs.items()
        ],
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def _table(results: dict[str, Any]) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    lines = [
        f"{results['stacks']:,} stacks of {results['resources']} resources, {results['bytes'] / 1e6:.0f} MB; "
        f"{results['rounds']} rounds in turns, medians. {machine}",
        "Goal: an audit in one process takes at most 0.3 times the processor time of the plain loop.",
    ]
    kind = None
    for each in results["measures"]:
        if each["kind"] != kind:
            kind = each["kind"]
            lines += ["", f"{kind:28}{'wall':>9}{'CPU':>9}{'memory':>9}   wall to plain       CPU to plain"]
        wall, cpu = each["wallToPlain"], each["cpuToPlain"]
        lines.append(
            f"{each['what']:28}{each['wall']:7.2f} s{each['cpu']:7.2f} s{each['memory'] / 1e6:6.0f} MB   "
            + "   ".join(f"{ratio['median']:5.2f} ({ratio['least']:.2f}-{ratio['most']:.2f})" for ratio in (wall, cpu))
        )
    costs = {(each["kind"], each["what"]): each["cpu"] for each in results["measures"]}
    ratios = [costs[kind, SINGLE] / costs[kind, EMPTY] for kind in _KINDS]
    lines += ["", f"A single state takes {min(ratios):.1f} to {max(ratios):.1f} times the time of an empty process."]
    lines += ["", f"{'format':28}{'memory':>10}{'written':>12}   (every stack serves models)"]
    for each in results["formats"]:
        lines.append(f"{each['format']:28}{each['memory'] / 1e6:7.0f} MB{each['bytes'] / 1e6:9.1f} MB")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
