"""Policy: a key of the stack that a configuration uses is enabled, symmetric and for encryption."""

from __future__ import annotations

from collections.abc import Iterator

from policy_pack.judging.policy import HIGH, MANDATORY, STACK, Context, Policy
from policy_pack.judging.settings import UNDECIDED
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._used_keys import used_keys
from policy_pack.stack.links import primary_of
from policy_pack.stack.model import Configuration, Key, Stack
from policy_pack.values import Unknown, WrongType


def decide(configuration: Configuration, context: Context) -> Decision:
    keys = used_keys(configuration, context)
    if isinstance(keys, (NotApplicable, CannotTell)):
        return keys
    for key in keys:
        wrong = dict(_wrong(key, context.stack))
        if wrong:
            return Violation(
                why=f"The key {key.quoted} {' and '.join(wrong)}, so no endpoint can start with it.",
                fix=" ".join(dict.fromkeys(wrong.values())),
                at=key.urn,
            )
        if isinstance(key.expires, (str, WrongType)):
            return _expiring(key)
    if any(_is_open(key, context.stack) for key in keys):
        return CannotTell("The state, the spec or the expiration of the key is not known before the update.")
    return COMPLIANT


def _expiring(key: Key) -> Violation:
    return Violation(
        why=(
            f"{key.properties.expires} of the key {key.quoted} is the time at which its imported key material is "
            "deleted. From then on, no instance of the endpoint can start and no volume can be attached until the "
            "material is imported again."
        ),
        fix=(
            f"Remove {key.properties.expires} from the key, so that its material does not expire, or use a key with "
            "key material that KMS generates."
        ),
        at=key.urn,
    )


def _another(key: Key) -> str:
    """The fix for a key of the wrong kind, which cannot be changed."""
    spec, usage = key.properties.spec, key.properties.usage
    return f"Make another key with {spec} SYMMETRIC_DEFAULT and {usage} ENCRYPT_DECRYPT; neither can be changed later."


def _wrong(key: Key, stack: Stack) -> Iterator[tuple[str, str]]:
    """The problems of a key, each with its fix."""
    shared = primary_of(key, stack)
    if key.enabled is False:
        yield "is disabled", f"Set {key.properties.enabled} to true on the key."
    if not isinstance(shared.spec, Unknown) and shared.spec != "SYMMETRIC_DEFAULT":
        # A key for message authentication is symmetric, too.
        yield "is not for symmetric encryption", _another(shared)
    elif not isinstance(shared.usage, Unknown) and shared.usage != "ENCRYPT_DECRYPT":
        yield "is not for encryption", _another(shared)


def _is_open(key: Key, stack: Stack) -> bool:
    shared = primary_of(key, stack)
    return any(isinstance(each, Unknown) for each in (key.enabled, shared.spec, shared.usage, key.expires))


POLICY = Policy(
    name="key-resource-usable",
    kind=STACK,
    level=MANDATORY,
    severity=HIGH,
    title="The stack's key can encrypt volumes",
    description="A KMS key that a SageMaker endpoint configuration uses is enabled, symmetric and for encryption.",
    risk=(
        "A disabled, asymmetric or signing key passes every check that a key is named, and then the endpoint fails to "
        "start or to scale out. So does a key with imported key material that expires."
    ),
    remediation=(
        "Enable the key (isEnabled of aws.kms.Key), and leave customerMasterKeySpec and keyUsage at their defaults. A "
        "key that signs or that is asymmetric cannot encrypt volumes; make another one for the endpoint. Remove "
        "validTo from a key with imported material."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    bad="""
key = aws.kms.Key("ranking", is_enabled=False, enable_key_rotation=True)
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
    settings=(UNDECIDED,),
)
