"""No answer is more lenient for a worse input: over the wire, with what nobody can tell refused.

What is wrong stays wrong, by whatever policy, where a property gets a value of a type that it never
has. What is right is wrong once its key is one that does not count, whatever else is changed with it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from policy_pack.carriers.calls import flat
from tests.carriers.test_any_gap import VIOLATING
from tests.fuzz import vocabulary
from tests.fuzz.garbage import BAD_KEYS, Path, at, paths, wrong
from tests.fuzz.wire import US, faults_of, resources_of
from tests.harness.engine import Engine
from tests.harness.recordings import recordings

TEXTS = ("templateBody", "desiredState")  # hold JSON
# Of another kind is another resource, which no change of a property is; CloudFormation's conditions and parameters
# choose what is made, and a resource by another provider is elsewhere.
# With another name or ARN it is another that an Endpoint or a configuration names.
NOT_CHANGED = (
    "name",
    "arn",
    "Type",
    "typeName",
    "Conditions",
    "Condition",
    "Parameters",
    "parameters",
    "__internal",
    "version",
)


@cache
def seeds() -> tuple[list[Any], list[Any]]:
    """The stacks after an update that are wrong, and those that are right: with what templates hold opened.

    They are those of the recordings and of the matrix.
    """
    found: tuple[list[Any], list[Any]] = ([], [])
    for recording in recordings():
        if recording.phase == "update":
            stack = [opened(each) for each in resources_of(recording)]
            said = [
                level
                for level, policy, _ in recording.expected
                if level == "mandatory" or policy in vocabulary.unread()
            ]
            found[not said].append(stack)
    for case in vocabulary.cases():
        if vocabulary.is_wrong(case) or vocabulary.is_right(case):
            stack = [opened(each) for each in vocabulary.seed(case).stack]
            found[not vocabulary.is_wrong(case)].append(stack)
    found[0].extend(stack_of(body) for body in VIOLATING.values())
    return found[0], [each for each in found[1] if list(_keyed(each))]


def make(random: Random) -> Any:
    bad, good = seeds()
    stack = copy.deepcopy(random.choice((random.choice(bad), random.choice(good))))
    changed: list[Path] = []
    if stack in good:
        for path in list(_keyed(stack)):
            _set(stack, path, copy.deepcopy(random.choice(BAD_KEYS)))
            changed.append(path)
            if random.random() < 0.5:
                stack[path[0]].get("propertyDependencies", {}).pop(path[-1], None)
    for _ in range(random.choice((0, 1, 1, 1, 2)) if changed else random.choice((1, 1, 1, 2))):
        places = [
            path
            for path in paths(stack)
            if path[1:2] == ("properties",)
            and len(path) > 2
            and not set(path) & set(NOT_CHANGED)
            and "definition" not in flat(str(path[-1]))  # a workflow's that is none makes nothing
            and not _names_a_configuration(stack[path[0]], path)
        ]
        places = [path for path in places if not any(each[: len(path)] == path for each in changed)]
        if places:
            path = random.choice(places)
            _set(stack, path, wrong(random, at(stack, path)))
            changed.append(path)
    return {"stack": [closed(each) for each in stack], "changed": ["/".join(map(str, each)) for each in changed]}


def faults(given: Any, engine: Engine) -> list[str]:
    engine.configure(vocabulary.refusing())
    engine.configure_stack(US)
    found, is_wrong = ask(engine, given["stack"])
    return found if is_wrong else [*found, f"nothing is wrong any more: {given['changed']}"]


def ask(engine: Engine, stack: Any) -> tuple[list[str], bool]:
    """What is wrong with the answers, and whether they say that something is wrong with the stack."""
    answers = [engine.analyze_stack(stack)]
    for each in stack:
        request = {name: each[name] for name in each if name not in ("propertyDependencies", "dependencies", "parent")}
        answers.append(engine.analyze(request))
    said = [each for answer in answers for each in answer.findings]
    is_wrong = any(each.level == "mandatory" or each.policy in vocabulary.unread() for each in said)
    return [fault for each in answers for fault in faults_of(each)], is_wrong


def stack_of(body: Any) -> Any:
    """A stack of CloudFormation with a template."""
    urn = "urn:pulumi:dev::shop::"
    provider = {"type": "pulumi:providers:aws", "urn": f"{urn}pulumi:providers:aws::eu", "name": "eu"}
    kind, properties = "aws:cloudformation/stack:Stack", {"templateBody": body, "name": "serving"}
    given = {"provider": {**provider, "properties": {"region": "eu-west-1"}}, "properties": properties}
    return [{"type": kind, "urn": f"{urn}{kind}::serving", "name": "serving", **given}]


def _keyed(stack: Any) -> Iterator[Path]:
    """The paths of the keys of endpoint configurations."""
    for index, resource in enumerate(stack):
        for path in paths(resource.get("properties", {})):
            of_configuration = "endpointconfig" in flat(resource["type"]) and len(path) <= 2
            of_state = "EndpointConfig" in str(resource["properties"].get("typeName")) and path[0] in TEXTS
            of_template = "Resources" in path and len(path) == 5 and "EndpointConfig" in _type_in(resource, path)
            if path[-1] in vocabulary.key_names() and (
                of_configuration or (of_state and len(path) == 2) or of_template
            ):
                yield (index, "properties", *path)


def _names_a_configuration(resource: Any, path: Path) -> bool:
    """Whether a path is that of the name of a configuration, with another of which it is another configuration."""
    inner = _type_in(resource, path[2:]) if "Resources" in path and len(path) > 6 else ""
    of = inner or str(resource["properties"].get("typeName") or resource["type"])
    return flat(str(path[-1])) == "endpointconfigname" and "endpointconfig" in flat(of)


def _type_in(resource: Any, path: Path) -> str:
    return str(at(resource["properties"], path[:3]).get("Type"))


def _set(stack: Any, path: Path, value: Any) -> None:
    parent = at(stack, path[:-1])
    if value is None and isinstance(parent, dict):
        del parent[path[-1]]
    else:
        parent[path[-1]] = value


def opened(resource: Any) -> Any:
    """A resource with its templates as objects."""
    resource = copy.deepcopy(resource)
    for name in TEXTS:
        text = resource.get("properties", {}).get(name)
        if isinstance(text, str) and text.startswith("{"):
            resource["properties"][name] = json.loads(text)
    return resource


def closed(resource: Any) -> Any:
    """A resource with its templates as texts, as the engine sends it."""
    for name in TEXTS:
        if isinstance(resource.get("properties", {}).get(name), dict):
            resource["properties"][name] = json.dumps(resource["properties"][name])
    return resource
