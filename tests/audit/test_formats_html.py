"""The report as HTML: what is in the file. What a browser makes of it is tested in `test_formats_html_browser`."""

from __future__ import annotations

import base64
import re
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from policy_pack.audit.evidence import COMPLIANT, EXEMPTED, NON_COMPLIANT, NOT_APPLICABLE, count
from policy_pack.audit.formats import html
from policy_pack.audit.report import Report
from tests.audit import invented

pytestmark = pytest.mark.slow

REPORTS = [invented.report(), invented.one_of_each(), invented.hostile()]


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._texts: list[str] = []
        self.feed(text)
        self.close()
        self.text = "".join(self._texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self._texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(report: Report) -> Page:
    return Page(html.write(report))


@pytest.mark.parametrize("made", REPORTS)
def test_the_policy_lets_run_only_what_is_the_pages_own(made: Report) -> None:
    text = html.write(made)
    page = Page(text)
    (policy,) = (each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("made", REPORTS)
def test_refers_to_nothing_outside_but_in_links_to_documentation(made: Report) -> None:
    page = page_of(made)
    assert {tag for tag, _ in page.elements}.isdisjoint({"img", "link", "iframe", "object", "embed", "base", "image"})
    loading = {"src", "srcset", "style", "data", "action", "formaction", "background", "poster", "ping", "xlink:href"}
    for _, attributes in page.elements:
        assert loading.isdisjoint(attributes)
        assert not any(name.startswith("on") for name in attributes)
    ours = {each.url for each in made.policies} | {each.url for each in made.control.identifiers}
    assert {each["href"] for each in page.all("a") if not (each["href"] or "").startswith("#")} <= ours


def test_carries_every_verdict_and_what_the_audit_rests_on() -> None:
    made = invented.one_of_each()
    page = page_of(made)
    shown = Counter(each["data-status"] for each in page.all("tr") if "data-status" in each)
    assert shown == Counter(verdict.status for each in made.configurations for verdict in each.verdicts)
    for part in (
        "Exempted until 2027-01-31: Holds public data only. (SEC-42)",
        "40% (2 of 5)",
        "NIST SP 800-53 Rev 5 SC-28",
        "CKV_AWS_98",
        "2026-11-25 03:30:00 UTC",
        "sagemaker-endpoint-encryption 0.1.0",
        "exports/broken.json is not JSON",
        "knows no tags of the stacks",
        "exports/package.json",
        *(each.sha256 for each in made.sources),
        *(each.why for each in made.findings),
        *(command.text for each in made.configurations for command in each.commands),
    ):
        assert part in page.text


def test_findings_come_with_new_mandatory_ones_first() -> None:
    levels = re.findall(r'class="level ([a-z ]+)"', html.write(invented.one_of_each()))
    assert levels == ["stops", "stops", "tells", "tells known"]


@pytest.mark.parametrize("name", invented.HOSTILE)
def test_hostile_names_are_text(name: str) -> None:
    page = page_of(invented.hostile())
    assert name in page.text
    assert len(page.all("script")) == 1
    plain = {tag for tag, _ in page_of(invented.one_of_each()).elements}
    assert {tag for tag, _ in page.elements} <= plain


def test_bars_are_as_long_as_the_shares() -> None:
    counts = count([COMPLIANT] * 2 + [NON_COMPLIANT] + [EXEMPTED] + [NOT_APPLICABLE] * 7)
    assert [(each.status, each.start, each.length) for each in html.segments(counts)] == [
        (COMPLIANT, 0, 50),
        (EXEMPTED, 50, 25),
        (NON_COMPLIANT, 75, 25),
    ]
    assert html.segments(count([NOT_APPLICABLE])) == []
    assert html.bar_text(counts) == "1 non-compliant, 1 exempted, 2 compliant, 7 not applicable"
    assert html.bar_text(count([])) == "none"


def test_a_share_is_never_rounded_up() -> None:
    dev = invented.source("dev.json")
    many = [invented.configuration(dev, f"model-{number}") for number in range(199)]
    made = invented.report([*many, invented.configuration(dev, "one", status=NON_COMPLIANT)], [dev])
    text = page_of(made).text
    assert "99% (199 of 200)" in text
    assert "0% (0 of 1)" not in text


def test_says_so_where_nothing_was_read() -> None:
    text = page_of(invented.report()).text
    assert "No mandatory violation" in text
    assert "none judged" in text
