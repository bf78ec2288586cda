"""Writes JSON piece by piece, so that a list that grows with the audit is never in memory as text.

An iterator is written as a list, element by element, and everything else like `json.dumps` with an indent of two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_STEP = "  "


def pieces(value: Any, *, ascii_only: bool = True) -> Iterator[str]:
    """The JSON text of a value. It may contain iterators at any depth, but not one within another."""
    encode = json.JSONEncoder(ensure_ascii=ascii_only).encode
    quoted = json.encoder.encode_basestring_ascii if ascii_only else json.encoder.encode_basestring

    def written(value: Any, by: str) -> Iterator[str]:
        inner = by + _STEP
        if isinstance(value, dict):
            for number, (name, each) in enumerate(value.items()):
                yield f"{',' if number else '{'}\n{inner}{quoted(name)}: "
                yield from written(each, inner)
            yield f"\n{by}}}" if value else "{}"
        elif isinstance(value, Iterator):
            number = -1
            for number, each in enumerate(value):
                yield f"{',' if number else '['}\n{inner}{''.join(written(each, inner))}"
            yield f"\n{by}]" if number >= 0 else "[]"
        elif isinstance(value, (list, tuple)):
            for number, each in enumerate(value):
                yield f"{',' if number else '['}\n{inner}"
                yield from written(each, inner)
            yield f"\n{by}]" if value else "[]"
        else:
            yield quoted(value) if type(value) is str else encode(value)

    return written(value, "")
