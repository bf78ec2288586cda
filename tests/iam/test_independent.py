"""The evaluator agrees with independent implementations, but for what is explained."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_pack.iam import sagemaker
from policy_pack.iam.request import Caller, Keys, Known, Request, Value
from tests.iam import independent
from tests.iam.independent import ALLOWED, DENIED, KEYS, LEFT_TO_ACCOUNT, OF_PRINCIPAL_MAPPER, OPEN, SILENT
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
    deny,
    document,
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

CALLERS = (Caller(ROLE), Caller(ADMIN), Caller(OTHER_ROLE), Caller(service=SERVICE))


def _request(caller: Caller, action: str) -> Request:
    """A call of which everything is known, as the others know nothing else."""
    request = sagemaker.request(action, caller, KEY, REGION)
    known: dict[str, Value] = {each.lower(): _known(request.value(each.lower())) for each in KEYS}
    return Request(action, KEY, caller, Keys(Known(known)))


def _known(value: Any) -> str | None:
    return value if isinstance(value, str) and value.isprintable() else None


ARNS = (
    ROLE,
    ROLE,
    ROOT,
    ROOT,
    ADMIN,
    OTHER_ROLE,
    OTHER_ROOT,
    OWN,
    OTHER,
    f"arn:aws:iam::{OWN}:user/serving",
)
ACTIONS = (
    *USE, "kms:*", "kms:*", "*", "KMS:decrypt", "kms:D?crypt", "kms:Generate*", "kms:*Grant", "kms:?", "kms:Encrypt",
    "s3:*", "kms:ReEncrypt*",
)  # fmt: skip
RESOURCES = (
    *["*"] * 5, KEY, f"arn:aws:kms:*:{OWN}:key/*", f"arn:aws:kms:*:{OTHER}:key/*", KEY[:-1] + "?", KEY[:-1] + "3",
)  # fmt: skip
VALUES = (
    VIA_SAGEMAKER, "sagemaker.*.amazonaws.com", "*", "?*", OWN, OTHER, "1111*", ROLE, f"arn:aws:iam::{OWN}:role/*",
    "arn:aws:iam::*:role/serving", "o-exampleorgid", "true", "false",
)  # fmt: skip
OPERATORS = [
    f"{kind}{negated}{how}{optional}"
    for kind, hows in (("String", ("Equals", "EqualsIgnoreCase", "Like")), ("Arn", ("Equals", "Like")))
    for negated in ("", "Not")
    for how in hows
    for optional in ("", "IfExists")
] + ["Bool", "BoolIfExists"]  # fmt: skip

# What the implementations disagree on: it may stand beside the rest, where that is asked for.
RARE_ARNS = (
    "*",
    f"arn:aws:sts::{OWN}:assumed-role/serving/SageMaker",
)
RARE_ACTIONS = ("k*:Decrypt",)
RARE_RESOURCES = (KEY.replace("key/", "KEY/"),)
RARE_VALUES = (
    "arn:*:role/serving",
    ROLE.replace("serving", "SERVING"),
)
RARE_OPERATOR = "StringNotLike"


# Strategies are slow to make, and made once each.
@cache
def _one(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


@cache
def _one_or_more(values: tuple[str, ...], rare: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    one = _one(values * len(rare) + rare * (len(values) // 4) if rare else values)
    return one | st.lists(one, min_size=1, max_size=3)


@cache
def _principals(rare: bool) -> st.SearchStrategy[Any]:
    services = _one_or_more((SERVICE, "ec2.amazonaws.com"))
    arns = _one_or_more(ARNS, RARE_ARNS if rare else ())
    return st.one_of(
        st.just("*"),
        *[st.fixed_dictionaries({"AWS": arns})] * 4,
        st.fixed_dictionaries({"Service": services}),
        st.fixed_dictionaries({"AWS": arns, "Service": services}),
    )


@st.composite
def _conditions(draw: st.DrawFn, rare: bool) -> dict[str, dict[str, Any]]:
    condition: dict[str, dict[str, Any]] = {}
    operators = OPERATORS if rare else [each for each in OPERATORS if each != RARE_OPERATOR]
    values = VALUES + (RARE_VALUES if rare else ())
    for _ in range(draw(_one((0, 0, 1, 1, 2)))):
        key, operator = draw(_one(KEYS)), draw(_one((*operators, "Null", "Null")))
        if operator == "Null":
            condition.setdefault(operator, {})[key] = draw(_one(("true", "false")))
        elif operator.startswith("Arn"):
            arns = _one_or_more(tuple(each for each in values if each.startswith("arn:")))
            condition.setdefault(operator, {})["aws:PrincipalArn"] = draw(arns)
        elif operator.startswith("Bool"):
            truth = _one_or_more(("true", "false"))
            condition.setdefault(operator, {})["kms:GrantIsForAWSResource"] = draw(truth)
        else:
            quantifier = "" if operator.endswith("IfExists") else draw(_one(("", "", "ForAny", "ForAll")))
            name = f"{quantifier}{'Value' if quantifier == 'ForAny' else 'Values' if quantifier else ''}"
            # Below one set operator Principal Mapper holds any of several keys for enough, so there is one.
            block = condition.setdefault(f"{name}:{operator}" if name else operator, {})
            if not (name and block):
                block[key] = draw(_one_or_more(values))
    return condition


@st.composite
def _statements(draw: st.DrawFn, *, principals: bool, rare: bool) -> dict[str, Any]:
    def sometimes(often: int = 8) -> bool:
        return bool(draw(_one((*[False] * often, True))))

    statement: dict[str, Any] = {"Effect": draw(_one(("Allow", "Allow", "Deny")))}
    if principals:
        statement["NotPrincipal" if rare and sometimes() else "Principal"] = draw(_principals(rare))
    actions = draw(_one_or_more(ACTIONS, RARE_ACTIONS if rare else ()))
    statement["NotAction" if sometimes(4) else "Action"] = actions
    if not (rare and sometimes()):
        negated = principals and sometimes(6)
        resources = draw(_one_or_more(RESOURCES, RARE_RESOURCES if rare else ()))
        statement["NotResource" if negated else "Resource"] = resources
    condition = draw(_conditions(rare)) if principals else {}
    return {**statement, "Condition": condition} if condition else statement


def _policies(*, principals: bool, rare: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    statements = st.lists(_statements(principals=principals, rare=rare), min_size=1, max_size=4)
    return statements.map(lambda found: document(*found))


def _thorough(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )


def test_agrees_with_principal_mapper() -> None:
    """On what both know of key policies, for every caller and action."""
    answers: Counter[str] = Counter()
    seen: set[str] = set()

    @_thorough(2400)
    @given(_policies(principals=True))
    def check(policy: dict[str, Any]) -> None:
        for request in (_request(caller, action) for caller in CALLERS for action in USE):
            ours, theirs = independent.ours(policy, request), independent.principal_mapper(policy, request)
            assert ours == theirs, f"{request}\n{json.dumps(policy, indent=2)}"
            answers[ours] += 1
        seen.add(json.dumps(policy))

    check()
    assert len(seen) >= 2000
    assert min(answers[each] for each in (DENIED, ALLOWED, LEFT_TO_ACCOUNT, SILENT)) >= 500, answers


def test_every_disagreement_with_principal_mapper_is_explained() -> None:
    @_thorough(500)
    @given(_policies(principals=True, rare=True), st.sampled_from(CALLERS), st.sampled_from(USE))
    def check(policy: dict[str, Any], caller: Caller, action: str) -> None:
        request = _request(caller, action)
        ours, theirs = independent.ours(policy, request), independent.principal_mapper(policy, request)
        explained = any(each.concerns(policy, request) for each in OF_PRINCIPAL_MAPPER)
        assert ours == theirs or explained, f"{ours}, {theirs}: {request}\n{json.dumps(policy, indent=2)}"

    check()


def test_agrees_with_moto() -> None:
    """On the policies of roles, without what moto does not know: other cases of letters, ``?`` and NotResource."""
    answers: Counter[str] = Counter()

    @_thorough(500)
    @given(_policies(principals=False))
    def check(policy: dict[str, Any]) -> None:
        text = json.dumps(policy)
        if "?" in text or "KMS:" in text:
            return
        for action in USE:
            request = _request(Caller(ROLE), action)
            ours = independent.ours_of_a_role(policy, request)
            assert ours == independent.moto(policy, request), f"{action}\n{text}"
            answers[ours] += 1

    check()
    assert min(answers[each] for each in (DENIED, ALLOWED, SILENT)) >= 50, answers


@pytest.mark.parametrize(
    ("number", "policy", "caller", "ours", "theirs"),
    [
        (0, allow({"AWS": "*"}), Caller(ROLE), ALLOWED, LEFT_TO_ACCOUNT),
        (0, allow({"AWS": "*"}), Caller(service=SERVICE), ALLOWED, SILENT),
        (1, deny(None, NotPrincipal={"AWS": ROOT}), Caller(ROLE), DENIED, SILENT),
        (1, deny(None, NotPrincipal={"AWS": ROLE}), Caller(ROLE), OPEN, SILENT),
        (1, allow(None, NotPrincipal={"AWS": ADMIN}), Caller(ROLE), OPEN, ALLOWED),
        (2, allow({"AWS": RARE_ARNS[1]}), Caller(ROLE), OPEN, SILENT),
        (3, allow("*", USE, {"StringNotLike": {"aws:SourceAccount": OWN}}), Caller(ROLE), ALLOWED, SILENT),
        (4, allow("*", "k*:Decrypt"), Caller(ROLE), SILENT, ALLOWED),
        (4, deny("*", "k*:Decrypt"), Caller(ROLE), OPEN, DENIED),
        (5, allow("*", Resource=None), Caller(ROLE), SILENT, ALLOWED),
        (6, allow("*", Resource=KEY.replace("key/", "KEY/")), Caller(ROLE), SILENT, ALLOWED),
        (7, deny("*", USE, {"ArnLike": {"aws:PrincipalArn": "arn:*:role/serving"}}), Caller(ROLE), OPEN, DENIED),
    ],
)  # fmt: skip
def test_disagreements(number: int, policy: dict[str, Any], caller: Caller, ours: str, theirs: str) -> None:
    """One example at least of each disagreement, which it concerns and no other does."""
    request, whole = _request(caller, "kms:Decrypt"), document(policy)
    assert (independent.ours(whole, request), independent.principal_mapper(whole, request)) == (ours, theirs)
    assert [each.concerns(whole, request) for each in OF_PRINCIPAL_MAPPER].index(True) == number
