"""Parses a stack's JSON fully only where it is needed: most resources of a stack are unknown to the carriers.

Nothing can hide in the skipped parts. The text around the list of resources is parsed as strictly as always. simdjson
then checks the syntax of every resource and reads the names of its properties and its type, however they are spelled
(with escapes) and however often they appear. Resources that a carrier may read are parsed strictly, as are those that
mention SageMaker. If anything is unusual, or if there is no simdjson, the whole text is parsed instead, which then
reports the problem. The only unchecked thing is a duplicate name in a skipped resource.

Sources: `DeploymentV3` and `CheckpointV3` of the package apitype of Pulumi, for the form of a stack; "Usage" in the
documentation of pysimdjson.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import compress
from typing import Any

from policy_pack.audit.entries import is_urn
from policy_pack.audit.files import parse_json
from policy_pack.audit.unusable import Unusable
from policy_pack.carriers import READERS, SUBJECTS

simdjson: Any
try:
    simdjson = import_module("simdjson")
except ImportError:  # which has no wheel for every version of Python
    simdjson = None

_PROVIDER = "pulumi:providers:"
_TRIES = 8  # the possible ends of the list of resources to try, from the end of the text
_MARK = "the resources of the stack"  # a placeholder for the resources while the text around them is parsed

_LIST = re.compile(rb'"resources"\s*:\s*(?=\[)')


class _NotUsual(Exception):
    """The text does not have the form of an exported stack, or has to be parsed fully."""


def parse(text: bytes) -> Any:
    """The value of a JSON text. Raises `Unusable` as `parse_json` does.

    In an exported stack or a checkpoint, skipped resources have only their type, a URN that they share, and
    `propertyDependencies` if they have that.
    """
    try:
        return _skimmed(text)
    except (_NotUsual, ValueError, RuntimeError, Unusable):
        return parse_json(text)


def _skimmed(text: bytes) -> Any:
    found = _LIST.search(text) if simdjson is not None else None
    if found is None:
        raise _NotUsual
    for document, holder, end in _around(text, found.end()):
        try:
            holder["resources"] = _resources(memoryview(text)[found.end() : end])
        except ValueError:  # an end behind that of the list
            continue
        return document
    raise _NotUsual


def _around(text: bytes, start: int) -> Iterator[tuple[Any, dict[str, Any], int]]:
    """The text around the list of resources, the object with the list, and the list's end if it is a possible one."""
    end = len(text)
    for _ in range(_TRIES):
        end = text.rfind(b"]", start, end)
        if end < 0:
            return
        try:
            document = parse_json(b'%b["%b"]%b' % (text[:start], _MARK.encode(), text[end + 1 :]))
        except Unusable:
            continue
        holder = _holder(document)
        if holder is not None and holder.get("resources") == [_MARK]:
            yield document, holder, end + 1


def _holder(document: Any) -> dict[str, Any] | None:
    if not isinstance(document, dict):
        return None
    checkpoint = document.get("checkpoint")
    holder = checkpoint.get("latest") if isinstance(checkpoint, dict) else document.get("deployment")
    return holder if isinstance(holder, dict) else None


def _resources(text: memoryview) -> list[Any]:
    given = list(simdjson.Parser().parse(text))
    kinds = [_type_of(each) for each in given]
    types = set(kinds)
    wanted = {kind for kind in types if kind in READERS}
    # A skipped resource's URN is only used to identify the stack.
    first = next((urn for each in given if is_urn(urn := each.get("urn"))), "")
    # All skipped resources of a type share one object.
    plain: dict[str, Any] = {kind: {"type": kind, "urn": first} for kind in types}
    if not any(kind in SUBJECTS for kind in wanted):
        # Nothing in this stack is read, but an invalid resource must be reported.
        if not all(is_urn(each.get("urn")) for kind, each in zip(kinds, given) if kind in wanted):
            raise _NotUsual
        return [plain[kind] for kind in kinds]
    wanted |= {kind for kind in types if kind.startswith(_PROVIDER)}
    raws = [each.mini for each in given]
    full = [kind in wanted or b"sagemaker" in raw for kind, raw in zip(kinds, raws)]
    parsed = iter(parse_json(b"[%b]" % b",".join(compress(raws, full))))
    telling: dict[str, Any] = {kind: {**outline, "propertyDependencies": {}} for kind, outline in plain.items()}
    return [
        next(parsed) if is_full else (telling if "propertyDependencies" in each else plain)[kind]
        for kind, each, is_full in zip(kinds, given, full)
    ]


def _type_of(resource: Any) -> str:
    names = list(resource) if isinstance(resource, simdjson.Object) else []
    # With several types, it is not clear which one counts.
    kind = resource["type"] if names.count("type") == 1 else None
    if not isinstance(kind, str):
        raise _NotUsual
    return kind
