"""Every text that people read begins with its subject, is short, and is in plain American English (docs/style.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policy_pack.judging.policy import Policy
from policy_pack.policies import PACK
from tests.engine.cli import ROOT
from tests.harness import style
from tests.harness.engine import Engine, Stack
from tests.harness.program import run
from tests.programs import presence, regions
from tests.programs.blocks import in_region

PAGE = Path(ROOT) / "docs" / "style.md"
PAGES = [
    *(
        Path(ROOT) / name
        for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md")
    ),
    *sorted((Path(ROOT) / "docs").glob("*.md")),
]


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda each: each.name)
def test_texts_of_a_policy(policy: Policy) -> None:
    for said in (policy.title, policy.description, policy.risk, policy.remediation):
        assert list(style.words(said)) == []
    assert policy.description.split(" ")[0] not in style.NO_SUBJECTS


@pytest.mark.parametrize(
    "said",
    [
        "It sets no kmsKeyArn.",
        "Config: Its key is disabled.",
        "The key is disabled. It is of no use.",
        "The key is one of which nothing is known.",
        "The template is at a URL, from where it is not fetched.",
        "The key works for whoever has it.",
        "The text is read as is.",
        "The behaviour of the key is not known.",
        "The organisation does not allow the key.",
        "The key is in another region.",
        "The key is a multi-region key.",
        "One. Two. Three. Four.",
        "The key " + "is very " * 80 + "bad.",
        "The template cannot be read:\n- It is at a URL.",
    ],
)
def test_what_is_not_in_style(said: str) -> None:
    assert list(style.faults(said)) != []


@pytest.mark.parametrize(
    "said",
    [
        "kmsKeyArn is not set, so the instance volumes are not encrypted with a key you control.",
        'The key "It is whoever" is disabled, so no endpoint can start with it.',
        "The configuration is in us-east-1 but its key is in eu-west-1; KMS keys work only in their own Region.",
        "stack/Config: KmsKeyId is not set.",
        "Set kmsKeyArn (Python: kms_key_arn) to the ARN of a key.",
        "The setting region is not set, so the Region is not known.",
        "The key is in another Region. Set aws:region, or region='us-east-1'.",
    ],
)
def test_what_is_in_style(said: str) -> None:
    assert list(style.faults(said)) == []


def test_pairs_of_the_page() -> None:
    pairs = re.findall(r"(?m)^\| (?!Before|---)(.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"))
    assert len(pairs) >= 10
    for before, after in pairs:
        assert list(style.faults(before)) != [], before
        assert list(style.faults(after)) == [], after
    assert "docs/style.md" in (Path(ROOT) / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_words_of_the_documentation(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if page == PAGE:  # whose point is to show what not to write
        text = text.partition("## Before and after")[0].replace('"of which", "from where", "whoever", "as is"', "")
    found = {said: wrong for said in style.prose(text) if (wrong := list(style.phrases(said)))}
    assert found == {}


def test_words_that_the_documentation_must_not_have_are_found() -> None:
    page = (
        "# Title\n\nA key, of which\nnothing is known.\n\n- in another region\n\n"
        "```json\nregion\n```\n\n`region` [x](region.md)\n"
    )
    assert [said for said in style.prose(page) if list(style.phrases(said))] == [
        "A key, of which nothing is known.",
        "- in another region",
    ]


@pytest.mark.parametrize(
    ("runtime", "says"),
    [
        ("python", "Set kmsKeyArn (Python: kms_key_arn) to the ARN"),
        ("", "Set kmsKeyArn (Python: kms_key_arn) to the ARN"),
        ("hcl", "Set kmsKeyArn (HCL: kms_key_arn) to the ARN"),
        ("nodejs", "Set kmsKeyArn to the ARN"),
        ("yaml", "Set kmsKeyArn to the ARN"),
        ("go", "Set kmsKeyArn to the ARN"),
    ],
)
def test_spelling_of_the_programs_language(runtime: str, says: str, engine: Engine) -> None:
    tags = {"pulumi:runtime": runtime} if runtime else {}
    verdicts = run(engine, presence.no_key.program, stack=Stack(tags=tags))
    (said,) = verdicts.messages("encryption-at-rest-enabled")
    assert says in said


def test_spelling_of_a_carrier_that_has_its_own(engine: Engine) -> None:
    (said,) = run(engine, regions.literal_key_of_another_region.program, stack=in_region("us-east-1")).messages(
        "key-in-same-region"
    )
    assert "Python: kms_key_arn" in said
