"""Runs policies over a model. Previews, updates and audits all do it here, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timezone

from policy_pack import quoting
from policy_pack.judging.patterns import matches
from policy_pack.judging.phase import FINAL, PREVIEW, in_words_of, to_decide
from policy_pack.judging.policy import Context, Policy, Subject
from policy_pack.judging.settings import HONOR_SUPPRESSIONS, Effective
from policy_pack.judging.verdict import (
    CannotTell,
    Compliant,
    Decision,
    Exempted,
    NotApplicable,
    Verdict,
    Violation,
    of_alternatives,
)
from policy_pack.records import dataclass
from policy_pack.stack.model import Configuration, Endpoint, Node, Stack, Suppression
from policy_pack.stack.urn import name_of

_DECISIONS = (Compliant, Violation, NotApplicable, CannotTell)


@dataclass(frozen=True)
class Judgement:
    """A policy's verdict on a subject: a node of the model, or `None` for the stack as a whole."""

    policy: Policy
    subject: Node | None
    verdict: Verdict

    @property
    def urn(self) -> str | None:
        """The URN of the resource to report on."""
        if isinstance(self.verdict, Violation) and self.verdict.at is not None:
            return self.verdict.at
        return self.subject.urn if self.subject is not None else None


def utc_today() -> date:
    """The date that exemptions are measured against."""
    return datetime.now(timezone.utc).date()


def judge(
    policy: Policy,
    stack: Stack,
    settings: Effective,
    *,
    tags: Mapping[str, str] | None = None,
    all_settings: Mapping[str, Effective] | None = None,
    policies: Mapping[str, Policy] | None = None,
    today: date | None = None,
    refusing: Collection[str] = (),
    phase: str = PREVIEW,
) -> Iterator[Judgement]:
    """A policy's verdict on each of its subjects in a stack.

    `tags` are the stack's tags, `all_settings` the settings of every policy by full name, and `policies` the pack's
    policies by full name. `refusing` are the names of policies of the same kind that report what they cannot tell of
    any subject, at a level that stops an update, so that others need not report the same (`CannotTell.said_by`).
    `phase` is a constant of `policy_pack.judging.phase`.
    """
    subjects = stack.of(policy.judges)
    if not subjects:
        return
    context = Context(stack, settings.values, all_settings or {}, policies or {}, phase)
    outside = _outside(settings, tags or {})
    for subject in subjects:
        node = subject if isinstance(subject, Node) else None
        verdict: Verdict = outside or _in_words_of(phase, _decide(policy, subject, context))
        if (
            isinstance(verdict, CannotTell)
            and phase in FINAL
            and settings.refuses_undecided
            and verdict.said_by not in refusing
        ):
            verdict = _refused(verdict, phase)
        if isinstance(verdict, Violation):
            verdict = _with_exemption(verdict, node, settings, stack, today or utc_today())
        if isinstance(verdict, Violation) and verdict.suppression is not None:
            verdict = _with_suppression(verdict, verdict.suppression, settings)
        if isinstance(verdict, Violation) and isinstance(node, (Configuration, Endpoint)):
            verdict = _with_tags(verdict, node.tags, settings)
        yield Judgement(policy, node, verdict)


class NotADecision(TypeError):
    """A policy has returned something else than a decision, which must not count as passed."""


def _decide(policy: Policy, subject: Subject, context: Context) -> Decision:
    alternatives = subject.alternatives if isinstance(subject, Configuration) else ()
    if not alternatives:
        return _checked(policy.decide(subject, context))
    return of_alternatives([_checked(policy.decide(each, context)) for each in alternatives])


def _checked(decision: Decision) -> Decision:
    if not isinstance(decision, _DECISIONS):
        raise NotADecision
    return decision


def without_repeats(judgements: Iterable[Judgement]) -> Iterator[Judgement]:
    """The judgements of a policy. A violation that several subjects share (of one key) is kept only for the first."""
    said: set[Violation] = set()
    for each in judgements:
        if isinstance(each.verdict, Violation) and each.verdict.at is not None:
            if each.verdict in said:
                continue
            said.add(each.verdict)
        yield each


def _in_words_of(phase: str, decision: Decision) -> Decision:
    if phase == PREVIEW or isinstance(decision, Compliant):
        return decision
    return replace(decision, why=in_words_of(phase, decision.why))


def _refused(undecided: CannotTell, phase: str) -> Violation:
    return Violation(
        why=f"{undecided.why} The setting undecided of this policy is refuse, which makes that a violation.",
        fix=undecided.to_decide or to_decide(phase),
    )


def _outside(settings: Effective, tags: Mapping[str, str]) -> NotApplicable | None:
    if not settings.only_tags and not settings.except_tags:
        return None
    if not all(_is_tagged(tags, tag, patterns) for tag, patterns in settings.only_tags.items()):
        return NotApplicable("The stack does not have the tags that the setting onlyStackTags asks for.")
    if any(_is_tagged(tags, tag, patterns) for tag, patterns in settings.except_tags.items()):
        return NotApplicable("The stack has a tag that the setting exceptStackTags names.")
    return None


def _is_tagged(tags: Mapping[str, str], tag: str, patterns: tuple[str, ...]) -> bool:
    return tag in tags and any(matches(tags[tag], pattern) for pattern in patterns)


def _with_exemption(
    violation: Violation, subject: Node | None, settings: Effective, stack: Stack, today: date
) -> Verdict:
    names = (
        names_of(subject) if subject is not None else ("",)
    )  # the stack as a whole has no name, and only "*" matches it
    at = stack.by_id.get(violation.at) if violation.at is not None else None
    if at is not None:
        names = (*names, *names_of(at))
    covering = [exemption for exemption in settings.exemptions if exemption.covers(*names)]
    if not covering:
        return violation
    best = max(covering, key=lambda exemption: exemption.expires)
    if best.expires >= today:
        return Exempted(violation, best.reason, best.expires.isoformat(), best.ticket)
    return replace(violation, why=f"{violation.why} The exemption was valid until {best.expires.isoformat()}.")


def _with_suppression(violation: Violation, suppression: Suppression, settings: Effective) -> Verdict:
    rule = f"{suppression.tool} {suppression.rule}"
    if settings.values.get(HONOR_SUPPRESSIONS.name) is True:
        return Exempted(violation, f"suppressed in the template ({rule}): {suppression.reason or 'no reason'}", "")
    return replace(
        violation,
        why=f"{violation.why} The template suppresses {rule}, which does not count here (honorTemplateSuppressions).",
    )


def _with_tags(violation: Violation, tags: Mapping[str, str], settings: Effective) -> Verdict:
    exempting = [name for name, patterns in settings.exempt_tags.items() if _is_tagged(tags, name, patterns)]
    if not exempting:
        return violation
    return Exempted(violation, f"exempted by a tag of the resource ({quoting.name(exempting[0])})", "")


def names_of(node: Node) -> tuple[str, ...]:
    """The names by which an exemption may refer to a node: its URN, its id, its resource's name and its label."""
    # Everything after the third separator: a name may contain a separator, too.
    return node.urn, node.id, name_of(node.urn), node.label
