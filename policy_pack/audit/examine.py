"""Judges one stack, as the engine would have the pack judge it, and gathers the evidence."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from policy_pack import carriers
from policy_pack.audit.commands import commands
from policy_pack.audit.config import Config
from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    PREVIEW,
    ConfigurationEvidence,
    Finding,
    PolicyVerdict,
    Source,
)
from policy_pack.audit.masking import key_text, printable
from policy_pack.audit.state import State
from policy_pack.carriers import SUBJECTS
from policy_pack.judge import Judgement, judge, said_once
from policy_pack.links import configurations_by_name, configurations_from, keys_of
from policy_pack.model import Configuration, Endpoint, Key, Node, Stack, Template
from policy_pack.place import Surroundings
from policy_pack.policies import POLICIES, encryption_at_rest_enabled
from policy_pack.policy import DISABLED, MANDATORY, REMEDIATE, RESOURCE, Policy
from policy_pack.settings import Effective
from policy_pack.verdict import CannotTell, Compliant, Exempted, NotApplicable, Verdict, Violation

# Of several verdicts of a policy on what belongs to a configuration, the first of these counts.
_WORST_FIRST = (NON_COMPLIANT, CANNOT_TELL, EXEMPTED, COMPLIANT, NOT_APPLICABLE)


@dataclass(frozen=True)
class Options:
    """What an audit goes by: levels and settings, the day (UTC), and what is known of stacks that do not say it.

    `region` is that of resources whose region nothing else tells, `tags` the stacks' tags, `None` where nobody knows
    them. `max_size` is how large an input may be, in bytes.
    """

    config: Config
    today: date
    region: str | None = None
    tags: Mapping[str, str] | None = None
    shows_arns: bool = False
    max_size: int = 64_000_000

    @cached_property
    def settings(self) -> Mapping[str, Effective]:
        """The settings to judge by: where nobody knows the stacks' tags, no policy is lifted because of them."""
        given = self.config.settings
        if self.tags is not None:
            return given
        return {name: replace(each, only_tags={}, except_tags={}) for name, each in given.items()}


def level_of(policy: Policy, config: Config) -> str:
    """The level that a violation has: what `remediate` cannot mend is mandatory, as the engine holds it."""
    level = config.levels[policy.full_name]
    return MANDATORY if level == REMEDIATE else level


def is_decisive(policy: Policy) -> bool:
    """Whether a configuration that violates the policy does not meet the control, whatever level it is given."""
    return policy.level == MANDATORY


class Examination:
    """A stack, judged by every policy that is not disabled."""

    def __init__(self, state: State, source: Source, options: Options) -> None:
        self._state, self._source, self._options = state, source, options
        environment = {"AWS_REGION": options.region} if options.region else {}
        surroundings = Surroundings(state.config, environment)
        # A policy of a resource sees that resource alone, and none that nobody judges.
        self._alone = [carriers.read([each], surroundings) for each in state.inputs if each.type in SUBJECTS]
        self._stack = carriers.read(state.outputs, surroundings)
        self._judgements = {
            policy.full_name: list(self._judge(policy))
            for policy in POLICIES
            if options.config.levels[policy.full_name] != DISABLED
        }

    def _judge(self, policy: Policy) -> Iterator[Judgement]:
        options = self._options
        for stack in self._alone if policy.kind == RESOURCE else [self._stack]:
            yield from judge(
                policy,
                stack,
                options.settings[policy.full_name],
                tags=options.tags,
                all_settings=options.config.settings,
                today=options.today,
            )

    def findings(self) -> Iterator[Finding]:
        """The violations, as the pack reports them."""
        for judgements in self._judgements.values():
            for each in said_once(judgements):
                if isinstance(each.verdict, Violation):
                    yield self._finding(each.policy, each, each.verdict)

    def _finding(self, policy: Policy, judgement: Judgement, violation: Violation) -> Finding:
        urn = judgement.urn or ""
        subject = judgement.subject
        # A violation of the stack as a whole is told from another by what it says.
        identity = (
            [subject.id, urn] if subject is not None else [self._source.project, self._source.stack, violation.why]
        )
        return Finding(
            source=self._source.name,
            stack=self._source.label,
            policy=policy.full_name,
            level=level_of(policy, self._options.config),
            severity=policy.severity,
            urn=printable(urn),
            resource=printable(_name_of(urn)),
            type=printable(_type_of(urn)),
            subject=printable(subject.label) if subject is not None and subject.id != urn else "",
            why=_lines(violation.why),
            fix=_lines(violation.fix),
            fingerprint=_fingerprint(policy.full_name, self._source.organization, *identity),
        )

    def configurations(self) -> Iterator[ConfigurationEvidence]:
        """The endpoint configurations, as they are after the update, or else as the program has them."""
        found = {each.id: each for stack in (*self._alone, self._stack) for each in stack.configurations}
        verdicts = self._verdicts(found.values())
        for configuration in found.values():
            yield self._evidence(configuration, tuple(verdicts[configuration.id]))

    def _verdicts(self, configurations: Iterable[Configuration]) -> dict[str, list[PolicyVerdict]]:
        """What each policy says, by the configuration's id."""
        belonging = _Belonging(configurations, self._stack)
        verdicts: dict[str, list[PolicyVerdict]] = {id_: [] for id_ in belonging.ids}
        for policy in POLICIES:
            if policy.judges is Stack:
                continue
            said: defaultdict[str, list[PolicyVerdict]] = defaultdict(list)
            for each in self._judgements.get(policy.full_name, ()):
                for id_ in belonging.to(each.subject):
                    said[id_].append(_policy_verdict(policy, level_of(policy, self._options.config), each.verdict))
            for id_, collected in verdicts.items():
                found = said.get(id_) or [self._unsaid(policy)]
                collected.append(min(found, key=lambda verdict: _WORST_FIRST.index(verdict.status)))
        return verdicts

    def _unsaid(self, policy: Policy) -> PolicyVerdict:
        level = self._options.config.levels[policy.full_name]
        verdict: Verdict = NotApplicable(_NOTHING_TO_JUDGE.get(policy.judges, ""))
        if level == DISABLED:
            verdict = NotApplicable("The policy is disabled.")
        elif policy.judges is Configuration:
            verdict = CannotTell("It is not in the inputs that this policy judges.")
        return _policy_verdict(policy, level, verdict)

    def _evidence(self, configuration: Configuration, verdicts: tuple[PolicyVerdict, ...]) -> ConfigurationEvidence:
        state, region = self._state, configuration.place.region
        secrets = state.secrets(configuration.urn)
        region = region if isinstance(region, str) else ""
        name = self._physical_name(configuration, secrets)
        ready = name and state.kind != PREVIEW  # what a preview tells of is not there yet
        has_key = configuration.key is not None
        key = configuration.key
        return ConfigurationEvidence(
            source=self._source.name,
            stack=self._source.label,
            urn=printable(configuration.urn),
            id=printable(configuration.id),
            label=printable(configuration.label),
            type=printable(_type_of(configuration.urn)),
            name=printable(name),
            region=printable(region),
            key=key_text(
                key,
                shows_arns=self._options.shows_arns,
                is_secret=isinstance(key, str) and any(key in secret for secret in secrets),
            ),
            status=_overall(verdicts),
            verdicts=verdicts,
            commands=tuple(commands(name, region or None, has_key=has_key)) if ready else (),
        )

    def _physical_name(self, configuration: Configuration, secrets: tuple[str, ...]) -> str:
        name = configuration.name
        if not isinstance(name, str) and configuration.id == configuration.urn:
            # Some providers identify a resource by its ARN, which ends with its name.
            name = self._state.physical_id(configuration.urn).rpartition("/")[2]
        return name if isinstance(name, str) and not any(name in secret for secret in secrets) else ""


_NOTHING_TO_JUDGE: Mapping[type, str] = {
    Endpoint: "No Endpoint of the stack uses it.",
    Key: "Its key is not made in the stack.",
    Template: "It is not made by a template.",
}


class _Belonging:
    """Which configurations a node of the model belongs to: itself, or by their endpoint, their key, their template."""

    def __init__(self, configurations: Iterable[Configuration], stack: Stack) -> None:
        self._stack = stack
        self._by_key: defaultdict[str, list[str]] = defaultdict(list)
        self._by_urn: defaultdict[str, list[str]] = defaultdict(list)
        self.ids: list[str] = []
        for each in configurations:
            self.ids.append(each.id)
            self._by_urn[each.urn].append(each.id)
            for key in keys_of(each, stack):
                self._by_key[key.id].append(each.id)

    def to(self, subject: Node | None) -> Iterable[str]:
        """The ids of the configurations."""
        if isinstance(subject, Configuration):
            return [subject.id]
        if isinstance(subject, Endpoint):
            used = configurations_from(subject, self._stack) or configurations_by_name(subject, self._stack)
            return [each.id for each in used]
        if isinstance(subject, Key):
            return self._by_key.get(subject.id, ())
        return self._by_urn.get(subject.urn, ()) if isinstance(subject, Template) else ()


def _policy_verdict(policy: Policy, level: str, verdict: Verdict) -> PolicyVerdict:
    given = {"policy": policy.full_name, "level": level, "severity": policy.severity}
    if isinstance(verdict, Compliant):
        return PolicyVerdict(status=COMPLIANT, **given)
    if isinstance(verdict, Violation):
        return PolicyVerdict(status=NON_COMPLIANT, why=_lines(verdict.why), fix=_lines(verdict.fix), **given)
    if isinstance(verdict, Exempted):
        return PolicyVerdict(
            status=EXEMPTED,
            why=_lines(verdict.violation.why),
            fix=_lines(verdict.violation.fix),
            reason=printable(verdict.reason),
            expires=verdict.expires,
            ticket=printable(verdict.ticket or ""),
            **given,
        )
    status = NOT_APPLICABLE if isinstance(verdict, NotApplicable) else CANNOT_TELL
    return PolicyVerdict(status=status, why=_lines(verdict.why), **given)


_DECISIVE = frozenset(policy.full_name for policy in POLICIES if is_decisive(policy))
_FIRST = encryption_at_rest_enabled.POLICY.full_name


def _overall(verdicts: Iterable[PolicyVerdict]) -> str:
    """What the decisive policies come to. One that is disabled leaves open whether the control is met."""
    decisive = {
        each.policy: CANNOT_TELL if each.level == DISABLED else each.status
        for each in verdicts
        if each.policy in _DECISIVE
    }
    if decisive[_FIRST] == NOT_APPLICABLE:
        return NOT_APPLICABLE  # it needs no key
    return min(decisive.values(), key=_WORST_FIRST.index)


def _lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _type_of(urn: str) -> str:
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) == 4 else ""


def _name_of(urn: str) -> str:
    parts = urn.split("::", 3)
    return parts[3] if len(parts) == 4 else ""


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
