"""The pictures of the documentation: all are there and small, and those of a terminal are what the pack says now."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

import pytest

from tools.pictures import FOLDER, PAGES, REFUSED, terminals

TERMINALS = (*REFUSED, "audit")
LARGEST = 150_000  # bytes


@pytest.fixture(scope="module")
def now() -> dict[str, str]:
    return {path.stem: svg for path, svg in terminals()}


@pytest.mark.parametrize("name", TERMINALS)
def test_pictures_of_a_terminal_are_current(now: dict[str, str], name: str) -> None:
    committed = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert _lines(committed) == _lines(now[name]), "make pictures makes them anew"


def test_a_picture_shows_what_was_refused(now: dict[str, str]) -> None:
    shown = "\n".join(_lines(now["preview"]))
    assert "[mandatory]  [severity: high]  sagemaker-endpoint-configuration-key-resource-in-same-region" in shown
    assert "(aws:sagemaker:EndpointConfiguration: config)" in shown
    levels = re.findall(r"\[(mandatory|advisory)\]", "\n".join(_lines(now["preview-mistakes"])))
    assert levels == sorted(levels), "the CLI sorts by level"
    assert set(levels) == {"mandatory", "advisory"}


@pytest.mark.parametrize("name", TERMINALS)
def test_pictures_of_a_terminal_load_nothing(now: dict[str, str], name: str) -> None:
    ElementTree.fromstring(now[name])
    assert not re.search(r"url\((?!#)|href=|@import|<script|@font-face", now[name])


@pytest.mark.parametrize("name", [*PAGES, "report-300-stacks"])
def test_pictures_of_the_report_are_small(name: str) -> None:
    content = (FOLDER / f"{name}.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < LARGEST


def _lines(svg: str) -> list[str]:
    """The texts of a picture, from above: how rich places them differs between its versions."""
    rows: dict[str, list[str]] = {}
    for y, text in re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>(.*?)</text>', svg, re.DOTALL):
        rows.setdefault(y, []).append(html.unescape(text).replace("\xa0", " "))
    return ["".join(parts).rstrip() for parts in rows.values()]
