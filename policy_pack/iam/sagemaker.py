"""SageMaker's KMS calls for the key of an endpoint configuration, as policies see them.

Sources: `KmsKeyId` of "CreateEndpointConfig" in the Amazon SageMaker API Reference; "kms:ViaService",
"kms:CallerAccount", "kms:GrantIsForAWSResource", "kms:ResourceAliases" and "kms:RequestAlias" in the AWS KMS Developer
Guide; "AWS global condition context keys" in the IAM User Guide (the condition keys in calls of a role by a service and
in calls of a service itself; tag keys are not case-sensitive).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from policy_pack.aws.regions import partition_of
from policy_pack.iam.request import NOTHING, Caller, Keys, Known, Request, Several, Value
from policy_pack.iam.texts import GAP

DECRYPT, GENERATE_DATA_KEY, CREATE_GRANT = "kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"
ACTIONS = (DECRYPT, GENERATE_DATA_KEY, CREATE_GRANT)

SERVICE = Caller(service="sagemaker.amazonaws.com")

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")


def role(arn: str) -> Caller | None:
    """A role from its ARN, or from the ARN of one of its sessions; `None` for any other text."""
    if len(arn) > 2048:
        return None
    if _ROLE.fullmatch(arn):
        return Caller(arn)
    if session := _SESSION.fullmatch(arn):
        partition, account, name = session.groups()
        return Caller(f"arn:{partition}:iam::{account}:role/{GAP}{name}")
    return None


def unknown_role(key: str, *, account: str = GAP, name: str = "") -> Caller:
    """An unknown role in the partition of a key's ARN; its path is not known either."""
    return Caller(f"arn:{key.split(':')[1]}:iam::{account}:role/{GAP}{name}")


def key_arn(region: str | None, account: str = GAP) -> str:
    """The ARN of a key with the parts that are known before the key is made."""
    partition = partition_of(region) if region is not None else None
    return f"arn:{partition or GAP}:kms:{region or GAP}:{account}:key/{GAP}"


def tags_of_role(tags: Mapping[str, str], complete: bool) -> Known:
    """The condition keys of a role's session from the role's tags; `complete` if the role has no other tags.

    A session that SageMaker opens has no tags of its own. Tag keys are compared case-insensitively.
    """
    return Known(_by_key("aws:principaltag/", tags), ("aws:principaltag/",) if complete else ())


def facts_of_key(
    tags: Mapping[str, str], complete: bool, aliases: Sequence[str], *, used_by_itself: bool = False
) -> Known:
    """The condition keys of a key from its tags and known aliases; it may have more aliases.

    `used_by_itself` says that SageMaker gets the key itself, not an alias.
    """
    keys: dict[str, Value] = {**_by_key("aws:resourcetag/", tags)}
    if aliases:
        keys["kms:resourcealiases"] = Several(tuple(aliases))
    if used_by_itself:
        keys["kms:requestalias"] = None
    return Known(keys, ("aws:resourcetag/",) if complete else ())


def _by_key(family: str, tags: Mapping[str, str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, value in tags.items():
        name = f"{family}{key.lower()}"
        # If the keys of two tags differ only in case, AWS uses one of them.
        found[name] = value if found.get(name, value) == value else GAP
    return found


def request(
    action: str,
    caller: Caller,
    key: str,
    region: str | None,
    account: str = GAP,
    facts: Known = NOTHING,
    tags: Known = NOTHING,
) -> Request:
    """SageMaker's call of `action` on the key with the ARN `key`, in `region`, for an endpoint in `account`.

    `facts` are the condition keys of the key, and `tags` those of the calling role.
    """
    by = _by_service(account, key, region) if caller.service else _by_role(caller, region)
    return Request(action, key, caller, Keys(by, tags, _of_call(action, key, region), facts))


# Condition keys of CreateGrant, and of no other action here.
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


@lru_cache(maxsize=1024)
def _of_call(action: str, key: str, region: str | None) -> Known:
    of_grant: dict[str, Value] = dict.fromkeys(_ONLY_WITH_GRANTS)
    if action == CREATE_GRANT:
        of_grant = {
            "kms:grantisforawsresource": "true",
            "kms:granteeprincipal": GAP,
            "kms:grantoperations": GAP,
            # A grant names a key by its ID or its ARN.
            "kms:requestalias": None,
        }
    keys = {
        **of_grant,
        "aws:resourceaccount": key.split(":")[4],
        "aws:requestedregion": region or GAP,
        "aws:securetransport": "true",
        "aws:tagkeys": None,
    }
    return Known(keys, ("aws:requesttag/",))  # only in requests that tag something


@lru_cache(maxsize=1024)
def _by_role(caller: Caller, region: str | None) -> Known:
    # In China, services have names in either domain.
    domain = f"amazonaws.com{GAP}" if region is None or region.startswith("cn-") else "amazonaws.com"
    keys: dict[str, Value] = {
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
        # Only for users and sign-in sessions.
        "aws:username": None,
        "aws:multifactorauthpresent": None,
        "aws:multifactorauthage": None,
        # These are in a service's own calls.
        "aws:sourceaccount": None,
        "aws:sourcearn": None,
        "aws:sourceorgid": None,
        "aws:sourceorgpaths": None,
    }
    return Known(keys)


@lru_cache(maxsize=64)
def _by_service(account: str, key: str, region: str | None) -> Known:
    # It has no documented kms:ViaService, and no customer account.
    keys: dict[str, Value] = {
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
    return Known(keys, ("aws:principaltag/",))  # a service has no tags
