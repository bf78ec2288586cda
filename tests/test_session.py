"""Requests that are judged at once, and what of a request is left behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from policy_pack.engine.session import Session
from policy_pack.policies import PACK
from policy_pack.stack.model import Resource
from policy_pack.testing.stand_in import KEY_ID
from tests.harness.answers import Answer, Triple
from tests.harness.engine import Engine

TYPE = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
KEYS = {
    "absent": None,
    "ours": f"arn:aws:kms:us-east-1:111122223333:key/{KEY_ID}",
    "elsewhere": f"arn:aws:kms:eu-west-1:111122223333:key/{KEY_ID}",
    "managed": "arn:aws:kms:us-east-1:111122223333:alias/aws/sagemaker",
}
SAID = {
    "absent": "encryption-at-rest-enabled",
    "elsewhere": "key-in-same-region",
    "managed": "customer-managed-key",
}
UNPAIRED = "paired-with-endpoint"


def resource(name: str) -> dict[str, Any]:
    """A configuration in us-east-1, which is named after its key."""
    properties = {"kmsKeyArn": KEYS[name], "region": "us-east-1", "name": f"{name}-1a2b3c4"}
    return {"type": TYPE, "name": name, "urn": f"urn:pulumi:dev::shop::{TYPE}::{name}", "properties": properties}


def triples(answer: Answer) -> list[Triple]:
    return [finding.triple for finding in answer.findings]


def test_requests_at_once_are_answered_as_one_after_the_other(engine: Engine) -> None:
    """The SDK serves with several threads."""

    def ask(index: int) -> bool:
        name = list(KEYS)[index % len(KEYS)]
        if index % 3 == 0:
            return triples(engine.analyze_stack([resource(name)])) == [("advisory", UNPAIRED, name)]
        expected = [("mandatory", SAID[name], name)] if name in SAID else []
        return triples(engine.analyze(resource(name))) == expected

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(600)))


def test_settings_that_come_while_others_are_listed() -> None:
    session = Session({}, PACK)

    class Growing(dict[str, Any]):
        """What is given to one policy; comparing it makes another request hand over another's."""

        def __ne__(self, other: object) -> bool:
            session.given.setdefault("later", {})
            return True

        __hash__ = None

    session.settings(PACK.policies[0], Growing())
    session.settings(PACK.policies[1], Growing())
    assert list(PACK.by_full_name)[:2] == list(session.all_settings())[:2]


def test_nothing_of_a_request_is_left_when_it_is_answered() -> None:
    session = Session({}, PACK)

    def resources() -> Iterator[Resource]:
        yield Resource(urn="urn", type=TYPE, name="config", properties={})

    with session.judging(resources):
        judged = weakref.ref(session.stack(resources))
        assert judged() is session.stack(resources)
    gc.collect()
    assert judged() is None
    assert session.stack(resources).configurations[0].urn == "urn"
