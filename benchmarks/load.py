"""Many callers at once: every answer is that of one caller alone, and the pack's memory does not grow.

    python -m benchmarks.load [--calls N] [--callers N] [--stacks N] [--resources N] [--violations N]

It prints the rate, the answers that differ and the memory of the pack's process (Linux's VmRSS) after warming up and
at the end. The status is 1 if any answer differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

from tests.harness.engine import Engine, Stack
from tests.harness.recordings import recordings

ROOT = Path(__file__).parent.parent
CONFIGURATION, BUCKET = "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws:s3/bucket:Bucket"


def calls(engine: Engine, count: int, callers: int) -> int:
    """How many answers to Analyze differ from that to a caller alone."""
    requests = [each for one in recordings() for each in one.requests if isinstance(each, pb.AnalyzeRequest)]
    alone = [engine.analyze(each).response for each in requests]

    def differs(number: int) -> bool:
        index = number % len(requests)
        return engine.analyze(requests[index]).response != alone[index]

    with ThreadPoolExecutor(callers) as pool:
        return sum(pool.map(differs, range(count)))


def stack_of(number: int, resources: int, violations: int) -> pb.AnalyzeStackRequest:
    """A stack of buckets, and of configurations without a key whose names say which stack it is."""
    made: list[dict[str, Any]] = []
    for index in range(resources):
        kind = CONFIGURATION if index < violations else BUCKET
        name = f"of-{number}-{index}"
        properties = {"region": "us-east-1", "name": f"{name}-1a2b3c4", "tags": {"team": "serving"}}
        made.append(
            {"type": kind, "name": name, "urn": f"urn:pulumi:dev::shop::{kind}::{name}", "properties": properties}
        )
    return json_format.ParseDict({"resources": made}, pb.AnalyzeStackRequest())


def stacks(engine: Engine, count: int, resources: int, violations: int) -> int:
    """How many of the stacks that are judged at once get another answer than alone."""
    requests = [stack_of(number, resources, violations) for number in range(count)]
    alone = [engine.analyze_stack(each).response for each in requests]
    with ThreadPoolExecutor(count) as pool:
        at_once = pool.map(lambda each: engine.analyze_stack(each).response, requests)
        return sum(one != other for one, other in zip(alone, at_once))


def memory(engine: Engine) -> int:
    """The memory of the pack's process in MB, 0 where the system does not tell."""
    status = Path(f"/proc/{engine.pid}/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(each.split()[1]) // 1024 for each in lines if each.startswith("VmRSS")), 0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=(__doc__ or "").partition("\n")[0])
    for name, default in (("calls", 50_000), ("callers", 64), ("stacks", 8), ("resources", 30_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--violations", type=int, default=20_000)
    given = parser.parse_args()
    differing = 0
    with Engine(ROOT, stack=Stack(config={"aws:region": "us-east-1"})) as engine:
        calls(engine, max(given.calls // 10, 1), given.callers)
        warm, started = memory(engine), time.monotonic()
        differing += calls(engine, given.calls, given.callers)
        seconds = time.monotonic() - started
        print(
            f"{given.calls} calls by {given.callers} callers: {given.calls / seconds:,.0f} a second, {differing} differ"
        )
        print(f"memory: {warm} MB after warming up, {memory(engine)} MB at the end")
        for violations in (0, given.violations):
            # The first round warms up: what stacks of this size take is not given back.
            warm = 0
            for _ in range(2):
                started = time.monotonic()
                found = stacks(engine, given.stacks, given.resources, violations)
                seconds = time.monotonic() - started
                warm = warm or memory(engine)
                differing += found
            what = f"{given.stacks} stacks of {given.resources} resources at once, {violations} of them in violation"
            print(f"{what}: {seconds:.0f} s with each alone, {found} differ")
            print(f"memory: {warm} MB after warming up, {memory(engine)} MB at the end")
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())
