"""The bundled table of AWS's managed policies is what its script makes, and says what AWS says."""

from __future__ import annotations

import json
from datetime import date
from importlib.metadata import version

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, access
from policy_pack.iam.aws_managed import aws_managed_policy
from policy_pack.iam.permissions import Permissions
from tests.iam.statements import KEY, REGION, ROLE, USE
from tests.managed_policies import TABLE, text


def test_the_table_is_what_the_script_makes() -> None:
    found = json.loads(TABLE.read_text(encoding="utf-8"))
    assert date.fromisoformat(found["date"]) > date(2026, 1, 1)
    if found["source"].startswith(f"moto {version('moto')},"):
        assert TABLE.read_text(encoding="utf-8") == text()
    assert len(found["policies"]) > 1000


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("AmazonSageMakerFullAccess", USE),
        ("AmazonS3FullAccess", USE),
        ("CloudWatchLogsFullAccess", USE),
        ("ReadOnlyAccess", USE),
        ("AmazonSageMakerCanvasFullAccess", USE),
        ("AmazonSageMakerPipelinesIntegrations", USE),
        ("AmazonEC2ContainerRegistryReadOnly", USE),
        ("AWSKeyManagementServicePowerUser", USE),
        ("job-function/DataScientist", USE),
        ("AdministratorAccess", []),
        ("PowerUserAccess", []),
    ],
)
def test_what_aws_says(name: str, missing: list[str]) -> None:
    policy = aws_managed_policy(f"arn:aws:iam::aws:policy/{name}")
    caller = sagemaker.role(ROLE)
    assert policy is not None
    assert caller is not None
    found = access(None, [User(caller, Permissions((policy,), complete=True))], KEY, REGION)
    assert (list(found.missing), found.unsure) == (missing, ())


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/NoSuchPolicy",
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::111122223333:policy/AdministratorAccess",
        "AdministratorAccess",
        "x" * len("arn:aws:iam::aws:policy/") + "AdministratorAccess",
        "",
    ],
)
def test_what_is_not_in_the_table(arn: str) -> None:
    assert aws_managed_policy(arn) is None
