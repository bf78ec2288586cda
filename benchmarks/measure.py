"""Takes the measures: each pack in processes of its own, called as the engine calls it, all packs in turns.

Each stack is judged by new processes, as each preview starts one: what a first call costs is counted. Requests are
serialized beforehand and sent as bytes, so that little but the pack's own work is on the clock.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import analyzer_pb2 as pb

from benchmarks.packs import PACKS, Pack
from benchmarks.stacks import CONFIGURATION, OTHER, Size, analyze, analyze_stack
from tests.harness.engine import TIMEOUT_SECONDS, Engine, Stack

START = "start"
FIRST = "first Analyze, endpoint configuration"
READY = "start and first Analyze"
MEMORY = "peak memory"
ANALYZE_STACK = "AnalyzeStack"
ANALYZE_OTHER = "Analyze, another type"
ANALYZE_CONFIGURATION = "Analyze, endpoint configuration"
REMEDIATE_OTHER = "Remediate, another type"


@dataclass(frozen=True)
class Plan:
    """What is measured: sizes of stacks (ascending), few and many endpoint configurations in them, and how often."""

    sizes: tuple[int, int, int]
    few: int
    many: int
    batches: int  # of Analyze calls before each stack, each of `calls`
    calls: int = 25

    @property
    def stacks(self) -> list[Size]:
        """The stacks, the small ones first: many configurations and what belongs to them do not fit everywhere."""
        every = [Size(resources, count) for resources in self.sizes for count in (0, self.few, self.many)]
        return [size for size in every if size.resources >= 4 * size.configurations]


FULL = Plan(sizes=(1_000, 10_000, 30_000), few=20, many=500, batches=3)
QUICK = Plan(sizes=(40, 120, 360), few=4, many=20, batches=1, calls=5)


@dataclass(frozen=True)
class Point:
    """A measure of a pack; with a `size` if it depends on the stack's."""

    measure: str
    pack: str
    size: Size | None = None


# One value a round, or one for each stack of a round: seconds, or bytes of memory.
Samples = Mapping[Point, Sequence[float]]


def run(plan: Plan, rounds: int, say: Callable[[str], None]) -> Samples:
    """Measures everything `rounds` times; `say` hears of the progress."""
    say("making the stacks")
    requests = {size: analyze_stack(size) for size in plan.stacks}
    samples: dict[Point, list[float]] = defaultdict(list)
    for pack in PACKS:  # so that no later start compiles anything
        with _started(pack):
            pass
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for turn, (size, request) in enumerate(requests.items()):
            for point, value in _stack(plan, _rotated(PACKS, number + turn), size, request):
                samples[point].append(value)
    return dict(samples)


def _stack(plan: Plan, order: Sequence[Pack], size: Size, request: bytes) -> Iterator[tuple[Point, float]]:
    with ExitStack() as opened:
        engines: dict[Pack, Engine] = {}
        for pack in order:
            began = time.perf_counter()
            engines[pack] = opened.enter_context(_started(pack))
            yield Point(START, pack.name), engines[pack].seconds_to_start
            # What a pack loads after its start is counted here, as if the program made its first resource at once.
            yield Point(FIRST, pack.name), _call(engines[pack], "Analyze", analyze(CONFIGURATION))
            yield Point(READY, pack.name), time.perf_counter() - began
        for engine in engines.values():
            engine.configure({})
        # As the engine asks about every resource before it asks about the stack.
        yield from _single_resources(plan, engines)
        for pack, engine in engines.items():
            # The stock pack does the same whatever is in a stack, and takes long over it.
            if not pack.reads_the_stack or size.configurations == plan.few:
                yield Point(ANALYZE_STACK, pack.name, size), _call(engine, "AnalyzeStack", request)
                memory = _peak_memory(engine.pid)
                if memory is not None:
                    yield Point(MEMORY, pack.name, size), memory


def _single_resources(plan: Plan, engines: Mapping[Pack, Engine]) -> Iterator[tuple[Point, float]]:
    other, configuration = analyze(OTHER), analyze(CONFIGURATION)
    for measure, method, request in (
        (ANALYZE_OTHER, "Analyze", other),
        (ANALYZE_CONFIGURATION, "Analyze", configuration),
        (REMEDIATE_OTHER, "Remediate", other),
    ):
        seconds: dict[Pack, list[float]] = defaultdict(list)
        for batch in range(plan.batches):
            for pack in _rotated(list(engines), batch):
                seconds[pack] += [_call(engines[pack], method, request) for _ in range(plan.calls)]
        for pack, values in seconds.items():
            yield Point(measure, pack.name), statistics.median(values)


def _started(pack: Pack) -> Engine:
    # Bytecode is kept from the first start, whatever this process was told: as where packs are used.
    environment = {**pack.environment, "PYTHONDONTWRITEBYTECODE": ""}
    return Engine(pack.directory, stack=Stack(config={"aws:region": "us-east-1"}), environment=environment)


def _call(engine: Engine, method: str, request: bytes) -> float:
    """The seconds that one call takes."""
    read = pb.RemediateResponse if method == "Remediate" else pb.AnalyzeResponse
    call: Any = engine.channel.unary_unary(f"/pulumirpc.Analyzer/{method}", response_deserializer=read.FromString)
    started = time.perf_counter()
    call(request, timeout=TIMEOUT_SECONDS)
    return time.perf_counter() - started


def _peak_memory(pid: int) -> int | None:
    """The largest resident set of a process so far, in bytes; `None` if the system does not tell (outside Linux)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    for line in status.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def _rotated(packs: Sequence[Pack], by: int) -> list[Pack]:
    by %= len(packs)
    return [*packs[by:], *packs[:by]]
