"""What SageMaker does with the key of an endpoint configuration: its calls of KMS, as policies see them.

Sources: `KmsKeyId` of "CreateEndpointConfig" in the Amazon SageMaker API Reference; "kms:ViaService",
"kms:CallerAccount" and "kms:GrantIsForAWSResource" in the AWS KMS Developer Guide; "AWS global condition context keys"
in the IAM User Guide (what comes with the calls of a role that a service makes, and of a service itself).
"""

from __future__ import annotations

import re

from policy_pack.aws.regions import partition_of
from policy_pack.iam.request import Caller, Request
from policy_pack.iam.texts import GAP

DECRYPT, GENERATE_DATA_KEY, CREATE_GRANT = "kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"
ACTIONS = (DECRYPT, GENERATE_DATA_KEY, CREATE_GRANT)

SERVICE = Caller(service="sagemaker.amazonaws.com")

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")


def role(arn: str) -> Caller | None:
    """A role by its ARN, or by that of a session of it; `None` for any other text."""
    if _ROLE.fullmatch(arn):
        return Caller(arn)
    if session := _SESSION.fullmatch(arn):
        partition, account, name = session.groups()
        return Caller(f"arn:{partition}:iam::{account}:role/{GAP}{name}")
    return None


def unknown_role(key: str, *, account: str = GAP, name: str = "") -> Caller:
    """A role in the partition of a key's ARN, of which no more is known than this; its path never is."""
    return Caller(f"arn:{key.split(':')[1]}:iam::{account}:role/{GAP}{name}")


def key_arn(region: str | None, account: str = GAP) -> str:
    """The ARN of a key as far as it is known before the key is made."""
    partition = partition_of(region) if region is not None else None
    return f"arn:{partition or GAP}:kms:{region or GAP}:{account}:key/{GAP}"


def request(action: str, caller: Caller, key: str, region: str | None) -> Request:
    """SageMaker's call of `action` on the key of the ARN `key`, in `region`, as `caller`."""
    own = _of_service() if caller.service else _of_role(caller)
    account = key.split(":")[4]
    # In China services go by names in either domain.
    domain = f"amazonaws.com{GAP}" if region is None or region.startswith("cn-") else "amazonaws.com"
    keys = {
        **own,
        "kms:viaservice": f"sagemaker.{region or GAP}.{domain}",
        "kms:grantisforawsresource": "true" if action == CREATE_GRANT else None,
        "aws:resourceaccount": account,
        "aws:requestedregion": region or GAP,
        "aws:securetransport": "true",
    }
    return Request(action, key, caller, keys)


def _of_role(caller: Caller) -> dict[str, str | None]:
    return {
        "aws:principalarn": caller.arn,
        "aws:principalaccount": caller.account,
        "kms:calleraccount": caller.account,
        "aws:principalisawsservice": "false",
        "aws:principalservicename": None,
        # These come with what a service does for itself.
        "aws:sourceaccount": None,
        "aws:sourcearn": None,
        "aws:sourceorgid": None,
    }


def _of_service() -> dict[str, str | None]:
    return {
        "aws:principalarn": None,
        "aws:principalisawsservice": "true",
        "aws:principalservicename": SERVICE.service,
        # The account of the endpoint: nobody says that it is the key's.
        "aws:sourceaccount": GAP,
        "aws:principalorgid": None,
    }
