"""The reports as CSV: read back whole, and nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from types import ModuleType

import pytest

from policy_pack.audit.formats import csv as csv_findings
from policy_pack.audit.formats import csv_verdicts
from policy_pack.audit.formats.csv_table import OF_AUDIT
from policy_pack.audit.report import Report
from tests.audit import invented

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TABLES = [csv_findings, csv_verdicts]


def rows_of(report: Report, table: ModuleType) -> list[dict[str, str]]:
    text = table.write(report).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def cells_of(written: bytes, separator: str) -> list[str]:
    """The cells that a spreadsheet finds which splits at `separator`."""
    text = written.decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]


@pytest.mark.parametrize("table", TABLES)
def test_is_what_rfc_4180_and_excel_ask_for(table: ModuleType) -> None:
    written = table.write(invented.one_of_each())
    assert written.startswith(b"\xef\xbb\xbf" + b'"record",')
    assert written.endswith(b"\r\n")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(table.COLUMNS) + len(OF_AUDIT)}
    # Each line ends with both characters, but for those within a quoted cell.
    assert written.count(b"\r\n") == len(rows)


def test_one_table_has_the_findings_and_the_other_the_verdicts() -> None:
    made = invented.one_of_each()
    beside = {"problem": 1, "note": 1}
    findings, verdicts = (rows_of(made, table) for table in TABLES)
    assert Counter(row["record"] for row in findings) == {"finding": len(made.findings), **beside}
    number = sum(len(each.verdicts) for each in made.configurations)
    assert Counter(row["record"] for row in verdicts) == {"verdict": number, **beside}
    for row in (*findings, *verdicts):
        assert (row["pack_version"], row["audited"]) == ("0.1.0", "2026-11-25T03:30:00Z")


def test_a_verdict_is_read_back_as_it_is() -> None:
    made = invented.one_of_each()
    read = [
        (row["urn"], row["policy"], row["status"], row["why"], row["exemption_reason"], row["exemption_expires"])
        for row in rows_of(made, csv_verdicts)
        if row["record"] == "verdict"
    ]
    assert read == [
        (each.id, said.policy, said.status, said.why, said.reason, said.expires)
        for each in made.configurations
        for said in each.verdicts
    ]


def test_a_verdict_says_which_requirements_ask_for_it() -> None:
    asked = {row["policy"]: row["requirements"] for row in rows_of(invented.one_of_each(), csv_verdicts)}
    assert "NIST SP 800-53 Rev 5 SC-28" in asked["sagemaker-endpoint-configuration-encryption-at-rest-enabled"]
    assert "SC-28" not in asked["sagemaker-endpoint-configuration-key-rotation-enabled"]
    assert asked["sagemaker-endpoint-configuration-paired-with-endpoint"] == ""


def test_says_what_the_baseline_has_and_what_is_fixed() -> None:
    made = invented.one_of_each()
    gone = replace(made.findings[0], resource="gone", fingerprint="f" * 64)
    made = replace(made, fixed=(gone,))
    rows = [row for row in rows_of(made, csv_findings) if row["record"] == "finding"]
    states = {(row["resource"], row["policy"]): row["baseline"] for row in rows}
    expected = {(each.resource, each.policy): "known" if each.known else "new" for each in made.findings}
    assert states == {**expected, ("gone", gone.policy): "fixed"}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("made", [invented.one_of_each(), invented.hostile()])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_splits(made: Report, table: ModuleType, separator: str) -> None:
    for cell in cells_of(table.write(made), separator):
        assert not cell.strip(" \"'\n").startswith(FORMULA) or cell.lstrip(' "\n').startswith("'"), cell


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        (" =1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ("a\n=1", "a\n'=1"),
        ("a, -1", "a,' -1"),
        ("a=1", "a=1"),
        ("well-known", "well-known"),
        ('a "quoted", name', 'a "quoted", name'),
    ],
)
def test_neutralises_formulas_and_nothing_else(name: str, cell: str) -> None:
    made = invented.report([invented.configuration(invented.source("dev.json"), name)])
    assert {row["resource"] for row in rows_of(made, csv_verdicts)} == {cell}
