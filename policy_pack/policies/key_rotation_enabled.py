"""Policy: a key of the stack that a configuration uses rotates."""

from __future__ import annotations

from policy_pack.judging.policy import ADVISORY, MEDIUM, STACK, Context, Policy
from policy_pack.judging.settings import integer
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._used_keys import used_keys
from policy_pack.stack.links import primary_of
from policy_pack.stack.model import Configuration, Key
from policy_pack.values import Unknown

# AWS's default rotation period.
_DEFAULT_DAYS = 365


def decide(configuration: Configuration, context: Context) -> Decision:
    keys = used_keys(configuration, context)
    if isinstance(keys, (NotApplicable, CannotTell)):
        return keys
    decisions = [_decide(primary_of(key, context.stack), context) for key in keys]
    for kind in (Violation, CannotTell, NotApplicable):
        found = [each for each in decisions if isinstance(each, kind)]
        if found:
            return found[0]
    return COMPLIANT


def _decide(key: Key, context: Context) -> Decision:
    if isinstance(key.spec, Unknown) or isinstance(key.origin, Unknown):
        return CannotTell("The kind of the key is not known before the update.")
    if key.origin != "AWS_KMS":
        return NotApplicable("AWS KMS rotates only keys with key material that it generated itself.")
    if key.spec != "SYMMETRIC_DEFAULT":
        return NotApplicable("AWS KMS rotates only symmetric keys.")
    if key.rotation is False:
        return Violation(
            why=(
                f"The key {key.quoted} does not rotate, so all data that is ever encrypted with it depends on one "
                "piece of key material."
            ),
            fix=f"Set {key.properties.rotation} to true on the key. Nothing that uses the key has to change.",
            at=key.urn,
        )
    if isinstance(key.rotation, Unknown):
        return CannotTell("The rotation of the key is not known before the update.")
    return _decide_days(key, context.settings["maxRotationDays"])


def _decide_days(key: Key, most: float | None) -> Decision:
    if most is None:
        return COMPLIANT
    if isinstance(key.rotation_days, Unknown):
        return CannotTell("The rotation period of the key is not known before the update.")
    if (_DEFAULT_DAYS if key.rotation_days is None else key.rotation_days) <= most:
        return COMPLIANT
    return Violation(
        why=f"The key {key.quoted} rotates less often than every {int(most)} days, as maxRotationDays requires.",
        fix=f"Set {key.properties.rotation_days} on the key to {int(most)} or less.",
        at=key.urn,
    )


POLICY = Policy(
    name="key-rotation-enabled",
    kind=STACK,
    level=ADVISORY,
    severity=MEDIUM,
    title="The stack's key rotates",
    description="A KMS key that a SageMaker endpoint configuration uses rotates.",
    risk="Without rotation, everything that is ever encrypted with the key depends on one piece of key material.",
    remediation=(
        "Set enableKeyRotation to true on the key, or on the primary key of a multi-Region key. KMS does not rotate "
        "keys with imported key material or in custom key stores automatically."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    bad="""
key = aws.kms.Key("ranking")
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "kms"),
    settings=(
        integer(
            "maxRotationDays",
            "The longest rotation period of a key, in days. If it is not set, a key may have any rotation period.",
            90,
            2560,
        ),
    ),
)
