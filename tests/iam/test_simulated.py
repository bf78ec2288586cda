"""The evaluator agrees with the simulator of Cloud Copilot, but for what nobody can know before a call."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, access
from policy_pack.iam.document import Document
from policy_pack.iam.evaluate import evaluate
from policy_pack.iam.logic import Answer, all_of, negate
from policy_pack.iam.parse import parse_key_policy
from policy_pack.iam.permissions import Permissions
from tests.iam.simulated import ALIASES, ASKERS, KEY_TAGS, TABLE, Asker, policies
from tests.iam.statements import KEY, OWN, REGION, USE

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

ROWS = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]

# What no policy says and the simulator is told: an organization, an id, and what a call says of itself.
NOT_KNOWN = {
    "aws:principalorgid": "The organization of the account is not known.",
    "aws:userid": "The id of a role is not known before it is made.",
    "aws:viaawsservice": "AWS does not say which of SageMaker's calls it marks so.",
    "kms:viaservice": "AWS does not document it of a call that a service makes itself.",
    "kms:resourcealiases": "A key may have aliases that are made elsewhere.",
    "aws:sourcearn": "The name of the endpoint is not known.",
    "aws:principaltype": "AWS does not say what it is of a service.",
    "aws:multifactorauthpresent": "AWS does not say whether a service's call has it.",
    "kms:calleraccount": "Of a service's call it is one of AWS's accounts, which nobody knows.",
    "aws:principalaccount": "Of a service's call it is one of AWS's accounts, which nobody knows.",
}


FACTS = sagemaker.facts_of_key(KEY_TAGS, True, ALIASES, used_by_itself=True)


def _ours(policy: Any, asker: Asker, action: str) -> Answer:
    if not asker.caller.service:
        permissions = Permissions(asker.policies, complete=True)
        user = User(asker.caller, permissions, service=False, tags=sagemaker.tags_of_role(asker.tags, True))
        found = access(policy, [user], KEY, REGION, [action], facts=FACTS)
        return False if found.missing else None if found.unsure else True
    document = parse_key_policy(policy)
    assert isinstance(document, Document)
    said = evaluate(document, sagemaker.request(action, asker.caller, KEY, REGION, OWN, FACTS))
    return all_of([negate(said.denied), said.itself])


def _questions() -> list[tuple[Any, Asker, str, str]]:
    asked = [(asker, action) for asker in ASKERS for action in USE]
    return [
        (row["policy"], asker, action, answer)
        for row in ROWS
        for (asker, action), answer in zip(asked, row["answers"], strict=True)
    ]


def test_the_table_is_of_these_policies() -> None:
    assert len(ROWS) >= 400
    assert [row["policy"] for row in ROWS] == list(policies())


def test_agrees_with_the_simulator() -> None:
    answers: Counter[str] = Counter()
    for policy, asker, action, theirs in _questions():
        ours = _ours(policy, asker, action)
        if ours is None:
            keys = {
                key.lower() for each in policy["Statement"] for on in each.get("Condition", {}).values() for key in on
            }
            assert keys & NOT_KNOWN.keys(), f"{asker} {action}\n{json.dumps(policy, indent=2)}"
            answers["open"] += 1
            continue
        assert ours is (theirs == "A"), f"{asker} {action}: {theirs}\n{json.dumps(policy, indent=2)}"
        answers[theirs] += 1
    assert sum(answers.values()) >= 10_000
    # At least 98.5 of a hundred questions are answered, all of them as the simulator does.
    assert answers["open"] <= 0.015 * sum(answers.values()), answers
    assert min(answers[each] for each in "ADI") >= 500, answers


@pytest.mark.parametrize("key", NOT_KNOWN)
def test_what_is_not_known_is_in_the_table(key: str) -> None:
    assert any(key in json.dumps(row["policy"]).lower() for row in ROWS)
