"""Whatever part of a template is not known, what was wrong is never right; and what is certain stays so once it is.

A gap is a parameter that nobody gives; `Fn::Sub` puts it in the place of a part of a text, and of all of it where a
text is only that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_pack.judging.judge import judge
from policy_pack.judging.policy import MANDATORY
from policy_pack.judging.settings import read
from policy_pack.judging.verdict import CannotTell, Compliant, Verdict, Violation
from policy_pack.policies import PACK, encryption_at_rest_enabled
from policy_pack.stack.model import Configuration, Template
from policy_pack.values import UNKNOWN
from tests.carriers.reading import stack, template

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

Path = tuple[Any, ...]

KEY_ID = "12345678-1234-1234-1234-123456789012"
HERE = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:"
PRESENT = encryption_at_rest_enabled.POLICY.name
DECISIVE = [policy for policy in PACK.policies if policy.level == MANDATORY]


def body(key: Any = None, keys: Any = None, **sections: Any) -> dict[str, Any]:
    """A template with a pair, and a key with these properties."""
    variant = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    given = {"ProductionVariants": [variant], **({} if key is None else {"KmsKeyId": key})}
    name = {"Fn::GetAtt": ["It", "EndpointConfigName"]}
    resources = {
        "It": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": given},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": name}},
        **({} if keys is None else {"Key": {"Type": "AWS::KMS::Key", "Properties": keys}}),
    }
    return {"Parameters": {"Gap": {"Type": "String"}}, "Resources": resources, **sections}


HELD = {"Yes": {"Fn::Equals": ["a", "a"]}}
MAPPINGS = {"Keys": {"eu-west-1": {"Arn": "alias/aws/sagemaker"}, "us-east-1": {"Arn": "alias/serving"}}}
OWN = {"Fn::GetAtt": ["Key", "Arn"]}
VIOLATING = {
    "of aws": body("alias/aws/sagemaker"),
    "of aws, in whatever account": body({"Fn::Sub": f"{HERE}alias/aws/sagemaker"}),
    "of aws, joined": body({"Fn::Join": ["/", ["alias", "aws", "sagemaker"]]}),
    "of aws, by a condition": body({"Fn::If": ["Yes", "alias/aws/sagemaker", "alias/serving"]}, Conditions=HELD),
    "of aws, by a mapping": body({"Fn::FindInMap": ["Keys", {"Ref": "AWS::Region"}, "Arn"]}, Mappings=MAPPINGS),
    "malformed": body({"Fn::Sub": f"{HERE}serving"}),
    "of another service": body("arn:aws:s3:::bucket"),
    "elsewhere": body(f"arn:aws:kms:us-east-1:111122223333:key/{KEY_ID}"),
    "elsewhere, in whatever account": body({"Fn::Sub": f"arn:aws:kms:us-east-1:${{AWS::AccountId}}:key/{KEY_ID}"}),
    "of another partition": body(f"arn:aws-cn:kms:cn-north-1:111122223333:key/{KEY_ID}"),
    "disabled": body(OWN, {"Enabled": False, "Description": "for serving"}),
    "for signing": body(OWN, {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}),
    "none": body(),
    "none, in a template within": {
        "Parameters": {"Gap": {"Type": "String"}},
        "Resources": {
            "Within": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateBody": json.dumps(body())}}
        },
    },
}
GOOD = {
    "here": body(f"arn:aws:kms:eu-west-1:111122223333:key/{KEY_ID}"),
    "here, in whatever account": body({"Fn::Sub": f"{HERE}key/{KEY_ID}"}),
    "alias": body({"Fn::Join": ["/", ["alias", "serving"]]}),
    "own": body(OWN, {"KeySpec": "SYMMETRIC_DEFAULT"}),
    "by a mapping": body({"Fn::FindInMap": ["Keys", "us-east-1", "Arn"]}, Mappings=MAPPINGS),
}


def found_in(given: dict[str, Any], gap: Any = UNKNOWN) -> dict[str, Verdict]:
    """What the mandatory policies say of a template; an unknown configuration is said to be hidden."""
    made = stack(template(given, parameters={"Gap": gap}))
    said: dict[str, Verdict] = {}
    for policy in DECISIVE:
        for each in judge(policy, made, read(policy.settings, {})):
            said[f"{policy.name} of {each.subject.label if each.subject is not None else ''}"] = each.verdict
    if not made.of(Configuration) or any(each.unreadable for each in made.of(Template)):
        said["template-readable"] = CannotTell("It cannot be read in full.")
    return said


def texts_in(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all texts in a value that are not empty."""
    if isinstance(value, str) and value:
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from texts_in(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from texts_in(each, (*path, index))


def with_gap(given: dict[str, Any], path: Path, start: int, end: int) -> dict[str, Any]:
    """The template with a gap in the place of a part of the text at a path."""
    copied: dict[str, Any] = json.loads(json.dumps(given))
    parent: Any = copied
    for step in path[:-1]:
        parent = parent[step]
    text = parent[path[-1]]
    # Of a text that `Fn::Sub` is given already, what is left of a variable is none.
    written = f"{text[:start]}${{Gap}}{text[end:]}"
    parent[path[-1]] = written if path[-1] == "Fn::Sub" else {"Fn::Sub": written}
    return copied


@st.composite
def gaps(draw: st.DrawFn, templates: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A template's name, the template, and the same with a gap."""
    name = draw(st.sampled_from(sorted(templates)))
    given = templates[name]
    paths = [path for path in texts_in(given) if path[0] != "Parameters"]
    path = draw(st.sampled_from(paths))
    text: Any = given
    for step in path:
        text = text[step]
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    return name, given, with_gap(given, path, start, end)


FILLINGS = st.one_of(
    st.sampled_from(
        [
            *("", "a", "aws", "aws/", "alias/", "alias/aws/", "alias/serving", "key/", KEY_ID, KEY_ID[:20], "kms", ":"),
            *("us-east-1", "eu-west-1", "eu", "east-1", "111122223333", "arn:aws:kms:eu-west-1:111122223333:", "cn"),
            *("Yes", "Key", "Arn", "It", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "serving", "sagemaker", "/", "-", "s"),
            *(
                "arn:aws:kms:eu-west-1:111122223333:key/" + KEY_ID,
                "{{resolve:ssm:/x}}",
                "AWS::SageMaker::EndpointConfig",
            ),
        ]
    ),
    st.text("abkswalimrn:/-1", max_size=8),
)
many = settings(max_examples=600, deadline=None)


@pytest.mark.parametrize("name", VIOLATING)
def test_what_is_wrong_without_a_gap(name: str) -> None:
    assert any(isinstance(each, Violation) for each in found_in(VIOLATING[name]).values())


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_without_a_gap(name: str) -> None:
    said = found_in(GOOD[name])
    assert not any(isinstance(each, Violation) for each in said.values())
    # The name of a key that the template makes is known when it is made.
    assert name == "own" or not any(isinstance(each, CannotTell) for each in said.values()), said


@many
@given(gaps(VIOLATING))
def test_no_gap_makes_a_violation_right(found: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    _, before, after = found
    said, once = found_in(after), found_in(before)
    assert any(isinstance(each, (Violation, CannotTell)) for each in said.values()), after
    # What a policy refused it does not call compliant because a part of it is not known.
    for what, verdict in once.items():
        assert not (isinstance(verdict, Violation) and isinstance(said.get(what), Compliant)), (what, after)


@many
@given(gaps({**VIOLATING, **GOOD}), FILLINGS)
def test_what_is_certain_stays_so(found: tuple[str, dict[str, Any], dict[str, Any]], filling: str) -> None:
    _, _, after = found
    open_, filled = found_in(after), found_in(after, filling)
    if any(isinstance(each, Violation) for each in open_.values()):
        # Not by the same policy, perhaps: what was malformed in any case may be of AWS now.
        assert any(isinstance(each, (Violation, CannotTell)) for each in filled.values()), (filling, after)
    for what, verdict in open_.items():
        if isinstance(verdict, Compliant) and not (what.startswith(PRESENT) and not filling.strip()):
            assert not isinstance(filled.get(what), Violation), (what, filling, after)
