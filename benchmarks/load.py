"""Many callers at once: every answer is that of one caller alone, and the pack's memory does not grow.

    python -m benchmarks.load [--calls N] [--callers N] [--stacks N] [--resources N] [--violations N]

It prints the rate, the pack's processor time, which other work on the machine does not change much, the answers that
differ, and the memory of the pack's process (Linux's VmRSS) after warming up, at the end and at most (VmHWM). The
status is 1 if any answer differs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

from tests.harness.engine import Engine, Stack
from tests.harness.recordings import recordings

ROOT = Path(__file__).parent.parent
CONFIGURATION, ENDPOINT = "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws:sagemaker/endpoint:Endpoint"
KEY, BUCKET = "aws:kms/key:Key", "aws:s3/bucket:Bucket"
LETS_IN_EVERYBODY = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}]}
)


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
    """A stack of buckets, with the violations that are asked for; its names say which stack it is.

    Half of the violations are of configurations that no Endpoint uses, one each. The others are of an Endpoint, its
    configuration and its key, five each: the key is disabled and does not rotate, its policy lets in everybody for too
    little, and the Endpoint names the configuration by hand.
    """
    unused, served = violations - violations // 10 * 5, violations // 10
    made = [_resource(CONFIGURATION, f"of-{number}-{index}", _named(number, index)) for index in range(unused)]
    for index in range(unused, unused + served):
        key = _resource(
            KEY, f"key-{number}-{index}", {"isEnabled": False, "arn": _arn(index), "policy": LETS_IN_EVERYBODY}
        )
        configuration = _resource(
            CONFIGURATION, f"of-{number}-{index}", {**_named(number, index), "kmsKeyArn": _arn(index)}
        )
        configuration["propertyDependencies"] = {"kmsKeyArn": {"urns": [key["urn"]]}}
        by_hand = {"endpointConfigName": _named(number, index)["name"]}
        made += [key, configuration, _resource(ENDPOINT, f"endpoint-{number}-{index}", by_hand)]
    made += [_resource(BUCKET, f"bucket-{number}-{index}", {}) for index in range(resources - len(made))]
    return json_format.ParseDict({"resources": made}, pb.AnalyzeStackRequest())


def _resource(kind: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::shop::{kind}::{name}"
    given = {"region": "us-east-1", "tags": {"team": "serving"}, **properties}
    return {"type": kind, "name": name, "urn": urn, "properties": given}


def _named(number: int, index: int) -> dict[str, Any]:
    return {"name": f"of-{number}-{index}-1a2b3c4"}


def _arn(index: int) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-{index:012}"


@dataclass(frozen=True)
class Found:
    """What many stacks at once were answered."""

    violations: int
    differing: int
    alone: float  # seconds, like the next two
    at_once: float
    processor: float


def stacks(engine: Engine, count: int, resources: int, violations: int) -> Found:
    """Has stacks judged alone and then all at once, and compares the answers, violation by violation.

    A violation that names what is in another stack differs too.
    """
    requests = [stack_of(number, resources, violations) for number in range(count)]
    used, started = processor(engine), time.monotonic()
    alone = [judged(engine, each) for each in requests]
    halfway = time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        at_once = list(pool.map(lambda each: judged(engine, each), requests))
    ended = time.monotonic()
    differ = sum(map(differing, alone, at_once, range(count)))
    count_of_all = sum(len(each.diagnostics) for each in alone)
    return Found(count_of_all, differ, halfway - started, ended - halfway, processor(engine) - used)


def judged(engine: Engine, request: pb.AnalyzeStackRequest) -> pb.AnalyzeResponse:
    answer = engine.analyze_stack(request).response
    assert isinstance(answer, pb.AnalyzeResponse)
    return answer


def differing(alone: pb.AnalyzeResponse, at_once: pb.AnalyzeResponse, number: int) -> int:
    """How many violations of the stack with a number are not those that it got alone."""
    pairs = zip_longest(alone.diagnostics, at_once.diagnostics)
    differ = sum(bool(one != other or f"-{number}-" not in one.urn) for one, other in pairs)
    return differ + (list(alone.not_applicable) != list(at_once.not_applicable))


def processor(engine: Engine) -> float:
    """The processor time of the pack's process in seconds; 0 if the system does not tell."""
    status = Path(f"/proc/{engine.pid}/stat")
    if not status.exists():
        return 0.0
    fields = status.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(engine: Engine, which: str = "VmRSS") -> int:
    """The memory of the pack's process in MB, or its maximum with `VmHWM`; 0 if the system does not tell."""
    status = Path(f"/proc/{engine.pid}/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(each.split()[1]) // 1024 for each in lines if each.startswith(which)), 0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=(__doc__ or "").partition("\n")[0])
    for name, default in (("calls", 50_000), ("callers", 64), ("stacks", 8), ("resources", 30_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--violations", type=int, default=20_000)
    given = parser.parse_args()
    differ = 0
    with Engine(ROOT, stack=Stack(config={"aws:region": "us-east-1"})) as engine:
        calls(engine, max(given.calls // 10, 1), given.callers)
        warm, started = memory(engine), time.monotonic()
        differ += calls(engine, given.calls, given.callers)
        seconds = time.monotonic() - started
        print(f"{given.calls} calls by {given.callers} callers: {given.calls / seconds:,.0f} a second, {differ} differ")
        print(f"memory: {warm} MB after warming up, {memory(engine)} MB at the end")
        for violations in (0, given.violations):
            # The first round warms up: what stacks of this size take is not given back.
            warm = 0
            for turn in ("warming up", "again"):
                found = stacks(engine, given.stacks, given.resources, violations)
                warm = warm or memory(engine)
                differ += found.differing
                print(
                    f"{given.stacks} stacks of {given.resources} resources, {found.violations} violations, {turn}: "
                    f"{found.alone:.1f} s one by one, {found.at_once:.1f} s at once, "
                    f"{found.processor:.1f} s of the pack's processor time, {found.differing} differ",
                    flush=True,
                )
            now, most = memory(engine), memory(engine, "VmHWM")
            print(f"memory: {warm} MB after warming up, {now} MB at the end, {most} MB at most")
    return bool(differ)


if __name__ == "__main__":
    sys.exit(main())
