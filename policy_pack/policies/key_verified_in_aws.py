"""Policy: a key from outside the stack exists, is usable and is granted to SageMaker, according to AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policy_pack import quoting
from policy_pack.aws.key_names import names_aws_managed_key, parse_key
from policy_pack.judging.policy import DISABLED, HIGH, STACK, Context, Policy
from policy_pack.judging.settings import Setting, choice
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.stack.links import keys_of
from policy_pack.stack.model import Configuration, Stack
from policy_pack.values import Unknown

if TYPE_CHECKING:
    from policy_pack.aws.ask_kms import Description, Keys, Question

_keys: list[Keys] = []  # the single client, for as long as the pack runs

_PERMIT = "Give the policy pack credentials that may describe the key, or set onError to ignore."
_INSTALL = (
    "Add the line of requirements-aws.txt to the requirements.txt of the policy pack, and publish or install it again."
)

_NOT_ENABLED = {
    "Disabled": "is disabled",
    "PendingDeletion": "is pending deletion",
    "PendingReplicaDeletion": "is pending deletion",
    "PendingImport": "has no key material yet",
    "Unavailable": "is in a custom key store that is not connected",
}


def decide(configuration: Configuration, context: Context) -> Decision:
    reason = _not_to_ask(configuration, context.stack)
    if reason is not None:
        return reason
    from importlib.util import find_spec  # imported only if this policy is enabled

    if find_spec("boto3") is None:
        return _not_asked(
            "boto3, the AWS SDK for Python, is not installed where the policy pack runs", context, _INSTALL
        )
    if not _may_ask(configuration, context):
        return _not_asked(
            "allowProviderProfile is false, and without the provider's AWS profile the account of the key that "
            f"{configuration.key_property} names is not known",
            context,
            f"Set {configuration.key_property} to the key's ARN, which names its account.",
        )
    return _verdict(configuration, context)


def _not_to_ask(configuration: Configuration, stack: Stack) -> CannotTell | NotApplicable | None:
    """Why AWS is not asked about a configuration's key: it is not possible, or another policy has the answer."""
    key, region = configuration.key, configuration.place.region
    if isinstance(key, Unknown):
        return CannotTell("The key is not known before the update.")
    if not isinstance(key, str):
        return NotApplicable("The configuration names no key.")
    if keys_of(configuration, stack):
        return NotApplicable("The key is made in this stack, and is checked there.")
    parsed = parse_key(key, short_forms=configuration.short_keys)
    if parsed is None or names_aws_managed_key(key):
        return NotApplicable("The configuration names no customer-managed key.")
    if not isinstance(region, str):
        return CannotTell("The Region of the configuration is not known, so AWS cannot be asked.")
    if parsed.is_arn and parsed.region != region:
        return NotApplicable("The key is in another Region.")
    return None


def _verdict(configuration: Configuration, context: Context) -> Decision:
    from policy_pack.aws.ask_kms import Failure, Keys  # an extra, imported only if this policy is enabled

    if not _keys:
        _keys.append(Keys())
    # All keys of the stack, so that they share one budget.
    answers = _keys[0].ask(_questions(context), context.settings["budgetSeconds"])
    answer = answers[_question(configuration, context)]
    if not isinstance(answer, Failure):
        return judge_description(configuration, answer)
    if answer.not_found:
        region = quoting.region(configuration.place.region)
        return Violation(
            why=f"AWS has no such key in {region}, so creating the endpoint fails.",
            fix=f"Set {configuration.key_property} to the ARN of a key that exists in that Region.",
        )
    return _not_asked(f"AWS did not answer ({answer.code})", context)


def judge_description(configuration: Configuration, answer: Description) -> Decision:
    """The decision from AWS's description of a configuration's key."""
    metadata = answer.metadata
    wrong = []
    state = str(metadata.get("KeyState", ""))
    if state not in ("Enabled", "Creating", "Updating"):
        wrong.append(_NOT_ENABLED.get(state, "is not enabled"))
    if metadata.get("KeyManager") == "AWS":
        wrong.append("is AWS-managed")
    if metadata.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        wrong.append("is not for symmetric encryption")
    elif metadata.get("KeyUsage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        wrong.append("is not for encryption")
    if not wrong and answer.rotates is False and metadata.get("Origin") == "AWS_KMS":
        wrong.append("does not rotate")
    missing = _missing(configuration, answer) if not wrong else ()
    if missing:
        wrong.append(f"does not let SageMaker call {', '.join(missing)}")
    if not wrong:
        return COMPLIANT
    return Violation(
        why=f"AWS reports that the key {' and '.join(wrong)}.",
        fix="Fix the key where it is made, or use another one.",
    )


def _missing(configuration: Configuration, answer: Description) -> tuple[str, ...]:
    """The actions that the key's policy certainly does not allow SageMaker; none if the policy may not be read."""
    from policy_pack.iam import sagemaker  # imported only for a policy
    from policy_pack.iam.access import User, access, anybody

    key, region = str(answer.metadata.get("Arn", "")), configuration.place.region
    if answer.policy is None or key.count(":") != 5:
        return ()
    given = configuration.execution_role
    role = sagemaker.role(given) if isinstance(given, str) else None
    user = User(role) if role is not None else anybody(key)
    return access(answer.policy, [user], key, str(region)).missing


def _questions(context: Context) -> list[Question]:
    stack = context.stack
    asked = [each for each in stack.configurations if _not_to_ask(each, stack) is None and _may_ask(each, context)]
    return [_question(each, context) for each in asked]


def _question(configuration: Configuration, context: Context) -> Question:
    from policy_pack.aws.ask_kms import Question

    profile = configuration.place.profile if context.settings["allowProviderProfile"] else None
    return Question(
        str(configuration.key), str(configuration.place.region), profile if isinstance(profile, str) else None
    )


def _may_ask(configuration: Configuration, context: Context) -> bool:
    """Whether AWS would answer about the right key: an ID or an alias may also be in another account."""
    if context.settings["allowProviderProfile"] or configuration.place.profile is None:
        return True
    parsed = parse_key(str(configuration.key), short_forms=configuration.short_keys)
    return parsed is not None and parsed.is_arn


def _not_asked(what: str, context: Context, fix: str = _PERMIT) -> Decision:
    if context.settings["onError"] == "ignore":
        return CannotTell(f"The key was not verified: {what}.")
    return Violation(why=f"The key could not be verified: {what}.", fix=fix)


def _check_budget(value: Any) -> str | None:
    valid = isinstance(value, (int, float)) and not isinstance(value, bool) and 1 <= value <= 120
    return None if valid else "is not a number of seconds from 1 to 120"


POLICY = Policy(
    name="key-verified-in-aws",
    kind=STACK,
    level=DISABLED,
    severity=HIGH,
    title="AWS confirms a key from outside the stack",
    description="A KMS key from outside the stack exists, is customer-managed and usable, and lets SageMaker use it.",
    risk=(
        "A program knows only the name of a key from outside the stack. That the key is disabled, is pending deletion "
        "or does not let SageMaker use it shows only when the endpoint is created."
    ),
    remediation=(
        "Enable the key, or use one that exists in the configuration's Region, is symmetric and lets SageMaker use it. "
        "The policy needs boto3 and credentials for kms:DescribeKey, kms:GetKeyRotationStatus and kms:GetKeyPolicy."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "kms", "live"),
    settings=(
        Setting(
            "budgetSeconds",
            {
                "type": "number",
                "minimum": 1,
                "maximum": 120,
                "default": 10,
                "description": "The longest that a preview waits for AWS, for all keys together, in seconds.",
            },
            _check_budget,
        ),
        choice(
            "onError",
            "What to report if a call to AWS is refused or fails: a violation (report) or nothing (ignore).",
            ("report", "ignore"),
            "report",
        ),
        Setting(
            "allowProviderProfile",
            {
                "type": "boolean",
                "default": True,
                "description": (
                    "Whether the policy uses the AWS profile of the program's provider. If not, it uses the policy "
                    "pack's own credentials and verifies only keys that are named by an ARN."
                ),
            },
            lambda value: None if isinstance(value, bool) else "is not true or false",
        ),
    ),
)
