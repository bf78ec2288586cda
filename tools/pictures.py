"""Makes the pictures of docs/images: ``make pictures``.

The pictures of a terminal are SVG, the same on every machine: the pack's answers to a simulated engine in the layout of
the CLI, and the output of the audit. The pictures of the HTML report are made with the Chromium on PATH.

Source: pulumi/pulumi, pkg/backend/display/progress.go (`printPolicies`), for the layout and order of violations.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from google.protobuf.message import Message
from playwright.sync_api import Browser
from rich.console import Console
from rich.padding import Padding
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from policy_pack import __version__
from policy_pack.audit.config import reconcile
from policy_pack.audit.formats import html, text
from policy_pack.audit.options import Options
from policy_pack.audit.run import audit
from policy_pack.policies import PACK
from policy_pack.stack.urn import type_of
from tests.audit import invented
from tests.audit.browser import PHONE, chromium, opened, running
from tests.examples import deployed
from tests.harness.answers import PREFIX, Finding
from tests.harness.engine import Engine
from tests.harness.recordings import Recording, send

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "images"

# The programs whose refused previews are shown: one that a real engine sent, and an example.
REFUSED: dict[str, Recording | str] = {
    "preview": Recording("computed_key_other_region", "preview"),
    "preview-mistakes": "mistakes",
}

# The pictures of the report: the size of the window, and whether it is dark.
WINDOW = (1200, 800)
PAGES = {"report-light": (WINDOW, False), "report-dark": (WINDOW, True), "report-phone": (PHONE, False)}

_COLUMNS = 118
_STYLES = {"mandatory": "bold red", "advisory": "yellow"}
_MARKS = {"mandatory": "❌", "advisory": "⚠️"}
_FONTS = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"


def terminals() -> Iterator[tuple[Path, str]]:
    """The pictures of a terminal, and the SVG of each."""
    for name, of in REFUSED.items():
        requests = of.requests if isinstance(of, Recording) else deployed(of, "preview").requests
        yield FOLDER / f"{name}.svg", _preview(requests)
    yield FOLDER / "audit.svg", _audit()


def _preview(requests: list[Message]) -> str:
    with Engine(ROOT) as engine:
        findings = send(engine, requests, "a picture").findings
    console = _console()
    _type(console, "pulumi preview --policy-pack ../sagemaker-endpoint-encryption")
    console.print(Text("Policies:", "bold magenta"))
    mark = next(mark for level, mark in _MARKS.items() if any(each.level == level for each in findings))
    console.print(f"    {mark} ", Text(f"{PACK.name}@v{__version__}", "magenta"), sep="")
    for each in sorted(findings, key=lambda each: (each.level, each.policy, each.urn)):
        for line in _violation(each):
            console.print(line)
    return _svg(console, "pulumi preview")


def _violation(finding: Finding) -> Iterator[Padding]:
    package, _, rest = type_of(finding.urn).partition(":")
    module, _, kind = rest.rpartition(":")
    resource = f"{package}:{module.split('/')[0]}:{kind}: {finding.resource}"
    yield Padding(
        Text.assemble(
            "- ",
            (f"[{finding.level}]  [severity: {finding.severity}]  {PREFIX}{finding.policy}", _STYLES[finding.level]),
            f"  ({resource})",
        ),
        (0, 0, 0, 8),
    )
    for line in finding.message.splitlines():
        yield Padding(Text(line), (0, 0, 0, 10))


def _audit() -> str:
    today = datetime.now(timezone.utc).date()
    report = audit([str(ROOT / "examples")], Options(config=reconcile({}, PACK), today=today))
    console = _console()
    _type(console, "sagemaker-encryption audit examples")
    text.show(report, console)
    return _svg(console, "sagemaker-encryption audit")


def _console() -> Console:
    return Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")


def _type(console: Console, command: str) -> None:
    console.print(Text.assemble(("$ ", "bold green"), command))


def _svg(console: Console, title: str) -> str:
    console.print()  # the picture cuts off the lower edge of its last line, underscores included
    made = console.export_svg(title=title, theme=DIMMED_MONOKAI, unique_id="terminal")
    made = re.sub(r"@font-face \{.*?\}\s*", "", made, flags=re.DOTALL)  # the picture loads nothing from a network
    return re.sub(r"font-family: (Fira Code, monospace|arial)", f"font-family: {_FONTS}", made)


def pages(browser: Browser) -> Iterator[Path]:
    """Makes the pictures of the report, for the examples and for 300 generated stacks."""
    with tempfile.TemporaryDirectory() as folder:
        examples, many = Path(folder, "examples.html"), Path(folder, "many.html")
        command = [sys.executable, "-m", "policy_pack", "audit", "examples", "--fail-on", "never", "-q"]
        subprocess.run([*command, "--output", str(examples)], cwd=ROOT, check=True)
        many.write_text(html.write(invented.many()), encoding="utf-8")
        for name, (size, dark) in PAGES.items():
            yield _picture(browser, examples, name, size, dark=dark)
        yield _picture(browser, many, "report-300-stacks", WINDOW)


def _picture(browser: Browser, page: Path, name: str, size: tuple[int, int], *, dark: bool = False) -> Path:
    path = FOLDER / f"{name}.png"
    with opened(browser, page, size=size, dark=dark) as found:
        found.page.screenshot(path=path)
    return path


def write_terminals() -> list[Path]:
    """Writes the pictures of a terminal. Returns their files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = []
    for path, content in terminals():
        path.write_text(content, encoding="utf-8")
        made.append(path)
    return made


def main() -> int:
    made = write_terminals()
    path = chromium()
    if path is not None:
        with running(path) as browser:
            made += pages(browser)
    for each in made:
        print(f"{each.relative_to(ROOT)}: {each.stat().st_size / 1000:.0f} kB")
    if path is None:
        print("error: no Chromium is on PATH, so the pictures of the report are as they were", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
