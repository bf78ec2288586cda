"""Policy: a key that is made in the stack is in the configuration's Region."""

from __future__ import annotations

from policy_pack import quoting
from policy_pack.aws.key_names import parse_key
from policy_pack.gaps import GAP
from policy_pack.judging.policy import HIGH, MANDATORY, STACK, Context, Policy
from policy_pack.judging.settings import UNDECIDED
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._used_keys import of_unknown_key
from policy_pack.stack.links import aliases_from, keys_of, same_region
from policy_pack.stack.model import Alias, Configuration, Key
from policy_pack.values import PartlyKnown, Text, Unknown, WrongType


def decide(configuration: Configuration, context: Context) -> Decision:
    key = configuration.key
    # An alias is in the same Region as its key, whatever made the key.
    found: tuple[Key | Alias, ...] = (
        *keys_of(configuration, context.stack),
        *aliases_from(configuration.key_sources, context.stack),
    )
    if isinstance(key, WrongType) or _names_region(key):
        return NotApplicable("The key is a known ARN, or a value that is not a key.")
    if not found:
        if isinstance(key, Unknown):
            return of_unknown_key(configuration, context)
        return NotApplicable("The key does not come from a key resource of this stack.")
    where = [(each, same_region(each.place, configuration.place)) for each in found]
    elsewhere = [each for each, here in where if here is False]
    if elsewhere:
        return _violation(configuration, elsewhere[0], among_others=len(elsewhere) < len(found))
    if all(here for _, here in where):
        return COMPLIANT
    if any(isinstance(each.place.region, Unknown) for each in (configuration, *found)):
        return CannotTell("The Region of the key or of the configuration is not known before the update.")
    return NotApplicable("The stack does not say which Region the key or the configuration is in.")


def _names_region(key: Text) -> bool:
    """Whether a name is not just a bare ID or alias name, which AWS looks up in the configuration's Region."""
    if isinstance(key, PartlyKnown):
        return GAP not in "".join(key.text.split(":")[:4]) and key.text.count(":") >= 4
    parsed = parse_key(key, short_forms=True) if isinstance(key, str) else None
    return isinstance(key, str) and (parsed is None or parsed.is_arn)


def _violation(configuration: Configuration, key: Key | Alias, *, among_others: bool) -> Violation:
    here, there = quoting.region(configuration.place.region), quoting.region(key.place.region)
    named = configuration.key_property
    if among_others:
        return Violation(
            why=(
                f"The configuration is in {here} but {named} may name the key {key.quoted}, which is in {there}; KMS "
                f"keys work only in their own Region. {named} is computed from several keys, so each has to fit."
            ),
            fix=f"Let the program choose the key for {here}, and set {named} to the ARN of that key alone.",
        )
    return Violation(
        why=(
            f"The configuration is in {here} but its key {key.quoted} is in {there}; KMS keys work only in their own "
            "Region."
        ),
        fix=(
            f"Make the key in {here} (give both the same provider or Region), or a replica of it there, and set "
            f"{named} to that ARN."
        ),
    )


POLICY = Policy(
    name="key-resource-in-same-region",
    kind=STACK,
    level=MANDATORY,
    severity=HIGH,
    title="The stack's key is in the configuration's Region",
    description="A KMS key made in the stack is in the Region of the SageMaker endpoint configuration that uses it.",
    risk=(
        "The ARN of a key that the program makes is not known before the update, so no other check sees at preview "
        "that the key is in another Region than the configuration. The update then fails halfway."
    ),
    remediation=(
        "Give the key and the endpoint configuration the same provider or Region. For a multi-Region key, make a "
        "ReplicaKey in the configuration's Region and use its arn."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
    bad="""
# the stack is in us-east-1
key = aws.kms.Key("ranking", region="us-west-2", enable_key_rotation=True)
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
    tags=("encryption", "kms", "region"),
    settings=(UNDECIDED,),
)
