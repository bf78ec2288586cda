"""Audits within the test's process, and the command in one of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from policy_pack.audit.config import reconcile
from policy_pack.audit.evidence import ConfigurationEvidence, PolicyVerdict
from policy_pack.audit.options import Options
from policy_pack.audit.report import Report
from policy_pack.audit.run import audit
from policy_pack.commands.cli import main
from policy_pack.policies import PACK
from tests.audit.states import write
from tests.harness.answers import Triple

TODAY = date(2026, 11, 25)
ROOT = Path(__file__).parent.parent.parent


def options(config: dict[str, Any] | None = None, **given: Any) -> Options:
    return Options(config=reconcile(config or {}, PACK), today=TODAY, **given)


def audit_document(directory: Path, document: Any, config: dict[str, Any] | None = None, **given: Any) -> Report:
    """The report of one stack, which must be one that can be audited."""
    report = audit([write(directory / "state.json", document)], options(config, **given))
    assert report.problems == ()
    return report


def triples(report: Report) -> list[Triple]:
    """The findings as level, policy without the prefix, and resource, in order."""
    return sorted((each.level, each.policy.removeprefix(PACK.prefix), each.resource) for each in report.findings)


def verdict(evidence: ConfigurationEvidence, policy: str) -> PolicyVerdict:
    """What a policy, named without the prefix, says of a configuration."""
    return next(each for each in evidence.verdicts if each.policy == PACK.prefix + policy)


@dataclass(frozen=True)
class Ran:
    """What became of a command."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments: object, stdin: bytes = b"") -> Ran:
    """Runs ``python -m policy_pack audit`` within this process."""
    streams = [io.TextIOWrapper(io.BytesIO(given), encoding="utf-8") for given in (stdin, b"", b"")]
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        main(["audit", *map(str, arguments)])
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
    stdout, stderr = (_written(stream) for stream in streams[1:])
    assert isinstance(code, int), stderr
    return Ran(code, stdout, stderr)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def process(*arguments: object, stdin: bytes = b"", env: dict[str, str] | None = None) -> Ran:
    """Runs it in a process of its own; `env` are variables of its environment besides this one's."""
    ran = subprocess.run(
        [sys.executable, "-m", "policy_pack", "audit", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())
