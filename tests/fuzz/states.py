"""Exported stacks: whatever is changed in one, it is judged or said to be unusable, in every format, and leaks nothing.

A stack in which something is wrong is not right because a field of an entry besides its type, its URN and its
properties holds what it never holds.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from policy_pack.audit.formats import as_json, csv, junit, markdown, sarif, text
from policy_pack.audit.run import audit
from policy_pack.policies import PACK
from tests.audit.auditing import options
from tests.fuzz import vocabulary
from tests.fuzz.garbage import HOSTILE, WRONG, leaks, mutated
from tests.harness.recordings import DIRECTORY

FORMATS = (text, as_json, markdown, sarif, junit, csv)
FIELDS = (
    "custom",
    "delete",
    "id",
    "parent",
    "protect",
    "external",
    "provider",
    "created",
    "modified",
    "sourcePosition",
    "stackTrace",
    "aliases",
    "customTimeouts",
    "initErrors",
    "pendingReplacement",
    "retainOnDelete",
    "additionalSecretOutputs",
    "replaceOnChanges",
    "taint",
)
BROKEN = ('{"version": 3', "[", '"a', "", "\ufeff{}", "nul", "[" * 3000)


@cache
def seeds() -> list[Any]:
    """The recorded stacks."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(DIRECTORY.glob("*.state.json"))]


@cache
def wrong() -> list[Any]:
    """Those in which something is wrong."""
    return [each for each in seeds() if is_wrong(audited(json.dumps(each)))]


def make(random: Random) -> Any:
    kind = random.randrange(10)
    if kind == 0:
        document = json.dumps(random.choice(seeds()))
        cut = random.randrange(len(document))
        broken = random.choice((*BROKEN, document[:cut], document[:cut] + document[cut + 1 :]))
        return {"text": broken, "wrong": False}
    if kind < 6:
        document = mutated(random, random.choice(seeds()), ("deployment",), times=6)
        return {"text": json.dumps(document), "wrong": False}
    document = copy.deepcopy(random.choice(wrong()))
    for each in document["deployment"]["resources"]:
        if random.random() < 0.6:
            each[random.choice(FIELDS)] = random.choice((*WRONG, *HOSTILE, "x"))
    random.shuffle(document["deployment"]["resources"])
    return {"text": json.dumps(document), "wrong": True}


def faults(given: Any, _: Any) -> list[str]:
    report = audited(given["text"])
    found = [f"a fault: {each.text}" for each in report.problems if "error in the policy pack" in each.text]
    if len(report.problems) + len(report.sources) == 0:
        found.append("neither judged nor said to be unusable")
    outputs = [each.write(report) for each in FORMATS]
    written = "\n".join(each.decode() if isinstance(each, bytes) else each for each in outputs)
    if "\x1b" in written:
        found.append("a control character came out")
    if given["wrong"] and not report.problems and not is_wrong(report):
        found.append("nothing is wrong any more")
    return found + leaks(written)


def is_wrong(report: Any) -> bool:
    """Whether a report says that something is wrong, or that it cannot be read."""
    return any(
        each.level == "mandatory" or each.policy.removeprefix(PACK.prefix) in vocabulary.unread()
        for each in report.findings
    )


def audited(document: str, **more: Any) -> Any:
    """The report on a text in the place of a state, with what nobody can tell refused."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "state.json"
        path.write_text(document, encoding="utf-8")
        return audit([str(path)], options(vocabulary.refusing(), region="us-east-1"), **more)
