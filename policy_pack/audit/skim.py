"""Parses a stack's JSON fully only where it is needed: most resources of a stack are unknown to the carriers.

Nothing can hide in the skipped parts. The text around the list of resources is parsed as strictly as always. A typed
decoder then checks the syntax of every resource and reports every value of its type, however it is spelled and however
often it appears, so that a duplicate type is not missed. Resources that a carrier may read are parsed strictly, as are
those that mention SageMaker or spell a property's name with an escape. If anything is unusual, the whole text is parsed
instead, which then reports the problem. The only unchecked thing is a duplicate name in a skipped resource.

Sources: `DeploymentV3` and `CheckpointV3` of the package apitype of Pulumi, for the form of a stack; "Usage" and
"Extending" in the documentation of msgspec, which passes every value of a type that it does not know to a hook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, Union

import msgspec

from policy_pack.audit.entries import is_urn
from policy_pack.audit.files import parse_json
from policy_pack.audit.unusable import Unusable
from policy_pack.carriers import READERS, SUBJECTS

_PROVIDER = "pulumi:providers:"
_TRIES = 8  # the possible ends of the list of resources to try, from the end of the text
_MARK = "the resources of the stack"  # a placeholder for the resources while the text around them is parsed

_LIST = re.compile(rb'"resources"\s*:\s*(?=\[)')
# An escape in a name, after escaped backslashes and quotes are replaced by the first of these.
_ESCAPED_NAME = re.compile(rb'"[^"\x01\\]*[\x01\\][^"]*"\s*:')


class _NotUsual(Exception):
    """The text does not have the form of an exported stack, or has to be parsed fully."""


class _Type:
    """A value that a resource has for its type."""


class _Entry(msgspec.Struct, rename="camel", gc=False):
    """The parts of a resource that are read for every type."""

    type: _Type
    urn: str = ""
    property_dependencies: Union[msgspec.Raw, msgspec.UnsetType] = msgspec.UNSET


class _Decoder:
    """Decodes a list of resources and their types, in the same order."""

    def __init__(self) -> None:
        self._types: list[Any] = []
        self._decode = msgspec.json.Decoder(list[_Entry], dec_hook=self._note).decode

    def _note(self, _: type, given: Any) -> _Type:
        self._types.append(given)
        return _TYPE

    def __call__(self, resources: memoryview) -> tuple[list[Any], list[_Entry]]:
        self._types = []
        entries = self._decode(resources)
        if len(entries) != len(self._types):
            raise _NotUsual  # a resource has several types, and it is not clear which one counts
        return self._types, entries


_TYPE = _Type()
_typed = _Decoder()
_apart = msgspec.json.Decoder(list[msgspec.Raw]).decode


def parse(text: bytes) -> Any:
    """The value of a JSON text. Raises `Unusable` as `parse_json` does.

    In an exported stack or a checkpoint, skipped resources have only their type, a URN that they share, and
    `propertyDependencies` if they have that.
    """
    try:
        return _skimmed(text)
    except (_NotUsual, msgspec.DecodeError, RecursionError, UnicodeDecodeError, Unusable):
        return parse_json(text)


def _skimmed(text: bytes) -> Any:
    if not text.isascii():
        text.decode("utf-8")  # which the decoder does not check in the parts that it skips
    found = _LIST.search(text)
    if found is None:
        raise _NotUsual
    for document, holder, end in _around(text, found.end()):
        try:
            holder["resources"] = _resources(memoryview(text)[found.end() : end])
        except msgspec.DecodeError:  # an end behind that of the list
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


def _resources(given: memoryview) -> list[Any]:
    types, entries = _typed(given)
    kinds = _kinds(types)
    wanted = {kind for kind in kinds if kind in READERS}
    # A skipped resource's URN is only used to identify the stack.
    first = next((entry.urn for entry in entries if is_urn(entry.urn)), "")
    if not any(kind in SUBJECTS for kind in wanted):
        # Nothing in this stack is read, but an invalid resource must be reported.
        if not all(is_urn(entry.urn) for kind, entry in zip(types, entries) if kind in wanted):
            raise _NotUsual
        alike = {kind: {"type": kind, "urn": first} for kind in kinds}
        return [alike[kind] for kind in types]
    wanted |= {kind for kind in kinds if kind.startswith(_PROVIDER)}
    raws = list(map(bytes, _apart(given)))
    full = [kind in wanted or b"sagemaker" in raw or _has_escaped_name(raw) for kind, raw in zip(types, raws)]
    parsed = iter(parse_json(b"[%b]" % b",".join(compress(raws, full))))
    unset = msgspec.UNSET
    # All skipped resources of a type share one object.
    plain = {kind: {"type": kind, "urn": first} for kind in kinds}
    telling = {kind: {**outline, "propertyDependencies": {}} for kind, outline in plain.items()}
    return [
        next(parsed) if is_full else (plain if entry.property_dependencies is unset else telling)[kind]
        for kind, entry, is_full in zip(types, entries, full)
    ]


def _kinds(types: Sequence[Any]) -> set[str]:
    try:
        kinds = set(types)
    except TypeError as error:  # an object or a list
        raise _NotUsual from error
    if not all(isinstance(each, str) for each in kinds):
        raise _NotUsual
    return kinds


def _has_escaped_name(resource: bytes) -> bool:
    if b"\\" not in resource:
        return False
    plain = resource.replace(b"\\\\", b"\x01").replace(b'\\"', b"\x01")
    return _ESCAPED_NAME.search(plain) is not None
