"""Requests that are asked about at once get the answers that each gets alone, whatever statements tell them apart."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.document import Document
from policy_pack.iam.evaluate import evaluate, evaluate_all
from policy_pack.iam.parse import parse_key_policy
from policy_pack.iam.request import Batch, Caller, Known, Request
from policy_pack.iam.texts import GAP
from tests.iam.rows import when
from tests.iam.simulated import policies
from tests.iam.statements import (
    ADMIN,
    BY_ROOT,
    KEY,
    OTHER,
    OTHER_ROLE,
    OWN,
    REGION,
    ROLE,
    SERVICE,
    USE,
    allow,
    deny,
    document,
)  # fmt: skip

# More than a few, so that only those whom a statement may name are looked at: roles, and such as are not known in part.
CALLERS = (
    *(Caller(each) for each in (ROLE, ADMIN, OTHER_ROLE)),
    *(Caller(f"arn:aws:iam::{OWN}:role/r{number}") for number in range(4)),
    *(sagemaker.unknown_role(KEY, name=each) for each in ("serving", "admin", "other")),
    *(sagemaker.unknown_role(KEY, account=each) for each in (OWN, OTHER)),
    Caller(f"arn:aws:iam::{OWN}:role/adm{GAP}"),
    Caller(service=SERVICE),
)
REQUESTS = [sagemaker.request(action, caller, KEY, REGION, OWN) for caller in CALLERS for action in USE[::2]]
FREE = [
    Request(USE[0], KEY, Caller(arn), free=True, played=frozenset(played), any_organization=bool(played))
    for arn in (f"arn:aws:iam::{GAP}:{GAP}", f"arn:aws:iam::{OTHER}:{GAP}", ADMIN, f"arn:aws:iam::{OWN}:user/me")
    for played in ((), (OTHER,))
]
PRINCIPALS = [
    {"AWS": f"arn:aws:iam::{OWN}:role/serving"},
    {"AWS": f"arn:aws:iam::{OWN}:role/other"},
    {"AWS": [f"arn:aws:iam::{OTHER}:role/admin", "serving"]},
    {"AWS": f"arn:aws:sts::{OWN}:assumed-role/admin/me"},
    {"AWS": "AROAEXAMPLEEXAMPLE123"},
    {"AWS": [OTHER, ROLE]},
    {"AWS": f"arn:aws:iam::{OWN}:role/*"},
]
STATEMENTS = [
    *(make(each) for each in PRINCIPALS for make in (allow, deny)),
    *(make(None, NotPrincipal=each) for each in PRINCIPALS for make in (allow, deny)),
    *(
        allow("*", USE, when(operator, "aws:PrincipalArn", value))
        for operator in ("StringEquals", "StringNotEquals", "ArnEquals", "StringEqualsIgnoreCase", "StringLike")
        for value in (ROLE, [ADMIN, f"arn:aws:iam::{OWN}:role/r1"], ROLE.upper(), f"arn:aws:iam::{OWN}:role/r?")
    ),
    allow("*", USE, when("StringEquals", "aws:PrincipalArn", "${aws:PrincipalArn}")),
    allow("*", USE, when("StringEquals", "kms:CallerAccount", "${aws:ResourceAccount}")),
]
STATEMENTS += [
    *(make({"AWS": ROLE}, USE, Resource=each) for make in (allow, deny) for each in (KEY, f"{KEY[:-1]}?", "*")),
    allow({"AWS": ROLE}, USE, Resource=None, NotResource=KEY),
]
POLICIES = [document(BY_ROOT, each) for each in STATEMENTS] + list(itertools.islice(policies(), 0, None, 12))


OTHER_KEY = KEY[:-1] + "3"
OF_TWO_KEYS = [
    *REQUESTS[:3],
    *(sagemaker.request(USE[0], caller, OTHER_KEY, REGION, OWN) for caller in CALLERS),
    *(sagemaker.request(USE[0], caller, sagemaker.key_arn(REGION), REGION, OWN) for caller in CALLERS[:3]),
]


@pytest.mark.parametrize("requests", [REQUESTS, FREE, OF_TWO_KEYS], ids=["of SageMaker", "of strangers", "of two keys"])
def test_batches(requests: list[Request]) -> None:
    for policy in POLICIES:
        parsed = parse_key_policy(policy)
        assert isinstance(parsed, Document)
        said = evaluate_all(parsed, Batch(requests))
        for at, request in enumerate(requests):
            assert said.at(1 << at) == evaluate(parsed, request), (policy, request.caller)


def test_what_is_known_is_equal_where_it_is_the_same() -> None:
    known = Known({"a": "b"}, ("c/",))
    assert known == Known({"a": "b"}, ("c/",)) and hash(known) == hash(Known({"a": "b"}, ("c/",)))
    for other in (Known({"a": "c"}, ("c/",)), Known({"a": "b"}), Known({}, ("c/",)), {"a": "b"}):
        assert known != other


@pytest.mark.parametrize(
    ("arn", "session"),
    [
        (ROLE, f"arn:aws:sts::{OWN}:assumed-role/serving/{GAP}"),
        (f"arn:aws:iam::{OWN}:role/team/serving", f"arn:aws:sts::{OWN}:assumed-role/serving/{GAP}"),
        (f"arn:aws:iam::{OWN}:user/me", f"arn:aws:sts::{OWN}:assumed-role/{GAP}/{GAP}"),
        (f"arn:aws:iam::{OWN}:role", f"arn:aws:sts::{OWN}:assumed-role/{GAP}/{GAP}"),
        (f"arn:aws-cn:iam::{OWN}:{GAP}", f"arn:aws-cn:sts::{OWN}:{GAP}"),
    ],
)
def test_sessions(arn: str, session: str) -> None:
    assert Caller(arn).session == session


@pytest.mark.parametrize(
    ("text", "arn"),
    [
        (ROLE, ROLE),
        (f"arn:aws:sts::{OWN}:assumed-role/serving/me", f"arn:aws:iam::{OWN}:role/{GAP}serving"),
        (f"arn:aws:iam::{OWN}:role/" + "a" * 1900, f"arn:aws:iam::{OWN}:role/" + "a" * 1900),
        (ROLE + "a" * (2048 - len(ROLE)), ROLE + "a" * (2048 - len(ROLE))),
        (ROLE + "a" * (2049 - len(ROLE)), None),
        (f"arn:aws:iam::{OWN}:role/", None),
        (f"arn:aws:iam::{OWN}:user/serving", None),
        (f"arn:aws:sts::{OWN}:assumed-role/serving", None),
        ("arn:aws:iam::role/serving", None),
        ("serving", None),
        ("", None),
    ],
)
def test_roles(text: str, arn: Any) -> None:
    found = sagemaker.role(text)
    assert (found.arn if found is not None else None) == arn


@pytest.mark.parametrize(
    ("region", "account", "expected"),
    [
        ("us-east-1", OWN, f"arn:aws:kms:us-east-1:{OWN}:key/{GAP}"),
        ("cn-north-1", GAP, f"arn:aws-cn:kms:cn-north-1:{GAP}:key/{GAP}"),
        (None, OWN, f"arn:{GAP}:kms:{GAP}:{OWN}:key/{GAP}"),
    ],
)
def test_arns_of_keys(region: str | None, account: str, expected: str) -> None:
    assert sagemaker.key_arn(region, account) == expected
