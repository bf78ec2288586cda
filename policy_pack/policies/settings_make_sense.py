"""Policy: the pack's settings have an effect, and no exemption is unused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policy_pack.judging.exemptions import Exemption
from policy_pack.judging.judge import names_of
from policy_pack.judging.patterns import matches
from policy_pack.judging.policy import ADVISORY, MEDIUM, STACK, Context, Policy, Subject
from policy_pack.judging.verdict import COMPLIANT, Decision, Violation
from policy_pack.stack.model import Configuration, Endpoint, Key, Stack, Template
from policy_pack.stack.urn import stack_part


def decide(stack: Stack, context: Context) -> Decision:
    # If nothing is judged, an exemption may be for another stack with the same settings.
    judged = any(isinstance(node, (Configuration, Endpoint, Template)) for node in stack.nodes)
    problems: list[str] = []
    for policy, settings in context.all_settings.items():
        problems += [f"{policy}: {problem}" for problem in settings.problems]
        if judged and settings.exemptions:
            judges = context.policies[policy].judges
            problems += [f"{policy}: {problem}" for problem in _left_over(judges, settings.exemptions, stack)]
    if not problems:
        return COMPLIANT
    return Violation(
        why="These settings have no effect:\n" + "\n".join(f"- {problem}." for problem in problems),
        fix="Correct or remove them in the policy pack's configuration.",
    )


def _left_over(judges: type[Subject], exemptions: Iterable[Exemption], stack: Stack) -> Iterator[str]:
    # Violations about a key are reported at the key, so its name may be exempted.
    exempted = [node for node in stack.nodes if judges is Stack or isinstance(node, (judges, Key))]
    names = {name for node in exempted for name in names_of(node)}
    for each in exemptions:
        if not each.covers(*names) and _is_of(each, stack.cached(_stacks)):
            yield f"exemptions[{each.index}] matches no resource of this stack that the policy judges"


def _stacks(stack: Stack) -> set[str]:
    return {stack_part(node.urn) for node in stack.nodes}


def _is_of(exemption: Exemption, stacks: set[str]) -> bool:
    """Whether an exemption may be for one of these stacks; one for the URN of another stack is not unused here."""
    if not exemption.resource.startswith("urn:"):
        return True
    return any(matches(stack, stack_part(exemption.resource)) for stack in stacks)


POLICY = Policy(
    name="settings-make-sense",
    kind=STACK,
    level=ADVISORY,
    severity=MEDIUM,
    title="The settings make sense",
    description="The settings of the SageMaker endpoint encryption policies have an effect.",
    risk=(
        "The schema cannot refuse every misspelled setting. An allow-list that has no effect, or an exemption that "
        "outlives its resource, looks like a control but is not one."
    ),
    remediation=(
        "Correct the named settings in --policy-pack-config or in the policy group. Until then the policies run as if "
        "those settings had not been given."
    ),
    url="https://www.pulumi.com/docs/discovery-governance/policy/policy-packs/",
    judges=Stack,
    decide=decide,
    tags=("configuration",),
)
