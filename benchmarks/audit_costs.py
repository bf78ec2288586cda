"""What an audit costs, in the README, from the results of ``python -m benchmarks.bench_audit``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_AUDIT, _SINGLE, _EMPTY = "audit", "an audit process a stack", "an empty process a stack"


def markdown(results: Mapping[str, Any]) -> str:
    """The table of an audit's costs, and what it compares."""
    return "\n".join(_lines(results))


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    yield f"| An audit of {results['stacks']:,} stacks of {results['resources']} resources | Time | Peak memory |"
    yield "| --- | --- | --- |"
    for each in results["measures"]:
        if each["what"] == _AUDIT:
            ratio = each["cpuToPlain"]
            time = f"{ratio['median']:.2f} ({ratio['least']:.2f} to {ratio['most']:.2f})"
            yield f"| {each['kind'][:1].upper()}{each['kind'][1:]} | {time} | {each['memory'] / 1e6:.0f} MB |"
    cpu = {(each["kind"], each["what"]): each["cpu"] for each in results["measures"]}
    single = [cpu[kind, _SINGLE] / cpu[kind, _EMPTY] for kind, what in cpu if what == _SINGLE]
    largest = max(results["formats"], key=lambda each: each["memory"])
    yield ""
    yield (
        "Time is processor time, as a ratio to a plain loop of JSON parsing over the same files: medians (least to "
        f"most) of {results['rounds']} interleaved rounds. A single state takes {min(single):.1f} to "
        f"{max(single):.1f} times the time of an empty Python process. If every stack serves models, the format that "
        f"takes the most memory is `{largest['format']}`, with {largest['memory'] / 1e6:.0f} MB."
    )
