"""Sections of templates beside the resources: nothing that stands there makes a template right that is wrong.

Conditions that are false are not among what is tried, since what they leave out is not made.
"""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import yaml

from tests.carriers.test_any_gap import VIOLATING
from tests.fuzz import vocabulary
from tests.fuzz.garbage import HOSTILE, anything, mutated
from tests.fuzz.wire import US
from tests.fuzz.worse import ask, stack_of
from tests.harness.engine import Engine

# None of them is false: they are true, not known, or of no form that a condition has.
NOT_FALSE: tuple[Any, ...] = (
    {"Fn::Equals": ["a", "a"]},
    {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]},
    {"Fn::Equals": [{"Ref": "P"}, {"Ref": "P"}]},
    {"Fn::Equals": [{"Ref": "Nobody"}, "a"]},
    {"Fn::Or": [{"Condition": "Nobody"}, {"Condition": "C0"}]},
    {"Condition": "C0"},
    {"Condition": "C1"},
    {"Fn::Equals": ["a"]},
    {"Fn::Equals": "a"},
    {"Fn::If": ["C0", True, True]},
    {"Fn::And": []},
    [],
    5,
    None,
    *HOSTILE[:3],
)
PARAMETERS: tuple[Any, ...] = (
    {"Type": "String"},
    {"Type": "String", "Default": "a"},
    {"Type": "CommaDelimitedList", "Default": "a,b"},
    {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a"},
    {"Type": "String", "NoEcho": "true", "Default": "s3cr3t-pl4nt"},
    {"Type": "Number", "Default": "x"},
    {"Default": {"a": 1}},
    [],
    "String",
    None,
)
SECTIONS = ("Conditions", "Parameters", "Mappings", "Rules", "Outputs", "Metadata", "Hooks", "Transform", "Globals")
TRANSFORMS = (
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
    "AWS::Include",
    "Mine",
    ["AWS::LanguageExtensions"],
)


def make(random: Random) -> Any:
    body = copy.deepcopy(random.choice(sorted(VIOLATING.values(), key=json.dumps)))
    names = ["C0", "C1", "P", *HOSTILE[:2], *sorted(body.get("Conditions", {}))]
    for _ in range(random.randint(1, 4)):
        kind = random.randrange(5)
        if kind == 0:
            added = {name: random.choice(NOT_FALSE) for name in ("C0", "C1")}
            body["Conditions"] = {**added, **body.get("Conditions", {})}
            found = [each for each in body["Resources"].values() if isinstance(each, dict)]
            found[0].setdefault("Condition", random.choice(("C0", "C1", "Nobody", 5, HOSTILE[0])))
        elif kind == 1:
            body["Parameters"] = {"P": random.choice(PARAMETERS), **body.get("Parameters", {})}
        elif kind == 2:
            body.setdefault("Transform", random.choice(TRANSFORMS))
        elif kind == 3:
            body["Resources"][f"Fn::ForEach::{random.choice(names)}"] = random.choice(
                (
                    [
                        "X",
                        random.choice((["a", "b"], {"Ref": "P"}, [], 5, ["a"] * 1000)),
                        {"${X}": {"Type": "A::B::C"}},
                    ],
                    ["X", ["a"], {"${X}": copy.deepcopy(next(iter(body["Resources"].values())))}],
                    anything(random, names),
                )
            )
        else:
            body.setdefault(random.choice(SECTIONS[2:]), anything(random, names))
    if random.random() < 0.2:
        for name in set(SECTIONS[2:]) & set(body):
            body = mutated(random, body, (name,)) if isinstance(body[name], (dict, list)) else body
    text = json.dumps(body) if random.random() < 0.7 else yaml.safe_dump(body, allow_unicode=True)
    return {"template": text, "parameters": random.choice(({}, {"P": "a"}, {"P": "b"}, {"P": 5}, {HOSTILE[1]: "a"}))}


def faults(given: Any, engine: Engine) -> list[str]:
    engine.configure(vocabulary.refusing())
    engine.configure_stack(US)
    [stack] = stack_of(given["template"])
    stack["properties"]["parameters"] = given["parameters"]
    found, is_wrong = ask(engine, [stack])
    return found if is_wrong else [*found, "nothing is wrong any more, with other sections"]
