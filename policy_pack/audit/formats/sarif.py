"""SARIF 2.1.0, for code scanning on GitHub and elsewhere.

Results are the violations and, as suppressed results, the exempted ones. Compliant and not applicable verdicts are not
results, because GitHub shows every result as an alert, whatever its kind. They are in the run's property bag, with
everything else that has no place in SARIF.

Sources: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" of OASIS; "SARIF support for code scanning"
of the GitHub documentation, for the properties it has; "SARIF results exceed one or more limits" and "SARIF results
file is too large" there, for the limits.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from policy_pack.audit.formats import streamed
from policy_pack.audit.formats.as_json import document
from policy_pack.audit.formats.common import artifact_uri, by_edition, moment, runs, short
from policy_pack.audit.formats.sarif_results import (
    SECURITY_SEVERITY,
    Json,
    Result,
    level_of,
    message_of,
    results_of,
    written,
)
from policy_pack.audit.report import PolicyInEffect, Problem, Report, Source
from policy_pack.judging.frameworks import Requirement
from policy_pack.records import dataclass

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# The parts of the report in JSON that have no place of their own in a SARIF log.
_ALL = frozenset(
    ("pack", "when", "summary", "control", "identifiers", "requirements", "configurations", "unread", "ignored")
)
_WITHOUT_CONFIGURATIONS = _ALL - {"configurations", "ignored"}
_NONE = frozenset(("pack", "when"))

# GitHub accepts five times as many results in a run, and shows the first ones; it refuses larger files.
MOST_RESULTS = 5_000
MOST_BYTES = 10_000_000  # compressed with gzip


def write(report: Report) -> str:
    """The report as a SARIF log with one run, whatever the number of results."""
    return "".join(pieces(report))


def pieces(report: Report) -> Iterator[str]:
    """The same, piece by piece."""
    return _log(report, _Part(results_of(report)))


def files(report: Report) -> Iterator[Iterator[str]]:
    """The report as one log, or as several logs within GitHub's limits, the most urgent results first.

    The first log has the evidence, if there is room: a log whose results alone need `MOST_BYTES` has none, and says so.
    """
    every = list(results_of(report))
    most = MOST_RESULTS
    if len(every) > most:
        every.sort(key=lambda result: result.urgency)
    first, number = 0, 1
    while first < len(every) or number == 1:
        results = every[first : first + most]
        part = _Part(results, number=number, evidence=_ALL if number == 1 else _NONE, whole=len(results) == len(every))
        if not _fits(_log(report, part)):
            # The evidence for configurations needs the most room, and then the texts of results.
            if part.evidence == _ALL:
                part = replace(part, evidence=_WITHOUT_CONFIGURATIONS)
            if len(results) > 1 and not _fits(_log(report, part)):
                most = len(results) // 2
                if number == 1:
                    every.sort(key=lambda result: result.urgency)
                continue
        yield _log(report, part)
        first, number = first + len(results), number + 1


def _fits(log: Iterable[str]) -> bool:
    """Whether a log, compressed as for the upload, is within GitHub's limit."""
    compressor = zlib.compressobj(wbits=31)
    size = 0
    for piece in log:
        size += len(compressor.compress(piece.encode()))
        if size > MOST_BYTES:
            return False
    return size + len(compressor.flush()) <= MOST_BYTES


@dataclass(frozen=True)
class _Part:
    """The part of a report in a log: results, and some evidence. `whole` says that it has all results."""

    results: Iterable[Result]
    number: int = 1
    evidence: frozenset[str] = _ALL
    whole: bool = True


def _log(report: Report, part: _Part) -> Iterator[str]:
    yield from streamed.pieces({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, part)]})
    yield "\n"


def _run(report: Report, part: _Part) -> Json:
    taxonomies = by_edition(report.control)
    return {
        "tool": {
            "driver": {
                "name": report.pack,
                "fullName": f"{report.pack} {report.version}",
                "semanticVersion": report.version,
                "shortDescription": {"text": report.control.title},
                "fullDescription": {"text": report.control.statement},
                "informationUri": "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
                "rules": [_rule(each, taxonomies) for each in report.policies],
                "supportedTaxonomies": [{"name": name} for name in taxonomies],
            }
        },
        "taxonomies": [_taxonomy(name, requirements) for name, requirements in taxonomies.items()],
        # The text before the slash is the category, which has to be different for each file of a commit.
        "automationDetails": {"id": f"{report.pack}{'' if part.number == 1 else f'-{part.number}'}/{moment(report)}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.problems,
                "endTimeUtc": moment(report),
                "toolExecutionNotifications": [
                    *(_notification(each, "error") for each in report.problems),
                    *(_notification(each, "note") for each in (*report.notes, *_left_out(part))),
                ],
            }
        ],
        "artifacts": map(_artifact, _sources(report, part)),
        "results": written(report, part.results),
        "properties": {name: value for name, value in document(report).items() if name in part.evidence},
    }


def _sources(report: Report, part: _Part) -> Iterable[Source]:
    if part.whole:
        return iter(report.sources)
    used = {each.source for each in part.results}
    return (each for each in report.sources if each.name in used)


def _artifact(source: Source) -> Json:
    return {
        "location": {"uri": artifact_uri(source.name)},
        "length": source.size,
        "hashes": {"sha-256": source.sha256},
        "description": {"text": message_of(f"{source.kind} of {source.label}")},
    }


def _left_out(part: _Part) -> Iterable[Problem]:
    if part.evidence == _WITHOUT_CONFIGURATIONS:
        yield Problem("this log", "has no room for the evidence of every configuration, which the format json has")
    if not part.whole:
        yield Problem("this log", "holds some of the results; the others are in files beside it")


def _notification(problem: Problem, level: str) -> Json:
    return {"level": level, "message": {"text": message_of(f"{problem.source} {problem.text}")}}


def _rule(policy: PolicyInEffect, taxonomies: Mapping[str, Sequence[Requirement]]) -> Json:
    level = level_of(policy.level)
    asking = [(name, each) for name, every in taxonomies.items() for each in every if each.asks_for(short(policy.name))]
    frameworks = {_slug(each.framework) for _, each in asking}
    relationships = [
        {"target": {"id": each.reference, "toolComponent": {"name": name}}, "kinds": ["relevant"]}
        for name, each in asking
    ]
    return {
        "id": policy.name,
        "name": "".join(word.capitalize() for word in short(policy.name).split("-")),
        "shortDescription": {"text": policy.title},
        "fullDescription": {"text": policy.description},
        "help": {
            "text": f"{policy.description}\n\n{policy.remediation}\n\n{policy.url}",
            "markdown": (
                f"{policy.description}\n\n**How to fix it:** {policy.remediation}\n\n[Documentation]({policy.url})"
            ),
        },
        "helpUri": policy.url,
        "defaultConfiguration": {"enabled": runs(policy.level), "level": level},
        "relationships": relationships,
        "properties": {
            "tags": sorted({"security", *policy.tags, *frameworks}),
            "precision": "very-high",
            "problem.severity": level,
            "security-severity": SECURITY_SEVERITY[policy.severity],
        },
    }


def _taxonomy(name: str, requirements: Iterable[Requirement]) -> Json:
    return {
        "name": name,
        "shortDescription": {"text": name},
        "taxa": [
            {"id": each.reference, "shortDescription": {"text": each.title}, "fullDescription": {"text": each.how}}
            for each in requirements
        ],
    }


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
