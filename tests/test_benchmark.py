"""The benchmark runs, and measures a pack that really judges. What it measures is no matter here."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb

from benchmarks import costs
from benchmarks.stacks import CONFIGURATION, OTHER, Size, analyze, analyze_stack
from tests.harness.engine import Engine

pytestmark = pytest.mark.slow

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
PAIRED = "paired-with-endpoint"
SCRIPT = Path(__file__).parent.parent / "benchmarks" / "bench.py"


def test_it_measures_every_goal(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--quick", "--rounds", "1", "--output", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert {each["pack"] for each in results["measures"]} == set(results["packs"])
    for goal in results["goals"]:
        assert goal["what"] in ran.stdout
        if sys.platform == "linux":
            assert math.isfinite(goal["measured"])  # of tiny stacks, even growth may be below nothing
    if "No plots" not in ran.stderr:
        assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".svg"}


def test_wrong_options_are_answered() -> None:
    ran = subprocess.run([sys.executable, str(SCRIPT), "--rounds", "0"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "'0' is no positive number" in ran.stderr


@pytest.mark.parametrize("size", [Size(40, 0), Size(100, 20)])
def test_stacks_have_the_size_that_they_say(size: Size) -> None:
    resources = pb.AnalyzeStackRequest.FromString(analyze_stack(size)).resources
    assert len({each.urn for each in resources}) == size.resources
    assert sum(each.type == CONFIGURATION for each in resources) == size.configurations
    assert 900 < sum(each.ByteSize() for each in resources) / size.resources < 1400


def test_the_pack_judges_the_stacks(engine: Engine) -> None:
    stack = pb.AnalyzeStackRequest.FromString(analyze_stack(Size(100, 20)))
    without = pb.AnalyzeStackRequest(resources=[each for each in stack.resources if each.type != ENDPOINT])
    paired = [[each.policy for each in engine.analyze_stack(of).findings].count(PAIRED) for of in (stack, without)]
    assert paired == [0, 20]


def test_the_pack_judges_the_single_resources(engine: Engine) -> None:
    other, configuration = (pb.AnalyzeRequest.FromString(analyze(kind)) for kind in (OTHER, CONFIGURATION))
    for request in (other, configuration):
        assert engine.analyze(request).findings == ()
        request.properties.fields.pop("kmsKeyArn", None)
    assert engine.analyze(other).findings == ()
    assert [finding.policy for finding in engine.analyze(configuration).findings] == ["encryption-at-rest-enabled"]


def test_costs_in_the_readme_are_the_results() -> None:
    def median(measure: str, pack: str, value: float, size: tuple[int | None, int | None] = (None, None)) -> object:
        return {"measure": measure, "pack": pack, "resources": size[0], "configurations": size[1], "median": value}

    given = {
        "machine": {"system": "Linux", "cores": 2, "python": "3.12.1"},
        "rounds": 5,
        "date": "2026-11-30",
        "commit": "abc1234",
        "measures": [
            median("AnalyzeStack", "this pack", 0.0601, (10_000, 20)),
            median("AnalyzeStack", "bare service", 0.0499, (10_000, 20)),
            median("AnalyzeStack", "stock SDK pack", 14.62, (10_000, 20)),
            median("Analyze, another type", "this pack", 0.000301),
            median("Analyze, another type", "bare service", 0.000299),
            median("peak memory", "this pack", 91_400_000.0, (10_000, 20)),
            median("peak memory", "bare service", 125_000_000.0, (10_000, 20)),
            median("start", "this pack", 0.1379),
        ],
    }
    written = costs.markdown(given)
    assert "| A stack of 10,000 resources with 20 configurations | 60 ms | 50 ms | 14,620 ms | 1.20 |" in written
    assert "| A resource of another type | 0.30 ms | 0.30 ms |  | 1.01 |" in written
    assert "| Peak memory with 10,000 resources | 91 MB | 125 MB |  | 0.73 |" in written
    assert "start of the process" not in written  # nothing to compare it with
    assert "5 interleaved rounds on 2026-11-30, at abc1234, on Linux with 2 cores and Python 3.12.1" in written
    assert "2026" not in costs.markdown({**given, "commit": ""})
