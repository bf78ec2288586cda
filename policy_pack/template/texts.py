"""Texts that a template's functions make, which may be partly known (`policy_pack.gaps`).

Source: "Get values stored in other services using dynamic references" in the AWS CloudFormation User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from policy_pack.gaps import GAP, has_gaps, may_be, without_marks
from policy_pack.records import dataclass
from policy_pack.template.parse import as_text
from policy_pack.values import Attribute, Opaque, PartlyKnown, Plain, Unknown, may_be_absent, sources_in

NO_VALUE = Opaque("AWS::NoValue")  # removes the property or the list item that has this value

_LOOKED_UP = re.compile(r"\{\{resolve:[^{}]*\}\}")
_GAPS = re.compile(f"{GAP}+")


@dataclass(frozen=True)
class Pieces(Unknown):
    """The list that a partly known `text` is split into, with an unknown number of items."""

    delimiter: str = ""
    text: str = GAP

    def item(self, index: int) -> Plain:
        """The certain part of the item at an index."""
        pieces = self.text.split(self.delimiter)
        if any(GAP in piece for piece in pieces[: index + 1]) or index >= len(pieces):
            return Unknown(self.sources)
        return text_of(pieces[index], self)


def unknown(*values: Plain) -> Unknown:
    """An unknown value that is computed from `values`."""
    return Unknown(frozenset(source for value in values for source in sources_in(value)))


def literal(text: str) -> Plain:
    """A literal text, in which dynamic references that CloudFormation resolves at deployment are unknown."""
    return text_of(without_marks(text)) if "{{resolve:" in text else text


def with_gaps(value: Plain) -> str:
    """The text of a scalar, with gaps for its unknown parts."""
    known = as_text(value)
    if known is not None:
        return without_marks(known)
    return value.text if isinstance(value, PartlyKnown) else GAP


def text_of(text: str, *values: Plain) -> Plain:
    """A text with gaps as a plain value that is computed from `values`."""
    if "{{resolve:" in text:
        text = _LOOKED_UP.sub(GAP, text)
    sources = unknown(*values).sources
    if not has_gaps(text):
        return Unknown(sources) if "{{resolve:" in text else text
    if text == GAP and len(values) == 1 and isinstance(values[0], Attribute):
        return values[0]  # nothing stands before it or after it
    text = _GAPS.sub(GAP, text)
    # The text in a gap may complete a dynamic reference.
    if text == GAP or (GAP in text and ("{{" in text or "}}" in text)):
        return Unknown(sources)
    return PartlyKnown(sources, text=text)


def joined(delimiter: str, items: Sequence[Plain]) -> Plain:
    """The items with the delimiter between them; an item that may be absent takes a delimiter with it."""
    text, after_gap = "", True
    for item in items:
        optional = isinstance(item, Unknown) and item.may_be_absent
        text += "" if after_gap or optional else without_marks(delimiter)
        text += GAP if optional else with_gaps(item)
        after_gap = optional
    return text_of(text, *items)


def split(delimiter: str, text: Plain) -> Plain:
    """The pieces of a text."""
    if isinstance(text, str):
        return list(text.split(delimiter))
    if not isinstance(text, PartlyKnown) or text.may_be_absent or has_gaps(delimiter):
        return unknown(text)
    # Any gap may contain letters, digits and dashes; other characters are possible only in a gap for any text.
    inside = any(each.isalnum() or each == "-" for each in delimiter)
    if GAP in text.text or inside:
        whole = "".join(GAP if inside and has_gaps(each) else each for each in text.text)
        return Pieces(text.sources, delimiter=delimiter, text=whole)
    return [text_of(piece, text) for piece in text.text.split(delimiter)]


def same(one: Plain, other: Plain) -> bool | None:
    """Whether two scalars are the same text; `None` if that is not known."""
    texts = [as_text(each) for each in (one, other)]
    if None not in texts:
        return texts[0] == texts[1]
    first, second = with_gaps(one), with_gaps(other)
    if first == second and GAP not in first:
        return True
    return None if may_be(first, second) else False


def merged(values: Iterable[Plain]) -> Plain:
    """What is certain about a value that is one of these: the parts in which they agree."""
    candidates = list(values)
    present = [each for each in candidates if each is not NO_VALUE]
    if not present:
        return NO_VALUE
    found = _agreed(present)
    if len(present) == len(candidates) and not any(map(may_be_absent, present)):
        return found
    if isinstance(found, Unknown):
        return replace(found, may_be_absent=True)
    if isinstance(found, str):
        return PartlyKnown(unknown(*present).sources, True, without_marks(found))
    return Unknown(unknown(*present).sources, True)


def _agreed(values: Sequence[Plain]) -> Plain:
    first = values[0]
    if all(isinstance(each, dict) for each in values):
        objects = [each for each in values if isinstance(each, dict)]
        names = dict.fromkeys(name for each in objects for name in each)
        return {name: merged(each.get(name, NO_VALUE) for each in objects) for name in names}
    if all(isinstance(each, list) for each in values):
        lists = [each for each in values if isinstance(each, list)]
        if len({len(each) for each in lists}) == 1 and not any(may_be_absent(item) for each in lists for item in each):
            return [merged(items) for items in zip(*lists)]
    elif all(type(each) is type(first) and each == first for each in values):
        return first
    elif all(isinstance(each, (str, PartlyKnown)) for each in values):
        texts = [with_gaps(each) for each in values]
        start = _common_start(texts)
        end = _common_start([each[len(start) :][::-1] for each in texts])[::-1]
        return text_of(f"{start}{GAP}{end}", *values)
    return unknown(*values)


def _common_start(texts: Sequence[str]) -> str:
    least, most = min(texts), max(texts)  # whatever these two have in common, all texts that sort between them have too
    length = next((index for index, each in enumerate(least) if not most.startswith(each, index)), len(least))
    return least[:length]
