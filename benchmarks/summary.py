"""What the measures come to: medians of the rounds, ratios with their spread, and the goals beside them."""

from __future__ import annotations

import math
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measure import (
    ANALYZE_CONFIGURATION,
    ANALYZE_OTHER,
    ANALYZE_STACK,
    FIRST,
    MEMORY,
    READY,
    REMEDIATE_OTHER,
    START,
    Plan,
    Point,
    Samples,
)
from benchmarks.packs import BARE, OURS, PACKS, STOCK, Pack
from benchmarks.stacks import Size

_ORDER = (START, FIRST, READY, ANALYZE_OTHER, REMEDIATE_OTHER, ANALYZE_CONFIGURATION, ANALYZE_STACK, MEMORY)


def results(plan: Plan, rounds: int, samples: Samples) -> dict[str, Any]:
    """Everything as JSON: the machine, each measure's rounds and median (seconds or bytes), and the goals."""
    return {
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            **{package: version(package) for package in ("pulumi", "pulumi-policy", "grpcio", "protobuf")},
        },
        "date": date.today().isoformat(),
        "commit": _commit(),
        "rounds": rounds,
        "sizes": list(plan.sizes),
        "few": plan.few,
        "many": plan.many,
        "packs": {pack.name: pack.what for pack in PACKS},
        "measures": [
            {
                "measure": point.measure,
                "pack": point.pack,
                "resources": point.size.resources if point.size else None,
                "configurations": point.size.configurations if point.size else None,
                "median": _rounded(statistics.median(values)),
                "rounds": [_rounded(value) for value in values],
            }
            for point, values in sorted(samples.items(), key=_place)
        ],
        "goals": _goals(plan, samples),
    }


def _commit() -> str:
    """The commit that is measured; empty outside of a checkout."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        found = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return found.stdout.strip()


def _rounded(value: float) -> float:
    """To four digits, which is more than repeats."""
    return float(f"{value:.4g}")


def _goals(plan: Plan, samples: Samples) -> list[dict[str, Any]]:
    small, middle, large = plan.sizes
    usual, full = Size(middle, plan.few), Size(large, plan.many)

    def ratio(measure: str, one: Pack, other: Pack, size: Size | None = None) -> list[float]:
        pairs = (samples.get(Point(measure, pack.name, size), ()) for pack in (one, other))
        return [a / b for a, b in zip(*pairs)]

    def growth(pack: Pack) -> list[float]:
        ends = (samples[Point(ANALYZE_STACK, pack.name, Size(resources, plan.few))] for resources in (small, large))
        return [math.log(last / first) / math.log(large / small) for first, last in zip(*ends)]

    goals: list[tuple[str, str, list[float]]] = [
        (f"AnalyzeStack, {usual.label}: to the bare service", "at most 1.15", ratio(ANALYZE_STACK, OURS, BARE, usual)),
        ("the stock pack's to this one's", "at least 40", ratio(ANALYZE_STACK, STOCK, OURS, usual)),
        (f"AnalyzeStack, {full.label}: to the bare service", "at most 1.6", ratio(ANALYZE_STACK, OURS, BARE, full)),
        ("Analyze of another type: to the bare service", "at most 1.08", ratio(ANALYZE_OTHER, OURS, BARE)),
        ("Analyze of a configuration: to the bare service", "at most 1.8", ratio(ANALYZE_CONFIGURATION, OURS, BARE)),
        (f"peak memory, {large:,} resources: to the bare service", "at most 1.2", ratio(MEMORY, OURS, BARE, full)),
        ("start until the port: to the stock pack", "at most 1.08", ratio(START, OURS, STOCK)),
        ("start and first call on a configuration: to the stock pack", "", ratio(READY, OURS, STOCK)),
        (f"growth from {small:,} to {large:,} resources (exponent)", "at most 1.1", growth(OURS)),
        ("the bare service's growth", "", growth(BARE)),
    ]
    return [{"what": what, "goal": goal, **_spread(values)} for what, goal, values in goals]


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    """The median, and the quartiles that the middle half lies between."""
    if not values:
        return {"measured": None, "lower": None, "upper": None}
    single = len(values) == 1
    lower, middle, upper = [values[0]] * 3 if single else statistics.quantiles(values, method="inclusive")
    return {"measured": _rounded(middle), "lower": _rounded(lower), "upper": _rounded(upper)}


def table(results: dict[str, Any]) -> str:
    """The results for the terminal."""
    versions = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    lines = [f"{results['rounds']} rounds in turns, medians. {versions}", ""]
    lines += [f"{name + ':':18}{what}" for name, what in results["packs"].items()]
    lines += ["", _row("", "", *(pack.name for pack in PACKS))]
    rows: dict[tuple[str, int | None, int | None], dict[str, float]] = {}
    for each in results["measures"]:
        row = rows.setdefault((each["measure"], each["resources"], each["configurations"]), {})
        row[each["pack"]] = each["median"]
    for (measure, resources, configurations), row in rows.items():
        size = f"{resources:,} / {configurations}" if resources is not None else ""
        show = _bytes if measure == MEMORY else _seconds
        lines.append(_row(measure, size, *(_cell(row, pack, show) for pack in PACKS)))
    lines += ["", "Sizes are resources / endpoint configurations. Times the bare service's in brackets.", ""]
    lines.append(f"{'':72}{'goal':>14}{'measured':>11}   middle half")
    for goal in results["goals"]:
        known = goal["measured"] is not None
        found = f"{goal['measured']:11.2f}   {goal['lower']:.2f} to {goal['upper']:.2f}" if known else "   not measured"
        lines.append(f"{goal['what']:72}{goal['goal']:>14}{found}")
    return "\n".join(lines)


def _cell(row: dict[str, float], pack: Pack, show: Callable[[float], str]) -> str:
    if pack.name not in row:
        return "-"
    ratio = f" ({row[pack.name] / row[BARE.name]:.2f})" if pack is not BARE else ""
    return f"{show(row[pack.name])}{ratio}"


def _row(measure: str, size: str, *cells: str) -> str:
    return f"{measure:33}{size:>14}" + "".join(f"{cell:>20}" for cell in cells)


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.2f} ms" if value < 0.01 else f"{value * 1000:.0f} ms"


def _bytes(value: float) -> str:
    return f"{value / 1e6:.0f} MB"


def _place(item: tuple[Point, Sequence[float]]) -> tuple[int, int, int, int]:
    point = item[0]
    resources, configurations = (point.size.resources, point.size.configurations) if point.size else (0, 0)
    return _ORDER.index(point.measure), resources, configurations, [pack.name for pack in PACKS].index(point.pack)
