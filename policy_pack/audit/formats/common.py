"""Texts and figures of a report that several formats share."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from policy_pack.audit.report import Report, RequirementEvidence, Source, judged
from policy_pack.judging.control import Control
from policy_pack.judging.frameworks import Requirement
from policy_pack.judging.policy import DISABLED, MANDATORY, REMEDIATE
from policy_pack.policies import PACK
from policy_pack.stack.links import grouped

STATUS_TEXTS: Mapping[str, str] = {
    COMPLIANT: "compliant",
    NON_COMPLIANT: "non-compliant",
    NOT_APPLICABLE: "not applicable",
    EXEMPTED: "exempted",
    CANNOT_TELL: "cannot tell",
}


def moment(report: Report) -> str:
    """The time of the audit, such as "2026-11-25T03:30:00Z"."""
    return report.when.strftime("%Y-%m-%dT%H:%M:%SZ")


def short(policy: str) -> str:
    """A policy's name without the common prefix."""
    return policy.removeprefix(PACK.prefix)


def fails(level: str) -> bool:
    """Whether a violation at this level stops an update."""
    return level in (MANDATORY, REMEDIATE)


def runs(level: str) -> bool:
    """Whether a policy with this level is enabled."""
    return level != DISABLED


def percent(share: float | None) -> str:
    """A share such as "67%"; only all is 100%, and only nothing is 0%. "none judged" if there is no share."""
    if share is None:
        return "none judged"
    if 0 < share < 1:
        return f"{min(99, max(1, math.floor(share * 100 + 0.5)))}%"
    return f"{share * 100:.0f}%"


def share_text(each: RequirementEvidence) -> str:
    """A requirement's share of compliant configurations with the numbers, such as "66% (2 of 3)"."""
    if each.share is None:
        return percent(None)
    return f"{percent(each.share)} ({each.counts[COMPLIANT]:,} of {each.judged:,})"


def place(of: ConfigurationEvidence | Finding) -> str:
    """The place of a resource: the line of the program, if the stack has it, and the URN."""
    urn = of.id if isinstance(of, ConfigurationEvidence) else of.urn
    return " ".join(part for part in (f"{of.origin.program}," if of.origin.program else "", urn) if part)


def age_text(taken: str, report: Report) -> str:
    """The age of an input at the time of the audit, such as "3 days old"; empty if it is not known."""
    if not taken:
        return ""
    days = (report.when.date() - date.fromisoformat(taken[:10])).days
    return "of the day" if days == 0 else f"{counted(days, 'day')} old" if days > 0 else "of the future"


def one_line(text: str) -> str:
    """`text` on one line, with single spaces."""
    return " ".join(text.split())


def counted(number: int, what: str) -> str:
    """A number with a noun, such as "1 stack" and "2 stacks"."""
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"


def by_edition(control: Control) -> Mapping[str, Sequence[Requirement]]:
    """The requirements of each edition of a framework, as in "NIST SP 800-53 Rev 5"."""
    return grouped((f"{each.framework} {each.version}".strip(), each) for each in control.requirements)


def headline(report: Report) -> str:
    """The result of the audit, such as "7 of 9 configurations are not compliant", without a period."""
    counts = report.counts
    checked = judged(counts)
    if not checked:
        return "No configuration was checked"
    every = counted(checked, "configuration")
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
    elif good == checked:
        said = f"The {every} is compliant" if checked == 1 else f"All {checked:,} configurations are compliant"
    else:
        said = f"{good:,} of {every} {_is(good)} compliant"
    advised = sum(bool(advice_on(each)) for each in report.configurations if each.status == COMPLIANT)
    if advised:
        rest.append(f"{advised:,} compliant with warnings")
    return ", ".join((said, *rest))


def is_good(report: Report) -> bool:
    """Whether every input was audited, no mandatory policy is violated, and every configuration is compliant."""
    stops = any(fails(each.level) for each in report.new_findings)
    return not report.problems and not stops and report.counts[COMPLIANT] == judged(report.counts)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def advice_on(configuration: ConfigurationEvidence) -> dict[str, int]:
    """The number of violated policies of a configuration that are not decisive, by level."""
    if configuration.status == NON_COMPLIANT:
        return {}
    levels = [each.level for each in configuration.verdicts if each.status == NON_COMPLIANT]
    return {level: levels.count(level) for level in dict.fromkeys(levels)}


def standing(configuration: ConfigurationEvidence) -> str:
    """The status of a configuration with its other violations, such as "compliant, 1 advisory"."""
    advice = [f"{number} {level}" for level, number in advice_on(configuration).items()]
    return ", ".join((STATUS_TEXTS[configuration.status], *advice))


class Stacks:
    """The names of a report's stacks, with their files if two stacks have the same name."""

    def __init__(self, report: Report) -> None:
        labels = Counter(each.label for each in report.sources)
        self._shared = {label for label, number in labels.items() if number > 1}

    def name(self, of: ConfigurationEvidence | Finding | Source) -> str:
        """The stack of `of`, such as "shop/dev" or "shop/dev (exports/dev.json)"."""
        label, source = (of.label, of.name) if isinstance(of, Source) else (of.stack, of.source)
        return f"{label} ({source})" if label in self._shared and label != source else label


def unread_text(report: Report) -> str:
    """The end of the number of configurations if there may be more: ", and 2 resources or templates not read"."""
    number = len(report.unread)
    if not number:
        return ""
    return f", and {number:,} {'resource or template' if number == 1 else 'resources or templates'} not read"


def stopping_text(report: Report) -> str:
    """The number of new mandatory violations, without a period."""
    what = "new mandatory violation" if report.known_findings else "mandatory violation"
    stopping = sum(fails(each.level) for each in report.new_findings)
    return counted(stopping, what) if stopping else f"No {what}"


def findings_text(report: Report) -> str:
    """The number of findings, new and known, without a period."""
    if not report.known_findings:
        return counted(len(report.findings), "finding")
    new = counted(len(report.new_findings), "new finding")
    return f"{new}, {len(report.known_findings)} known from the baseline"


def exemption_text(verdict: PolicyVerdict) -> str:
    """Why and until when a violation is exempted, or the suppression in a template; empty if there is neither."""
    if not verdict.expires:
        return f"{verdict.reason[:1].upper()}{verdict.reason[1:]}"
    ticket = f" ({verdict.ticket})" if verdict.ticket else ""
    return f"Exempted until {verdict.expires}: {verdict.reason}{ticket}"


def artifact_uri(source: str) -> str:
    """The name of an input as a URI: relative if the name is relative, ``stdin`` for standard input."""
    if source == "-":
        return "stdin"
    from urllib.parse import quote  # imported only for a URI

    path = source.replace("\\", "/")
    scheme = "file://" if path.startswith("/") else ""
    return scheme + quote(path.removeprefix("./"), errors="backslashreplace")


class Findings:
    """Matches a report's findings with the verdicts on its configurations.

    A finding is either a verdict on a configuration, or about something else: an Endpoint, a key that several
    configurations share, the stack.
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
        """The findings of a verdict on a configuration; none if it is not a violation."""
        if verdict.status != NON_COMPLIANT:
            return ()
        same = self._by_words.get((configuration.source, verdict.policy, verdict.why), [])
        own = [each for each in same if each.urn == configuration.urn and each.subject in ("", configuration.label)]
        return tuple(own or (each for each in same if each.type != configuration.type))

    def known(self, configuration: ConfigurationEvidence, verdict: PolicyVerdict) -> bool:
        """Whether the baseline has all findings of a verdict on a configuration."""
        found = self.of(configuration, verdict)
        return bool(found) and all(each.known for each in found)


def by_policy(configurations: Iterable[ConfigurationEvidence]) -> dict[str, list[str]]:
    """The statuses in each policy's verdicts, by its full name."""
    statuses: defaultdict[str, list[str]] = defaultdict(list)
    for configuration in configurations:
        for verdict in configuration.verdicts:
            statuses[verdict.policy].append(verdict.status)
    return statuses
