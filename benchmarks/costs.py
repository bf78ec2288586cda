"""The costs in the README, from the results of ``make bench``: milliseconds and megabytes, then ratios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_OURS, _BARE, _STOCK = "this pack", "bare service", "stock SDK pack"
_SOME, _MANY = (10_000, 20), (30_000, 500)  # resources, endpoint configurations
_ALONE = (None, None)
# What is measured of what stack, in which unit, and the words for it.
_ROWS = (
    ("AnalyzeStack", _SOME, "s", "A stack of 10,000 resources with 20 configurations"),
    ("AnalyzeStack", _MANY, "s", "A stack of 30,000 resources with 500 configurations"),
    ("Analyze, another type", _ALONE, "s", "A resource of another type"),
    ("Analyze, endpoint configuration", _ALONE, "s", "An endpoint configuration, with all policies"),
    ("peak memory", _SOME, "B", "Peak memory with 10,000 resources"),
    ("peak memory", _MANY, "B", "Peak memory with 30,000 resources"),
    ("start", _ALONE, "s", "The start of the process"),
    ("start and first Analyze", _ALONE, "s", "The start and the first call, on an endpoint configuration"),
)


def markdown(results: Mapping[str, Any]) -> str:
    """The table of the costs, and what it compares."""
    return "\n".join(_lines(results))


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    yield "| | This pack | Bare service | Stock pack | To the bare service |"
    yield "| --- | --- | --- | --- | --- |"
    medians = {
        (each["measure"], (each["resources"], each["configurations"]), each["pack"]): each["median"]
        for each in results["measures"]
    }
    for measure, size, unit, words in _ROWS:
        ours, bare, stock = (medians.get((measure, size, pack)) for pack in (_OURS, _BARE, _STOCK))
        if ours is None or bare is None:
            continue
        cells = (_shown(ours, unit), _shown(bare, unit), _shown(stock, unit) if stock is not None else "")
        yield f"| {words} | {' | '.join(cells)} | {ours / bare:.2f} |"
    machine = results["machine"]
    measured = f" on {results['date']}, at {results['commit']}" if results.get("commit") else ""
    yield ""
    yield (
        f"Medians of {results['rounds']} interleaved rounds{measured}, on {machine['system']} with {machine['cores']} "
        f"cores and Python {machine['python']}. The bare service is an Analyzer in Python that answers nothing; the "
        "stock pack has as many policies that do nothing, on the SDK. Compare the ratios: times depend on the machine."
    )


def _shown(value: float, unit: str) -> str:
    if unit == "B":
        return f"{value / 1e6:.0f} MB"
    thousandths = value * 1000
    return f"{thousandths:,.0f} ms" if thousandths >= 10 else f"{thousandths:.2f} ms"
