"""Types, URNs and names of resources: whatever they are, nothing raises, leaks or depends on the order of resources.

What is wrong with a stack stays wrong whatever its resources are called, even if several are called alike.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.fuzz import vocabulary
from tests.fuzz.garbage import HOSTILE
from tests.fuzz.wire import US, faults_of, triples
from tests.fuzz.worse import ask
from tests.harness.engine import Engine

# These say what is wrong with one resource. For others, two templates with one URN are one template.
OF_ONE_RESOURCE = ("encryption-at-rest-enabled", "customer-managed-key", "key-in-same-region")

# Names are quoted, and what stands in them with them; an ARN and a document in the place of a name are not.
NAMES = (
    *HOSTILE[:3],
    "named\x1b[31m\r\n::error::named",
    "\u202enamed\x00",
    "9" * 400,
    "",
    "::",
    "a::b",
    "$",
    "#",
    "x" * 3000,
    "\ud7ff",
    "../..",
    "urn:pulumi:a::b::c::d",
    "*",
    "aws_x.y[0]",
)


def make(random: Random) -> Any:
    wrong = random.random() < 0.6
    seed = vocabulary.some(random, wrong=wrong or None)
    stack = seed.stack
    chosen = random.sample(stack, random.randint(1, min(len(stack), len(NAMES))))
    for each, name in zip(chosen, random.sample(NAMES, len(chosen))):
        renamed(random, each, name, stack, of_same_type=wrong, alike=not wrong or seed.policy in OF_ONE_RESOURCE)
    if random.random() < 0.3:
        stack.append({**random.choice(stack), **({} if wrong else {"type": random.choice(vocabulary.types())})})
    random.shuffle(stack)
    return {"stack": stack, "wrong": wrong}


def renamed(random: Random, resource: Any, name: str, stack: Any, *, of_same_type: bool, alike: bool) -> None:
    """Changes what a resource is called, for its own entry and for those that name it.

    With `alike`, it may get the URN of another.
    """
    before, kind = resource["urn"], random.randrange(4 if alike else 3)
    if not of_same_type:
        resource["type"] = random.choice((*vocabulary.types(), *HOSTILE[:3], "", ":", "a:b:c:d", resource["type"] * 50))
    if kind == 0:
        resource["name"] = name
        return
    head = before.rpartition("::")[0]
    after = (f"{head}::{name}", f"urn:pulumi:{name}::{name}::{resource['type']}::{name}", random.choice(stack)["urn"])
    resource["urn"] = after[kind - 1]
    for each in stack if kind < 3 else ():
        for field in ("dependencies", "parent", "urns"):
            _replace(each, field, before, resource["urn"])


def _replace(value: Any, field: str, before: str, after: str) -> None:
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _replace(each, field, before, after)
    if isinstance(value, dict) and field in value:
        given = value[field]
        value[field] = [after if one == before else one for one in given] if isinstance(given, list) else given
        if given == before:
            value[field] = after


def faults(given: Any, engine: Engine) -> list[str]:
    engine.configure(vocabulary.refusing())
    engine.configure_stack(US)
    found, is_wrong = ask(engine, given["stack"])
    if given["wrong"] and not is_wrong:
        found.append("nothing is wrong any more, with other names")
    answer = engine.analyze_stack(given["stack"])
    other = engine.analyze_stack(given["stack"][::-1])
    if len({each["urn"] for each in given["stack"]}) == len(given["stack"]) and triples(answer) != triples(other):
        found.append(f"another answer in another order: {sorted(triples(answer) ^ triples(other))}")
    return found + faults_of(other)
