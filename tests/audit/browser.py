"""A report's page in a real browser, without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

DESKTOP, PHONE = (1280, 900), (390, 844)

# `Axe.run` sends the whole of axe to the page for each look at it, and everything that is in order back.
_AXE = Axe().axe_script
_RUN_AXE = "axe.run({resultTypes: ['violations']}).then((results) => results.violations)"


def chromium() -> str | None:
    """Where a Chromium is, as a distribution installs it; `None` where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def running(path: str) -> Iterator[Browser]:
    """A headless browser."""
    # Its sandbox does not run as root, as which containers often run tests.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Opened:
    """A page that is open: what it loaded and what the browser complained of."""

    page: Page
    loaded: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def configurations(self) -> list[str]:
        """The configurations that are shown, from above."""
        return [text.strip() for text in self.page.locator("#configurations .item:visible .strong").all_inner_texts()]

    @property
    def findings(self) -> list[str]:
        """The policies of the findings that are shown, from above."""
        return self.page.locator("#findings .item:visible td:nth-child(4)").all_inner_texts()

    @property
    def too_wide(self) -> int:
        """By how many pixels the page is wider than the window."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return wide

    def resize(self, width: int, height: int) -> None:
        """Gives the window another size, and its page the time to draw itself for that."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def background(self) -> tuple[int, ...]:
        """The page's background in red, green and blue, 0 to 255."""
        color: str = self.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return tuple(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(","))

    def axe_finds(self) -> list[tuple[str, str, str, str]]:
        """What axe finds on the page as it looks now: the rule, its impact, the element, and what is to be done."""
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(_AXE)
        return [
            (each["id"], each["impact"], node["html"][:160], node["failureSummary"])
            for each in self.page.evaluate(_RUN_AXE)
            for node in each["nodes"][:3]
        ]


@contextmanager
def opened(
    browser: Browser, file: Path, *, size: tuple[int, int] = DESKTOP, dark: bool = False, scripted: bool = True
) -> Iterator[Opened]:
    """A page in a window of its own."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripted,
        offline=True,
    )
    try:
        context.set_default_timeout(10_000)
        page = context.new_page()
        found = Opened(page)

        def complain(message: ConsoleMessage) -> None:
            found.complaints.append(message.text)

        page.on("console", complain)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("request", lambda request: found.loaded.append(request.url))
        page.goto(file.as_uri())
        yield found
    finally:
        context.close()
