"""Over the wire: recorded stacks in which anything is changed are answered, the same in any order."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

from tests.fuzz import vocabulary
from tests.fuzz.garbage import leaks, mutated
from tests.harness.answers import Answer
from tests.harness.engine import Engine, Stack
from tests.harness.recordings import Recording, recordings

US = Stack(config=dict.fromkeys(("aws:region", "aws-native:region"), "us-east-1"), dry_run=False)
FAULTS = ("can't run policy", "An error in the policy pack", "Traceback", "Error(")


def resources_of(recording: Recording) -> list[dict[str, Any]]:
    """What the engine sent of a stack, as JSON."""
    last = recording.requests[-1]
    assert isinstance(last, pb.AnalyzeStackRequest)
    resources: list[dict[str, Any]] = json_format.MessageToDict(last)["resources"]
    return resources


@cache
def seeds() -> list[list[dict[str, Any]]]:
    """The stacks of the recordings and of the matrix."""
    return [
        *(resources_of(each) for each in recordings()),
        *(vocabulary.seed(case).stack for case in vocabulary.cases()),
    ]


def make(random: Random) -> Any:
    stack = list(random.choice(seeds()))
    if random.random() < 0.2:
        stack += [each for each in random.choice(seeds()) if each["urn"] not in {one["urn"] for one in stack}]
    for _ in range(random.randint(1, 3)):
        index = random.randrange(len(stack))
        given = {"properties": {}, **stack[index]}
        stack[index] = mutated(random, given, ("properties",))
        if random.random() < 0.2:
            stack[index]["type"] = random.choice(stack)["type"]
        if random.random() < 0.2:
            urns = [each["urn"] for each in random.choices(stack, k=2)]
            stack[index].setdefault("propertyDependencies", {})[random.choice(("kmsKeyArn", "name"))] = {"urns": urns}
    return stack


def faults(given: Any, engine: Engine) -> list[str]:
    engine.configure({})
    engine.configure_stack(US)
    found: list[str] = []
    for each in given:
        request = {name: each[name] for name in each if name not in ("propertyDependencies", "dependencies", "parent")}
        remediated = engine.remediate(request).response
        assert isinstance(remediated, pb.RemediateResponse)
        found += [f"remediate: {one.diagnostic}" for one in remediated.remediations if one.diagnostic]
        found += faults_of(engine.analyze(request))
    answer = engine.analyze_stack(given)
    found += faults_of(answer)
    if triples(engine.analyze_stack(given[::-1])) != triples(answer):
        differing = triples(engine.analyze_stack(given[::-1])) ^ triples(answer)
        found.append(f"another answer in another order: {sorted(differing)}")
    return found


def faults_of(answer: Answer) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    texts = [*(each.message for each in answer.findings), *answer.not_applicable.values()]
    found = [f"a fault: {text[:600]}" for text in texts for each in FAULTS if each in text]
    return found + [leak for text in texts for leak in leaks(text)]


def triples(answer: Answer) -> set[Any]:
    """Who is said to be wrong in what."""
    return {each.triple for each in answer.findings}
