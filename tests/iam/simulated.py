"""A second implementation of policy evaluation: what the simulator of Cloud Copilot makes of generated key policies.

Its answers are checked in (`simulated.jsonl`, a policy a line), so that the tests need no Node. To make them anew, with
Node and npm on PATH: ``npm install --prefix tests/iam/simulator && python -m tests.iam.simulated``. The simulator is
the package @cloud-copilot/iam-simulate of npm; the policies are made here, of a fixed seed.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policy_pack.iam.request import Caller
from tests.iam.statements import (
    ADMIN,
    KEY,
    OTHER,
    OTHER_ROLE,
    OTHER_ROOT,
    OWN,
    REGION,
    ROLE,
    ROOT,
    SERVICE,
    USE,
    VIA_SAGEMAKER,
    allow,
    document,
)  # fmt: skip

TABLE = Path(__file__).parent / "simulated.jsonl"
_SCRIPT = Path(__file__).parent / "simulator" / "ask.mjs"
_POLICIES, _TAGGED, _SEED = 750, 150, 20261125

# The tags and aliases of the key.
KEY_TAGS, ALIASES = {"team": "serving", "stage": "prod"}, ("alias/serving", "alias/models")

USING = document(allow(None))


@dataclass(frozen=True)
class Asker:
    """A caller of the questions: an identity or a service, and the policies and tags of a role."""

    caller: Caller
    policies: tuple[Any, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def principal(self) -> str:
        """As the simulator knows it: a session of the role, or the service."""
        if self.caller.service:
            return self.caller.service
        return f"arn:aws:sts::{self.caller.account}:assumed-role/{self.caller.arn.rpartition('/')[2]}/SageMaker"


ASKERS = (
    Asker(Caller(ROLE), (USING,), {"Team": "serving"}),
    Asker(Caller(ROLE), tags={"Team": "serving"}),
    Asker(Caller(ADMIN), (document(allow(None, "kms:Decrypt")),)),
    Asker(Caller(OTHER_ROLE), (USING,), {"Team": "training", "stage": "prod"}),
    Asker(Caller(service=SERVICE)),
)

# A letter an answer.
LETTERS = {"Allowed": "A", "ExplicitlyDenied": "D", "ImplicitlyDenied": "I"}


def policies() -> Iterator[dict[str, Any]]:
    """The key policies, always the same."""
    chance = random.Random(_SEED)
    for _ in range(_POLICIES):
        yield document(*[_statement(chance, _condition) for _ in range(chance.choice((1, 2, 2, 3, 3, 4)))])
    for _ in range(_TAGGED):
        yield document(*[_statement(chance, _on_tags) for _ in range(chance.choice((1, 2, 2, 3)))])


_PRINCIPALS: tuple[Any, ...] = (
    "*", {"AWS": "*"}, {"AWS": ROLE}, {"AWS": ROLE}, {"AWS": ROOT}, {"AWS": ROOT}, {"AWS": [ROLE, ADMIN]}, {"AWS": OWN},
    {"AWS": ADMIN}, {"AWS": OTHER_ROLE}, {"AWS": OTHER_ROOT}, {"AWS": [ROOT, OTHER]}, {"Service": SERVICE},
    {"Service": ["ec2.amazonaws.com", SERVICE]}, {"AWS": ROLE, "Service": SERVICE}, {"Service": "ec2.amazonaws.com"},
)  # fmt: skip
_ACTIONS: tuple[Any, ...] = (
    "kms:*", "kms:*", "*", USE, USE, USE[:2], "kms:Decrypt", ["kms:Generate*", "kms:Create*"], "KMS:decrypt",
    "kms:D?crypt", ["kms:*Grant", "kms:ReEncrypt*"], "kms:?", "s3:*", ["kms:Encrypt", "kms:DescribeKey"],
)  # fmt: skip
_RESOURCES = (
    *["*"] * 6, KEY, f"arn:aws:kms:*:{OWN}:key/*", f"arn:aws:kms:*:{OTHER}:key/*", f"{KEY[:-1]}?", f"{KEY[:-1]}3",
)  # fmt: skip
_OWN_ENDPOINT, _OTHER_ENDPOINT = (f"arn:aws:sagemaker:{REGION}:{each}:endpoint/one" for each in (OWN, OTHER))
_VALUES: dict[str, tuple[str, ...]] = {
    "kms:ViaService": (VIA_SAGEMAKER, "sagemaker.*.amazonaws.com", "s3.us-east-1.amazonaws.com", "*"),
    "kms:CallerAccount": (OWN, OWN, OTHER, "1111*", "*"),
    "aws:PrincipalAccount": (OWN, OTHER, "${aws:ResourceAccount}"),
    "aws:PrincipalArn": (ROLE, ADMIN, f"arn:aws:iam::{OWN}:role/*", "arn:aws:iam::*:role/serving"),
    "aws:PrincipalType": ("AssumedRole", "User", "Assumed*"),
    "aws:PrincipalOrgID": ("o-exampleorgid", "o-*"),
    "aws:SourceAccount": (OWN, OTHER, "*"),
    "aws:SourceArn": (f"arn:aws:sagemaker:*:{OWN}:*", f"arn:aws:sagemaker:{REGION}:{OTHER}:*"),
    "aws:RequestedRegion": (REGION, "eu-west-1", "us-*", "${aws:RequestedRegion}"),
    "aws:username": ("me", "*"),
    "aws:userid": ("AROAEXAMPLEEXAMPLE123:*", "*:SageMaker", "A*:*"),
}
# As often as policies have them: most are on the service that calls, on accounts and on the principal's ARN.
_KEYS = (
    *_VALUES,
    *7 * ("kms:ViaService", "kms:CallerAccount", "aws:PrincipalArn", "aws:SourceAccount", "aws:SourceArn"),
)
_BOOLEANS = (
    *3 * ("kms:GrantIsForAWSResource",), "aws:SecureTransport", "aws:PrincipalIsAWSService", "aws:ViaAWSService",
    "aws:MultiFactorAuthPresent",
)  # fmt: skip
_OPERATORS = (
    "StringEquals",
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIgnoreCase",
)
_ABSENT = ("aws:username", "aws:SourceAccount", "kms:GrantIsForAWSResource", "aws:userid", "kms:GrantOperations",
           "aws:ViaAWSService", "aws:PrincipalOrgID", "kms:ViaService")  # fmt: skip


Drawn = tuple[str, str, Any]


def _statement(chance: random.Random, draw: Callable[[random.Random], Drawn]) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": chance.choice(("Allow", "Allow", "Allow", "Deny")),
        "Principal": chance.choice(_PRINCIPALS),
        chance.choice(("Action",) * 5 + ("NotAction",)): chance.choice(_ACTIONS),
        chance.choice(("Resource",) * 9 + ("NotResource",)): chance.choice(_RESOURCES),
    }
    condition: dict[str, dict[str, Any]] = {}
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        operator, key, value = draw(chance)
        condition.setdefault(operator, {})[key] = value
    return {**statement, "Condition": condition} if condition else statement


def _condition(chance: random.Random) -> Drawn:
    kind = chance.random()
    if kind < 0.15:
        return chance.choice(("Bool", "BoolIfExists")), chance.choice(_BOOLEANS), chance.choice(("true", "false"))
    if kind < 0.27:
        return "Null", chance.choice(_ABSENT), chance.choice(("true", "false"))
    if kind < 0.35:
        operator = chance.choice(("DateLessThan", "DateGreaterThan"))
        return operator, "aws:CurrentTime", chance.choice(("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"))
    key = chance.choice(_KEYS)
    values = _VALUES[key]
    value = chance.choice(values) if chance.random() < 0.7 else sorted({chance.choice(values) for _ in range(2)})
    if key in ("aws:PrincipalArn", "aws:SourceArn") and chance.random() < 0.6:
        return chance.choice(("ArnLike", "ArnEquals", "ArnNotLike")), key, value
    return chance.choice(_OPERATORS) + chance.choice(("", "", "IfExists")), key, value


_TAGS = (
    "aws:PrincipalTag/Team", "aws:PrincipalTag/team", "aws:PrincipalTag/stage", "aws:ResourceTag/team",
    "aws:ResourceTag/Stage", "aws:ResourceTag/owner", "aws:RequestTag/team",
)  # fmt: skip


def _on_tags(chance: random.Random) -> Drawn:
    """A condition on tags or on aliases."""
    kind = chance.random()
    if kind < 0.2:
        return "Null", chance.choice((*_TAGS, "kms:ResourceAliases")), chance.choice(("true", "false"))
    quantifier = chance.choice(("ForAnyValue:", "ForAllValues:"))
    if kind < 0.4:
        operator = chance.choice(("StringEquals", "StringLike", "StringNotEquals"))
        return f"{quantifier}{operator}", "kms:ResourceAliases", chance.choice((*ALIASES, "alias/other", "alias/*"))
    operator = chance.choice(_OPERATORS) + chance.choice(("", "", "IfExists"))
    value = chance.choice(("serving", "training", "prod", "s*", "${aws:ResourceTag/team}", ["prod", "serving"]))
    return operator, chance.choice(_TAGS), value


def _context(asker: Asker, action: str) -> dict[str, Any]:
    """What comes with a call, all of it known."""
    tags = {f"aws:PrincipalTag/{key}": value for key, value in asker.tags.items()}
    tags |= {f"aws:ResourceTag/{key}": value for key, value in KEY_TAGS.items()}
    granting = {"kms:GrantIsForAWSResource": "true", "kms:GrantOperations": ["Decrypt"]}
    common = {
        "aws:ResourceAccount": OWN,
        "aws:RequestedRegion": REGION,
        "aws:SecureTransport": "true",
        "aws:CurrentTime": "2026-11-25T00:00:00Z",
        "kms:ResourceAliases": list(ALIASES),
        **tags,
        **(granting if action == USE[2] else {}),
    }
    if asker.caller.service:
        return common | {
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": SERVICE,
            "aws:SourceAccount": OWN,
            "aws:SourceArn": _OWN_ENDPOINT,
            # An account of AWS's own.
            "aws:PrincipalAccount": "999988887777",
            "kms:CallerAccount": "999988887777",
        }
    return common | {
        "aws:PrincipalArn": asker.caller.arn,
        "aws:PrincipalAccount": asker.caller.account,
        "kms:CallerAccount": asker.caller.account,
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalOrgID": "o-exampleorgid",
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
        "aws:userid": "AROAEXAMPLEEXAMPLE123:SageMaker",
        "kms:ViaService": VIA_SAGEMAKER,
    }


def simulations() -> Iterator[dict[str, Any]]:
    """The questions, as the simulator takes them."""
    for policy in policies():
        for asker in ASKERS:
            for action in USE:
                yield {
                    "request": {
                        "principal": asker.principal,
                        "action": action,
                        "resource": {"resource": KEY, "accountId": OWN},
                        "contextVariables": _context(asker, action),
                    },
                    "identityPolicies": [
                        {"name": str(index), "policy": each} for index, each in enumerate(asker.policies)
                    ],
                    "serviceControlPolicies": [],
                    "resourceControlPolicies": [],
                    "resourcePolicy": policy,
                }


def main() -> None:
    """Asks the simulator, and writes the table."""
    lines = "\n".join(map(json.dumps, simulations()))
    ran = subprocess.run(["node", _SCRIPT], input=lines, capture_output=True, text=True, check=True)
    answers = ran.stdout.splitlines()
    unknown = sorted({each for each in answers if each not in LETTERS})
    assert not unknown, unknown[:3]
    size = len(ASKERS) * len(USE)
    rows = [
        {"policy": policy, "answers": "".join(LETTERS[each] for each in answers[index * size : (index + 1) * size])}
        for index, policy in enumerate(policies())
    ]
    TABLE.write_text("".join(f"{json.dumps(row, separators=(',', ':'))}\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
