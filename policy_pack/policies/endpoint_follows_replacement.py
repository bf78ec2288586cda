"""Policy: an Endpoint takes a managed configuration's name from the output, not from a string, and so follows it."""

from __future__ import annotations

from collections.abc import Sequence

from policy_pack import quoting
from policy_pack.judging.policy import HIGH, MANDATORY, STACK, Context, Policy
from policy_pack.judging.settings import UNDECIDED
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._managed_elsewhere import EXTERNAL_CONFIGURATIONS, is_managed_elsewhere
from policy_pack.stack.links import (
    configurations_by_name,
    configurations_from,
    configurations_left,
    is_of_one_template,
    same_region,
)
from policy_pack.stack.model import DELETED_FIRST, MADE_FIRST, NOT_CHANGED, REFUSED, Configuration, Endpoint
from policy_pack.values import Text, Unknown, WrongType


def decide(endpoint: Endpoint, context: Context) -> Decision:
    follows = configurations_from(endpoint, context.stack)
    left = configurations_left(endpoint, context.stack)
    # If a template as a whole does not follow a configuration, its Endpoints do not either.
    ignored = [each for each in follows or left if endpoint.ignores_changes and not is_of_one_template(endpoint, each)]
    if follows and not ignored:
        return COMPLIANT
    if any(is_managed_elsewhere(name, context) for name in _names(endpoint, (*follows, *left))):
        return NotApplicable("The Endpoint's configuration is managed elsewhere on purpose (externalConfigurations).")
    if ignored:
        return _ignores(endpoint, ignored[0], runs_another=bool(left))
    if left and all(same_region(each.place, endpoint.place) is False for each in left):
        return _in_another_region(endpoint, left[0])
    named = configurations_by_name(endpoint, context.stack)
    if left and not named:
        return _runs_another(endpoint, left[0])
    if isinstance(endpoint.configuration_name, Unknown):
        return NotApplicable("The configuration's name comes from outside this stack.")
    if isinstance(endpoint.configuration_name, WrongType):
        return _no_name(endpoint, endpoint.configuration_name.kind)
    if not named:
        return NotApplicable("The Endpoint names no configuration of this stack.")
    return _by_hand(endpoint, named, context)


def _names(endpoint: Endpoint, configurations: Sequence[Configuration]) -> list[Text]:
    return [endpoint.configuration_name, *(each.name for each in configurations)]


def _ignores(endpoint: Endpoint, configuration: Configuration, *, runs_another: bool) -> Violation:
    now = " The Endpoint already runs a different configuration." if runs_another else ""
    return Violation(
        why=(
            f"{endpoint.ignoring} covers {endpoint.configuration_property}, so this Endpoint never follows its "
            f"configuration {configuration.quoted}. When the configuration is replaced, the Endpoint keeps running "
            f"with the old key, or with none.{now}"
        ),
        fix=(
            f"Remove what covers {endpoint.configuration_property} from the Endpoint's {endpoint.ignoring}. If "
            "something else promotes configurations on purpose, list their names in the setting externalConfigurations."
        ),
    )


def _runs_another(endpoint: Endpoint, configuration: Configuration) -> Violation:
    return Violation(
        why=(
            f"{endpoint.configuration_property} is computed from the configuration {configuration.quoted} but is not "
            "its name, so this Endpoint runs a different configuration. This pack cannot check whether that "
            "configuration has a key."
        ),
        fix=(
            f"Set {endpoint.configuration_property} to the configuration's {configuration.output}, unchanged, and "
            "update the Endpoint too. If something else promotes configurations on purpose, list their names in the "
            "setting externalConfigurations."
        ),
    )


def _in_another_region(endpoint: Endpoint, configuration: Configuration) -> Violation:
    here, there = quoting.region(endpoint.place.region), quoting.region(configuration.place.region)
    return Violation(
        why=(
            f"{endpoint.configuration_property} comes from the configuration {configuration.quoted}, which is in "
            f"{there}, but this Endpoint is in {here}. SageMaker looks for the name in {here}: the Endpoint cannot be "
            "deployed, or runs a different configuration of the same name."
        ),
        fix=(
            "Make the configuration and the Endpoint in one Region (give both the same provider or Region), or set "
            f"{endpoint.configuration_property} to the {configuration.output} of a configuration in {here}."
        ),
    )


def _no_name(endpoint: Endpoint, kind: str) -> Violation:
    return Violation(
        why=f"{endpoint.configuration_property} is {kind}, not a name, so this Endpoint follows no configuration.",
        fix=f"Set {endpoint.configuration_property} to the name output of the configuration, which is a string.",
    )


def _by_hand(endpoint: Endpoint, named: Sequence[Configuration], context: Context) -> Decision:
    outside = [each for each in named if not is_of_one_template(endpoint, each)]
    if not outside:
        return NotApplicable(
            "CloudFormation does not replace a configuration with a custom name, so the Endpoint has nothing to follow."
        )
    if not context.stack.tells_dependencies:
        # A generated name probably comes from the configuration's output.
        outside = [each for each in outside if each.generated_name is False]
        if not outside:
            return CannotTell(
                "The stack has no dependency information, so whether the generated name of the "
                "configuration is written by hand is not known.",
                to_decide="Check a preview or an update of the program, or a state that Pulumi itself wrote.",
            )
    configuration = outside[0]
    return Violation(
        why=(
            f"{endpoint.configuration_property} names the configuration {configuration.quoted} by a string, so this "
            f"Endpoint does not follow it. {_LEFT_BEHIND[configuration.replacement]}"
        ),
        fix=f"Set {endpoint.configuration_property} to the configuration's {configuration.output}, not to a string.",
    )


_DELETED = "the Endpoint shows no change, is left with a deleted configuration and keeps running with the old key."
_WITH_THE_NAME = f"A changed key needs a changed name too, and if the string stays, {_DELETED}"
_LEFT_BEHIND = {
    DELETED_FIRST: f"When the configuration is replaced, {_DELETED}",
    MADE_FIRST: _WITH_THE_NAME,
    REFUSED: _WITH_THE_NAME,
    NOT_CHANGED: _WITH_THE_NAME,
}


POLICY = Policy(
    name="endpoint-follows-replacement",
    kind=STACK,
    level=MANDATORY,
    severity=HIGH,
    title="Endpoints follow a replaced configuration",
    description="A SageMaker Endpoint takes its configuration's name from the configuration's output.",
    risk=(
        "An Endpoint that names its configuration by a string, or that ignores changes of the name, shows no change "
        "when the configuration is replaced: it is left with a configuration that no longer exists, and keeps running "
        "with the old key. An Endpoint that runs another configuration than the program says has the key of that one, "
        "or none."
    ),
    remediation=(
        "Pass the name output of the endpoint configuration (endpoint_config_name=configuration.name) to the Endpoint, "
        "without ignoreChanges, so that a replaced configuration redeploys it. Where a pipeline promotes "
        "configurations on purpose, list their names in externalConfigurations."
    ),
    url="https://www.pulumi.com/docs/iac/concepts/inputs-outputs/",
    bad="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    name="ranking",
    kms_key_arn=key.arn,
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name="ranking")
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Endpoint,
    decide=decide,
    tags=("replacement", "pairing"),
    settings=(UNDECIDED, EXTERNAL_CONFIGURATIONS),
)
