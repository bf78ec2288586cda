"""The report as CSV: read back whole, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace

import pytest

from policy_pack.audit.evidence import Command, Report
from policy_pack.audit.formats import csv as format_csv
from tests.audit import invented

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def rows_of(report: Report) -> list[dict[str, str]]:
    text = format_csv.write(report).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def cells_of(written: bytes, separator: str) -> list[str]:
    """The cells that a spreadsheet finds which splits at `separator`."""
    text = written.decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]


def test_is_what_rfc_4180_and_excel_ask_for() -> None:
    written = format_csv.write(invented.one_of_each())
    assert written.startswith(b"\xef\xbb\xbf" + b'"record",')
    assert written.endswith(b"\r\n")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(format_csv.COLUMNS)}
    # Each line ends with both characters, but for those within a quoted cell.
    assert written.count(b"\r\n") == len(rows)


def test_has_a_row_for_each_thing_that_the_report_holds() -> None:
    made = invented.one_of_each()
    assert Counter(row["record"] for row in rows_of(made)) == {
        "verdict": sum(len(each.verdicts) for each in made.configurations),
        "finding": 1,
        "command": sum(len(each.commands) for each in made.configurations),
        "requirement": len(made.requirements),
        "identifier": len(made.control.identifiers),
        "source": 2,
        "problem": 1,
        "note": 1,
    }
    assert {(row["pack_version"], row["audited"]) for row in rows_of(made)} == {("0.1.0", "2026-11-25T03:30:00Z")}


def test_a_verdict_is_read_back_as_it_is() -> None:
    made = invented.one_of_each()
    read = [
        (row["urn"], row["policy"], row["status"], row["why"], row["exemption_reason"], row["exemption_expires"])
        for row in rows_of(made)
        if row["record"] == "verdict"
    ]
    assert read == [
        (each.id, said.policy, said.status, said.why, said.reason, said.expires)
        for each in made.configurations
        for said in each.verdicts
    ]


def test_says_what_the_baseline_has() -> None:
    made = invented.one_of_each()
    states = {(row["resource"], row["policy"]): row["baseline"] for row in rows_of(made) if row["baseline"]}
    assert states == {(each.resource, each.policy): "known" if each.known else "new" for each in made.findings}


def test_requirements_and_sources_are_read_back() -> None:
    made = invented.one_of_each()
    rows = rows_of(made)
    (sc28,) = (row for row in rows if row["framework"] == "NIST SP 800-53 Rev 5" and row["requirement"] == "SC-28")
    assert (sc28["compliant"], sc28["judged"], sc28["share"]) == ("2", "5", "0.4000")
    assert [row["sha256"] for row in rows if row["record"] == "source"] == [each.sha256 for each in made.sources]
    assert ("Checkov", "CKV_AWS_98") in {(row["tool"], row["identifier"]) for row in rows}
    assert {row["share"] for row in rows_of(invented.report()) if row["record"] == "requirement"} == {""}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("made", [invented.one_of_each(), invented.hostile()])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_splits(made: Report, separator: str) -> None:
    for cell in cells_of(format_csv.write(made), separator):
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
    assert {row["resource"] for row in rows_of(made) if row["record"] == "verdict"} == {cell}


def test_a_command_is_whole_or_left_out() -> None:
    plain = invented.configuration(invented.source("dev.json"), "ranker")
    assert [row["command"] for row in rows_of(invented.report([plain])) if row["record"] == "command"] == [
        command.text for command in plain.commands
    ]
    # An apostrophe put into it would make a shell run what follows.
    trap = replace(plain, commands=(Command("its description", "aws sagemaker 'a;=$(touch hacked)'"),))
    (row,) = (row for row in rows_of(invented.report([trap])) if row["record"] == "command")
    assert row["command"] == "(not safe in a spreadsheet; another format shows it)"
