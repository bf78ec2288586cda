"""Parses a template (JSON, YAML or an object) into objects, lists and scalars, with every function in its long form.

A scalar is a text, a boolean, a number, `None`, or `UNKNOWN` if CloudFormation is known to read it differently than it
looks (an account ID with a leading zero).

Sources, all in the AWS CloudFormation User Guide: "CloudFormation template format" (YAML 1.1 without aliases, hash
merges and timestamps), "Intrinsic function reference" (short forms).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from policy_pack.template.bounds import MAX_DEPTH, MAX_SIZE, TOO_DEEP, TOO_LARGE, Refused
from policy_pack.values import UNKNOWN, Plain

if TYPE_CHECKING:
    import yaml

MALFORMED = "The template is not valid JSON or YAML, or is not an object."
ALIASES = "The template uses YAML aliases or merges, which CloudFormation does not take."

# Not the name of a function: the value below it cannot be read, but its references still count.
UNREADABLE_PART = "Fn::"

_BOOLEANS = {
    spelling: value
    for word, value in [("true", True), ("yes", True), ("on", True), ("false", False), ("no", False), ("off", False)]
    for spelling in (word, word.capitalize(), word.upper())
}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
# Other numbers of YAML 1.1 and of the parsers made for it: octal, hexadecimal, binary, base 60, with underscores or
# exponents, or too long to be exact. It is not documented how they are converted to text.
_OTHER_NUMBER = re.compile(
    r"[-+]?(0[bx][0-9a-fA-F_]+|([0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?|\.[0-9_]+)([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))"
    r"|\.(nan|NaN|NAN)"
)


class Document:
    """A parsed template: its `root`, and whether an object in it `repeats_a_key` (the last value counts)."""

    root: dict[str, Any]
    repeats_a_key: bool

    def __init__(self, body: str | Mapping[str, Plain], *, json_only: bool = False) -> None:
        """Parses `body`, a text or an object of plain values. Raises `Refused` if it is malformed or too large."""
        self.repeats_a_key = False
        try:
            root = self._from_text(body, json_only) if isinstance(body, str) else _with_integers(body)
        except RecursionError:
            raise Refused(TOO_DEEP) from None
        if not isinstance(root, dict):
            raise Refused(MALFORMED)
        _check_depth(root)
        self.root = root

    def _from_text(self, body: str, json_only: bool) -> Plain:
        if len(body) > MAX_SIZE:
            raise Refused(TOO_LARGE)
        text = body.lstrip("\ufeff")
        root = self._from_json(text) if text.lstrip().startswith("{") else None
        return root if root is not None or json_only else self._from_yaml(text)

    def _from_json(self, text: str) -> Plain:
        """The root, or `None` if the text is not JSON: a YAML mapping may begin with a brace, too."""
        try:
            root: Plain = json.loads(
                text,
                object_pairs_hook=self._object,
                parse_int=_number,
                parse_float=_number,
                parse_constant=_not_json,
            )
        except ValueError:
            self.repeats_a_key = False
            return None
        return root

    def _from_yaml(self, text: str) -> Plain:
        """The root, built from the parser's events without recursion and within the bounds."""
        import yaml  # imported here, since most stacks have no template and the pack must start fast

        roots: list[Plain] = []
        parts = roots  # of the open list or mapping
        outer: list[tuple[list[Plain], yaml.CollectionStartEvent]] = []
        try:
            for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                if isinstance(event, yaml.AliasEvent):
                    raise Refused(ALIASES)
                if isinstance(event, yaml.ScalarEvent):
                    parts.append(_scalar(event))
                elif isinstance(event, yaml.CollectionStartEvent):
                    if len(outer) == MAX_DEPTH:
                        raise Refused(TOO_DEEP)
                    outer.append((parts, event))
                    parts = []
                elif isinstance(event, yaml.CollectionEndEvent):
                    inner = parts
                    parts, start = outer.pop()
                    is_mapping = isinstance(start, yaml.MappingStartEvent)
                    parts.append(_tagged(start.tag, self._mapping(inner) if is_mapping else inner))
        except (yaml.YAMLError, ValueError):  # the latter for a text that is not Unicode
            raise Refused(MALFORMED) from None
        return roots[0] if len(roots) == 1 else None

    def _mapping(self, parts: Sequence[Plain]) -> dict[str, Any]:
        """A YAML mapping from its alternating keys and values."""
        keys = [as_text(key) for key in parts[::2]]
        made = self._object([(key or "", value) for key, value in zip(keys, parts[1::2])])
        return {UNREADABLE_PART: list(parts[1::2])} if None in keys else made

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            self.repeats_a_key = True
        return made


def as_text(value: Plain) -> str | None:
    """The text that CloudFormation makes of a scalar; `None` if that is not certain, or if it is not a scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) else None


def single(value: Plain) -> tuple[str, Plain]:
    """The only entry of an object with one entry."""
    entries = list(value.items()) if isinstance(value, dict) else []
    return entries[0] if len(entries) == 1 else ("", None)


def keys_in(value: Plain) -> Iterator[str]:
    """The keys of all objects in a value, at any depth."""
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield from value
        pending.extend(_parts(value))


def _scalar(event: yaml.ScalarEvent) -> Plain:
    if event.tag is not None or not event.implicit[0]:
        return _tagged(event.tag, event.value)
    text: str = event.value
    if text in _NULLS:
        return None
    if text == "<<":
        raise Refused(ALIASES)
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return _number(text) if _OTHER_NUMBER.fullmatch(text) else text


def _tagged(tag: str | None, value: Plain) -> Plain:
    """The long form of a tagged value."""
    if tag is None or tag in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"):
        return value
    if tag in ("!Ref", "!Condition"):
        return {tag[1:]: value}
    # A tag that is not a function's is treated as an unknown function.
    return {UNREADABLE_PART + tag[1:]: value}


def _number(text: str) -> Plain:
    """A number from its text, if both formats and every parser agree on its value."""
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else UNKNOWN


def _with_integers(value: Any) -> Plain:
    """An object as the engine sends it, with all numbers as floating-point numbers."""
    if isinstance(value, Mapping):
        return {key: _with_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_integers(item) for item in value]
    plain: Plain = int(value) if isinstance(value, float) and value.is_integer() else value
    return plain


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and infinity, which Python's parser accepts


def _parts(value: Plain) -> Sequence[Plain]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _check_depth(root: Plain) -> None:
    """Raises `Refused` if a value is nested too deeply for recursive functions."""
    level: list[Plain] = [root]
    for _ in range(MAX_DEPTH):
        level = [part for value in level for part in _parts(value)]
        if not level:
            return
    raise Refused(TOO_DEEP)
