"""Recordings: what the real engine sent a policy pack for a small program, and what this pack is to answer.

``NAME.preview.jsonl`` and ``NAME.update.jsonl`` hold the requests one a line, ``NAME.state.json`` the stack exported
after the update, ``programs.py`` the programs, ``expected.json`` the answers. They were recorded with Pulumi 3.260
and a stand-in for the AWS provider.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from pulumi.runtime.proto import analyzer_pb2 as pb

from tests.harness.answers import Answer, Triple, Verdicts
from tests.harness.engine import Engine

DIRECTORY = Path(__file__).parent.parent / "recordings"
PHASES = ("preview", "update")

_REQUESTS = {
    "ConfigureStack": pb.AnalyzerStackConfigureRequest,
    "Analyze": pb.AnalyzeRequest,
    "AnalyzeStack": pb.AnalyzeStackRequest,
}


@dataclass(frozen=True)
class Recording:
    """What the engine sent in one phase of one program."""

    name: str
    phase: str

    def __str__(self) -> str:
        return f"{self.name}-{self.phase}"

    @property
    def requests(self) -> list[Message]:
        """The requests in the order in which they were sent."""
        lines = (DIRECTORY / f"{self.name}.{self.phase}.jsonl").read_text(encoding="utf-8").splitlines()
        return [_parse(json.loads(line)) for line in lines]

    @property
    def expected(self) -> list[Triple]:
        """What the pack says with its default settings: level, policy without the prefix, resource."""
        return [(level, policy, resource) for level, policy, resource in _expected()[self.name][self.phase]]


def recordings() -> list[Recording]:
    """All recordings, of both phases."""
    return [Recording(name, phase) for name in _expected() for phase in PHASES]


def replay(engine: Engine, recording: Recording) -> Verdicts:
    """Sends a recording's requests to a pack; gives what it answers."""
    return send(engine, recording.requests, f"{recording.phase} of\n{program(recording.name)}")


def send(engine: Engine, requests: list[Message], subject: str) -> Verdicts:
    """Sends requests as the engine does, Remediate before each Analyze; `subject` tells people what they are of."""
    answers: list[Answer] = []
    for request in requests:
        if isinstance(request, pb.AnalyzerStackConfigureRequest):
            engine.configure_stack(request)
        elif isinstance(request, pb.AnalyzeRequest):
            engine.remediate(request)
            answers.append(engine.analyze(request))
        elif isinstance(request, pb.AnalyzeStackRequest):
            answers.append(engine.analyze_stack(request))
    return Verdicts(subject, answers)


def program(name: str) -> str:
    """The source of the program that a recording was made of."""
    if name not in _programs():
        raise LookupError(f"programs.py has no program {name}")
    return _programs()[name]


@cache
def _programs() -> dict[str, str]:
    source = (DIRECTORY / "programs.py").read_text(encoding="utf-8")
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_source_segment(source, node) or "" for node in functions}


@cache
def _expected() -> dict[str, dict[str, list[list[str]]]]:
    expected: dict[str, Any] = json.loads((DIRECTORY / "expected.json").read_text(encoding="utf-8"))
    return {name: phases for name, phases in expected.items() if name != "_"}


def _parse(line: dict[str, Any]) -> Message:
    message: Message = _REQUESTS[line["method"]]()
    return json_format.ParseDict(line["request"], message)
