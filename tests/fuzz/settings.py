"""Settings: whatever they are, also those that the engine would refuse, they are read and excuse nothing."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from policy_pack.policies import PACK
from tests.fuzz import vocabulary
from tests.fuzz.garbage import anything
from tests.fuzz.wire import US, resources_of
from tests.fuzz.worse import ask
from tests.harness.engine import Engine
from tests.harness.recordings import recordings

NAMES = [*(name for name in vocabulary.setting_names() if name != vocabulary.LEVEL), "nobody", ""]
# Each lacks what makes an exemption one: a resource that there is, a reason, a day that has not passed.
NO_EXEMPTIONS: tuple[Any, ...] = (
    {"resource": "*", "reason": "s3cr3t-pl4nt"},
    {"resource": "*", "expires": "2999-01-01"},
    {"resource": "*", "reason": " ", "expires": "2999-01-01"},
    {"resource": "*", "reason": "s3cr3t-pl4nt", "expires": "2001-01-01"},
    {"resource": "*", "reason": "s3cr3t-pl4nt", "expires": "2999-13-01"},
    {"resource": "*", "reason": "s3cr3t-pl4nt", "expires": 2999},
    {"resource": "", "reason": "s3cr3t-pl4nt", "expires": "2999-01-01"},
    {"resource": ["*"], "reason": "s3cr3t-pl4nt", "expires": "2999-01-01"},
    {"resource": "nobody", "reason": "s3cr3t-pl4nt", "expires": "2999-01-01"},
    {"reason": "s3cr3t-pl4nt", "expires": "2999-01-01"},
)


@cache
def seeds() -> list[Any]:
    """The recorded stacks whose configuration names no key at all, or one of AWS: no setting says where they are."""
    policies = ("encryption-at-rest-enabled", "customer-managed-key")
    return [
        resources_of(each)
        for each in recordings()
        if each.phase == "update" and any(policy in policies for _, policy, _ in each.expected)
    ]


def make(random: Random) -> Any:
    settings: dict[str, dict[str, Any]] = {}
    for policy in random.sample(PACK.policies, random.randint(1, 6)):
        given = {random.choice(NAMES): anything(random, NAMES) for _ in range(random.randrange(4))}
        # What makes a policy not apply to a stack is as valid as it is.
        given = {name: value for name, value in given.items() if name not in ("onlyStackTags", "exceptStackTags")}
        given["exemptions"] = random.choice(
            (5.5, "*", {"resource": "*"}, [random.choice(NO_EXEMPTIONS) for _ in range(random.randrange(4))])
        )
        settings[policy.name] = given
    return {"settings": settings, "stack": random.choice(seeds())}


def faults(given: Any, engine: Engine) -> list[str]:
    engine.configure(given["settings"], unchecked=True)
    engine.configure_stack(US)
    found, is_wrong = ask(engine, given["stack"])
    return found if is_wrong else [*found, "settings that mean nothing excuse it"]
