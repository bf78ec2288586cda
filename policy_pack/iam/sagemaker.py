"""What SageMaker does with the key of an endpoint configuration: its calls of KMS, as policies see them.

Sources: `KmsKeyId` of "CreateEndpointConfig" in the Amazon SageMaker API Reference; "kms:ViaService",
"kms:CallerAccount" and "kms:GrantIsForAWSResource" in the AWS KMS Developer Guide; "AWS global condition context keys"
in the IAM User Guide (what comes with the calls of a role that a service makes, and of a service itself).
"""

from __future__ import annotations

import re
from functools import lru_cache

from policy_pack.aws.regions import partition_of
from policy_pack.iam.request import Caller, Keys, Request, Value
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
    by = _by_service(account, key, region) if caller.service else _by_role(caller, region)
    return Request(action, key, caller, Keys(by, _of_call(action, key, region), closed=_NOT_OF_THESE))


# What comes with CreateGrant and nothing else of what is asked about.
_ONLY_WITH_GRANTS = (
    "kms:grantisforawsresource",
    "kms:grantoperations",
    "kms:granteeprincipal",
    "kms:granteeserviceprincipal",
    "kms:retiringprincipal",
    "kms:retiringserviceprincipal",
    "kms:grantconstrainttype",
    "kms:grantconstraintsourcearn",
)
# What comes with requests that tag something.
_NOT_OF_THESE = ("aws:requesttag/",)


@lru_cache(maxsize=1024)
def _of_call(action: str, key: str, region: str | None) -> dict[str, Value]:
    of_grant: dict[str, Value] = dict.fromkeys(_ONLY_WITH_GRANTS)
    if action == CREATE_GRANT:
        of_grant = {
            "kms:grantisforawsresource": "true",
            "kms:granteeprincipal": GAP,
            "kms:grantoperations": GAP,
            # A grant is of a key by its id or its ARN.
            "kms:requestalias": None,
        }
    return {
        **of_grant,
        "aws:resourceaccount": key.split(":")[4],
        "aws:requestedregion": region or GAP,
        "aws:securetransport": "true",
        "aws:tagkeys": None,
    }


@lru_cache(maxsize=1024)
def _by_role(caller: Caller, region: str | None) -> dict[str, Value]:
    # In China services go by names in either domain.
    domain = f"amazonaws.com{GAP}" if region is None or region.startswith("cn-") else "amazonaws.com"
    return {
        "kms:viaservice": f"sagemaker.{region or GAP}.{domain}",
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


@lru_cache(maxsize=64)
def _by_service(account: str, key: str, region: str | None) -> dict[str, Value]:
    # It has no kms:ViaService that AWS documents, and no account of a customer's.
    return {
        "aws:principalarn": None,
        "aws:principalaccount": GAP,
        "kms:calleraccount": GAP,
        "aws:principalisawsservice": "true",
        "aws:principalservicename": SERVICE.service,
        "aws:sourceaccount": account,
        "aws:sourcearn": f"arn:{key.split(':')[1]}:sagemaker:{region or GAP}:{account}:{GAP}",
        "aws:principalorgid": None,
        "aws:principalorgpaths": None,
        "aws:username": None,
    }
