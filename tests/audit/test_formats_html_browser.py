"""The report as HTML in a real browser: opened, filtered, sorted, by keyboard, on a phone, in the dark, in print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, expect

from policy_pack.audit.evidence import Report
from policy_pack.audit.formats import html
from tests.audit import invented
from tests.audit.browser import DESKTOP, PHONE, Opened, chromium, opened, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on PATH"),
]

REPORTS = {"empty": invented.report(), "one of each": invented.one_of_each(), "hostile": invented.hostile()}
SIZES = {"desktop": DESKTOP, "phone": PHONE}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    assert path is not None
    with running(path) as started:
        yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str, report: Report) -> Path:
        path = folder / f"{name}.html"
        path.write_text(html.write(report), "utf-8")
        return path

    return {name: write(name, report) for name, report in REPORTS.items()}


@pytest.fixture
def page(browser: Browser, files: dict[str, Path]) -> Iterator[Opened]:
    with opened(browser, files["one of each"]) as found:
        yield found


@pytest.mark.parametrize("name", REPORTS)
def test_loads_nothing_but_itself_and_the_browser_has_no_complaint(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    with opened(browser, files[name]) as page:
        for button in page.page.locator("button:visible").all():
            button.click()
        assert page.loaded == [files[name].as_uri()]
        assert page.complaints == []


def test_filters_by_words(page: Opened) -> None:
    assert page.configurations == ["summarizer", "search", "demo", "ranker", "ranker", "embeddings"]
    page.page.get_by_role("searchbox").fill("RANKER prod")
    assert page.configurations == ["ranker"]
    assert page.findings == ["captured-data-encrypted"]
    assert page.page.locator("#shown").inner_text() == "Showing 1 of 6 configurations and 1 of 4 findings."
    page.page.get_by_role("searchbox").fill("nothing has this")
    assert page.page.get_by_text("No configuration matches the filter.").is_visible()
    assert page.page.get_by_text("No finding matches the filter.").is_visible()
    page.page.get_by_role("button", name="Reset").click()
    expect(page.page.locator("#shown")).to_have_text("Showing 6 of 6 configurations and 4 of 4 findings.")
    assert len(page.configurations) == 6


@pytest.mark.parametrize(
    ("verdict", "policy", "configurations", "findings"),
    [
        ("exempted", "all", ["demo"], []),
        ("not applicable", "all", ["embeddings"], []),
        ("non-compliant", "all", ["summarizer"], None),
        # What the chosen policy says counts, not what all come to.
        ("non-compliant", "captured-data-encrypted", ["ranker"], ["captured-data-encrypted"]),
        ("cannot tell", "key-in-same-region", ["search"], []),
        ("not applicable", "key-resource-in-same-region", ["ranker", "ranker", "embeddings"], []),
        ("all", "replacement-safe", None, ["replacement-safe"]),
    ],
)
def test_filters_by_verdict_and_policy(
    page: Opened, verdict: str, policy: str, configurations: list[str] | None, findings: list[str] | None
) -> None:
    every = page.configurations, page.findings
    page.page.locator("#status").select_option(label=verdict)
    page.page.locator("#policy").select_option(label=policy)
    assert page.configurations == (every[0] if configurations is None else configurations)
    assert page.findings == (every[1] if findings is None else findings)


def test_filters_by_framework_what_it_rests_on(page: Opened) -> None:
    page.page.locator("#framework").select_option(label="GDPR")
    assert "embeddings" not in page.configurations  # it does not apply
    assert page.findings == ["encryption-at-rest-enabled", "endpoint-follows-replacement"]  # no advisory one
    requirements = page.page.locator("#by-framework tbody tr:visible th").all_inner_texts()
    assert [each.split("\n")[0].strip() for each in requirements] == ["GDPR Art. 25", "GDPR Art. 32"]
    assert page.page.locator("#by-policy tbody tr:visible", has_text="replacement-safe").count() == 0
    assert page.page.locator("#by-policy tbody tr:visible", has_text="customer-managed-key").count() == 1


def test_sorts_by_keyboard(page: Opened) -> None:
    heading = page.page.locator("#configurations .list > thead th", has_text="Configuration")
    heading.get_by_role("button").focus()
    page.page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert page.configurations == ["demo", "embeddings", "ranker", "ranker", "search", "summarizer"]
    page.page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "descending"
    assert page.configurations == ["summarizer", "search", "ranker", "ranker", "embeddings", "demo"]
    page.page.locator("#configurations .list > thead th", has_text="Verdict").get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "none"
    assert page.configurations[0] == "summarizer"
    assert page.configurations[-1] == "embeddings"


def test_everything_can_be_reached_and_details_opened_by_keyboard(page: Opened) -> None:
    keyboard = page.page.keyboard
    keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(80):
        keyboard.press("Tab")
        seen.add(page.page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"text", "status", "policy", "framework", "sort", "all", "more"} <= seen
    detail = page.page.locator("#detail-1")
    assert not detail.is_visible()
    button = page.page.locator(".more").first
    button.focus()
    keyboard.press("Enter")
    assert detail.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    assert detail.get_by_text("describe-endpoint-config").first.is_visible()
    keyboard.press("Enter")
    assert not detail.is_visible()
    page.page.locator("#all").press("Enter")
    assert page.page.locator(".detail:visible").count() == 6


def test_copies_a_command_as_it_is(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["hostile"]) as page:
        page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.page.locator("#all").click()
        button = page.page.locator(".copy").nth(1)
        button.click()
        expect(button).to_contain_text("Copied")
        assert (
            page.page.evaluate("navigator.clipboard.readText()")
            == REPORTS["hostile"].configurations[0].commands[1].text
        )


def test_nothing_from_a_stack_is_obeyed(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["hostile"]) as page:
        page.page.locator("#all").click()
        assert page.page.evaluate("typeof hacked") == "undefined"
        assert page.configurations == list(invented.HOSTILE)
        # Nor would it be if it got into the page in another way.
        for injected in (
            "document.body.innerHTML = '<img src=x onerror=hacked=1>'",
            "document.head.appendChild(document.createElement('script')).text = 'hacked = 1'",
        ):
            with pytest.raises(Error, match="Trusted"):
                page.page.evaluate(injected)


def test_is_light_or_dark_as_the_reader_has_it(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["one of each"]) as light, opened(browser, files["one of each"], dark=True) as dark:
        assert min(light.background()) > 200
        assert max(dark.background()) < 60


@pytest.mark.parametrize("name", REPORTS)
def test_fits_a_phone_and_a_tablet(browser: Browser, files: dict[str, Path], name: str) -> None:
    for width in (320, 390, 800, 1000, 1024):
        with opened(browser, files[name], size=(width, 800)) as page:
            if page.page.locator("#all").count():
                page.page.locator("#all").click()
            assert page.too_wide == 0


def test_prints_all_the_evidence_and_no_controls(page: Opened) -> None:
    page.page.get_by_role("searchbox").fill("demo")
    page.page.emulate_media(media="print")
    assert page.page.locator(".detail:visible").count() == 1
    assert page.page.locator("button:visible:not(.sort)").count() == 0
    assert page.page.locator("input:visible, select:visible, nav:visible").count() == 0
    assert page.page.get_by_text("Showing 1 of 6 configurations").is_visible()  # paper says that it is not all


def test_shows_everything_where_scripts_do_not_run(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["one of each"], scripted=False) as page:
        assert page.page.locator(".detail:visible").count() == 6
        assert page.page.locator("button:visible:not(.sort), input:visible, select:visible").count() == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", REPORTS)
def test_an_accessibility_checker_finds_nothing(
    browser: Browser, files: dict[str, Path], name: str, size: str, dark: bool
) -> None:
    with opened(browser, files[name], size=SIZES[size], dark=dark) as page:
        if page.page.locator("#all").count():
            page.page.locator("#all").click()
        violations = Axe().run(page.page).response["violations"]
        assert [(each["id"], each["impact"], each["nodes"][0]["failureSummary"]) for each in violations] == []
