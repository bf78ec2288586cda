"""The report for a terminal: the result, then the violations by resource, and on request the evidence.

Source: "Hyperlinks in Terminal Emulators" (OSC 8), for policy names that link to their sources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from policy_pack import quoting
from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    STATUSES,
    Finding,
    PolicyVerdict,
    UnreadEvidence,
)
from policy_pack.audit.formats.common import (
    STATUS_TEXTS,
    Stacks,
    exemption_text,
    headline,
    is_good,
    moment,
    share_text,
    short,
    standing,
    unread_text,
)
from policy_pack.audit.report import Problem, Report
from policy_pack.judging.policy import MANDATORY

if TYPE_CHECKING:
    from rich.console import Console

QUIET, NORMAL, VERBOSE = "quiet", "normal", "verbose"

_STYLES = {
    COMPLIANT: "green",
    NON_COMPLIANT: "red",
    NOT_APPLICABLE: "dim",
    EXEMPTED: "yellow",
    CANNOT_TELL: "yellow",
    "mandatory": "red",
    "advisory": "yellow",
}
_INDENT = "  "
_NARROWEST = 20  # columns

# A line: texts, each with a style of the library that prints colors.
Line = tuple[tuple[str, str], ...]


def write(report: Report, detail: str = VERBOSE, *, is_told: bool = False) -> str:
    """The report as plain text, with each paragraph on one line.

    `detail` is `QUIET` (violations only), `NORMAL` or `VERBOSE` (all of the evidence). `is_told` says that problems and
    notes are printed elsewhere, so that only `VERBOSE` has them.
    """
    return "".join(pieces(report, detail, is_told=is_told))


def pieces(report: Report, detail: str = VERBOSE, *, is_told: bool = False) -> Iterator[str]:
    """The same, line by line."""
    lines = (f"{''.join(text for text, _ in line)}\n" for line in _lines(report, detail, is_told=is_told))
    return map(quoting.line, lines)


def show(report: Report, console: Console, detail: str = NORMAL) -> None:
    """Prints the report in colors, wrapped to the console's width with hanging indents."""
    from rich.text import Text  # imported only for a terminal

    for line in _lines(report, detail, is_told=True):
        text = Text.assemble(*((quoting.line(part), style) for part, style in line))
        indent = len(text.plain) - len(text.plain.lstrip(" "))
        wrapped = text[indent:].wrap(console, max(_NARROWEST, console.width - indent - len(_INDENT)))
        for number, part in enumerate(wrapped):
            part.rstrip()
            before = " " * indent if number == 0 else " " * indent + _INDENT
            console.print(Text(before) + part, highlight=False, markup=False, emoji=False, soft_wrap=True)
        if not wrapped:
            console.print()


def _lines(report: Report, detail: str, *, is_told: bool) -> Iterator[Line]:
    findings = _Findings(report)
    violations = findings.lines(report.new_findings)
    if detail == QUIET:
        yield from violations
        return
    if detail == NORMAL and is_told and not report.sources:
        return  # problems with the inputs are printed elsewhere, and there is nothing else
    if detail == VERBOSE:
        yield _line(f"{report.pack} {report.version}", "bold", f", audit of {moment(report)}")
        yield ()
    if detail == NORMAL and is_good(report) and not report.findings:
        yield _clean(report)
    else:
        yield from _summary(report)
    yield from _section("Violations", violations)
    yield from _section("Known violations, of the baseline", findings.lines(report.known_findings))
    yield from _section("Not readable, and may make more endpoint configurations", _unread(report.unread))
    if detail == VERBOSE:
        yield from _evidence(report)
    if detail == VERBOSE or not is_told:
        yield from _section("Not audited", _problems(report.problems))
        yield from _section("Notes", _problems(report.notes))


def _evidence(report: Report) -> Iterator[Line]:
    yield from _section("What was read", _sources(report))
    yield from _section("Endpoint configurations", _configurations(report))
    yield from _section("Requirements, with the share of configurations that meet them", _requirements(report))
    yield from _section(
        "The same control in other tools", (_line(f"{each.tool}: {each.id}") for each in report.control.identifiers)
    )


def _section(title: str, lines: Iterable[Line]) -> Iterator[Line]:
    for number, line in enumerate(lines):
        if number == 0:
            yield ()
            yield ((title, "bold underline"),)
        yield _indented(line)


def _sources(report: Report) -> Iterator[Line]:
    for each in report.sources:
        of = f" of {each.label}" if each.label != each.name else ""
        yield _line(each.name, "bold", f": {each.kind}{of}, {_number(each.resources, 'resource')}, {each.size:,} bytes")
        yield _line(f"{_INDENT}SHA-256 {each.sha256}", "dim")
    if report.ignored:
        yield _line(f"{_number(len(report.ignored), 'other JSON file')} without a stack", "dim")


def _configurations(report: Report) -> Iterator[Line]:
    stacks = Stacks(report)
    for each in report.configurations:
        where = f", {each.region}" if each.region else ""
        yield (
            (each.label, "bold"),
            (f" in {stacks.name(each)}{where}, key {each.key}: ", ""),
            (standing(each), _STYLES[each.status]),
        )
        for status in STATUSES:
            verdicts = [verdict for verdict in each.verdicts if verdict.status == status]
            if verdicts:
                yield from (_indented(line) for line in _verdicts(status, verdicts))


def _verdicts(status: str, verdicts: Sequence[PolicyVerdict]) -> Iterator[Line]:
    title = f"{STATUS_TEXTS[status]}: "
    says = [each for each in verdicts if each.why] if status == COMPLIANT else []
    if status in (NOT_APPLICABLE, NON_COMPLIANT) or (status == COMPLIANT and not says):
        # The violations above say why it is not compliant.
        yield _line(title, _STYLES[status], ", ".join(short(each.policy) for each in verdicts))
        return
    yield _line(title.rstrip(), _STYLES[status])
    for each in verdicts:
        yield _indented(_line(f"{short(each.policy)}: {exemption_text(each) or each.why}"))


def _unread(unread: Sequence[UnreadEvidence]) -> Iterator[Line]:
    for each in unread:
        style = _STYLES[each.status]
        yield (
            (each.label, "bold"),
            (f" in {each.stack} ({each.type}): ", ""),
            (STATUS_TEXTS[each.status], style),
            (f". {each.why}", ""),
        )


def _requirements(report: Report) -> Iterator[Line]:
    for each in report.requirements:
        yield _line(f"{each.requirement.label}: ", "", share_text(each))


class _Findings:
    """The violations, by resource."""

    def __init__(self, report: Report) -> None:
        self._links = {each.name: each.url for each in report.policies}
        self._stacks = Stacks(report)

    def lines(self, findings: Iterable[Finding]) -> Iterator[Line]:
        """Their lines."""
        by_resource: defaultdict[tuple[str, str, str], list[Finding]] = defaultdict(list)
        for each in findings:
            # A violation that all stacks share, such as a setting, is printed once.
            key = (each.source, each.stack, each.urn) if each.urn else ("", each.policy, each.why)
            by_resource[key].append(each)
        for found in by_resource.values():
            first = found[0]
            if first.urn:
                at = f", at {first.origin.program}" if first.origin.program is not None else ""
                yield _line(first.resource, "bold", f" in {self._stacks.name(first)} ({first.type}){at}")
            else:
                stacks = list(dict.fromkeys(map(self._stacks.name, found)))
                more = f" and {len(stacks) - 1:,} more" if len(stacks) > 1 else ""
                yield _line(stacks[0], "bold", more)
                found = found[:1]
            for each in found:
                yield from (_indented(line) for line in self._finding(each))

    def _finding(self, each: Finding) -> Iterator[Line]:
        link = self._links.get(each.policy)
        name = (short(each.policy), f"link {link}" if link else "")
        yield (f"[{each.level}] ", _STYLES[each.level]), name, (f" (severity {each.severity})", "")
        about = f"{each.subject}: " if each.subject else ""
        for line in f"{about}{each.why}".split("\n"):
            yield _line(f"{_INDENT}{line}")
        for line in each.fix.split("\n"):
            yield _line(f"{_INDENT}{line}", "cyan")


def _problems(problems: Iterable[Problem]) -> Iterator[Line]:
    for each in problems:
        yield _line(each.source, "bold", f" {each.text}")


def _clean(report: Report) -> Line:
    return _line(f"{headline(report)}: ", "bold green", f"{_extent(report)}, no violations.")


def _summary(report: Report) -> Iterator[Line]:
    mandatory = sum(each.level == MANDATORY for each in report.new_findings)
    style = "bold green" if is_good(report) else "bold red" if mandatory or report.problems else "bold yellow"
    yield _line(f"{headline(report)}.", style)
    statuses = ", ".join(f"{number:,} {STATUS_TEXTS[status]}" for status, number in report.counts.items() if number)
    yield _line(f"{_extent(report)}: {statuses}." if statuses else f"{_extent(report)}.")
    advisory = len(report.new_findings) - mandatory
    known = f", and {len(report.known_findings):,} known" if report.known_findings else ""
    total = _number(len(report.new_findings), "violation")
    levels = f": {mandatory:,} mandatory, {advisory:,} advisory" if report.new_findings else ""
    yield _line(f"{total}{levels}{known}.")
    if report.problems:
        yield _line(f"{_number(len(report.problems), 'input')} not audited.", "bold red")


def _extent(report: Report) -> str:
    configurations = _number(len(report.configurations), "endpoint configuration")
    return f"{configurations} in {_number(len(report.sources), 'stack')}{unread_text(report)}"


def _number(number: int, of: str) -> str:
    return f"{number:,} {of}" if number == 1 else f"{number:,} {of}s"


def _line(text: str, style: str = "", rest: str = "") -> Line:
    return ((text, style), (rest, ""))


def _indented(line: Line) -> Line:
    return ((_INDENT, ""), *line)
