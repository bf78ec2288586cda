"""What SageMaker does with the key of an endpoint configuration: its calls of KMS, as policies see them.

Sources: `KmsKeyId` of "CreateEndpointConfig" in the Amazon SageMaker API Reference; "kms:ViaService",
"kms:CallerAccount", "kms:GrantIsForAWSResource", "kms:ResourceAliases" and "kms:RequestAlias" in the AWS KMS Developer
Guide; "AWS global condition context keys" in the IAM User Guide (what comes with the calls of a role that a service
makes, and of a service itself; the keys of tags are not case-sensitive).
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


def tags_of_role(tags: Mapping[str, str], complete: bool) -> Known:
    """What is known of a session of a role by the role's tags; `complete` where it has no others.

    A session that SageMaker opens has no tags of its own. The keys of tags are compared without regard to case.
    """
    return Known(_by_key("aws:principaltag/", tags), ("aws:principaltag/",) if complete else ())


def facts_of_key(
    tags: Mapping[str, str], complete: bool, aliases: Sequence[str], *, used_by_itself: bool = False
) -> Known:
    """What is known of a key by its tags and aliases; others may give it more aliases.

    `used_by_itself` says that it is not by an alias that SageMaker is told of it.
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
        # Of two tags whose keys differ in case only, AWS takes one.
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
    """SageMaker's call of `action` on the key of the ARN `key`, in `region`, for an endpoint of `account`.

    `facts` are what is known of the key, `tags` those of the role that calls.
    """
    by = _by_service(account, key, region) if caller.service else _by_role(caller, region)
    return Request(action, key, caller, Keys(by, tags, _of_call(action, key, region), facts))


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


@lru_cache(maxsize=1024)
def _of_call(action: str, key: str, region: str | None) -> Known:
    of_grant: dict[str, Value] = dict.fromkeys(_ONLY_WITH_GRANTS)
    if action == CREATE_GRANT:
        of_grant = {
            "kms:grantisforawsresource": "true",
            "kms:granteeprincipal": GAP,
            "kms:grantoperations": GAP,
            # A grant is of a key by its id or its ARN.
            "kms:requestalias": None,
        }
    keys = {
        **of_grant,
        "aws:resourceaccount": key.split(":")[4],
        "aws:requestedregion": region or GAP,
        "aws:securetransport": "true",
        "aws:tagkeys": None,
    }
    return Known(keys, ("aws:requesttag/",))  # which come with requests that tag something


@lru_cache(maxsize=1024)
def _by_role(caller: Caller, region: str | None) -> Known:
    # In China services go by names in either domain.
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
    return Known(keys)


@lru_cache(maxsize=64)
def _by_service(account: str, key: str, region: str | None) -> Known:
    # It has no kms:ViaService that AWS documents, and no account of a customer's.
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
