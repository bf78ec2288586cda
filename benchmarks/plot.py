"""Draws the results, for the README."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.measure import ANALYZE_CONFIGURATION, ANALYZE_OTHER, ANALYZE_STACK, MEMORY, START
from benchmarks.packs import BARE, NAIVE, OURS, STOCK

_COLORS = {OURS.name: "#0b6bcb", BARE.name: "#5f6b7a", NAIVE.name: "#b7791f", STOCK.name: "#c2410c"}
_BARS = {
    START: "start",
    ANALYZE_OTHER: "Analyze of\nanother type",
    ANALYZE_CONFIGURATION: "Analyze of a\nconfiguration",
}


def draw(results: dict[str, Any], directory: Path) -> bool:
    """Writes ``stack.svg`` (AnalyzeStack and memory by size) and ``calls.svg``; false where matplotlib is missing."""
    if find_spec("matplotlib") is None:
        return False
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {
        "svg.hashsalt": "benchmark",  # the same results give the same file
        "svg.fonttype": "none",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    _stack(results, directory / "stack.svg")
    _calls(results, directory / "calls.svg")
    return True


def _stack(results: dict[str, Any], path: Path) -> None:
    from matplotlib import pyplot

    figure, (time, memory) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    few = results["few"]
    for axes, measure, unit, label in (
        (time, ANALYZE_STACK, 1.0, "AnalyzeStack, seconds"),
        (memory, MEMORY, 1e-6, "peak memory, MB"),
    ):
        for pack, color in _COLORS.items():
            points = _by_size(results, measure, pack, few)
            if points:
                sizes, medians = zip(*points)
                style = "--" if pack == NAIVE.name else "-"  # it would hide the bare service
                values = [each * unit for each in medians]
                axes.plot(sizes, values, f"o{style}", color=color, label=pack, markersize=4, zorder=3)
        axes.set(xlabel=f"resources, {few} endpoint configurations among them", title=label)
        axes.grid(axis="y", color="#e5e7eb", linewidth=0.8)
    time.set(xscale="log", yscale="log")
    time.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    for axes, sizes in ((time, results["sizes"]), (memory, results["sizes"][1:])):
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.minorticks_off()
    memory.set_xlim(left=0)
    memory.set_ylim(bottom=0)
    time.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(figure)


def _calls(results: dict[str, Any], path: Path) -> None:
    from matplotlib import pyplot

    medians = {(each["measure"], each["pack"]): each["median"] for each in results["measures"]}
    figure, every = pyplot.subplots(1, len(_BARS), figsize=(9, 2.2), layout="constrained", sharey=True)
    packs = [*reversed(_COLORS)]
    for axes, (measure, title) in zip(every, _BARS.items()):
        values = [medians[measure, pack] * 1000 for pack in packs]
        bars = axes.barh(packs, values, color=[_COLORS[pack] for pack in packs], height=0.6)
        axes.bar_label(bars, [f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms" for value in values], padding=3)
        axes.set(title=title, xticks=[], xlim=(0, max(values) * 1.35))
        axes.spines.bottom.set_visible(False)
        axes.tick_params(axis="y", length=0)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(figure)


def _by_size(results: dict[str, Any], measure: str, pack: str, configurations: int) -> list[tuple[int, float]]:
    return [
        (each["resources"], each["median"])
        for each in results["measures"]
        if (each["measure"], each["pack"], each["configurations"]) == (measure, pack, configurations)
    ]
