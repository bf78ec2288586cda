"""HTML: a single self-contained file for auditors.

A long page (more than `LIMIT` configurations) has compressed lists, which a script displays.

The page loads nothing and sends nothing. Its Content-Security-Policy enforces that in the browser: only its own style
and script run, by their hashes. The template escapes all texts from a stack.

Source: "Content Security Policy Level 3" of the W3C, for hashes.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    WORST_FIRST,
    count,
)
from policy_pack.audit.formats.common import (
    STATUS_TEXTS,
    Findings,
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
    percent,
    place,
    runs,
    share_text,
    short,
    standing,
    stopping_text,
)
from policy_pack.audit.formats.page_data import packed
from policy_pack.audit.report import PolicyInEffect, Report, Source, judged, share

_PAGE = Path(__file__).parent / "page"

# The order of the statuses in a bar and, except for those that need no attention, in a list.
_IN_A_BAR = (COMPLIANT, EXEMPTED, CANNOT_TELL, NON_COMPLIANT)

LIMIT = 200  # the most configurations that a page lists without a script


@dataclass(frozen=True)
class Segment:
    """A segment of a bar: the number for a status, and its start and length in percent."""

    status: str
    number: int
    start: float
    length: float


@dataclass(frozen=True)
class PolicyRow:
    """A policy and its verdicts on the configurations."""

    policy: PolicyInEffect
    counts: Mapping[str, int]

    @property
    def judged(self) -> int:
        """The number of configurations that it applies to."""
        return judged(self.counts)

    @property
    def text(self) -> str:
        """The compliant share of those, with the numbers."""
        said = percent(share(self.counts))
        return f"{said} ({self.counts[COMPLIANT]:,} of {self.judged:,})" if self.judged else said


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html.j2")


def write(report: Report) -> str:
    """The report as an HTML document."""
    return "".join(pieces(report))


def pieces(report: Report) -> Iterator[str]:
    """The same, piece by piece."""
    style, script = (_PAGE.joinpath(name).read_text("utf-8") for name in ("report.css", "report.js"))
    statuses = by_policy(report.configurations)
    findings, stack_name = Findings(report), Stacks(report).name
    worst_first = sorted(report.configurations, key=lambda each: WORST_FIRST.index(each.status))
    urgent_first = sorted(report.findings, key=lambda each: (each.known, not fails(each.level)))
    is_long = len(report.configurations) > LIMIT
    data = packed(worst_first, urgent_first, report.policies, findings, stack_name) if is_long else ""
    return _template().generate(
        report=report,
        style=Markup(style),  # noqa: S704 - files of the pack, as is the script
        script=Markup(script),  # noqa: S704
        security=_security(style, script),
        moment=moment(report),
        counts=report.counts,
        good=is_good(report),
        headline=headline(report),
        outcome=stopping_text(report),
        findings_text=findings_text(report),
        worst_first=worst_first,
        urgent_first=urgent_first,
        policy_rows=[
            PolicyRow(each, count(statuses[each.name]))
            for each in report.policies
            if runs(each.level) and statuses[each.name]
        ],
        frameworks=_frameworks(report),
        findings=findings,
        limit=LIMIT,
        data=Markup(data),  # noqa: S704 - Base64
        trend=_trend(report),
        age=lambda source: age_text(source.taken, report),
        stack_rows=_stack_rows(report, stack_name),
        statuses=STATUS_TEXTS,
        order=WORST_FIRST,
        segments=segments,
        bar_text=bar_text,
        counted=counted,
        exemption_text=exemption_text,
        standing=standing,
        stack_name=stack_name,
        fails=fails,
        place=place,
        runs=runs,
        share_text=share_text,
        short=short,
    )


@dataclass(frozen=True)
class StackRow:
    """A stack and the work to do in it."""

    name: str
    counts: Mapping[str, int]
    findings: int


def _stack_rows(report: Report, name: Callable[[Source], str]) -> list[StackRow]:
    statuses: defaultdict[str, list[str]] = defaultdict(list)
    for each in report.configurations:
        statuses[each.source].append(each.status)
    found = Counter(each.source for each in report.findings)
    rows = [StackRow(name(each), count(statuses[each.name]), found[each.name]) for each in report.sources]
    return sorted(rows, key=lambda row: (-row.counts[NON_COMPLIANT], -row.findings, -row.counts[CANNOT_TELL]))


def _frameworks(report: Report) -> dict[str, list[str]]:
    """The policies of each framework's requirements."""
    asked: dict[str, list[str]] = {}
    for each in report.control.requirements:
        asked.setdefault(each.framework, []).extend((*each.policies, *each.where_enabled))
    return {framework: list(dict.fromkeys(names)) for framework, names in asked.items()}


@dataclass(frozen=True)
class Point:
    """An audit in the plot of the trend: its position, 0 to 100 from the upper left, and its result."""

    x: float
    y: float
    when: str
    text: str
    mandatory: int


def _trend(report: Report) -> list[Point]:
    """The shares of compliant configurations over time; nothing if no earlier audit has one."""
    judged = [(each, each.share) for each in report.history]
    known = [(each, share) for each, share in judged if share is not None]
    if len(known) < 2:
        return []
    first, last = known[0][0].when, known[-1][0].when
    span = (last - first).total_seconds() or 1
    return [
        Point(
            round(100 * (each.when - first).total_seconds() / span, 2),
            round(100 * (1 - share), 2),
            f"{each.when:%Y-%m-%d}",
            percent(share),
            each.mandatory,
        )
        for each, share in known
    ]


def segments(counts: Mapping[str, int]) -> list[Segment]:
    """The segments of a bar for the judged configurations; none if there are none."""
    total = sum(counts[status] for status in _IN_A_BAR)
    made, start = [], 0.0
    for status in _IN_A_BAR:
        if counts[status]:
            length = 100 * counts[status] / total
            made.append(Segment(status, counts[status], round(start, 3), round(length, 3)))
            start += length
    return made


def bar_text(counts: Mapping[str, int]) -> str:
    """A bar in words."""
    return ", ".join(f"{counts[status]} {STATUS_TEXTS[status]}" for status in WORST_FIRST if counts[status]) or "none"


def _security(style: str, script: str) -> str:
    hashes = (base64.b64encode(sha256(text.encode()).digest()).decode() for text in (style, script))
    style_hash, script_hash = (f"'sha256-{each}'" for each in hashes)
    return (
        f"default-src 'none'; style-src {style_hash}; script-src {script_hash}; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'"
    )
