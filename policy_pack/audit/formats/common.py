"""What several formats need of a report, and say in the same words."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    ConfigurationEvidence,
    Finding,
    PolicyVerdict,
)
from policy_pack.audit.report import Report, RequirementEvidence, Source
from policy_pack.judging.policy import DISABLED, MANDATORY, REMEDIATE
from policy_pack.policies import PACK

STATUS_TEXTS: Mapping[str, str] = {
    COMPLIANT: "compliant",
    NON_COMPLIANT: "non-compliant",
    NOT_APPLICABLE: "not applicable",
    EXEMPTED: "exempted",
    CANNOT_TELL: "cannot tell",
}


def moment(report: Report) -> str:
    """When the audit was, as in "2026-11-25T03:30:00Z"."""
    return report.when.strftime("%Y-%m-%dT%H:%M:%SZ")


def short(policy: str) -> str:
    """A policy's name without the prefix that all of them have."""
    return policy.removeprefix(PACK.prefix)


def fails(level: str) -> bool:
    """Whether a violation at this level stops an update."""
    return level in (MANDATORY, REMEDIATE)


def runs(level: str) -> bool:
    """Whether a policy with this level judges anything."""
    return level != DISABLED


def percent(share: float | None) -> str:
    """A share as in "67%", where only all is 100% and only nothing is 0%; "none judged" where there is none."""
    if share is None:
        return "none judged"
    if 0 < share < 1:
        return f"{min(99, max(1, math.floor(share * 100 + 0.5)))}%"
    return f"{share * 100:.0f}%"


def share_text(each: RequirementEvidence) -> str:
    """A requirement's share of compliant configurations with its numbers, as in "66% (2 of 3)"."""
    if each.share is None:
        return percent(None)
    return f"{percent(each.share)} ({each.counts[COMPLIANT]:,} of {each.judged:,})"


def place(of: ConfigurationEvidence | Finding) -> str:
    """Where a resource is made and what it is: the line of the program, where the stack says it, and the URN."""
    urn = of.id if isinstance(of, ConfigurationEvidence) else of.urn
    return " ".join(part for part in (f"{of.origin.program}," if of.origin.program else "", urn) if part)


def age_text(taken: str, report: Report) -> str:
    """How old what was read is at the time of the audit, as in "3 days old"; empty where nobody knows."""
    if not taken:
        return ""
    days = (report.when.date() - date.fromisoformat(taken[:10])).days
    return "of the day" if days == 0 else f"{counted(days, 'day')} old" if days > 0 else "of the future"


def one_line(text: str) -> str:
    """`text` without line breaks or other runs of blanks."""
    return " ".join(text.split())


def counted(number: int, what: str) -> str:
    """As in "1 stack" and "2 stacks"."""
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"


def headline(report: Report) -> str:
    """What the audit comes to, as in "7 of 9 configurations are not compliant", without a full stop."""
    counts = report.counts
    judged = sum(counts.values()) - counts[NOT_APPLICABLE]
    if not judged:
        return "No configuration was checked"
    every = counted(judged, "configuration")
    bad, good = counts[NON_COMPLIANT], counts[COMPLIANT]
    rest = [
        f"{number:,} {text}"
        for number, text in (
            (counts[CANNOT_TELL], "cannot be told"),
            (counts[EXEMPTED], "exempted"),
        )
        if number
    ]
    if bad:
        said = f"{bad:,} of {every} {_is(bad)} not compliant"
    elif good == judged:
        said = f"The {every} is compliant" if judged == 1 else f"All {judged:,} configurations are compliant"
    else:
        said = f"{good:,} of {every} {_is(good)} compliant"
    advised = sum(bool(advice_on(each)) for each in report.configurations if each.status == COMPLIANT)
    if advised:
        rest.append(f"{advised:,} compliant with warnings")
    return ", ".join((said, *rest))


def is_good(report: Report) -> bool:
    """Whether all was audited, nothing mandatory is violated and every configuration is compliant."""
    stops = any(fails(each.level) for each in report.new_findings)
    judged = sum(report.counts.values()) - report.counts[NOT_APPLICABLE]
    return not report.problems and not stops and report.counts[COMPLIANT] == judged


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def advice_on(configuration: ConfigurationEvidence) -> dict[str, int]:
    """How many policies a configuration violates that do not decide whether it is compliant, by their level."""
    if configuration.status == NON_COMPLIANT:
        return {}
    levels = [each.level for each in configuration.verdicts if each.status == NON_COMPLIANT]
    return {level: levels.count(level) for level in dict.fromkeys(levels)}


def standing(configuration: ConfigurationEvidence) -> str:
    """What a configuration comes to, with the advice that is left: "compliant, 1 advisory"."""
    advice = [f"{number} {level}" for level, number in advice_on(configuration).items()]
    return ", ".join((STATUS_TEXTS[configuration.status], *advice))


class Stacks:
    """The names of a report's stacks, with their files where two stacks have one name."""

    def __init__(self, report: Report) -> None:
        labels = Counter(each.label for each in report.sources)
        self._shared = {label for label, number in labels.items() if number > 1}

    def name(self, of: ConfigurationEvidence | Finding | Source) -> str:
        """The stack that `of` is of, as in "shop/dev" or "shop/dev (exports/dev.json)"."""
        label, source = (of.label, of.name) if isinstance(of, Source) else (of.stack, of.source)
        return f"{label} ({source})" if label in self._shared and label != source else label


def unread_text(report: Report) -> str:
    """What follows the number of configurations where more may be made: ", and 2 resources or templates not read"."""
    number = len(report.unread)
    if not number:
        return ""
    return f", and {number:,} {'resource or template' if number == 1 else 'resources or templates'} not read"


def stopping_text(report: Report) -> str:
    """How many mandatory violations there are that no baseline has, without a full stop."""
    what = "new mandatory violation" if report.known_findings else "mandatory violation"
    stopping = sum(fails(each.level) for each in report.new_findings)
    return counted(stopping, what) if stopping else f"No {what}"


def findings_text(report: Report) -> str:
    """How many findings there are, new and known, without a full stop."""
    if not report.known_findings:
        return counted(len(report.findings), "finding")
    new = counted(len(report.new_findings), "new finding")
    return f"{new}, {len(report.known_findings)} known from the baseline"


def exemption_text(verdict: PolicyVerdict) -> str:
    """Why and until when a violation is exempted, or what a template says of it; empty where neither is."""
    if not verdict.expires:
        return f"{verdict.reason[:1].upper()}{verdict.reason[1:]}"
    ticket = f" ({verdict.ticket})" if verdict.ticket else ""
    return f"Exempted until {verdict.expires}: {verdict.reason}{ticket}"


def artifact_uri(source: str) -> str:
    """The name of an input as a URI: relative where the name is, ``stdin`` for the standard input."""
    if source == "-":
        return "stdin"
    from urllib.parse import quote  # only where something becomes a URI

    path = source.replace("\\", "/")
    scheme = "file://" if path.startswith("/") else ""
    return scheme + quote(path.removeprefix("./"), errors="backslashreplace")


class Findings:
    """A report's findings beside its configurations' verdicts.

    A finding says of a configuration what a verdict says of it, or is about something else: an endpoint, a key that
    several configurations share, the stack.
    """

    def __init__(self, report: Report) -> None:
        self._by_words: defaultdict[tuple[str, str, str], list[Finding]] = defaultdict(list)
        for finding in report.findings:
            self._by_words[finding.source, finding.policy, finding.why].append(finding)
        said = {
            id(finding)
            for configuration in report.configurations
            for verdict in configuration.verdicts
            for finding in self.of(configuration, verdict)
        }
        self.others: tuple[Finding, ...] = tuple(each for each in report.findings if id(each) not in said)

    def of(self, configuration: ConfigurationEvidence, verdict: PolicyVerdict) -> tuple[Finding, ...]:
        """The findings that a configuration's verdict stands for; none where it is no violation."""
        if verdict.status != NON_COMPLIANT:
            return ()
        same = self._by_words.get((configuration.source, verdict.policy, verdict.why), [])
        own = [each for each in same if each.urn == configuration.urn and each.subject in ("", configuration.label)]
        return tuple(own or (each for each in same if each.type != configuration.type))

    def known(self, configuration: ConfigurationEvidence, verdict: PolicyVerdict) -> bool:
        """Whether the baseline has all that a configuration's verdict stands for."""
        found = self.of(configuration, verdict)
        return bool(found) and all(each.known for each in found)


def by_policy(configurations: Iterable[ConfigurationEvidence]) -> dict[str, list[str]]:
    """The statuses that each policy gives, by its full name."""
    statuses: defaultdict[str, list[str]] = defaultdict(list)
    for configuration in configurations:
        for verdict in configuration.verdicts:
            statuses[verdict.policy].append(verdict.status)
    return statuses
