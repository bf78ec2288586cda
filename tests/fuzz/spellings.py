"""Values as providers take them: what is wrong stays wrong where a boolean or a number is written as a text.

Source: "Type conversion" in the documentation of Terraform, whose providers take the text "true" for a boolean and "90"
for a number; CloudFormation's templates write both as texts, too.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.fuzz import vocabulary
from tests.fuzz.garbage import at, paths
from tests.fuzz.wire import US
from tests.fuzz.worse import ask, closed, opened
from tests.harness.engine import Engine


def make(random: Random) -> Any:
    stack = [opened(each) for each in vocabulary.some(random, wrong=True).stack]
    for path in list(paths(stack)):
        value = at(stack, path)
        if path[1:2] == ("properties",) and random.random() < 0.7:
            at(stack, path[:-1])[path[-1]] = spelled(random, value)
    return {"stack": [closed(each) for each in stack]}


def spelled(random: Random, value: Any) -> Any:
    """The same value as another text or type that a provider takes for it."""
    if isinstance(value, bool):
        return random.choice((json.dumps(value), value))
    if isinstance(value, (int, float)) and value == value // 1:
        return random.choice((str(int(value)), f"{int(value)}", value, float(value)))
    return value


def faults(given: Any, engine: Engine) -> list[str]:
    engine.configure(vocabulary.refusing())
    engine.configure_stack(US)
    found, is_wrong = ask(engine, given["stack"])
    return found if is_wrong else [*found, "nothing is wrong any more, with other spellings"]
