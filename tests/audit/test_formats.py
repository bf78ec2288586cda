"""What every format does: with an audit of real stacks, and with any text that a stack may hold."""

from __future__ import annotations

import csv as csv_reader
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options as CmarkOptions
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml

from policy_pack.audit import formats
from policy_pack.audit.formats import FORMATS, writer
from policy_pack.audit.report import Problem, Report
from policy_pack.audit.run import audit
from policy_pack.quoting import visible
from tests.audit import invented
from tests.audit.auditing import options
from tests.audit.test_formats_html import Page
from tests.audit.test_formats_junit import SCHEMA
from tests.audit.test_formats_oscal import VALIDATOR

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
INPUTS = [ROOT / "examples", ROOT / "tests" / "recordings"]


def written(name: str, report: Report) -> str:
    text = writer(name)(report)
    return text.decode("utf-8-sig") if isinstance(text, bytes) else text


@pytest.fixture(scope="module")
def real() -> Report:
    """An audit of the examples and the recordings."""
    report = audit([str(path) for path in INPUTS], options())
    assert report.findings
    return report


def letters(text: str) -> str:
    """The letters and digits of a text, which no format escapes."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def read_json(text: str) -> None:
    json.loads(text)


def read_junit(text: str) -> None:
    JUnitXml.fromstring(text.encode())
    assert [str(error) for error in SCHEMA.iter_errors(text)] == []


def read_oscal(text: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(text))] == []


def read_csv(text: str) -> None:
    rows = list(csv_reader.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


def read_markdown(text: str) -> None:
    page = Page(cmarkgfm.github_flavored_markdown_to_html(text, CmarkOptions.CMARK_OPT_UNSAFE))
    assert {tag for tag, _ in page.elements} <= {
        *("h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"),
        *("code", "pre", "details", "summary"),
    }


def read_html(text: str) -> None:
    page = Page(text)
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


READERS: dict[str, Callable[[str], None]] = {
    "text": lambda _: None,
    "json": read_json,
    "sarif": read_json,
    "junit": read_junit,
    "html": read_html,
    "markdown": read_markdown,
    "csv": read_csv,
    "csv-verdicts": read_csv,
    "oscal": read_oscal,
}


def test_what_is_forgotten_of_a_new_format_is_said() -> None:
    """A new format has its line, its reader here, its tests, and a word in the README."""
    modules = {each.name: import_module(f"{formats.__name__}.{each.name}") for each in iter_modules(formats.__path__)}
    listed = {each.module for each in FORMATS.values()}
    missing = [name for name, module in modules.items() if hasattr(module, "write") and name not in listed]
    assert not missing, f"add {', '.join(missing)} to FORMATS in policy_pack/audit/formats/__init__.py"
    unread = ", ".join(FORMATS.keys() - READERS.keys())
    assert not unread, f"add {unread} to READERS of tests/audit/test_formats.py: what raises of an invalid text"
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    named = re.search(r"The formats are (.*?)\. ", readme)
    assert named is not None
    told = re.findall(r"[a-z-]+", re.sub(r"\([^()]*(\([^()]*\))?[^()]*\)", "", named[1]))
    assert not (untold := FORMATS.keys() - set(told)), f"name {', '.join(untold)} in README.md, among the formats"


@pytest.mark.parametrize("name", FORMATS)
def test_a_real_audit_can_be_read(name: str, real: Report) -> None:
    READERS[name](written(name, real))


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_tells_an_account_or_a_key_id(name: str, real: Report) -> None:
    texts = [path.read_text("utf-8") for folder in INPUTS for path in folder.rglob("*state.json")]
    arns = {match for text in texts for match in re.findall(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[^\"\\]+", text)}
    assert arns
    text = written(name, real)
    for arn in arns:
        _, _, _, _, account, resource = arn.split(":")
        assert f":{account}:" not in text
        assert resource.removeprefix("key/") not in text


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"markdown"}))  # which leaves out what is too long
def test_every_finding_and_configuration_is_in_every_format(name: str, real: Report) -> None:
    text = written(name, real)
    told = letters(html.unescape(text))
    for each in real.findings:
        assert letters(each.why.partition("\n")[0]) in told
    if name.startswith("csv"):
        return  # a table of findings or of verdicts, and nothing else
    for source in real.sources:
        assert source.sha256 in text, f"the format {name} does not give the digest of each input"
    for identifier in real.control.identifiers:
        assert letters(identifier.id) in told, f"the format {name} does not give the control's identifiers"


def test_a_new_mandatory_finding_always_fails_in_junit(real: Report) -> None:
    failing = {
        result.text
        for suite in JUnitXml.fromstring(written("junit", real).encode())
        for case in suite
        for result in case.result
        if result.type == "mandatory"
    }
    for each in real.findings:
        if each.level == "mandatory":
            assert any(each.why in (text or "") and each.urn in (text or "") for text in failing)


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_leaves_every_format_whole(name: str, why: str) -> None:
    name, why = visible(name), visible(why)
    dev = replace(invented.source(f"{name}.json"), stack=name)
    said = [invented.violated("encryption-at-rest-enabled", why), invented.exempted("replacement-safe", reason=why)]
    made = invented.report([invented.configuration(dev, name, *said, key=f"({name})", region=name)], [dev])
    made = replace(made, problems=(Problem(name, why),), notes=(Problem(name, why),), ignored=(name,))
    for format_name, read in READERS.items():
        read(written(format_name, made))
