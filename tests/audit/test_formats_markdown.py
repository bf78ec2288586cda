"""The report as Markdown, rendered by GitHub's own parser."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from policy_pack.audit.evidence import NON_COMPLIANT
from policy_pack.audit.formats import markdown
from policy_pack.audit.formats.common import STATUS_TEXTS
from policy_pack.audit.formats.markdown import LIMIT
from policy_pack.audit.report import Problem, Report, Source
from tests.audit import invented


class Page(HTMLParser):
    """What a reader sees: the elements and their attributes, and the texts, of cells and of the whole."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.cells: list[str] = []
        self.text = ""
        self._in_cell = False
        # Without the parser's sanitizer, which is not GitHub's: what is there is to be harmless by itself.
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, attrs))
        if tag in ("td", "th"):
            self.cells.append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.cells[-1] += data


OURS = {"h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details", "summary"}


def page_of(report: Report) -> Page:
    return Page(markdown.write(report))


def test_what_needs_somebody_comes_first() -> None:
    text = page_of(invented.one_of_each()).text
    at = [text.index(part) for part in ("2 new mandatory violations", "broken.json", "Findings", "Configurations")]
    assert at == sorted(at)
    assert "6 configurations in 2 stacks: 2 compliant, 1 non-compliant, 1 not applicable, 1 exempted" in text
    assert "No mandatory violation" in page_of(invented.report()).text


def test_carries_every_verdict_and_what_the_audit_rests_on() -> None:
    made = invented.one_of_each()
    page = page_of(made)
    verdicts = [cell for cell in page.cells if cell.removeprefix("✅ ") in STATUS_TEXTS.values()]
    assert len(verdicts) == sum(len(each.verdicts) for each in made.configurations)
    for part in (
        "Exempted until 2027-01-31: Holds public data only. (SEC-42)",
        "40% (2 of 5)",
        "NIST SP 800-53 Rev 5 SC-28",
        "Checkov CKV_AWS_98",
        "Audited 2026-11-25T03:30:00Z by sagemaker-endpoint-encryption 0.1.0.",
        *(each.sha256 for each in made.sources),
        *(command.text for each in made.configurations for command in each.commands),
    ):
        assert part in page.text


def test_findings_are_in_order_of_urgency_and_known_ones_marked() -> None:
    rows = re.findall(r"^\| (❌|⚠️|known) \| (\w+) \| `([a-z-]+)`", markdown.write(invented.one_of_each()), re.MULTILINE)
    assert rows == [
        ("❌", "mandatory", "encryption-at-rest-enabled"),
        ("❌", "mandatory", "endpoint-follows-replacement"),
        ("⚠️", "advisory", "captured-data-encrypted"),
        ("known", "advisory", "replacement-safe"),
    ]


def test_hostile_names_are_text() -> None:
    page = page_of(invented.hostile())
    assert {tag for tag, _ in page.elements} <= OURS
    assert {name for _, attributes in page.elements for name, _ in attributes} <= {"lang"}
    seen = page.text.replace("\u200b", "")
    for name in invented.HOSTILE:
        assert name in seen


@pytest.mark.parametrize(
    "name", [*invented.HOSTILE, "a|b", "\\|", "\\\\|", "*a* _b_", "www.hacked.example", "a\n\n# b"]
)
def test_a_name_stays_within_its_cell(name: str) -> None:
    dev = invented.source("dev.json")
    made = invented.report([invented.configuration(dev, name, invented.violated("replacement-safe", name))], [dev])
    page = page_of(made)
    shown = " ".join(name.split())
    assert shown in [cell.replace("\u200b", "") for cell in page.cells]
    assert "a" not in {tag for tag, _ in page.elements}


def test_mentions_nobody_and_refers_to_nothing() -> None:
    page = page_of(invented.hostile())
    # In code GitHub looks for neither.
    outside = re.sub(
        r"<(code|pre)\b.*?</\1>",
        "",
        cmarkgfm.github_flavored_markdown_to_html(markdown.write(invented.hostile()), Options.CMARK_OPT_UNSAFE),
        flags=re.DOTALL,
    )
    assert not re.search(r"@\w|#\d", outside)
    assert "@\u200beveryone see #\u200b1" in page.text


def test_what_does_not_fit_is_left_out_whole_and_said() -> None:
    dev = invented.source("dev.json")
    many = [
        invented.configuration(dev, f"model-{number}", invented.violated("replacement-safe")) for number in range(900)
    ]
    made = invented.report([*many, invented.configuration(dev, "worst", status=NON_COMPLIANT)], [dev])
    text = markdown.write(made)
    assert LIMIT - 10_000 < len(text) <= LIMIT
    page = Page(text)
    shown = sum(tag == "summary" for tag, _ in page.elements)
    assert f"Not shown, because they do not fit: {901 - shown} more configurations." in page.text
    assert text.index("<code>worst</code>") < text.index("<code>model-0</code> in")
    rows = len(re.findall(r"^\| ⚠️", text, re.MULTILINE))
    assert 0 < rows < 900
    assert f"{900 - rows} more findings." in page.text
    assert "Audited 2026-11-25" in page.text


def test_lists_of_inputs_are_cut_too() -> None:
    sources: list[Source] = [invented.source(f"exports/{number}.json") for number in range(2_000)]
    made = invented.report([], sources)
    made = replace(made, problems=tuple(Problem(each.name, "It is empty.") for each in sources))
    text = markdown.write(made)
    assert len(text) <= LIMIT
    assert text.count("more inputs.") == 2


def test_any_command_stays_in_its_block() -> None:
    ticks = invented.configuration(invented.source("dev.json"), "```\n````\n# x")
    page = page_of(invented.report([ticks]))
    assert ticks.commands
    assert all(command.text in page.text for command in ticks.commands)
    assert not any(tag == "h1" for tag, _ in page.elements)
