"""`key-verified-in-aws` asks a real HTTP server that answers as AWS KMS does (moto), in the pack's own process."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from moto.server import ThreadedMotoServer

from policy_pack import carriers
from policy_pack.aws.ask_kms import Description, Failure, Keys, Question
from policy_pack.carriers.place import Surroundings
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies import key_verified_in_aws
from policy_pack.policies.key_verified_in_aws import judge_description
from policy_pack.stack.model import Resource
from policy_pack.values import UNKNOWN
from tests.carriers import reading
from tests.conftest import ROOT
from tests.harness.engine import Engine, Stack
from tests.iam.statements import ADMIN, OWN, ROLE, SERVICE, allow, document
from tests.matrix import rows

ON = {"key-verified-in-aws": "mandatory"}
ROW = rows.Row(rows.pair(), rows.pair(rows.KEY_IN_AWS), ON, ON)

POLICY = "key-verified-in-aws"
REGION = "eu-west-1"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
NATIVE = "aws-native:sagemaker:EndpointConfig"
KEY_ARN = f"arn:aws:kms:{REGION}:{OWN}:key/12345678-1234-1234-1234-123456789012"
OTHER = f"arn:aws:iam::{OWN}:role/other"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def kms(aws: str) -> Any:
    return boto3.client(
        "kms", endpoint_url=aws, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


@pytest.fixture(scope="module")
def pack(aws: str) -> Iterator[Engine]:
    with Engine(ROOT, environment={**CREDENTIALS, "AWS_ENDPOINT_URL": aws}) as engine:
        engine.configure_stack(Stack())
        yield engine


def _key(kms: Any, **more: Any) -> str:
    arn = kms.create_key(**more)["KeyMetadata"]["Arn"]
    if not more:
        kms.enable_key_rotation(KeyId=arn)
    return str(arn)


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]


def _resource(key: str | None, name: str = "config", kind: str = CONFIGURATION) -> dict[str, Any]:
    properties = {"kmsKeyArn" if kind == CONFIGURATION else "kmsKeyId": key, "region": REGION}
    provider = {"urn": "urn:pulumi:dev::shop::pulumi:providers:aws::a", "properties": {"region": REGION}}
    urn = f"urn:pulumi:dev::shop::{kind}::{name}"
    return {"type": kind, "name": name, "urn": urn, "properties": properties, "provider": provider}


def _says(pack: Engine, *resources: dict[str, Any], **settings: Any) -> list[str]:
    pack.configure({"all": "disabled", POLICY: {"enforcementLevel": "mandatory", **settings}})
    answer = pack.analyze_stack(resources)
    assert all(finding.triple[:2] == ("mandatory", POLICY) for finding in answer.findings)
    return [finding.message.split("\n", 1)[1] for finding in answer.findings]


def test_it_is_off_by_default(pack: Engine) -> None:
    pack.configure({})
    found = pack.analyze_stack(
        [_resource(f"arn:aws:kms:{REGION}:123456789012:key/{'0' * 8}-0000-0000-0000-{'0' * 12}")]
    )
    assert POLICY not in [finding.policy for finding in found.findings]


def test_a_usable_key(pack: Engine, kms: Any) -> None:
    assert _says(pack, _resource(_key(kms))) == []


def test_a_bare_id_and_an_alias(pack: Engine, kms: Any) -> None:
    arn = _key(kms)
    kms.create_alias(AliasName="alias/serving", TargetKeyId=_id(arn))
    assert _says(pack, _resource(_id(arn), kind=NATIVE)) == []
    assert _says(pack, _resource("alias/serving", kind=NATIVE)) == []
    (message,) = _says(pack, _resource("12345678-1234-1234-1234-1234567890ab", kind=NATIVE))
    assert "AWS has no such key in eu-west-1" in message


@pytest.mark.parametrize(
    "key",
    [
        "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
        f"arn:aws:kms:{REGION}:123456789012:alias/aws/sagemaker",
        f"arn:aws:kms:{REGION}:123456789012:key/serving",
    ],
    ids=["of another region", "AWS-managed", "malformed"],
)
def test_what_another_policy_says_is_not_asked(key: str, pack: Engine) -> None:
    assert _says(pack, _resource(key)) == []


def test_a_key_that_does_not_exist(pack: Engine) -> None:
    (message,) = _says(pack, _resource(f"arn:aws:kms:{REGION}:123456789012:key/12345678-1234-1234-1234-123456789012"))
    assert "AWS has no such key in eu-west-1" in message
    assert "1234-1234" not in message


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda kms, key: kms.disable_key(KeyId=_id(key)), "is disabled"),
        (lambda kms, key: kms.schedule_key_deletion(KeyId=_id(key), PendingWindowInDays=7), "is pending deletion"),
        (lambda kms, key: kms.disable_key_rotation(KeyId=_id(key)), "does not rotate"),
    ],
)
def test_a_key_that_is_not_usable(pack: Engine, kms: Any, spoil: Any, says: str) -> None:
    key = _key(kms)
    spoil(kms, key)
    (message,) = _says(pack, _resource(key))
    assert says in message


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, "is not for symmetric encryption"),
        ({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}, "is not for symmetric encryption"),
    ],
)
def test_a_key_of_another_kind(pack: Engine, kms: Any, more: dict[str, Any], says: str) -> None:
    (message,) = _says(pack, _resource(_key(kms, **more)))
    assert says in message


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({"KeyState": "PendingImport"}, "has no key material yet"),
        ({"KeyState": "Unavailable"}, "is in a custom key store that is not connected"),
        ({"KeyState": "PendingReplicaDeletion"}, "is pending deletion"),
        ({"KeyState": "SomethingNew"}, "is not enabled"),
        ({"KeyManager": "AWS"}, "is AWS-managed"),
        ({"KeyUsage": "GENERATE_VERIFY_MAC"}, "is not for encryption"),
    ],
)
def test_states_that_the_server_does_not_play(metadata: dict[str, Any], says: str) -> None:
    verdict = described(**metadata)
    assert isinstance(verdict, Violation)
    assert says in verdict.why


def described(
    *, rotates: bool | None = True, policy: str | None = None, role: str | None = None, **metadata: Any
) -> Decision:
    """What is made of an answer of AWS, of a configuration with a role."""
    resource = Resource("urn", CONFIGURATION, "config", {"executionRoleArn": role, "region": "eu-west-1"})
    (configuration,) = carriers.read([resource], Surroundings()).configurations
    whole = {"KeyState": "Enabled", "KeyManager": "CUSTOMER", "Origin": "AWS_KMS", **metadata}
    return judge_description(configuration, Description(whole, rotates=rotates, policy=policy))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"KeyState": "Creating"},
        {"KeyState": "Updating"},
        {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"},
        {"rotates": None},
        {"rotates": False, "Origin": "EXTERNAL"},  # AWS rotates only material of its own
    ],
    ids=str,
)
def test_answers_of_a_usable_key(answer: dict[str, Any]) -> None:
    assert described(**answer) == COMPLIANT


@pytest.mark.parametrize(
    ("named", "role", "arn", "lacks"),
    [
        (ROLE, ROLE, KEY_ARN, False),
        (ROLE, OTHER, KEY_ARN, True),
        (ROLE, None, KEY_ARN, False),  # it may be the one
        (SERVICE, OTHER, KEY_ARN, False),
        (ROLE, OTHER, "", False),  # of no account
    ],
)
def test_the_role_of_the_configuration_needs_the_key(named: str, role: str | None, arn: str, lacks: bool) -> None:
    principal = {"AWS": named} if named.startswith("arn:") else {"Service": named}
    policy = json.dumps(document(allow({"AWS": ADMIN}, "kms:*"), allow(principal)))
    found = described(policy=policy, role=role, Arn=arn)
    assert isinstance(found, Violation) is lacks
    assert not isinstance(found, Violation) or "does not let SageMaker call kms:Decrypt" in found.why


def test_of_a_key_that_is_wrong_in_itself_its_policy_is_not_said() -> None:
    policy = json.dumps(document(allow({"AWS": ADMIN}, "kms:*")))
    found = described(policy=policy, KeyState="Disabled", Arn=KEY_ARN)
    assert isinstance(found, Violation)
    assert found.why == "AWS reports that the key is disabled."


def test_keys_are_asked_for_once_and_together(pack: Engine, kms: Any) -> None:
    good, bad = _key(kms), _key(kms)
    kms.disable_key(KeyId=_id(bad))
    found = _says(pack, _resource(good, "a"), _resource(bad, "b"), _resource(bad, "c"))
    assert len(found) == 2
    kms.enable_key(KeyId=_id(bad))
    assert len(_says(pack, _resource(bad, "b"))) == 1


def test_what_is_not_asked(pack: Engine) -> None:
    pack.configure({"all": "disabled", POLICY: "mandatory"})
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    for resource in (_resource(None), _resource(unknown), _resource("")):
        assert pack.analyze_stack([resource]).findings == ()
    own = {
        "type": "aws:kms/key:Key",
        "name": "key",
        "urn": "urn:pulumi:dev::shop::aws:kms/key:Key::key",
        "properties": {"arn": f"arn:aws:kms:{REGION}:123456789012:key/12345678-1234-1234-1234-123456789012"},
    }
    assert pack.analyze_stack([_resource(own["properties"]["arn"]), own]).findings == ()  # type: ignore[index]


def test_a_policy_that_does_not_let_sagemaker_in(pack: Engine, kms: Any) -> None:
    key = _key(kms)
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:role/admin"},
                "Action": ["kms:Describe*", "kms:Decrypt"],
                "Resource": "*",
            }
        ],
    }
    kms.put_key_policy(KeyId=_id(key), PolicyName="default", Policy=json.dumps(document))
    (message,) = _says(pack, _resource(key))
    assert "does not let SageMaker call kms:GenerateDataKey, kms:CreateGrant" in message
    assert "123456789012" not in message


@pytest.mark.parametrize("onerror", ["report", "ignore"])
def test_a_service_that_does_not_answer(onerror: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Engine(ROOT, environment={**CREDENTIALS, "AWS_ENDPOINT_URL": address}) as engine:
            engine.configure_stack(Stack())
            key = f"arn:aws:kms:{REGION}:123456789012:key/12345678-1234-1234-1234-123456789012"
            found = _says(engine, _resource(key), budgetSeconds=1, onError=onerror)
    assert len(found) == (onerror == "report")
    assert not found or "AWS did not answer (the budget ran out)" in found[0]


def test_without_credentials() -> None:
    nothing = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    with Engine(ROOT, environment=nothing) as engine:
        engine.configure_stack(Stack())
        key = f"arn:aws:kms:{REGION}:123456789012:key/12345678-1234-1234-1234-123456789012"
        (message,) = _says(engine, _resource(key))
    assert "AWS did not answer (NoCredentialsError)" in message


def test_nothing_but_three_questions_is_asked(aws: str, kms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a profile allows, the pack changes nothing with it."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": aws}.items():
        monkeypatch.setenv(name, value)
    call: Any = vars(BaseClient)["_make_api_call"]
    asked: list[str] = []

    def recorded(self: Any, operation: str, given: Any) -> Any:
        asked.append(operation)
        return call(self, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
    questions = [Question(_key(kms), REGION), Question(KEY_ARN, REGION)]
    asked.clear()
    answers = Keys().ask(questions, budget_seconds=60)
    assert [type(answers[each]) for each in questions] == [Description, Failure]
    assert sorted(asked) == ["DescribeKey", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus"]


def _with_profile(resource: dict[str, Any], profile: str = "other-account") -> dict[str, Any]:
    provider = {**resource["provider"], "properties": {**resource["provider"]["properties"], "profile": profile}}
    return {**resource, "provider": provider}


def test_a_providers_profile_is_used_unless_that_is_forbidden(pack: Engine, kms: Any) -> None:
    key = _key(kms)
    (unknown,) = _says(pack, _with_profile(_resource(key)))
    assert "AWS did not answer (ProfileNotFound)" in unknown
    assert _says(pack, _with_profile(_resource(key)), allowProviderProfile=False) == []
    # Of the pack's own credentials, and judged by what they see.
    (disabled,) = _says(pack, _with_profile(_resource(_key(kms, Description="x"))), allowProviderProfile=False)
    assert "does not rotate" in disabled


def test_without_the_profile_a_key_of_no_certain_account_is_not_verified(pack: Engine, kms: Any) -> None:
    short = _with_profile(_resource(_id(_key(kms)), kind=NATIVE))
    (said,) = _says(pack, short, allowProviderProfile=False)
    assert "allowProviderProfile is false" in said
    assert said.endswith("Set kmsKeyId (Python: kms_key_id) to the key's ARN, which names its account.")
    assert _says(pack, short, allowProviderProfile=False, onError="ignore") == []
    # Where the provider names none, the pack's credentials are the ones that the program has.
    assert _says(pack, _resource(_id(_key(kms)), kind=NATIVE), allowProviderProfile=False) == []


WITHOUT_BOTO3 = f"""
import importlib.util, sys
sys.path.insert(0, {str(ROOT)!r})
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "boto3" else found(name, *rest)
from policy_pack.engine.serve import serve
from policy_pack.policies import PACK
serve(PACK)
"""


def test_without_boto3_it_says_what_to_publish(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(WITHOUT_BOTO3, encoding="utf-8")
    with Engine(tmp_path) as pack:
        key = f"arn:aws:kms:{REGION}:111122223333:key/12345678-1234-1234-1234-123456789012"
        (said,) = _says(pack, _resource(key))
        assert _says(pack, _resource(key), onError="ignore") == []
    assert "boto3, the AWS SDK for Python, is not installed where the policy pack runs." in said
    assert "requirements-aws.txt to the requirements.txt of the policy pack, and publish or install it again." in said


NATIVE_KEY = "12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize(
    ("key", "region", "expected"),
    [
        (UNKNOWN, REGION, CannotTell),
        (None, REGION, NotApplicable),
        (5, REGION, NotApplicable),
        ("alias/aws/s3", REGION, NotApplicable),
        ("serving", REGION, NotApplicable),
        (KEY_ARN, "us-east-1", NotApplicable),
        (KEY_ARN, None, CannotTell),
        (KEY_ARN, UNKNOWN, CannotTell),
        (NATIVE_KEY, None, CannotTell),
    ],
)
def test_what_there_is_no_need_to_ask(key: Any, region: Any, expected: type) -> None:
    made = reading.resource(NATIVE, {"kmsKeyId": key}, region=region)
    (found,) = reading.verdicts(key_verified_in_aws.POLICY, made).values()
    assert type(found) is expected


def test_a_key_of_the_stack_is_checked_there() -> None:
    own = reading.resource("aws:kms/key:Key", {"arn": KEY_ARN}, "key")
    made = reading.resource(NATIVE, {"kmsKeyId": KEY_ARN}, region="eu-west-1")
    (found,) = reading.verdicts(key_verified_in_aws.POLICY, made, own).values()
    assert found == NotApplicable("The key is made in this stack, and is checked there.")
