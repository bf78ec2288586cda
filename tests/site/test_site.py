"""The site is built without a warning, its links and anchors resolve, and its start page answers ten questions."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from playwright.sync_api import Browser

from policy_pack.audit.config import reconcile
from policy_pack.audit.formats import sarif
from policy_pack.audit.options import Options
from policy_pack.audit.run import audit
from policy_pack.carriers import CARRIERS
from policy_pack.engine.serve import sdk_policy, session_for
from policy_pack.judging.policy import EXAMPLE
from policy_pack.judging.settings import read
from policy_pack.policies import PACK
from policy_pack.testing import Encryption
from tests.audit.browser import chromium, opened, running
from tests.conftest import ROOT
from tools.site import pages
from tools.site.build import BrokenLink, _linked, fill

pytestmark = pytest.mark.slow

pytest.importorskip("material", reason="mkdocs-material is not installed")

TEN_QUESTIONS = {
    "Why was my preview refused?": "[mandatory]",
    "How do I exempt a GPU endpoint?": "instanceStorageOnly",
    "How do I enforce this for my organization?": "pulumi policy enable",
    "What do I give the auditor?": "oscal",
    "How do I use three policies in my own pack?": "select_policies",
    "Which AWS permissions does key-verified-in-aws need?": "kms:GetKeyRotationStatus",
    "How do I test my component?": "encryption.preview",
    'Why does the pack say "cannot tell"?': "undecided",
    "How do I add a carrier?": "READERS",
    "What changed in this version?": "0.1.0",
}


class Page(HTMLParser):
    """A page: its anchors, its links, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := given.get(name))}
        self.links += [value for name in ("href", "src") if (value := given.get(name))]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    fill(folder / "docs")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = config.replace("build/docs", "docs").replace("build/site", "site")
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"], cwd=folder, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    return folder / "site"


def test_links_and_anchors_resolve(site: Path) -> None:
    read_pages = {path: Page(path) for path in site.rglob("*.html")}
    broken = []
    for path, page in read_pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link.startswith(("//", "#__")):
                continue
            # The page 404.html is served for any address, so its links start from the root.
            start = site if parts.path.startswith("/") else path.parent
            target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            anchors = read_pages[target].anchors if target in read_pages else set()
            if not target.exists() or (parts.fragment and unquote(parts.fragment) not in anchors):
                broken.append((path.relative_to(site).as_posix(), link))
    assert len(read_pages) > len(PACK.policies) + len(CARRIERS)
    assert not broken


def test_ten_questions_are_answered_from_the_start_page(site: Path) -> None:
    html = (site / "index.html").read_text(encoding="utf-8")
    rows = dict(re.findall(r'<tr>\s*<td>(.*?)</td>\s*<td><a href="(.*?)">', html, re.DOTALL))
    answers = {re.sub("<.*?>", "", question).replace("&quot;", '"'): link for question, link in rows.items()}
    assert answers.keys() == TEN_QUESTIONS.keys()
    for question, link in answers.items():
        path, _, anchor = link.partition("#")
        page = Page(site / path)
        assert TEN_QUESTIONS[question] in page.text, question
        assert not anchor or anchor in page.anchors, question


def test_each_answer_is_at_most_two_clicks_away(site: Path) -> None:
    """From the start page, by links of its text and its navigation; most are one click away."""
    start = site / "index.html"
    clicks, distance = [start], {start: 0}
    for path in clicks:
        for link in Page(path).links:
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve()
            if not parts.scheme and parts.path and target.suffix == ".html" and target not in distance:
                distance[target] = distance[path] + 1
                clicks.append(target)
    answers = {
        path: [words for words in TEN_QUESTIONS.values() if words in Page(path).text]
        for path, away in distance.items()
        if 1 <= away <= 2
    }
    assert {words for found in answers.values() for words in found} == set(TEN_QUESTIONS.values())
    assert max(distance.values()) <= 3, "every page is found by links"
    assert {path for path in site.rglob("*.html") if path.name != "404.html"} == distance.keys()


def test_the_search_finds_the_answers(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    for word in ("instanceStorageOnly", "select_policies", "kms:GetKeyPolicy", "undecided"):
        assert word in index


def test_every_policy_and_carrier_is_in_the_navigation() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert re.findall(r"policies/([a-z-]+)\.md", text) == ["index", *(each.name for each in PACK.policies)]
    assert re.findall(r"carriers/([a-z-]+)\.md", text) == ["index", *map(pages.carrier_slug, CARRIERS)]


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda policy: policy.name)
def test_the_settings_that_a_page_shows_mean_something(policy: object) -> None:
    name = getattr(policy, "name")  # noqa: B009 - parametrized
    shown = PACK.by_name[name]
    (given,) = pages.settings_example(shown).values()
    assert given.keys() == {each.name for each in shown.settings}
    assert not read(shown.settings, given).problems
    (given,) = pages.exemption_example(shown).values()
    assert not read(shown.settings, given).problems


def test_the_address_of_the_site_is_one_setting(site: Path) -> None:
    address = re.search(r'^site_url: "(.*)"$', (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert address is not None
    assert PACK.site == address[1].rstrip("/")
    published = replace(PACK, site="https://docs.example.com/pack")
    for policy in PACK.policies:
        assert PACK.url(policy) == policy.url
        page = published.url(policy).removeprefix(f"{published.site}/")
        assert (site / page).exists()
        assert sdk_policy(policy, session_for(published)).url == published.url(policy)
    given = Options(config=reconcile({}, published), today=date(2026, 1, 2))
    report = audit([str(ROOT / "examples" / "mistakes" / "state.json")], given)
    (run,) = json.loads(sarif.write(report))["runs"]
    assert [rule["helpUri"] for rule in run["tool"]["driver"]["rules"]] == list(map(published.url, PACK.policies))


def test_a_setting_that_means_nothing_would_be_found() -> None:
    policy = PACK.by_name["key-rotation-enabled"]
    for wrong in ({"maxRotationDays": 1}, {"maxRotationDays": "often"}, {"exemptions": [{"resource": "x"}]}):
        assert read(policy.settings, wrong).problems


@pytest.mark.parametrize("link", ["nowhere.md", "../configs/nothing.json", "../../../etc/passwd"])
def test_a_link_to_nothing_is_refused(link: str) -> None:
    with pytest.raises(BrokenLink):
        _linked(f"[it]({link})", "docs/faq.md", "faq.md", set())


@pytest.mark.parametrize(
    ("link", "becomes"),
    [
        ("policies.md#key-in-same-region", "policies/key-in-same-region.md"),
        ("policies.md#settings-of-every-policy", "policies.md#settings-of-every-policy"),
        ("../CHANGELOG.md", "changelog.md"),
        ("../configs/strict.json", "files/configs/strict.json.md"),
        ("https://example.com/x.md", "https://example.com/x.md"),
    ],
)
def test_a_link_leads_to_the_same_on_the_site(link: str, becomes: str) -> None:
    assert _linked(f"[it]({link})", "docs/faq.md", "faq.md", set()) == f"[it]({becomes})"


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_component_of_the_page_on_testing_passes_its_tests() -> None:
    names: dict[str, object] = {}
    exec(blocks("testing.md", "python")[0], names)
    tests = [each for name, each in names.items() if name.startswith("test_") and callable(each)]
    assert len(tests) == 2
    for test in tests:
        test(Encryption())


def test_the_packs_of_the_page_on_the_library_are_made() -> None:
    shown = blocks("library.md", "python")
    assert len(shown) == 2
    script = f"""
import pulumi_policy, policy_pack
made = []
pulumi_policy.PolicyPack = lambda name, policies: made.append((name, len(policies)))
policy_pack.serve = lambda name, **given: made.append((name, len(policy_pack.select_policies(**given))))
for code in {shown!r}:
    exec(code, {{}})
    import gc; gc.collect()
print(made)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (first, second) = yaml.safe_load(done.stdout.replace("(", "[").replace(")", "]"))
    assert first == ["acme-ml", 3]
    assert second[0] == "acme-ml"
    assert second[1] > 3


def test_a_policy_of_ones_own_is_tested_as_the_page_says() -> None:
    code = next(code for code in blocks("testing.md", "python") if "Encryption(policies=[FEW_VARIANTS])" in code)
    ten = EXAMPLE + 'aws.sagemaker.EndpointConfiguration("it", production_variants=variants * 10)\n'
    own = (ROOT / "examples" / "own-pack" / "__main__.py").read_text(encoding="utf-8").partition("\nPolicyPack(")[0]
    names: dict[str, object] = {"__name__": "my_pack"}
    exec(own, names)
    code = code.replace("from my_pack import FEW_VARIANTS\n", "")
    given = {"FEW_VARIANTS": names["FEW_VARIANTS"], "program": lambda: exec(ten, {})}
    exec(code, given)
    test = given["test_few_variants"]
    assert callable(test)
    test()


def test_the_permissions_are_the_calls_that_are_made() -> None:
    code = (ROOT / "policy_pack" / "aws" / "ask_kms.py").read_text(encoding="utf-8")
    called = {
        "kms:" + "".join(word.capitalize() for word in name.split("_"))
        for name in re.findall(r"client\.([a-z_]+)\(", code)
    }
    (statement,) = json.loads((ROOT / "docs" / "key-verified-in-aws.json").read_text(encoding="utf-8"))["Statement"]
    assert set(statement["Action"]) == called == set(blocks("aws-permissions.md", "text")[0].split())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on PATH")
    with running(path) as started:
        yield started


@pytest.mark.browser
def test_the_search_is_one_that_answers(browser: Browser, site: Path) -> None:
    """On a server: from files, browsers load no index, and the site shows no field for a search."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser.new_context() as context:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
            page.locator(".md-search__input").click()
            page.locator(".md-search__input").press_sequentially("instanceStorageOnly")
            found = page.locator(".md-search-result__link")
            found.first.wait_for(timeout=60_000)
            assert any("local-storage.html" in (link.get_attribute("href") or "") for link in found.all())
        finally:
            server.shutdown()


# Each page is opened once as a light and once as a dark one, and is looked at in both widths. That it is looked at anew
# after the window has become narrower is what a reader does who turns a tablet.
PARTS = ("policies", "carriers", "files", ".")
WIDTHS = (1440, 390)


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("part", PARTS)
def test_every_page_passes_axe(browser: Browser, site: Path, part: str, dark: bool) -> None:
    """No page has what axe finds, in any of its looks, and none loads anything from a network."""
    pages = _pages(site)[part]
    found: list[tuple[object, ...]] = []
    with opened(browser, pages[0], dark=dark) as page:
        for path in pages:
            page.resize(WIDTHS[0], 900)
            page.page.goto(path.as_uri())
            assert page.page.locator("body").get_attribute("data-md-color-scheme") == ("slate" if dark else "default")
            for width in WIDTHS:
                page.resize(width, 900)
                found += [(path.name, width, *each) for each in page.axe_finds()]
        assert not [url for url in page.loaded if not url.startswith(("file:", "data:", "blob:"))], "no network"
    assert found == []


def test_no_page_is_left_out(site: Path) -> None:
    parts = _pages(site)
    assert parts.keys() == set(PARTS)
    assert sum(map(len, parts.values())) > len(PACK.policies) + len(CARRIERS) + len(TEN_QUESTIONS)


def _pages(site: Path) -> dict[str, list[Path]]:
    """The pages by the folder that they are in, at any depth."""
    found: dict[str, list[Path]] = {}
    for path in sorted(site.rglob("*.html")):
        # 404.html is served for any address, so it finds its styles only on a server.
        if path.name != "404.html":
            found.setdefault(path.relative_to(site).parts[0] if path.parent != site else ".", []).append(path)
    return found
