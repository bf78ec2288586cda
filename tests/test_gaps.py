"""Texts with gaps: what may stand in them, tried with whatever does."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_pack.aws import key_forms
from policy_pack.aws.key_names import names_aws_managed_key, parse_key
from policy_pack.gaps import ACCOUNT, GAP, PARTITION, REGION, STACK_NAME, has_gaps, may_be, sample, without_marks

KEY_ID = "12345678-1234-1234-1234-123456789012"
FILLINGS = ["".join(each) for length in range(4) for each in product("ab", repeat=length)]


def _filled(text: str) -> set[str]:
    """The text with each of `FILLINGS` in each of its gaps."""
    pieces = text.split(GAP)
    return {
        "".join(part for pair in zip(pieces, (*each, "")) for part in pair)
        for each in product(FILLINGS, repeat=len(pieces) - 1)
    }


@given(st.text("ab" + GAP, max_size=3), st.text("ab" + GAP, max_size=3))
def test_two_texts_may_be_the_same_where_something_makes_them_so(one: str, other: str) -> None:
    assert may_be(one, other) or not _filled(one) & _filled(other)
    # Gaps that are longer than what is tried may yet make them the same, where both have one.
    if GAP not in one or GAP not in other:
        assert may_be(one, other) == bool(_filled(one) & _filled(other))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (ACCOUNT, "111122223333", True),
        (ACCOUNT, "11112222333", False),
        (f"a{ACCOUNT}", "a111122223333", True),
        (ACCOUNT, "prod", False),
        (REGION, "eu-west-1", True),
        (REGION, "", False),
        (REGION, "EU", False),
        (PARTITION, "aws-cn", True),
        (STACK_NAME, "Serving-1", True),
        (STACK_NAME, "a/b", False),
        (ACCOUNT, REGION, True),
        (GAP, "", True),
        (f"{GAP}x", f"y{GAP}", True),
    ],
)
def test_what_a_stack_is_told_of_itself_has_a_form(one: str, other: str, expected: bool) -> None:
    assert may_be(one, other) is expected
    assert may_be(other, one) is expected


def test_texts_that_take_too_long_to_compare_may_be_the_same() -> None:
    assert may_be(f"{GAP}a" * 600 + "b", f"{GAP}b" * 600 + "a")
    assert not may_be("a" * 600, "b" * 600)


def test_no_known_text_passes_for_one_with_gaps() -> None:
    text = f"a{GAP}{ACCOUNT}b"
    assert not has_gaps(without_marks(text))
    assert without_marks("plain") == "plain"
    assert sample(text) is None
    assert sample(f"arn:{PARTITION}:kms:{REGION}:{ACCOUNT}:x") == "arn:aws:kms:us-east-1:000000000000:x"


NAMES = [
    f"arn:aws:kms:us-east-1:111122223333:key/{KEY_ID}",
    "arn:aws:kms:eu-west-1:111122223333:key/mrk-" + "0a" * 16,
    "arn:aws-cn:kms:cn-north-1:111122223333:alias/serving",
    "arn:aws:kms:us-east-1:111122223333:alias/aws/sagemaker",
    "arn:aws:kms:us-east-1:111122223333:serving",
    "arn:aws:s3:::bucket",
    f"arn:amazon:kms:us-east-1:111122223333:key/{KEY_ID}",
    "alias/aws/ebs",
    "alias/aws",
    "alias/awsome",
    "alias/serving",
    "alias/",
    KEY_ID,
    f"key/{KEY_ID}",
    "serving",
]


def _is_good(text: str, short_forms: bool) -> bool:
    return parse_key(text, short_forms=short_forms) is not None and not names_aws_managed_key(text)


@pytest.mark.parametrize("short_forms", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_forms_of_texts_without_gaps(name: str, short_forms: bool) -> None:
    assert key_forms.may_be_of_a_customer(name, short_forms=short_forms) == _is_good(name, short_forms)
    assert key_forms.may_be_of_aws(name) == names_aws_managed_key(name)


@given(name=st.sampled_from(NAMES), start=st.integers(0, 80), length=st.integers(0, 60), short_forms=st.booleans())
def test_a_text_with_a_gap_may_be_what_it_was(name: str, start: int, length: int, short_forms: bool) -> None:
    text = f"{name[:start]}{GAP}{name[start + length :]}"
    assert key_forms.may_be_of_a_customer(text, short_forms=short_forms) or not _is_good(name, short_forms)
    assert key_forms.may_be_of_aws(text) or not names_aws_managed_key(name)


@pytest.mark.parametrize(
    ("text", "of_a_customer", "of_aws"),
    [
        (f"arn:{PARTITION}:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}", True, False),
        (f"arn:{PARTITION}:kms:{REGION}:{ACCOUNT}:alias/aws/x", False, True),
        (f"arn:{PARTITION}:kms:{REGION}:{ACCOUNT}:serving", False, False),
        (f"alias/{GAP}", True, True),
        (f"alias/aws/{GAP}", False, True),
        (f"alias/aw{GAP}", True, True),
        (f"alias/{STACK_NAME}-key", True, False),
        (f"arn:aws:kms:us-east-1:{GAP}:alias/aws/x", False, True),
        (f"arn:aws:s3:::{GAP}", False, False),
        (f"{GAP}:key/{KEY_ID}", True, True),
        (f"arn:amazon:kms:us-east-1:{ACCOUNT}:key/{KEY_ID}", False, False),
        (f"12345678{GAP}", True, False),
        (f"x{GAP}", False, False),
        ("a" * 3000 + GAP, False, False),
        (f"a{GAP}" * 300, True, True),
        (f"x{GAP}" * 300, False, False),
    ],
)
def test_forms_of_texts_with_gaps(text: str, of_a_customer: bool, of_aws: bool) -> None:
    assert key_forms.may_be_of_a_customer(text, short_forms=True) is of_a_customer
    assert key_forms.may_be_of_aws(text) is of_aws


def test_forms_of_a_certain_place() -> None:
    text = f"{GAP}:kms:eu-west-1:{ACCOUNT}:key/{KEY_ID}"
    assert key_forms.may_be_of_a_customer(text, short_forms=False, region="eu-west-1")
    assert not key_forms.may_be_of_a_customer(text, short_forms=False, region="us-east-1")
    assert key_forms.may_be_of_a_customer(text, short_forms=False, account="111122223333", partition="aws")
    assert not key_forms.may_be_of_a_customer(text, short_forms=False, aliases=False, region="us-east-1")
