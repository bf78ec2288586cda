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
    if len(arn) > 2048:
        return None
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


def request(action: str, caller: Caller, key: str, region: str | None, account: str = GAP) -> Request:
    """SageMaker's call of `action` on the key of the ARN `key`, in `region`, for an endpoint of `account`."""
    # In China services go by names in either domain.
    domain = f"amazonaws.com{GAP}" if region is None or region.startswith("cn-") else "amazonaws.com"
    via = f"sagemaker.{region or GAP}.{domain}"
    endpoint = f"arn:{key.split(':')[1]}:sagemaker:{region or GAP}:{account}:{GAP}"
    keys = {
        **(_of_service(account, endpoint) if caller.service else {**_of_role(caller), "kms:viaservice": via}),
        **(_of_grant() if action == CREATE_GRANT else dict.fromkeys(_ONLY_WITH_GRANTS)),
        "aws:resourceaccount": key.split(":")[4],
        "aws:requestedregion": region or GAP,
        "aws:securetransport": "true",
    }
    return Request(action, key, caller, keys)


# What comes with CreateGrant and nothing else of what is asked about.
_ONLY_WITH_GRANTS = (
    "kms:grantisforawsresource",
    "kms:grantoperations",
    "kms:granteeprincipal",
    "kms:retiringprincipal",
    "kms:grantconstrainttype",
)


def _of_grant() -> dict[str, str | None]:
    return {"kms:grantisforawsresource": "true", "kms:granteeprincipal": GAP, "kms:grantoperations": GAP}


def _of_role(caller: Caller) -> dict[str, str | None]:
    return {
        "aws:principalarn": caller.arn,
        "aws:principalaccount": caller.account,
        "kms:calleraccount": caller.account,
        "aws:principaltype": "AssumedRole",
        "aws:userid": f"AROA{GAP}:{GAP}",
        "aws:principalisawsservice": "false",
        "aws:principalservicename": None,
        "aws:principalservicenameslist": None,
        "aws:viaawsservice": GAP,
        # Of users, and of those who sign in.
        "aws:username": None,
        "aws:multifactorauthpresent": None,
        "aws:multifactorauthage": None,
        # These come with what a service does for itself.
        "aws:sourceaccount": None,
        "aws:sourcearn": None,
        "aws:sourceorgid": None,
        "aws:sourceorgpaths": None,
    }


def _of_service(account: str, endpoint: str) -> dict[str, str | None]:
    # It has no kms:ViaService that AWS documents, and no account of a customer's.
    return {
        "aws:principalarn": None,
        "aws:principalaccount": GAP,
        "kms:calleraccount": GAP,
        "aws:principalisawsservice": "true",
        "aws:principalservicename": SERVICE.service,
        "aws:sourceaccount": account,
        "aws:sourcearn": endpoint,
        "aws:principalorgid": None,
        "aws:principalorgpaths": None,
        "aws:username": None,
    }
