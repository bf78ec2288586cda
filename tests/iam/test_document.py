"""Policy documents: what is refused and why, and that nothing raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, access, anybody
from policy_pack.iam.document import Document, Malformed
from policy_pack.iam.exposure import exposure
from policy_pack.iam.parse import parse_identity_policy, parse_key_policy
from policy_pack.iam.permissions import Permissions
from policy_pack.values import UNKNOWN, Opaque
from tests.iam.statements import KEY, REGION, ROLE, allow, document

SECRET = "sesame"


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (f"{{{SECRET}", "is not valid JSON"),
        ("", "is not valid JSON"),
        ("NaN", "is not valid JSON"),
        ("1" * 10_000, "is not valid JSON"),
        ('{"Statement": [], "Statement": []}', "has an element twice in one object"),
        (7.0, "is a number where an object belongs"),
        (True, "is a boolean where an object belongs"),
        (Opaque("an asset"), "is an asset where an object belongs"),
        ({}, "has no Statement"),
        ({"statement": []}, "has no Statement"),
        (document(SECRET), "has a string where statement 1 belongs"),
        (document(allow("*"), allow("*", Effect=SECRET)), "has an Effect other than Allow or Deny in statement 2"),
        (document(allow("*", Effect=True)), "has an Effect other than Allow or Deny in statement 1"),
        (document(allow(None)), "names no principal in statement 1"),
        (document(allow("*", NotPrincipal="*")), "has both Principal and NotPrincipal in statement 1"),
        (document(allow(SECRET)), "has a Principal other than * or an object in statement 1"),
        (document(allow({"AWS": {}})), "has an object in Principal of statement 1"),
        (document(allow("*", NotAction=SECRET)), "has both Action and NotAction in statement 1"),
        (document(allow("*", [["kms:*"]])), "has a list in Action of statement 1"),
        (document(allow("*", NotResource=SECRET)), "has both Resource and NotResource in statement 1"),
        (document(allow("*", 1.5)), "has a number in Action of statement 1"),
        (document(allow("*", float("inf"))), "has a number in Action of statement 1"),
        (document(allow("*", condition=[])), "has a list as Condition of statement 1"),
        (document(allow("*", condition={"Bool": SECRET})), "has a string in the Condition of statement 1"),
        (document(allow("*", condition={"Bool": {"a": None}})), "has nothing in a condition of statement 1"),
    ],
)  # fmt: skip
def test_what_is_refused(policy: Any, why: str) -> None:
    """The reason is in words that follow "it", and quotes nothing."""
    assert parse_key_policy(policy) == Malformed(why)
    assert access(policy, [anybody(KEY)], KEY, REGION).malformed == why


def test_a_role_is_its_own_principal() -> None:
    assert isinstance(parse_identity_policy(document(allow(None))), Document)
    assert parse_identity_policy(document(allow("*"))) == Malformed("names a principal in statement 1")


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (ROLE, ROLE),
        ("arn:aws-cn:iam::111122223333:role/a/path/serving", "arn:aws-cn:iam::111122223333:role/a/path/serving"),
        ("arn:aws:sts::111122223333:assumed-role/serving/me", "arn:aws:iam::111122223333:role/\0serving"),
        ("arn:aws:iam::111122223333:user/me", None),
        ("arn:aws:iam::111122223333:role/", None),
        ("serving", None),
    ],
)
def test_what_names_a_role(arn: str, expected: str | None) -> None:
    found = sagemaker.role(arn)
    assert (found.arn if found is not None else None) == expected


# Documents of any shape, of the words that mean something in one.
_SENSIBLE = """
    Statement Effect Allow Deny Principal NotPrincipal AWS Service * Action NotAction kms:* kms:Decrypt k*:? : arn: true
    Resource NotResource Condition StringLike Bool Null ArnLike ForAllValues:StringEqualsIfExists kms:ViaService ${
    aws:PrincipalArn ${aws:PrincipalArn} arn:aws:iam::1:root Version 2012-10-17 o-a 111122223333
"""
_WORDS = st.sampled_from([*_SENSIBLE.split(), "", "\0", "\1", KEY, ROLE])
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), _WORDS, st.just(UNKNOWN), st.just(Opaque("an asset"))
)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4)


_ANYTHING = st.recursive(_LEAVES, _nested, max_leaves=12)
_STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Principal": st.dictionaries(st.sampled_from(["AWS", "Service"]), st.lists(_WORDS)) | _WORDS | _ANYTHING,
        "NotPrincipal": _ANYTHING,
        "Action": _WORDS | _ANYTHING,
        "Resource": _WORDS | _ANYTHING,
        "Condition": st.dictionaries(_WORDS, st.dictionaries(_WORDS, _WORDS | _ANYTHING, max_size=2), max_size=2),
    },
)


@given(_ANYTHING | st.lists(_STATEMENTS, max_size=3).map(lambda found: document(*found)) | st.text())
def test_nothing_raises(policy: Any) -> None:
    role = sagemaker.role(ROLE)
    assert role is not None
    before = sagemaker.key_arn(None)
    for key, region in ((KEY, REGION), (before, None)):
        for user in (User(role, Permissions((policy,), complete=True)), anybody(key)):
            found = access(policy, [user], key, region)
            assert not set(found.missing) & set(found.unsure)
        parsed = parse_key_policy(policy)
        if isinstance(parsed, Document):
            exposure(parsed, key, ["111122223333"], ["arn:aws:iam::*:role/*"])
    try:
        text = json.dumps(policy)
    except TypeError:
        return
    access(text, [anybody(before)], before, None)
