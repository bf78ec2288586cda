"""`customer-managed-key`: names of keys that are well-formed, of a customer, and allowed by the settings."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.gaps import ACCOUNT, GAP
from policy_pack.judging.settings import read
from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Verdict, Violation
from policy_pack.policies.customer_managed_key import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, template, verdicts
from tests.matrix import rows
from tests.template.reading import partly

ROW = rows.Row(rows.pair(rows.arn(what="alias/aws/sagemaker")), rows.pair())

CLASSIC, NATIVE = "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws-native:sagemaker:EndpointConfig"
ID, OWN, OTHER = "12345678-1234-1234-1234-123456789012", "111122223333", "444455556666"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/{ID}"
ALIAS = f"arn:aws:kms:eu-west-1:{OWN}:alias/serving"


def said(key: Any, carrier: str = CLASSIC, **settings: Any) -> Verdict:
    """What the policy says of a configuration that names this key."""
    given = {"kmsKeyArn" if carrier == CLASSIC else "kmsKeyId": key}
    (found,) = verdicts(POLICY, resource(carrier, given), **settings).values()
    return found


@pytest.mark.parametrize("key", [KEY, ALIAS, f"arn:aws:kms:eu-west-1:{OWN}:key/mrk-{'0' * 32}"])
def test_a_key_of_a_customer(key: str) -> None:
    assert isinstance(said(key), Compliant)
    assert isinstance(said(key, NATIVE), Compliant)


@pytest.mark.parametrize("key", [ID, "alias/serving"])
def test_short_names_are_those_of_the_api(key: str) -> None:
    assert isinstance(said(key, NATIVE), Compliant)
    found = said(key)
    assert isinstance(found, Violation) and "is not a well-formed name" in found.why
    assert found.fix.startswith("Set kmsKeyArn to the ARN of a key or of an alias.")


@pytest.mark.parametrize("key", ["alias/aws/sagemaker", ALIAS.replace("serving", "aws/ebs")])
def test_a_key_of_aws(key: str) -> None:
    for carrier in (CLASSIC, NATIVE):
        found = said(key, carrier)
        assert isinstance(found, Violation) and "names an AWS-managed key" in found.why


@pytest.mark.parametrize(
    "key", ["serving", KEY[:-1], KEY.replace(":kms:", ":s3:"), KEY.replace("key/", "keys/"), f"{KEY}/x", "arn:aws:kms"]
)
def test_a_malformed_name(key: str) -> None:
    found = said(key, NATIVE)
    assert isinstance(found, Violation) and "is not a well-formed name of a KMS key" in found.why
    assert found.fix.startswith("Set kmsKeyId to the ARN or the ID of a key, or an alias.")


@pytest.mark.parametrize(("key", "kind"), [(5, "a number"), (True, "a boolean"), ([KEY], "a list"), ({}, "an object")])
def test_what_is_no_string(key: Any, kind: str) -> None:
    found = said(key)
    assert isinstance(found, Violation)
    assert found.why == f"kmsKeyArn is {kind}, not a string, so CreateEndpointConfig fails."


@pytest.mark.parametrize("key", [None, "", " "])
def test_no_key(key: Any) -> None:
    assert isinstance(said(key), NotApplicable)


def test_a_key_that_is_not_known() -> None:
    assert said(UNKNOWN) == CannotTell("The key is not known before the update.")


@pytest.mark.parametrize(
    ("key", "settings", "wrong"),
    [
        (KEY, {"allowedAccounts": [OWN]}, None),
        (KEY, {"allowedAccounts": [OTHER, OWN]}, None),
        (KEY, {"allowedAccounts": [OTHER]}, "in an account that the setting allowedAccounts does not list"),
        (ALIAS, {"allowedAccounts": [OTHER]}, "in an account that the setting allowedAccounts does not list"),
        (ID, {"allowedAccounts": [OWN]}, "a key without its account"),
        ("alias/serving", {"allowedAccounts": [OWN]}, "a key without its account"),
        (KEY, {"allowedKeyArns": [KEY]}, None),
        (KEY, {"allowedKeyArns": [ALIAS, "arn:aws:kms:eu-west-1:*:key/*"]}, None),
        (KEY, {"allowedKeyArns": [ALIAS]}, "a key that the setting allowedKeyArns does not list"),
        (KEY, {"allowedKeyArns": ["arn:aws:kms:us-east-1:*:key/*"]}, "a key that the setting allowedKeyArns"),
        (ID, {"allowedKeyArns": [KEY]}, "a key without its account"),
        (ID, {"allowedKeyArns": ["*"]}, None),
        (ALIAS, {"allowAliases": False}, "names an alias"),
        ("alias/serving", {"allowAliases": False}, "names an alias"),
        (KEY, {"allowAliases": False}, None),
        (ID, {"allowAliases": False}, None),
        (ALIAS, {"allowAliases": True}, None),
    ],
)
def test_what_the_settings_allow(key: str, settings: dict[str, Any], wrong: str | None) -> None:
    found = said(key, NATIVE, **settings)
    if wrong is None:
        assert isinstance(found, Compliant)
    else:
        assert isinstance(found, Violation) and wrong in found.why


@pytest.mark.parametrize(
    ("pattern", "valid"),
    [
        ("*", True),
        (KEY, True),
        (ALIAS, True),
        ("arn:aws:kms:*:*:*", True),
        (f"arn:aws*:kms:eu-*:{OWN}:alias/team-*", True),
        (f"arn:*:kms:eu-west-1:{OWN[:6]}*:key/*", True),
        (f"arn:aws-cn:kms:cn-north-1:{OWN}:key/*", True),
        (f"arn:aws-cn:kms:*:{OWN}:key/*", True),
        (f"arn:aws-cn:kms:eu-west-1:{OWN}:key/*", False),
        (f"arn:awz:kms:*:{OWN}:key/*", False),
        (f"arn:aws:kms:eu-wst-1:{OWN}:key/*", False),
        ("arn:aws:kms:eu-west-1:1111:key/*", False),
        (f"arn:aws:kms:eu-west-1:{OWN}:key/serving", False),
        (f"arn:aws:kms:eu-west-1:{OWN}:serving", False),
        (f"arn:aws:s3:eu-west-1:{OWN}:key/*", False),
        ("key/*", False),
    ],
)
def test_patterns_of_keys(pattern: str, valid: bool) -> None:
    found = read(POLICY.settings, {"allowedKeyArns": [pattern]})
    assert found.values["allowedKeyArns"] == ((pattern,) if valid else ())
    assert bool(found.problems) is not valid


@pytest.mark.parametrize(("account", "valid"), [(OWN, True), (OWN[:-1], False), (f"{OWN}0", False), ("*" * 12, False)])
def test_accounts(account: str, valid: bool) -> None:
    found = read(POLICY.settings, {"allowedAccounts": [account]})
    assert found.values["allowedAccounts"] == ((account,) if valid else ())


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (f"alias/aws/{GAP}", "names an AWS-managed key"),
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/aws/{GAP}", "names an AWS-managed key"),
        (f"keys/{GAP}", "is not a well-formed name"),
        (f"arn:aws:s3:eu-west-1:{ACCOUNT}:key/{GAP}", "is not a well-formed name"),
    ],
)
def test_what_is_certain_of_a_name_that_is_known_in_part(key: str, says: str) -> None:
    found = said(partly(key), NATIVE)
    assert isinstance(found, Violation) and says in found.why


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, Compliant),
        ({"allowAliases": False}, Compliant),
        ({"allowedAccounts": [OWN]}, CannotTell),
        ({"allowedKeyArns": ["arn:aws:kms:*:*:key/*"]}, CannotTell),
    ],
)
def test_a_key_of_the_same_template(settings: dict[str, Any], expected: type) -> None:
    """It is a customer's for certain, and which one it is, AWS decides."""
    given = {"KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}
    resources = {
        "It": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": given},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
    }
    (found,) = verdicts(POLICY, template({"Resources": resources}), **settings).values()
    assert type(found) is expected
