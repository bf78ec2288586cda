"""Parses the name of a KMS key: an ARN, a bare key ID or an alias.

Sources: "Key identifiers (KeyId)" in the AWS KMS Developer Guide; "CreateAlias" in the AWS KMS API Reference (names of
aliases, and the prefix ``alias/aws/`` of AWS managed keys); `KmsKeyId` of "CreateEndpointConfig" in the Amazon
SageMaker API Reference.
"""

from __future__ import annotations

import re

from policy_pack.aws.regions import PARTITIONS
from policy_pack.expressions import expression
from policy_pack.records import dataclass

_KEY_ID = r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
_ALIAS = r"alias/[a-zA-Z0-9/_-]{1,250}"
_ARN = expression(rf"arn:(aws[a-z-]*):kms:([a-z0-9-]+):([0-9]{{12}}):(?:(key)/({_KEY_ID})|({_ALIAS}))")
_SHORT = expression(rf"(?:({_KEY_ID})|({_ALIAS}))")
_AWS_MANAGED = expression(r"(?:arn:[^:]*:kms:[^:]*:[^:]*:)?alias/aws/.*", re.DOTALL)
_AWS_MANAGED_PREFIX = "alias/aws/"


@dataclass(frozen=True)
class KeyName:
    """A well-formed name of a key. An ARN has a partition, a Region and an account; a short form has none of them.

    `key_id` is the ID of the key, or `None` if `alias` (such as ``alias/serving``) names it.
    """

    key_id: str | None
    alias: str | None
    partition: str | None = None
    region: str | None = None
    account: str | None = None

    @property
    def is_arn(self) -> bool:
        """Whether it is an ARN."""
        return self.region is not None


def parse_key(text: str, *, short_forms: bool) -> KeyName | None:
    """The key that `text` names, `None` if it is malformed; `short_forms` also allows bare IDs and ``alias/NAME``."""
    if match := _ARN.fullmatch(text):
        partition, region, account, _, key_id, alias = match.groups()
        return KeyName(key_id, alias, partition, region, account) if partition in PARTITIONS else None
    if short_forms and (match := _SHORT.fullmatch(text)):
        key_id, alias = match.groups()
        return KeyName(key_id, alias)
    return None


def names_aws_managed_key(text: str) -> bool:
    """Whether `text` names an AWS-managed key (``alias/aws/sagemaker``), in any form."""
    return _AWS_MANAGED.fullmatch(text) is not None
