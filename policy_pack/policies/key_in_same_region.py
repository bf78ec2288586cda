"""Policy: the Region and partition of a known ARN are the configuration's."""

from __future__ import annotations

import re
from typing import Any

from policy_pack import quoting
from policy_pack.aws.key_names import names_aws_managed_key, parse_key
from policy_pack.aws.regions import partition_of
from policy_pack.gaps import GAP, PARTITION, REGION, has_gaps
from policy_pack.judging.policy import HIGH, MANDATORY, RESOURCE, Context, Policy
from policy_pack.judging.settings import UNDECIDED, Setting
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.stack.links import own_key
from policy_pack.stack.model import Configuration
from policy_pack.values import PartlyKnown, Unknown


def decide(configuration: Configuration, context: Context) -> Decision:
    key = configuration.key
    if isinstance(key, PartlyKnown):
        return _decide_in_part(key.text, configuration, context)
    if own_key(configuration, context.stack) is not None:
        return COMPLIANT  # a template is deployed to one Region, its key and its configuration alike
    if isinstance(key, Unknown):
        return CannotTell("The key is not known before the update.", said_by="customer-managed-key")
    if not isinstance(key, str) or names_aws_managed_key(key):
        return NotApplicable("The configuration names no customer-managed key.")
    parsed = parse_key(key, short_forms=configuration.short_keys)
    if parsed is None:
        return NotApplicable("The configuration names no well-formed key.")
    if parsed.region is None:
        return COMPLIANT  # a bare ID and an alias name are in the configuration's own Region by definition
    region = _region_of(configuration, context)
    if not isinstance(region, str):
        return region
    partition = partition_of(region)
    if partition is not None and parsed.partition != partition:
        return _of_another_partition(configuration, region, partition, parsed.partition)
    return COMPLIANT if parsed.region == region else _elsewhere(configuration, region, parsed.region)


def _decide_in_part(key: str, configuration: Configuration, context: Context) -> Decision:
    """The certain decision about a partly known key, whatever fills its gaps."""
    from policy_pack.aws.key_forms import may_be_of_a_customer  # imported only for a partly known key

    short_forms = configuration.short_keys
    if not may_be_of_a_customer(key, short_forms=short_forms):
        return NotApplicable("The configuration names no well-formed customer-managed key.")
    if not may_be_of_a_customer(key, short_forms=False):
        return COMPLIANT  # like a bare ID and an alias name
    region = _region_of(configuration, context)
    arn = key.split(":")[1:4]
    is_certain = len(arn) == 3 and not any(GAP in each for each in arn)
    where = configuration.place.partition
    partition = (
        partition_of(region) if isinstance(region, str) else where if isinstance(where, str) else ""
    ) or PARTITION
    if is_certain and arn[2] == REGION and arn[0] in (partition, PARTITION):
        return COMPLIANT  # the template names its own Region, which is the configuration's
    if not isinstance(region, str):
        return region
    if not may_be_of_a_customer(key, short_forms=short_forms, region=region, partition=partition):
        if partition != PARTITION and arn and not has_gaps(arn[0]) and arn[0] != partition:
            return _of_another_partition(configuration, region, partition, arn[0])
        named = re.search(":kms:([a-z0-9-]+):", key)
        there = named[1] if named is not None and partition_of(named[1]) is not None else None
        return _elsewhere(configuration, region, there)
    if is_certain and arn[2] == region and arn[0] in (partition, PARTITION):
        return COMPLIANT
    return CannotTell("The Region of the key is not known before the update.")


def _region_of(configuration: Configuration, context: Context) -> str | CannotTell | NotApplicable:
    region = configuration.place.region
    if isinstance(region, Unknown):
        return CannotTell("The Region of the configuration is not known before the update.")
    if not isinstance(region, str):
        region = context.settings["region"]
    if region is None:
        return NotApplicable(
            "The configuration, its provider, the stack and the environment do not say which Region the configuration "
            "is in."
        )
    return str(region)


def _of_another_partition(configuration: Configuration, region: str, here: str, there: str | None) -> Violation:
    where = quoting.region(region)
    return Violation(
        why=(
            f"The configuration is in {where} (partition {here}) but its key is in the partition "
            f"{quoting.partition(there)}; SageMaker cannot use a key from another partition."
        ),
        fix=f"Set {configuration.key_property} to the ARN of a key in {where}.",
    )


def _elsewhere(configuration: Configuration, here: str, there: str | None) -> Violation:
    here, where = quoting.region(here), quoting.region(there) if there is not None else "another Region"
    return Violation(
        why=f"The configuration is in {here} but its key is in {where}; KMS keys work only in their own Region.",
        fix=(
            f"Set {configuration.key_property} to the ARN of a key in {here}. For a multi-Region key, that is the ARN "
            f"of its replica in {here}."
        ),
    )


def _check_region(value: Any) -> str | None:
    known = isinstance(value, str) and partition_of(value) is not None
    return None if known else "is not an AWS Region such as eu-west-1"


POLICY = Policy(
    name="key-in-same-region",
    kind=RESOURCE,
    level=MANDATORY,
    severity=HIGH,
    title="The key is in the configuration's Region",
    description="The KMS key of a SageMaker endpoint configuration is in the configuration's Region and partition.",
    risk=(
        "KMS keys work only in their own Region. With the ARN of a key in another Region, the endpoint fails in the "
        "middle of an update, or of a move to another Region."
    ),
    remediation=(
        "Use a key in the Region of the endpoint configuration. For a multi-Region key, use its replica in that Region "
        "(aws.kms.ReplicaKey)."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
    bad="""
# the stack is in us-east-1
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn="arn:aws:kms:eu-west-1:111122223333:alias/ranking",
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    good="""
# the stack is in us-east-1
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn="arn:aws:kms:us-east-1:111122223333:alias/ranking",
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "kms", "region"),
    settings=(
        UNDECIDED,
        Setting(
            "region",
            {
                "type": "string",
                "description": "The Region of configurations whose Region is not known otherwise, such as eu-west-1.",
            },
            _check_region,
        ),
    ),
)
