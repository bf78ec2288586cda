"""GitHub-flavored Markdown, for a comment on a pull request.

What needs attention comes first. GitHub accepts comments of up to 65,536 characters, so configurations that do not fit
are left out as a whole, and their number is given.
"""

from __future__ import annotations

import html
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    NON_COMPLIANT,
    STATUSES,
    WORST_FIRST,
    ConfigurationEvidence,
    Finding,
    PolicyVerdict,
    count,
)
from policy_pack.audit.formats.common import (
    STATUS_TEXTS,
    Stacks,
    age_text,
    by_policy,
    counted,
    exemption_text,
    fails,
    findings_text,
    headline,
    is_good,
    moment,
    one_line,
    share_text,
    short,
    standing,
    stopping_text,
    unread_text,
)
from policy_pack.audit.formats.markup import block, escape
from policy_pack.audit.report import Report, Source, judged

LIMIT = 65_000  # bytes: GitHub's limit, minus what a job may add
_SHORT = 8_000  # bytes for a list of inputs or of stacks

T = TypeVar("T")


def write(report: Report) -> str:
    """The report as Markdown of at most `LIMIT` bytes of UTF-8."""
    name = Stacks(report).name
    head, tail = [*_head(report), "", *_summaries(report, name)], list(_tail(report))
    room = LIMIT - _size((*head, *tail)) - 500  # for the headings between them
    urgent_first = sorted(report.findings, key=_urgency)
    findings = _fitting(urgent_first, lambda each: _finding_row(each, name(each)), room // 2, "findings")
    room -= _size(findings)
    worst_first = sorted(report.configurations, key=lambda each: WORST_FIRST.index(each.status))
    configurations = _fitting(worst_first, lambda each: _configuration(each, name(each)), room, "configurations")
    lines = [*head, ""]
    if findings:
        header = _header("", "Level", "Policy", "Resource", "Stack", "Why, and what to do")
        lines += ["### Findings", "", *header, *findings, ""]
    if configurations:
        lines += ["### Configurations", "", *configurations, ""]
    return "\n".join((*lines, *tail)) + "\n"


def pieces(report: Report) -> Iterator[str]:
    """The same, as a single piece, since it is never long."""
    yield write(report)


def _head(report: Report) -> Iterable[str]:
    counts = report.counts
    verdict = f"{'✅' if is_good(report) else '❌'} {headline(report)}. {stopping_text(report)}"
    if report.problems:
        verdict += f", ⚠️ {counted(len(report.problems), 'input')} not audited"
    yield f"## {escape(report.control.title)}"
    yield ""
    yield f"**{verdict}**"
    yield ""
    configurations, stacks = counted(len(report.configurations), "configuration"), counted(len(report.sources), "stack")
    fixed = f", {len(report.fixed):,} fixed since the baseline" if report.fixed else ""
    numbers = ", ".join(f"{counts[status]} {STATUS_TEXTS[status]}" for status in STATUSES)
    yield f"{configurations} in {stacks}{unread_text(report)}: {numbers}. {findings_text(report)}{fixed}."
    for problems, title in ((report.problems, "Why it was not audited"), (report.notes, "What limits the evidence")):
        if problems:
            yield ""
            yield from _header("Input", title)
            yield from _fitting(problems, lambda each: [_row(escape(each.source), escape(each.text))], _SHORT, "inputs")


def _summaries(report: Report, name: Callable[[Source], str]) -> Iterable[str]:
    """The results by policy and by stack, to show where to look first."""
    violations = Counter(each.policy for each in report.findings)
    statuses = by_policy(report.configurations)
    policies = [each for each in report.policies if violations[each.name]]
    if policies:
        yield from ("### By policy", "", *_header("Policy", "Level", "Findings", "Compliant"))
        for policy in sorted(policies, key=lambda each: (not fails(each.level), -violations[each.name])):
            counts = count(statuses[policy.name])
            share = f"{counts[COMPLIANT]} of {judged(counts)}" if judged(counts) else ""
            yield _row(f"`{short(policy.name)}`", policy.level, f"{violations[policy.name]:,}", share)
        yield ""
    if len(report.sources) > 1:
        yield from ("### By stack", "", *_header("Stack", "Configurations", "Not compliant", "Cannot tell", "Findings"))
        found = Counter(each.source for each in report.findings)
        by_source: defaultdict[str, list[str]] = defaultdict(list)
        for each in report.configurations:
            by_source[each.source].append(each.status)
        for unread in report.unread:
            by_source[unread.source].append(unread.status)

        def row(source: Source) -> list[str]:
            counts = count(by_source[source.name])
            numbers = (len(by_source[source.name]), counts[NON_COMPLIANT], counts[CANNOT_TELL], found[source.name])
            return [_row(escape(name(source)), *(f"{number:,}" for number in numbers))]

        worst = sorted(report.sources, key=lambda each: (-by_source[each.name].count(NON_COMPLIANT), -found[each.name]))
        yield from _fitting(worst, row, _SHORT, "stacks")


def _urgency(finding: Finding) -> tuple[bool, bool]:
    return finding.known, not fails(finding.level)


def _finding_row(finding: Finding, stack: str) -> list[str]:
    mark = "known" if finding.known else ("❌" if fails(finding.level) else "⚠️")
    name = finding.subject or finding.resource or "the stack"
    line = f" {_code(str(finding.origin.program))}" if finding.origin.program else ""
    text = f"{escape(finding.why)} {escape(finding.fix)}{line}"
    return [_row(mark, finding.level, f"`{short(finding.policy)}`", _code(name), escape(stack), text)]


def _configuration(each: ConfigurationEvidence, stack: str) -> list[str]:
    shared = f" ({each.key_label})" if each.key_label else ""
    lines = [
        "<details>",
        # In an HTML block, Markdown has no meaning, and GitHub finds no mentions in code.
        f"<summary>{standing(each)}: <code>{_html(each.label)}</code> in <code>{_html(stack)}</code>"
        f", Region <code>{_html(each.region or 'not known')}</code>, key <code>{_html(each.key)}</code>{shared}"
        "</summary>",
        "",
        *_header("Policy", "Level", "Verdict", "Why"),
        *(_verdict_row(verdict) for verdict in each.verdicts),
    ]
    if each.commands:
        lines += ["", *block(each.commands)]
    return [*lines, "", "</details>", ""]


def _verdict_row(verdict: PolicyVerdict) -> str:
    why = " ".join(part for part in (exemption_text(verdict), verdict.why) if part)
    mark = "✅ " if verdict.status == COMPLIANT else ""
    return _row(f"`{short(verdict.policy)}`", verdict.level, mark + STATUS_TEXTS[verdict.status], escape(why))


def _tail(report: Report) -> Iterable[str]:
    yield "### Framework requirements"
    yield ""
    yield from _header("Requirement", "Title", "Compliant")
    for each in report.requirements:
        yield _row(escape(each.requirement.label), escape(each.requirement.title), share_text(each))
    yield ""
    yield "### The basis of this report"
    yield ""
    yield from _header("Input", "Kind", "Stack", "Written", "SHA-256")
    yield from _fitting(report.sources, lambda each: _source_row(each, report), _SHORT, "inputs")
    yield ""
    others = ", ".join(f"{escape(each.tool)} `{each.id}`" for each in report.control.identifiers)
    yield f"The same control elsewhere: {others}."
    yield ""
    yield f"Audited {moment(report)} by {escape(report.pack)} {escape(report.version)}."


def _source_row(source: Source, report: Report) -> list[str]:
    written = f"{source.taken[:10]}, {age_text(source.taken, report)}" if source.taken else "not known"
    return [_row(escape(source.name), source.kind, escape(source.label), written, f"`{source.sha256}`")]


def _fitting(every: Sequence[T], lines_of: Callable[[T], list[str]], room: int, what: str) -> list[str]:
    fitting: list[str] = []
    for number, each in enumerate(every):
        lines = lines_of(each)
        room -= _size(lines)
        if room < 0:
            return [*fitting, "", _left_out(len(every) - number, what)]
        fitting += lines
    return fitting


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8", "backslashreplace")) + 1 for line in lines)


def _left_out(number: int, what: str) -> str:
    return f"**Not shown, because they do not fit: {number} more {what}. Another format of the report has them.**"


def _header(*names: str) -> list[str]:
    return [_row(*names), _row(*("---" for _ in names))]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    # A code span in a Markdown table cannot contain every text; an element with escaped text can.
    return f"<code>{escape(text)}</code>"


def _html(text: str) -> str:
    return html.escape(one_line(text))
