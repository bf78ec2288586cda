"""Parses a stack's JSON in full only where somebody reads it: most of a stack are resources that no carrier knows.

Nothing hides in what is stepped over. The text around the list of resources is parsed as strictly as ever. A typed
decoder then checks the grammar of every resource and tells each value that one gives for its type, however it is
spelled and however often, so that a type which is given twice is not passed over. What a carrier may read is parsed
strictly, and so is whatever speaks of SageMaker or spells the name of a property with an escape. Whenever anything is
not as usual, the whole text is parsed instead, which then says what is wrong with it. The one thing that is not looked
for is a name given twice within a resource that nobody reads.

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
_TRIES = 8  # ends of the list of resources that are tried, from the end of the text
_MARK = "the resources of the stack"  # stands for them while the text around is parsed

_LIST = re.compile(rb'"resources"\s*:\s*(?=\[)')
# An escape within a name, once those of backslashes and quotes are replaced by the first of these.
_ESCAPED_NAME = re.compile(rb'"[^"\x01\\]*[\x01\\][^"]*"\s*:')


class _NotUsual(Exception):
    """The text has not the form of an exported stack, or is worth being parsed in full."""


class _Type:
    """What a resource gives for its type."""


class _Entry(msgspec.Struct, rename="camel", gc=False):
    """A resource as far as it is read whatever its type."""

    type: _Type
    urn: str = ""
    property_dependencies: Union[msgspec.Raw, msgspec.UnsetType] = msgspec.UNSET


class _Decoder:
    """Decodes a list of resources, and says of what types they are, in the same order."""

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
            raise _NotUsual  # a resource has several types, and nobody can say which counts
        return self._types, entries


_TYPE = _Type()
_typed = _Decoder()
_apart = msgspec.json.Decoder(list[msgspec.Raw]).decode


def parse(text: bytes) -> Any:
    """The value of a JSON text; raises `Unusable` as `parse_json` does.

    Where it is an exported stack or a checkpoint, resources that nobody reads have their type only, the URN of one that
    they share, and `propertyDependencies` where they have that.
    """
    try:
        return _skimmed(text)
    except (_NotUsual, msgspec.DecodeError, RecursionError, UnicodeDecodeError, Unusable):
        return parse_json(text)


def _skimmed(text: bytes) -> Any:
    if not text.isascii():
        text.decode("utf-8")  # which the decoder does not check in what it steps over
    found = _LIST.search(text)
    if found is None:
        raise _NotUsual
    for document, holder, end in _around(text, found.end()):
        try:
            holder["resources"] = _resources(memoryview(text)[found.end() : end])
        except msgspec.DecodeError:  # an end further on than that of the list
            continue
        return document
    raise _NotUsual


def _around(text: bytes, start: int) -> Iterator[tuple[Any, dict[str, Any], int]]:
    """The text around the list of resources, the object that holds the list, and where it ends if it does so there."""
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
    # Which stack it is, and that is all that a URN of what nobody reads is asked for.
    first = next((entry.urn for entry in entries if is_urn(entry.urn)), "")
    if not any(kind in SUBJECTS for kind in wanted):
        # Nothing of this stack is read, but where a resource is not as it should be, that is to be said.
        if not all(is_urn(entry.urn) for kind, entry in zip(types, entries) if kind in wanted):
            raise _NotUsual
        alike = {kind: {"type": kind, "urn": first} for kind in kinds}
        return [alike[kind] for kind in types]
    wanted |= {kind for kind in kinds if kind.startswith(_PROVIDER)}
    raws = list(map(bytes, _apart(given)))
    full = [kind in wanted or b"sagemaker" in raw or _has_escaped_name(raw) for kind, raw in zip(types, raws)]
    parsed = iter(parse_json(b"[%b]" % b",".join(compress(raws, full))))
    unset = msgspec.UNSET
    # What nobody reads is one object for all resources of a type.
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
