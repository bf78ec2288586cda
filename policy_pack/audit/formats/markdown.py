"""GitHub-flavored Markdown, for a comment on a pull request.

What needs somebody comes first. GitHub takes comments of up to 65,536 characters; what does not fit is left out whole,
configuration by configuration, and said.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    STATUSES,
    ConfigurationEvidence,
    Finding,
    PolicyVerdict,
    Report,
    Source,
    count,
)
from policy_pack.audit.formats.common import (
    STATUS_TEXTS,
    counted,
    exemption_text,
    fails,
    findings_text,
    moment,
    one_line,
    share_text,
    short,
    stopping_text,
)
from policy_pack.audit.formats.markup import block, escape

LIMIT = 65_000  # characters: what GitHub takes, less what a job may add
_SHORT = 10_000  # of them, for a list of inputs

_WORST_FIRST = (NON_COMPLIANT, CANNOT_TELL, EXEMPTED, COMPLIANT, NOT_APPLICABLE)

T = TypeVar("T")


def write(report: Report) -> str:
    """The report as Markdown of at most `LIMIT` characters."""
    head, tail = list(_head(report)), list(_tail(report))
    room = LIMIT - sum(len(line) + 1 for line in (*head, *tail)) - 500  # for the titles between
    findings = _fitting(sorted(report.findings, key=_urgency), _finding_row, room // 2, "findings")
    room -= sum(len(line) + 1 for line in findings)
    worst_first = sorted(report.configurations, key=lambda each: _WORST_FIRST.index(each.status))
    configurations = _fitting(worst_first, _configuration, room, "configurations")
    lines = [*head, ""]
    if findings:
        header = _header("", "Level", "Policy", "Resource", "Stack", "Why, and what to do")
        lines += ["### Findings", "", *header, *findings, ""]
    if configurations:
        lines += ["### Configurations", "", *configurations, ""]
    return "\n".join((*lines, *tail)) + "\n"


def _head(report: Report) -> Iterable[str]:
    counts = count(each.status for each in report.configurations)
    bad = bool(report.problems) or any(fails(each.level) for each in report.new_findings)
    verdict = f"{'❌' if bad else '✅'} {stopping_text(report)}"
    if report.problems:
        verdict += f", ⚠️ {counted(len(report.problems), 'input')} not audited"
    yield f"## {escape(report.control.title)}"
    yield ""
    yield f"**{verdict}**"
    yield ""
    configurations, stacks = counted(len(report.configurations), "configuration"), counted(len(report.sources), "stack")
    numbers = ", ".join(f"{counts[status]} {STATUS_TEXTS[status]}" for status in STATUSES)
    yield f"{configurations} in {stacks}: {numbers}. {findings_text(report)}."
    for problems, title in ((report.problems, "Why it was not audited"), (report.notes, "What limits the evidence")):
        if problems:
            yield ""
            yield from _header("Input", title)
            yield from _fitting(problems, lambda each: [_row(escape(each.source), escape(each.text))], _SHORT, "inputs")


def _urgency(finding: Finding) -> tuple[bool, bool]:
    return finding.known, not fails(finding.level)


def _finding_row(finding: Finding) -> list[str]:
    mark = "known" if finding.known else ("❌" if fails(finding.level) else "⚠️")
    name = finding.subject or finding.resource or "the stack"
    text = f"{escape(finding.why)} {escape(finding.fix)}"
    return [_row(mark, finding.level, f"`{short(finding.policy)}`", _code(name), escape(finding.stack), text)]


def _configuration(each: ConfigurationEvidence) -> list[str]:
    lines = [
        "<details>",
        # Within an HTML block Markdown means nothing, and GitHub looks for no mentions in code.
        f"<summary>{STATUS_TEXTS[each.status]}: <code>{_html(each.label)}</code> in <code>{_html(each.stack)}</code>"
        f", region <code>{_html(each.region or 'not known')}</code>, key <code>{_html(each.key)}</code></summary>",
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
    yield "### What this rests on"
    yield ""
    yield from _header("Input", "Kind", "Stack", "SHA-256")
    yield from _fitting(report.sources, _source_row, _SHORT, "inputs")
    yield ""
    others = ", ".join(f"{escape(each.tool)} `{each.id}`" for each in report.control.identifiers)
    yield f"The same control elsewhere: {others}."
    yield ""
    yield f"Audited {moment(report)} by {escape(report.pack)} {escape(report.version)}."


def _source_row(source: Source) -> list[str]:
    return [_row(escape(source.name), source.kind, escape(source.label), f"`{source.sha256}`")]


def _fitting(every: Sequence[T], lines_of: Callable[[T], list[str]], room: int, what: str) -> list[str]:
    fitting: list[str] = []
    for number, each in enumerate(every):
        lines = lines_of(each)
        room -= sum(len(line) + 1 for line in lines)
        if room < 0:
            return [*fitting, "", _left_out(len(every) - number, what)]
        fitting += lines
    return fitting


def _left_out(number: int, what: str) -> str:
    return f"**Not shown here, where they do not fit: {number} more {what}. Another format of the report has them.**"


def _header(*names: str) -> list[str]:
    return [_row(*names), _row(*("---" for _ in names))]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    # A code span of Markdown cannot hold every text within a table; an element with escaped text can.
    return f"<code>{escape(text)}</code>"


def _html(text: str) -> str:
    return html.escape(one_line(text))
