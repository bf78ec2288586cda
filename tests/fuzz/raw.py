"""Requests as bytes: cut off, with fields that nobody knows, of wrong types, nested as deep as one likes.

What protobuf parses is answered as the same request in its usual form; what it does not parse is a violation of every
policy. Every serializer writes a resource's type first and once; others are not tried, since the engine's does too.
"""

from __future__ import annotations

import base64
from random import Random
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.carriers import READERS, SUBJECTS
from policy_pack.judging.policy import DISABLED, RESOURCE, STACK
from policy_pack.policies import PACK
from tests.fuzz import vocabulary
from tests.fuzz.garbage import HOSTILE
from tests.fuzz.wire import US, faults_of
from tests.harness import nested
from tests.harness.answers import read
from tests.harness.engine import Engine

METHODS: dict[str, Any] = {"Analyze": pb.AnalyzeRequest, "AnalyzeStack": pb.AnalyzeStackRequest}
DEPTHS = (10, 90, 99, 100, 101, 150, 3_000)


def make(random: Random) -> Any:
    method, stack = random.choice(sorted(METHODS)), vocabulary.some(random).stack
    resource = random.choice(stack)
    if random.random() < 0.1:
        kind, urn = random.choice((resource["type"], "a:b:C")), resource["urn"]
        deep = nested.request(kind, urn, random.choice(DEPTHS), random.choice(("list", "struct")))
        return _given(method, deep) if method == "Analyze" else _given(method, nested.stack(deep), deep)
    if method == "Analyze":
        request = {
            name: resource[name] for name in resource if name in ("type", "urn", "name", "properties", "options")
        }
        content = json_format.ParseDict(request, pb.AnalyzeRequest()).SerializeToString(deterministic=True)
        # The type stays where it is: see above.
        start = 2 + content[1] if content[:1] == b"\x0a" else 0
        return _given(method, content[:start] + _damaged(random, content[start:]))
    message = json_format.ParseDict({"resources": stack}, pb.AnalyzeStackRequest())
    parts = [each.SerializeToString(deterministic=True) for each in message.resources]
    index = random.randrange(len(parts))
    start = 2 + parts[index][1]
    parts[index] = parts[index][:start] + _damaged(random, parts[index][start:])
    if random.random() < 0.2:
        parts[index] = parts[index][: random.randrange(start + 1)]
    content = nested.stack(*parts)
    if random.random() < 0.6:
        return _given(method, content, *parts)
    return _given(method, _damaged(random, content, of_fields=(2, 3, 15)))


def _given(method: str, content: bytes, *parts: bytes) -> Any:
    whole, *resources = (base64.b64encode(each).decode() for each in (content, *parts))
    return {"method": method, "content": whole, "parts": resources}


def _damaged(random: Random, content: bytes, of_fields: tuple[int, ...] = tuple(range(2, 16))) -> bytes:
    for _ in range(random.randint(1, 3)):
        kind, at = random.randrange(5), random.randrange(len(content) + 1)
        if kind == 0:
            content = content[:at]
        elif kind == 1:
            content = content[:at] + bytes((random.randrange(256),)) + content[at + 1 :]
        elif kind == 2:
            content += _field(random, random.choice(of_fields))
        elif kind == 3:
            content = content[:at] + content[at + random.randrange(5) :]
        else:
            content += random.choice((b"\x00", b"\xff" * 11, b"\x0b", b"\x0c", b"\x7b\x7c", b"\x80"))
    return content


def _field(random: Random, number: int) -> bytes:
    wire = random.choice((0, 1, 2, 5))
    head = bytes((number << 3 | wire,))
    if wire == 2:
        text = random.choice(HOSTILE[:3]).encode()[:100]  # a name may be of any digits
        return head + bytes((len(text),)) + text
    return head + {0: b"\x05", 1: bytes(8), 5: bytes(4)}[wire]


def faults(given: Any, engine: Engine) -> list[str]:
    engine.configure({})
    engine.configure_stack(US)
    content, method = base64.b64decode(given["content"]), given["method"]
    answer = _ask(engine, method, content)
    found = faults_of(answer)
    try:
        message = METHODS[method].FromString(content)
    except DecodeError:
        kind = RESOURCE if method == "Analyze" else STACK
        asked = {each.name for each in PACK.policies if each.kind == kind and each.level != DISABLED}
        passed = asked - {each.policy for each in answer.findings}
        return [*found, f"what nobody can parse is passed by {sorted(passed)}"] if passed and _is_read(given) else found
    usual = _ask(engine, method, message.SerializeToString())
    if answer.response != usual.response:
        found.append(f"another answer than in its usual form: {answer.response} instead of {usual.response}"[:600])
    return found


def _is_read(given: Any) -> bool:
    """Whether what cannot be parsed is of a type that somebody reads; the rest is not looked at."""
    if given["method"] == "Analyze":
        return _type_of(base64.b64decode(given["content"])) in SUBJECTS
    parts = [base64.b64decode(each) for each in given["parts"]]
    return any(_type_of(each) in READERS and not _parses(each) for each in parts)


def _type_of(part: bytes) -> str:
    return part[2 : 2 + part[1]].decode(errors="replace") if len(part) > 1 else ""


def _parses(part: bytes) -> bool:
    try:
        pb.AnalyzerResource.FromString(part)
    except DecodeError:
        return False
    return True


def _ask(engine: Engine, method: str, content: bytes) -> Any:
    call = engine.channel.unary_unary(
        f"/pulumirpc.Analyzer/{method}", lambda given: given, pb.AnalyzeResponse.FromString
    )
    return read(call(content, timeout=60), "")
