"""Measures what the pack costs, beside a bare service and the SDK's stock way: ``python benchmarks/bench.py --help``.

Everything is compared within one run, in rounds that take turns, since a machine's speed changes from minute to
minute. It judges nothing: read the ratios and their spread.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=_positive, default=7, help="how often everything is measured (7)")
    parser.add_argument(
        "--quick", action="store_true", help="tiny stacks, to see that it works: the numbers mean nothing"
    )
    parser.add_argument("--output", type=Path, default=HERE, metavar="DIR", help="where results and plots are written")
    given = parser.parse_args()

    sys.path.insert(0, str(HERE.parent))  # a script's own path is its directory, and the pack is beside that
    from benchmarks import measure, plot, summary

    plan = measure.QUICK if given.quick else measure.FULL
    samples = measure.run(plan, given.rounds, lambda text: print(text, file=sys.stderr, flush=True))
    results = summary.results(plan, given.rounds, samples)
    print(summary.table(results))
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "results.json").write_text(_lines(results), encoding="utf-8")
    if not plot.draw(results, given.output):
        print("No plots: matplotlib is not installed (the dependency group bench).", file=sys.stderr)


def _lines(results: dict[str, Any]) -> str:
    """JSON with a line for each entry, and for each element of a list of objects."""
    entries = []
    for name, value in results.items():
        each = [json.dumps(item) for item in value] if isinstance(value, list) else []
        shown = "[\n  " + ",\n  ".join(each) + "\n ]" if each and each[0][0] == "{" else json.dumps(value)
        entries.append(f" {json.dumps(name)}: {shown}")
    return "{\n" + ",\n".join(entries) + "\n}\n"


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)


if __name__ == "__main__":
    main()
