"""Each policy's verdict on each endpoint configuration, and the combined result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from policy_pack.audit.config import Config
from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    WORST_FIRST,
    PolicyVerdict,
)
from policy_pack.audit.grounds import grounds
from policy_pack.audit.masking import masked
from policy_pack.judging.judge import Judgement
from policy_pack.judging.pack import Pack
from policy_pack.judging.policy import DISABLED, MANDATORY, REMEDIATE, Policy
from policy_pack.judging.spelling import spelled
from policy_pack.judging.verdict import CannotTell, Compliant, Exempted, NotApplicable, Verdict, Violation
from policy_pack.quoting import message, visible
from policy_pack.stack.links import configurations_by_name, configurations_from, configurations_left, keys_of
from policy_pack.stack.model import Configuration, Endpoint, Key, Node, Stack, Template, Unread

_NOTHING_TO_JUDGE: Mapping[type, str] = {
    Endpoint: "No Endpoint of the stack uses the configuration.",
    Key: "The key is not made in the stack.",
    Template: "The configuration is not made by a template.",
    Unread: "The pack reads this kind of configuration.",
}


def level_of(policy: Policy, config: Config) -> str:
    """The level of a violation: one that `remediate` cannot fix is mandatory, as in the engine."""
    level = config.levels[config.pack.full_name(policy)]
    return MANDATORY if level == REMEDIATE else level


def is_decisive(policy: Policy) -> bool:
    """Whether a violation of the policy means that the control is not met, whatever the policy's level is."""
    return policy.level == MANDATORY


class Verdicts:
    """Collects every policy's verdicts on configurations, for the levels and settings of an audit."""

    def __init__(self, config: Config) -> None:
        self._pack = config.pack
        self._asked = [
            (policy, _Words(policy, level_of(policy, config), config.pack), _unsaid(policy, config))
            for policy in config.pack.policies
            if policy.judges is not Stack
        ]

    def on(
        self,
        configurations: Iterable[Configuration],
        stack: Stack,
        judgements: Mapping[str, Sequence[Judgement]],
        language: Callable[[str], str],
    ) -> dict[str, tuple[PolicyVerdict, ...]]:
        """Every policy's verdict on each configuration, by the configuration's ID.

        `judgements` are those of the enabled policies, by full name. A verdict on an Endpoint, a key or a template also
        counts for the configurations that belong to it. `language` returns the language of the program that makes the
        resource with a URN, or "" if it is not known.
        """
        belonging = _Belonging(configurations, stack)
        verdicts: dict[str, list[PolicyVerdict]] = {id_: [] for id_ in belonging.configurations}
        for policy, words, unsaid in self._asked:
            said: defaultdict[str, list[PolicyVerdict]] = defaultdict(list)
            for each in judgements.get(words.name, ()):
                ids = belonging.to(each.subject)
                if ids:
                    verdict = words.of(_spelled(each, language, self._pack))
                    for id_ in ids:
                        said[id_].append(verdict)
            for id_, collected in verdicts.items():
                found = said.get(id_)
                worst = min(found, key=_rank) if found else unsaid
                if worst.status == COMPLIANT and not worst.why:
                    rests_on = grounds(policy.name, belonging.configurations[id_], stack) or f"{policy.title}."
                    worst = words.compliant(rests_on)
                collected.append(worst)
        return {id_: tuple(collected) for id_, collected in verdicts.items()}


def _rank(verdict: PolicyVerdict) -> int:
    return WORST_FIRST.index(verdict.status)


def _spelled(judgement: Judgement, language: Callable[[str], str], pack: Pack) -> Verdict:
    verdict = judgement.verdict
    violation = verdict.violation if isinstance(verdict, Exempted) else verdict
    if not isinstance(violation, Violation):
        return verdict
    said = replace(violation, fix=spelled(violation.fix, language(judgement.urn or ""), pack.setting_names))
    return replace(verdict, violation=said) if isinstance(verdict, Exempted) else said


def overall(verdicts: Iterable[PolicyVerdict], pack: Pack) -> str:
    """The combined result of the decisive policies. If one of them is disabled, the result is open."""
    decisive = {
        each.policy: CANNOT_TELL if each.level == DISABLED else each.status
        for each in verdicts
        if is_decisive(pack.by_full_name[each.policy])
    }
    if any(decisive.get(pack.full_name(each)) == NOT_APPLICABLE for each in pack.policies if each.scopes):
        return NOT_APPLICABLE  # it needs no key
    return min(decisive.values(), key=WORST_FIRST.index)


def _unsaid(policy: Policy, config: Config) -> PolicyVerdict:
    """The verdict on a configuration for which a policy has none."""
    level = config.levels[config.pack.full_name(policy)]
    verdict: Verdict = NotApplicable(_NOTHING_TO_JUDGE.get(policy.judges, ""))
    if level == DISABLED:
        verdict = NotApplicable("The policy is disabled.")
    elif policy.judges is Configuration:
        verdict = CannotTell("The configuration is not in the inputs that this policy checks.")
    return _Words(policy, level, config.pack).of(verdict)


class _Words:
    """Words a policy's verdicts for a report; `name` is the policy's full name."""

    def __init__(self, policy: Policy, level: str, pack: Pack) -> None:
        self.name, self._level, self._severity = pack.full_name(policy), level, policy.severity

    def of(self, verdict: Verdict) -> PolicyVerdict:
        """A verdict as evidence for a configuration."""
        if isinstance(verdict, Compliant):
            return self.compliant(verdict.rests_on)
        if isinstance(verdict, Violation):
            reason = ""
            if verdict.suppression is not None:
                why = verdict.suppression.reason or "no reason"
                reason = masked(f"suppressed in the template, not honored: {why}")
            return self._made(NON_COMPLIANT, _shown(verdict.why), _shown(verdict.fix), reason)
        if isinstance(verdict, Exempted):
            return self._made(
                EXEMPTED,
                _shown(verdict.violation.why),
                _shown(verdict.violation.fix),
                visible(verdict.reason) if verdict.expires else masked(verdict.reason),
                verdict.expires,
                visible(verdict.ticket or ""),
            )
        status = NOT_APPLICABLE if isinstance(verdict, NotApplicable) else CANNOT_TELL
        return self._made(status, _shown(verdict.why))

    def compliant(self, rests_on: str) -> PolicyVerdict:
        """The compliant verdict, with its evidence."""
        return self._made(COMPLIANT, _shown(rests_on) if rests_on else "")

    def _made(self, status: str, *texts: str) -> PolicyVerdict:
        return _shared(self.name, status, self._level, self._severity, *texts)


# Most verdicts on the configurations of many stacks are equal, so each is made and kept once.
_KEPT, _SHORT = 2048, 1000
_shared = lru_cache(_KEPT)(PolicyVerdict)
_kept = lru_cache(_KEPT)(message)


def _shown(text: str) -> str:
    return _kept(text) if len(text) <= _SHORT else message(text)


class _Belonging:
    """The configurations that a node belongs to: itself, or those that use the Endpoint, key or template."""

    def __init__(self, configurations: Iterable[Configuration], stack: Stack) -> None:
        self._stack = stack
        self._by_key: defaultdict[str, list[str]] = defaultdict(list)
        self._by_urn: defaultdict[str, list[str]] = defaultdict(list)
        self.configurations = {each.id: each for each in configurations}
        for each in self.configurations.values():
            self._by_urn[each.urn].append(each.id)
            for key in keys_of(each, stack):
                self._by_key[key.id].append(each.id)

    def to(self, subject: Node | None) -> Sequence[str]:
        """The IDs of the configurations."""
        if isinstance(subject, Configuration):
            return [subject.id]
        if isinstance(subject, Endpoint):
            used = configurations_from(subject, self._stack) or configurations_by_name(subject, self._stack)
            left = configurations_left(subject, self._stack)
            return [each.id for each in dict.fromkeys((*used, *left))]
        if isinstance(subject, Key):
            return self._by_key.get(subject.id, ())
        return self._by_urn.get(subject.urn, ()) if isinstance(subject, Template) else ()
