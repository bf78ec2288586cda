"""The headline of a report, its shares, and the names of its stacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    ConfigurationEvidence,
    Origin,
    Position,
)
from policy_pack.audit.formats import html, markdown, oscal
from policy_pack.audit.formats.common import Stacks, headline, is_good, percent, standing
from policy_pack.audit.report import Problem
from tests.audit import invented

SOURCE = invented.source("dev.json")


def of(*statuses: str) -> list[ConfigurationEvidence]:
    return [invented.configuration(SOURCE, f"c{n}", status=status) for n, status in enumerate(statuses)]


@pytest.mark.parametrize(
    ("statuses", "said", "good"),
    [
        ([], "No configuration was checked", True),
        ([NOT_APPLICABLE], "No configuration was checked", True),
        ([COMPLIANT], "The 1 configuration is compliant", True),
        ([COMPLIANT, COMPLIANT, NOT_APPLICABLE], "All 2 configurations are compliant", True),
        ([NON_COMPLIANT] * 7 + [COMPLIANT] * 2, "7 of 9 configurations are not compliant", False),
        ([NON_COMPLIANT, COMPLIANT], "1 of 2 configurations is not compliant", False),
        (
            [NON_COMPLIANT, CANNOT_TELL, EXEMPTED],
            "1 of 3 configurations is not compliant, 1 cannot be told, 1 exempted",
            False,
        ),
        ([CANNOT_TELL, COMPLIANT], "1 of 2 configurations is compliant, 1 cannot be told", False),
        ([EXEMPTED], "0 of 1 configuration are compliant, 1 exempted", False),
    ],
)
def test_headline(statuses: list[str], said: str, good: bool) -> None:
    made = invented.report(of(*statuses), [SOURCE])
    assert (headline(made), is_good(made)) == (said, good)
    for written in (html.write(made), markdown.write(made), oscal.write(made)):
        assert said in written


def test_nothing_is_good_while_an_input_was_not_audited_or_something_stops() -> None:
    made = invented.report(of(COMPLIANT), [SOURCE])
    assert not is_good(replace(made, problems=(Problem("prod.json", "is empty"),)))
    assert not is_good(invented.one_of_each())


def test_advice_that_is_left_is_said() -> None:
    advised = invented.configuration(SOURCE, "c", invented.violated("key-rotation-enabled"))
    assert standing(advised) == "compliant, 1 advisory"
    assert standing(invented.configuration(SOURCE, "c")) == "compliant"
    assert standing(replace(advised, status=NON_COMPLIANT)) == "non-compliant"
    made = invented.report([advised, *of(COMPLIANT)], [SOURCE])
    assert headline(made) == "All 2 configurations are compliant, 1 compliant with warnings"
    for written in (html.write(made), markdown.write(made), oscal.write(made)):
        assert "compliant, 1 advisory" in written


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "none judged"),
        (0.0, "0%"),
        (0.001, "1%"),
        (0.25, "25%"),
        (2 / 3, "67%"),
        (0.125, "13%"),
        (0.999, "99%"),
        (1.0, "100%"),
    ],
)
def test_shares_are_rounded_and_only_all_is_all(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_the_file_tells_stacks_of_one_name_apart() -> None:
    one, other, third = invented.source("a/dev.json"), invented.source("b/dev.json"), invented.source("c.json", "prod")
    configurations = [
        invented.configuration(each, "config", invented.violated("encryption-at-rest-enabled"), status=NON_COMPLIANT)
        for each in (one, other, third)
    ]
    made = invented.report(configurations, [one, other, third])
    names = [Stacks(made).name(each) for each in made.configurations]
    assert names == ["acme/serving/dev (a/dev.json)", "acme/serving/dev (b/dev.json)", "acme/serving/prod"]
    assert "acme/serving/dev (a/dev.json)" in oscal.write(made)
    assert "<code>acme/serving/dev (b/dev.json)</code>" in markdown.write(made)
    assert "dev (b/<wbr>dev.json)" in html.write(made)


def test_the_line_of_the_program_is_named() -> None:
    made = invented.one_of_each()
    origin = Origin(Position("ml/serving_stack.py", 23, 5))
    made = replace(made, findings=tuple(replace(each, origin=origin) for each in made.findings))
    made = replace(made, configurations=tuple(replace(each, origin=origin) for each in made.configurations))
    assert html.write(made).count("ml/serving_stack.py:23:5") == len(made.findings) + len(made.configurations)
    assert markdown.write(made).count("ml/serving\\_stack\\.py\\:23\\:5") == len(made.findings)
