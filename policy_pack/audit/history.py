"""Earlier reports in JSON, for the trend: their dates and results."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from policy_pack.audit.evidence import STATUSES
from policy_pack.audit.files import parse_json
from policy_pack.audit.report import Past, Report
from policy_pack.audit.unusable import Unusable
from policy_pack.judging.policy import MANDATORY

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def load(text: bytes) -> Past:
    """The result of a report in JSON. Raises `Unusable` if it is not one."""
    report = parse_json(text)
    summary = report.get("summary") if isinstance(report, dict) else None
    when = report.get("when") if isinstance(report, dict) else None
    if not isinstance(summary, dict) or not isinstance(when, str) or _MOMENT.fullmatch(when) is None:
        raise Unusable("is not a report in JSON with a date and a summary")
    try:
        moment = datetime.strptime(when, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise Unusable("has an invalid date") from error
    given = summary.get("configurations")
    counts = {each: _number(given.get(each)) for each in STATUSES} if isinstance(given, dict) else None
    if counts is None:
        raise Unusable("is a report without counts of its configurations")
    return Past(moment, counts, _number(summary.get("mandatory")), _number(summary.get("advisory")))


def trend(report: Report, before: Iterable[Past]) -> tuple[Past, ...]:
    """The earlier audits and this one in chronological order; nothing if there is no earlier one."""
    earlier = [each for each in before if each.when < report.when]
    if not earlier:
        return ()
    new = report.new_findings
    mandatory = sum(each.level == MANDATORY for each in new)
    now = Past(report.when, report.counts, mandatory, len(new) - mandatory)
    return (*sorted(earlier, key=lambda each: each.when), now)


def _number(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise Unusable("has an invalid number in its summary")
    return given
