"""The reader of templates: whatever is changed in a template, as an object or as a text, it is read or refused."""

from __future__ import annotations

import json
from functools import cache
from random import Random
from typing import Any

import yaml

from policy_pack.template import Unreadable
from tests.carriers.test_any_gap import GOOD, VIOLATING
from tests.fuzz.garbage import leaks, mutated
from tests.template.reading import read_template

TOKENS = ("!Ref ", "!Sub ", "&a ", "*a", "<<: *a", "- ", "? ", "{", "}", "[", "]", "|", "\t", "#", "!!binary ", "\x00")
FUNCTIONS = ("Fn::If", "Fn::Sub", "Fn::ForEach::X", "Fn::Transform", "Ref", "Fn::GetAtt", "Fn::FindInMap", "Fn::Join")


@cache
def seeds() -> list[Any]:
    """Templates in which everything that the reader resolves occurs."""
    extra = {
        "Transform": "AWS::LanguageExtensions",
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}}},
        "Rules": {"R": {"Assertions": [{"Assert": {"Fn::Contains": [["a"], {"Ref": "Gap"}]}}]}},
    }
    return [
        {**body, **(extra if index % 2 else {})} for index, body in enumerate([*GOOD.values(), *VIOLATING.values()])
    ]


def make(random: Random) -> Any:
    body = mutated(random, random.choice(seeds()), times=6)
    if random.random() < 0.3 and isinstance(body.get("Resources"), dict):
        body["Resources"][random.choice(FUNCTIONS)] = ["X", ["a", "b"], {"${X}": body["Resources"].copy()}]
    kind = random.randrange(3)
    if kind == 0:
        return body
    text = json.dumps(body) if kind == 1 else yaml.safe_dump(body, allow_unicode=True)
    for _ in range(random.randrange(4)):
        start = random.randrange(len(text) + 1)
        text = text[:start] + random.choice((random.choice(TOKENS), "")) + text[start + random.randrange(4) :]
    return text


def faults(given: Any, _: Any) -> list[str]:
    found = read_template(given)
    if isinstance(found, Unreadable):
        return leaks(found.reason)
    return [leak for each in found.unreadable for leak in leaks(str(each))] if hasattr(found, "unreadable") else []
