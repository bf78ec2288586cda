"""The report as HTML in a real browser: opened, filtered, sorted, by keyboard, on a phone, in the dark, in print."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser, Error, expect
from pypdf import PdfReader

from policy_pack.audit.formats import html
from policy_pack.audit.report import Report
from policy_pack.audit.run import audit
from tests.audit import invented
from tests.audit.auditing import ROOT, options
from tests.audit.browser import DESKTOP, PHONE, Opened, chromium, opened, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on PATH"),
]

REPORTS = {"empty": invented.report(), "one of each": invented.one_of_each(), "hostile": invented.hostile()}
SIZES = (DESKTOP, PHONE)


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
    with opened(browser, files["one of each"]) as page:
        page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.page.locator("#all").click()
        button = page.page.locator(".copy").nth(1)
        button.click()
        expect(button).to_contain_text("Copied")
        copied = page.page.evaluate("navigator.clipboard.readText()")
        assert copied == button.locator("xpath=ancestor::li[1]//code").text_content()
        assert copied in {command.text for each in REPORTS["one of each"].configurations for command in each.commands}


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
    with opened(browser, files[name], size=(320, 800)) as page:
        if page.page.locator("#all").count():
            page.page.locator("#all").click()
        for width in (320, 390, 800, 1000, 1024):
            page.resize(width, 800)
            assert (width, page.too_wide) == (width, 0)


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
@pytest.mark.parametrize("name", REPORTS)
def test_an_accessibility_checker_finds_nothing(
    browser: Browser, files: dict[str, Path], name: str, dark: bool
) -> None:
    with opened(browser, files[name], dark=dark) as page:
        if page.page.locator("#all").count():
            page.page.locator("#all").click()
        for size in SIZES:
            page.resize(*size)
            assert (size, page.axe_finds()) == (size, [])


# What a first paint is compared with, and a generous bound: the machine may be busy.
EMPTY = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Empty</title><body><p>Empty</p></body></html>'
FIRST_PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (each.name === "first-contentful-paint") resolve(each.startTime);
}).observe({ type: "paint", buffered: true }))"""
TYPED = """(words) => {
  const field = document.getElementById("text");
  field.value = words;
  const start = performance.now();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.offsetHeight;
  return performance.now() - start;
}"""


@pytest.fixture(scope="module")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "long.html"
    path.write_text(html.write(invented.many()), "utf-8")
    return path


def test_a_long_page_is_small_and_shown_at_once(browser: Browser, long_page: Path, tmp_path: Path) -> None:
    assert long_page.stat().st_size <= 4_000_000
    empty = tmp_path / "empty.html"
    empty.write_text(EMPTY, "utf-8")

    def first_paint(file: Path) -> float:
        with opened(browser, file) as page:
            painted: float = page.page.evaluate(FIRST_PAINT)
            return painted

    first_paint(empty)
    assert min(first_paint(long_page) for _ in range(3)) <= 20 * min(first_paint(empty) for _ in range(3))


def test_a_long_page_has_everything_and_makes_what_is_shown(browser: Browser, long_page: Path) -> None:
    with opened(browser, long_page) as page:
        expect(page.page.locator("#shown")).to_have_text(
            "Showing 3185 of 3185 configurations and 1699 of 1699 findings."
        )
        assert (len(page.configurations), len(page.findings)) == (100, 100)
        page.page.locator("#configurations .rest button").click()
        assert len(page.configurations) == 200
        assert min(page.page.evaluate(TYPED, "ranker-77") for _ in range(3)) <= 200
        assert {each.split("-")[1][:2] for each in page.configurations} == {"77"}
        assert not page.page.locator("#configurations .rest").is_visible()
        page.page.locator("#configurations .more").first.click()
        opened_detail = page.page.locator("#configurations .detail.open")
        assert opened_detail.locator(".verdicts tbody tr").count() == len(
            invented.many(1, 1).configurations[0].verdicts
        )
        assert 'key "key-' in opened_detail.inner_text()
        assert opened_detail.locator("pre").count() == 3  # it names no key
        page.page.get_by_role("button", name="Reset").click()
        page.page.locator("#status").select_option("exempted")
        exempted = sum(each.status == "exempted" for each in invented.many().configurations)
        expect(page.page.locator("#shown")).to_contain_text(f"Showing {exempted} of 3185 configurations and 0 of 1699")
        assert (page.loaded, page.complaints) == ([long_page.as_uri()], [])


def test_a_long_page_sorts_all_of_it(browser: Browser, long_page: Path) -> None:
    with opened(browser, long_page) as page:
        button = page.page.locator("#configurations .sort").nth(1)
        button.click()
        assert page.configurations[0].startswith("ranker-0-")
        button.click()
        assert page.configurations[0].startswith("ranker-3184-")


def test_a_long_page_says_that_it_takes_a_script(browser: Browser, long_page: Path) -> None:
    with opened(browser, long_page, scripted=False) as page:
        assert page.page.get_by_text("takes JavaScript").first.is_visible()
        assert page.page.locator("#stacks tbody tr").count() == 300
        assert page.page.locator("#by-policy tbody tr").count() > 10


def test_what_is_hostile_stays_text_on_a_long_page(browser: Browser, tmp_path: Path) -> None:
    made = invented.hostile()
    copies = [replace(each, id=f"{each.id}{n}") for n in range(30) for each in made.configurations]
    path = tmp_path / "hostile.html"
    path.write_text(html.write(replace(made, configurations=tuple(copies))), "utf-8")
    with opened(browser, path) as page:
        expect(page.page.locator("#shown")).to_contain_text("240 of 240 configurations")
        page.page.locator("#all").click()
        assert page.page.evaluate("typeof hacked") == "undefined"
        assert page.page.locator("img, iframe, object").count() == 0
        assert (page.loaded, page.complaints) == ([path.as_uri()], [])


def test_a_long_page_is_accessible(browser: Browser, tmp_path: Path) -> None:
    # The shortest page that is a long one: what it shows is as much as a longer one shows at first.
    path = tmp_path / "long.html"
    path.write_text(html.write(invented.many(10, html.LIMIT + 1)), "utf-8")
    with opened(browser, path) as page:
        assert page.page.locator("#configurations .rest button").is_visible()
        page.page.locator("#configurations .more").first.click()
        for size in SIZES:
            page.resize(*size)
            assert (size, page.axe_finds()) == (size, [])


def test_a_long_page_fits_a_phone(browser: Browser, long_page: Path) -> None:
    with opened(browser, long_page) as page:
        page.page.locator("#configurations .more").first.click()
        for size in SIZES:
            page.resize(*size)
            assert (size, page.too_wide) == (size, 0)


# Its text is too pale in one of four looks.
FAULTY = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Faulty</title><main><h1>Faulty</h1>
<style>@media (prefers-color-scheme: dark) { body { background: #000; color: #fff } }
@media (prefers-color-scheme: dark) and (max-width: 500px) { p { color: #222 } }</style>
<p>Text</p></main>"""


def test_the_checker_sees_each_look(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "faulty.html"
    path.write_text(FAULTY, "utf-8")
    found = {}
    for dark in (False, True):
        with opened(browser, path, dark=dark) as page:
            for size in SIZES:
                page.resize(*size)
                found[dark, size] = {rule for rule, *_ in page.axe_finds()}
    assert {look for look, rules in found.items() if rules} == {(True, PHONE)}
    assert found[True, PHONE] == {"color-contrast"}


@pytest.mark.parametrize("paper", [("A4", False), ("A4", True), ("Letter", False)], ids=str)
def test_the_examples_fit_ten_pages_of_paper(browser: Browser, tmp_path: Path, paper: tuple[str, bool]) -> None:
    report = audit([str(each) for each in sorted(ROOT.glob("examples/*/state.json"))], options())
    path = tmp_path / "examples.html"
    path.write_text(html.write(report), "utf-8")
    with opened(browser, path) as page:
        printed = PdfReader(io.BytesIO(page.page.pdf(format=paper[0], landscape=paper[1])))
    texts = [normalize("NFKC", each.extract_text()) for each in printed.pages]  # without ligatures
    assert len(texts) <= 10
    assert "7 of 9 configurations are not compliant" in texts[0]
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(texts)}" in text
    assert not [text for text in texts if "Copy" in text or "Details" in text or "Show all" in text]
    whole = re.sub(r"\s+", "", "".join(texts))
    for configuration in report.configurations:
        assert whole.count(re.sub(r"\s+", "", configuration.label)) >= 1
    assert "awscloudtraillookup-events" in whole
