"""What the pack says of a program in each phase: in its preview, in its update, and in an audit of what that leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.audit.auditing import audit_document, triples
from tests.harness.answers import Triple
from tests.harness.engine import Engine, Stack
from tests.harness.program import DEV, Program, deploy, run

PREVIEW, UPDATE, AUDIT = "preview", "update", "audit"
PHASES = (PREVIEW, UPDATE, AUDIT)
REGION = "us-east-1"

Settings = Mapping[str, "str | Mapping[str, Any]"]


class Judging:
    """Judges programs, with settings by policy or none."""

    def __init__(self, engine: Engine, directory: Path) -> None:
        self._engine = engine
        self._directory = directory

    def said(
        self, program: Program, phase: str, settings: Settings | None = None, *, stack: Stack = DEV
    ) -> list[Triple]:
        """What is said, in order."""
        if phase == AUDIT:
            return self.audited(deploy(program, phase=UPDATE, stack=stack).export, settings)
        self._engine.configure(settings or {})
        return sorted(each.triple for each in run(self._engine, program, phase=phase, stack=stack).findings)

    def audited(self, document: Any, settings: Settings | None = None, *, region: str | None = REGION) -> list[Triple]:
        """What an audit says of a document; `region` is that of what nothing else tells."""
        return triples(audit_document(self._directory, document, dict(settings or {}), region=region))

    def messages(self, program: Program, policy: str, phase: str = PREVIEW) -> list[str]:
        """The messages of one policy, below its description, of a program in a phase over the wire."""
        self._engine.configure({})
        return [each.split("\n", 1)[1] for each in run(self._engine, program, phase=phase).messages(policy)]


def changed(program: Program, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The stack that a program leaves, exported, after `change` was made to each of its resources."""
    document = deploy(program, phase=UPDATE).export
    for each in document["deployment"]["resources"]:
        change(each)
    return document
