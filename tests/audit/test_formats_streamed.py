"""Reports are written piece by piece, so that no format needs memory for all that it writes."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from policy_pack.audit.formats import FORMATS, streamed, whole, writer
from policy_pack.audit.report import Report
from tests.audit import invented


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"a": [], "b": {}, "c": None, "d": [1, 2.5, True]},
        [[], [[]], {"a": [{"b": '\u2028\x1b\U0001f600 "quoted" \\'}]}],
        "text",
        7,
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_as_the_standard_library_writes_it(value: Any, ascii_only: bool) -> None:
    assert "".join(streamed.pieces(value, ascii_only=ascii_only)) == json.dumps(
        value, indent=2, ensure_ascii=ascii_only
    )


def _same(value: Any) -> Any:
    return value


@pytest.mark.parametrize("elements", [[], [1], [{"a": []}, {"b": [1, {"c": {}}]}, "d"]])
def test_iterators_are_lists(elements: list[Any]) -> None:
    given = {"runs": [{"name": "a", "results": iter(elements)}], "more": map(_same, elements)}
    expected = {"runs": [{"name": "a", "results": elements}], "more": elements}
    assert "".join(streamed.pieces(given)) == json.dumps(expected, indent=2)


def _size(piece: str | bytes) -> int:
    return len(piece.encode() if isinstance(piece, str) else piece)


@cache
def _reports() -> tuple[Report, Report]:
    return invented.many(20, 60), invented.many(80, 240)


def _cost(name: str, report: Report) -> tuple[int, int]:
    """The most memory that writing a report takes, and what is written, both in bytes."""
    pieces: Iterator[str | bytes] = whole(name, report)
    tracemalloc.start()
    try:
        size = sum(map(_size, pieces))
        return tracemalloc.get_traced_memory()[1], size
    finally:
        tracemalloc.stop()


# What is left of long lists in these is an index by the words of findings, and the texts of a page.
@pytest.mark.parametrize("name", ["text", "json", "sarif", "csv", "csv-verdicts", "junit"])
def test_memory_does_not_grow_with_what_is_written(name: str) -> None:
    small, large = _reports()
    writer(name)(small)  # whatever is loaded or compiled once
    (little, few), (much, many) = _cost(name, small), _cost(name, large)
    assert many > 3 * few
    assert much - little < (many - few) / 4


def test_page_and_oscal_take_less_than_they_write() -> None:
    pytest.importorskip("trestle")
    small, large = _reports()
    writer("oscal")(small)
    (little, few), (much, many) = _cost("oscal", small), _cost("oscal", large)
    assert much - little < (many - few) / 2


@pytest.mark.parametrize("name", list(FORMATS))
def test_pieces_are_the_whole(name: str) -> None:
    if name == "oscal":
        pytest.importorskip("trestle")
    report = invented.one_of_each()
    written = writer(name)(report)
    pieces = list(whole(name, report))
    assert "".join(map(str, pieces)) == written if isinstance(written, str) else b"".join(pieces) == written  # type: ignore[arg-type]
