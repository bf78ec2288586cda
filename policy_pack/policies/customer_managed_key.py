"""Policy: a known key is a well-formed KMS key or customer alias that the organization allows."""

from __future__ import annotations

import re
from typing import Any

from policy_pack.aws.key_names import KeyName, names_aws_managed_key, parse_key
from policy_pack.aws.regions import PARTITIONS, partition_of
from policy_pack.expressions import expression
from policy_pack.gaps import sample
from policy_pack.judging.patterns import matches
from policy_pack.judging.policy import HIGH, MANDATORY, RESOURCE, Context, Policy
from policy_pack.judging.settings import UNDECIDED, Setting, texts
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.stack.links import own_key
from policy_pack.stack.model import Configuration
from policy_pack.values import PartlyKnown, Unknown, WrongType


def decide(configuration: Configuration, context: Context) -> Decision:
    key, name = configuration.key, configuration.key_property
    if key is None:
        return NotApplicable("The configuration names no key.")
    if own_key(configuration, context.stack) is not None:
        is_limited = any(context.settings[name] is not None for name in ("allowedKeyArns", "allowedAccounts"))
        return CannotTell("The ARN of the key is not known before the update.") if is_limited else COMPLIANT
    if isinstance(key, Unknown) and not isinstance(key, PartlyKnown):
        first = "encryption-at-rest-enabled" if configuration.key_may_be_missing else ""
        return CannotTell("The key is not known before the update.", said_by=first)
    forms = "the ARN or the ID of a key, or an alias" if configuration.short_keys else "the ARN of a key or of an alias"
    if isinstance(key, WrongType):
        return Violation(
            why=f"{name} is {key.kind}, not a string, so CreateEndpointConfig fails.",
            fix=f"Set {name} to {forms}, as a string.",
        )
    of_aws = Violation(
        why=(
            f"{name} names an AWS-managed key (alias/aws/...). You cannot change the policy of such a key, so you "
            "cannot restrict, share or revoke its use."
        ),
        fix=f"Set {name} to the ARN of a customer-managed key.",
    )
    malformed = Violation(
        why=f"{name} is not a well-formed name of a KMS key, so CreateEndpointConfig fails.",
        fix=f"Set {name} to {forms}. Pass the output of a key resource (key.arn) rather than a string.",
    )
    if isinstance(key, PartlyKnown):
        from policy_pack.aws import key_forms  # imported only for a partly known key

        if not key_forms.may_be_of_a_customer(key.text, short_forms=configuration.short_keys):
            return of_aws if key_forms.may_be_of_aws(key.text) else malformed
        return _allowed_in_part(key.text, configuration, context)
    if names_aws_managed_key(key):
        return of_aws
    parsed = parse_key(key, short_forms=configuration.short_keys)
    return malformed if parsed is None else _allowed(key, parsed, name, context)


def _allowed_in_part(key: str, configuration: Configuration, context: Context) -> Decision:
    """The certain decision about a partly known key, whatever fills its gaps."""
    from policy_pack.aws.key_forms import may_be_any_of, may_be_of_a_customer

    name, short_forms = configuration.key_property, configuration.short_keys
    keys, accounts = context.settings["allowedKeyArns"], context.settings["allowedAccounts"]
    if not context.settings["allowAliases"] and not may_be_of_a_customer(key, short_forms=short_forms, aliases=False):
        return _alias(name)
    may_be_listed = keys is None or any(may_be_any_of(key, each) for each in keys)
    if not may_be_of_a_customer(key, short_forms=False) and (accounts is not None or not may_be_listed):
        return _without_account(name)
    if accounts is not None and not any(
        may_be_of_a_customer(key, short_forms=False, account=each) for each in accounts
    ):
        return _other_account(name)
    if not may_be_listed:
        return _not_listed(name)
    typical = sample(key)
    if typical is None or names_aws_managed_key(typical):
        return CannotTell("Only part of the key's ARN is known before the update.")
    parsed = parse_key(typical, short_forms=short_forms)
    # A gap matches no pattern or account of the settings except an asterisk.
    known_account = accounts is None or key.split(":")[4:5] == [parsed and parsed.account]
    listed = keys is None or any(matches(key, pattern) for pattern in keys)
    if parsed is None or not known_account or not listed:
        return CannotTell(
            "The part of the key that decides whether the settings allow it is not known before the update."
        )
    return COMPLIANT


def _allowed(key: str, parsed: KeyName, name: str, context: Context) -> Decision:
    keys, accounts = context.settings["allowedKeyArns"], context.settings["allowedAccounts"]
    if parsed.alias is not None and not context.settings["allowAliases"]:
        return _alias(name)
    listed = keys is None or any(matches(key, pattern) for pattern in keys)
    if not parsed.is_arn and (accounts is not None or not listed):
        return _without_account(name)
    if accounts is not None and parsed.account not in accounts:
        return _other_account(name)
    return COMPLIANT if listed else _not_listed(name)


def _alias(name: str) -> Violation:
    return Violation(
        why=f"{name} names an alias, which can be pointed at another key without a change to the configuration.",
        fix=f"Set {name} to the ARN of the key itself.",
    )


def _without_account(name: str) -> Violation:
    return Violation(
        why=f"{name} names a key without its account, so allowedAccounts and allowedKeyArns cannot be checked.",
        fix=f"Set {name} to the ARN of an allowed key.",
    )


def _other_account(name: str) -> Violation:
    return Violation(
        why=f"{name} names a key in an account that the setting allowedAccounts does not list.",
        fix=f"Set {name} to the ARN of a key in an allowed account.",
    )


def _not_listed(name: str) -> Violation:
    return Violation(
        why=f"{name} names a key that the setting allowedKeyArns does not list.",
        fix=f"Set {name} to the ARN of a key that allowedKeyArns lists.",
    )


# Each part of an ARN may contain asterisks; a part without asterisks must be well-formed.
_PATTERN = expression(r"arn:([a-z*-]+):kms:([a-z0-9*-]+):([0-9*]+):([a-z*]+[a-zA-Z0-9/_*-]*)")


def _check_pattern(pattern: Any) -> str | None:
    return None if pattern == "*" or _may_match_a_key(pattern) else "is not the ARN of a KMS key or a pattern of one"


def _may_match_a_key(pattern: str) -> bool:
    match = _PATTERN.fullmatch(pattern)
    if match is None:
        return False
    partition, region, account, resource = match.groups()
    if "*" not in region and not matches(partition_of(region) or "", partition):
        return False
    if "*" not in partition and partition not in PARTITIONS:
        return False
    if "*" not in account and len(account) != 12:
        return False
    return "*" in resource or parse_key(f"arn:aws:kms:us-east-1:000000000000:{resource}", short_forms=False) is not None


def _check_account(account: Any) -> str | None:
    return None if re.fullmatch("[0-9]{12}", account) else "is not a 12-digit account ID"


ALLOWED_KEY_ARNS = texts(
    "allowedKeyArns",
    "The ARNs of the keys that configurations may use, with * for anything: "
    "arn:aws:kms:eu-west-1:*:key/* allows any key in that Region. Empty allows any customer-managed key.",
    _check_pattern,
)
ALLOWED_ACCOUNTS = texts(
    "allowedAccounts",
    "The IDs of the accounts whose keys configurations may use. Empty allows any account.",
    _check_account,
)
ALLOW_ALIASES = Setting(
    "allowAliases",
    {"type": "boolean", "default": True, "description": "Whether a configuration may name its key by an alias."},
    lambda value: None if isinstance(value, bool) else "is not true or false",
)


POLICY = Policy(
    name="customer-managed-key",
    kind=RESOURCE,
    level=MANDATORY,
    severity=HIGH,
    title="The key is customer-managed",
    description="The KMS key of a SageMaker endpoint configuration is a well-formed, customer-managed one.",
    risk=(
        "The policy of an AWS-managed key cannot be changed, so you cannot limit its use to the roles that need it, "
        "share it with another account or revoke it. AWS refuses a malformed name only in the middle of an update."
    ),
    remediation=(
        "Create a KMS key of your own (aws.kms.Key) and pass its arn output to the endpoint configuration, instead of "
        "alias/aws/sagemaker or an ARN that you compose yourself."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html",
    bad="""
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn="arn:aws:kms:us-east-1:111122223333:alias/aws/sagemaker",
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    good="""
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn="arn:aws:kms:us-east-1:111122223333:alias/ranking",
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "kms"),
    settings=(UNDECIDED, ALLOWED_KEY_ARNS, ALLOWED_ACCOUNTS, ALLOW_ALIASES),
)
