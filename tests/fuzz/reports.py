"""Earlier reports, as a baseline and for the trend: a changed one is refused, or excuses no more than the true one."""

from __future__ import annotations

import json
from functools import cache
from random import Random
from typing import Any

from policy_pack.audit import baseline, history
from policy_pack.audit.formats import as_json, html
from policy_pack.audit.unusable import Unusable
from policy_pack.judging.policy import MANDATORY
from tests.fuzz import states, vocabulary
from tests.fuzz.garbage import leaks, mutated


@cache
def _before() -> tuple[str, Any]:
    """A state in which much is wrong, and the report of it."""
    entries: dict[str, Any] = {}
    for case in vocabulary.cases():
        if case.violated and case.carrier == vocabulary.cases()[0].carrier:
            for each in vocabulary.seed(case).state["deployment"]["resources"]:
                entries.setdefault(each["urn"], each)
    state = json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": list(entries.values())}})
    return state, json.loads(as_json.write(states.audited(state)))


def make(random: Random) -> Any:
    report = mutated(random, _before()[1], times=8)
    if random.random() < 0.3 and isinstance(report, dict) and isinstance(report.get("summary"), dict):
        report["summary"] = mutated(random, {"summary": _before()[1]["summary"]}, ("summary",), times=3)["summary"]
        report["when"] = random.choice(("2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z", 5))
        for name in random.sample(("mandatory", "advisory"), 1):
            if isinstance(report["summary"], dict):
                report["summary"][name] = random.choice((10**18, 10**400, -1, 0, 1.5, "5", True))
    return report


def faults(given: Any, _: Any) -> list[str]:
    text, (state, true) = json.dumps(given).encode(), _before()
    known: Any = {}
    earlier = []
    found: list[str] = []
    try:
        known = baseline.load(text)
    except Unusable as error:
        found += leaks(str(error))
    try:
        earlier.append(history.load(text))
    except Unusable as error:
        found += leaks(str(error))
    report = states.audited(state, known=known, history=earlier)
    written = html.write(report)
    written = written.decode() if isinstance(written, bytes) else written
    right = {(each["fingerprint"], each["level"]) for each in true["findings"]}
    given_by = _pairs(given)
    for each in report.findings:
        if each.known and each.level == MANDATORY and (each.fingerprint, MANDATORY) not in given_by:
            found.append(f"a finding is known that the baseline has not: {each.policy}")
    if len(right) != len(true["findings"]):
        found.append("two findings have the same fingerprint")
    return found + leaks(written)


def _pairs(given: Any) -> set[Any]:
    """The findings that a report has, by fingerprint and level, wherever they stand."""
    findings = given.get("findings") if isinstance(given, dict) else None
    return {
        (each.get("fingerprint"), each.get("level"))
        for each in (findings if isinstance(findings, list) else ())
        if isinstance(each, dict) and isinstance(each.get("fingerprint"), str) and isinstance(each.get("level"), str)
    }
