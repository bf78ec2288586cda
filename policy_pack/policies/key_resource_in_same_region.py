"""A key computed in the stack lives where the configuration lives."""

from __future__ import annotations

from policy_pack.links import keys_of
from policy_pack.model import Configuration, Key
from policy_pack.place import same_region
from policy_pack.policy import HIGH, MANDATORY, STACK, Context, Policy
from policy_pack.values import WrongType
from policy_pack.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation


def decide(configuration: Configuration, context: Context) -> Decision:
    keys = keys_of(configuration, context.stack)
    if isinstance(configuration.key, (str, WrongType)) or (configuration.key is None and not keys):
        return NotApplicable("Its key is not computed, or known already.")
    if not keys:
        return CannotTell("Its key is computed from something else than a key of this stack.")
    where = {key.id: same_region(key.place, configuration.place) for key in keys}
    elsewhere = [key for key in keys if where[key.id] is False]
    if elsewhere:
        return _violation(configuration, elsewhere[0])
    if None in where.values():
        return CannotTell("The region of the key or of the configuration is not known before the update.")
    return COMPLIANT


def _violation(configuration: Configuration, key: Key) -> Violation:
    here, there = configuration.place.region, key.place.region
    return Violation(
        why=f"It is in {here} and its key {key.label} in {there}: KMS keys work in their own region only.",
        fix=(
            f"Make the key in {here} (give both the same provider or region), or a replica of it there, and pass that "
            f"one's ARN as {configuration.key_property}."
        ),
    )


POLICY = Policy(
    name="key-resource-in-same-region",
    kind=STACK,
    level=MANDATORY,
    severity=HIGH,
    title="The stack's key is in the configuration's region",
    description="A KMS key made in the stack is in the region of the SageMaker endpoint configuration that uses it.",
    remediation=(
        "Give the key and the endpoint configuration the same provider or region. Of a multi-region key, make a "
        "ReplicaKey in the configuration's region and use its arn."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "kms", "region"),
)
