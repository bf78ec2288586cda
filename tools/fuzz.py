"""Fuzzes the pack for a while, and prints what it found and how many inputs an hour that is.

    python -m tools.fuzz [--seconds N] [--seed N] [--only TARGET ...] [--keep]

`--keep` adds each input that has a fault to tests/fuzz/corpus, one for each kind of fault. The status is 1 if there is
any fault.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.targets import TARGETS
from tests.harness.engine import Engine

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "fuzz" / "corpus"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", choices=sorted(TARGETS), default=sorted(TARGETS))
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    found = 0
    total = 0
    with Engine(ROOT) as engine:
        started = time.monotonic()
        for name in given.only:
            tried, seconds, kinds = _fuzz(name, engine, given.seed, given.seconds / len(given.only))
            total += tried
            found += len(kinds)
            print(f"{name:12} {tried:6} inputs, {tried / seconds * 3600:9,.0f} an hour, {len(kinds)} kinds of fault")
            for faults, document in kinds.values():
                print(f"  {faults[0][:700]}")
                print(f"    kept: {_keep(name, document)}" if given.keep else f"    of {json.dumps(document)[:1500]}")
        an_hour = total / (time.monotonic() - started) * 3600
        print(f"{'in all':12} {total:6} inputs, {an_hour:9,.0f} an hour; seed {given.seed}")
    return bool(found)


def _fuzz(name: str, engine: Engine, seed: int, seconds: float) -> tuple[int, float, dict[str, Any]]:
    target, random = TARGETS[name], Random(f"{name} {seed}")  # noqa: S311
    target.make(Random(0))  # noqa: S311 - what inputs are made from is read once, and does not count
    started, tried, kinds = time.monotonic(), 0, dict[str, Any]()
    while (elapsed := time.monotonic() - started) < seconds:
        document = target.make(random)
        tried += 1
        try:
            faults = target.faults(document, engine)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of the pack
            faults = [f"{type(error).__name__}: {error}"]
        if faults:
            kinds.setdefault(faults[0][:60], (faults, document))
    return tried, elapsed, kinds


def _keep(name: str, document: Any) -> str:
    text = json.dumps(document, indent=1)
    path = CORPUS / f"{name}.{hashlib.sha256(text.encode()).hexdigest()[:10]}.json"
    path.write_text(text + "\n", encoding="utf-8")
    return path.name


if __name__ == "__main__":
    sys.exit(main())
