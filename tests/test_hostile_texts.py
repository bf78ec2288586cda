"""Whatever stands where a name belongs: no reader of a message obeys it, or sees a secret.

The same texts at preview, at update, and in the audit's report for people.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from policy_pack import quoting
from policy_pack.audit.formats import text
from policy_pack.audit.masking import masked
from policy_pack.testing.stand_in import ACCOUNT, KEY_ID
from tests.audit.auditing import audit_document, command
from tests.audit.states import write
from tests.engine.cli import ROOT
from tests.harness.engine import Engine, Stack

pytestmark = pytest.mark.slow

SECRET = "correct-horse-battery-staple"
POLICY = json.dumps({"Statement": [{"Principal": {"AWS": ACCOUNT}, "Sid": SECRET}]})

HOSTILE = {
    "terminal escapes": "us-east-1\x1b[2J\x1b]0;owned\x07\x9b31m",
    "lines": "us-east-1\r\n::error::owned\n  ::set-output name=a::b\u2028::warning::x",
    "a command of GitHub": "::error file=app.py::owned",
    "commands of Azure": "##vso[task.setvariable variable=A]owned ##[error]owned",
    "a section of GitLab": "section_start:1:owned\r\x1b[0Kowned section_end:1:owned",
    "a message of TeamCity": "##teamcity[buildStatus status='SUCCESS']",
    "bidirectional controls": "us-\u202eeast\u2066-1\u200b\ufeff",
    "two megabytes": "us-east-1" * 230_000,
    "an ARN": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{KEY_ID}",
    "an account": ACCOUNT,
    "a policy": POLICY,
    "a secret": f"{SECRET} {KEY_ID}",
}
OBEYED = re.compile(r"(?m)^\s*::|(?<!\S)section_(start|end):|##[a-z.]*\[", re.IGNORECASE)
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
KEY, KEY_URN = "aws:kms/key:Key", "urn:pulumi:dev::shop::aws:kms/key:Key::key"
LOCAL = {"instanceType": "ml.g5.xlarge"}


def resource(kind: str, name: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "urn": f"urn:pulumi:dev::shop::{kind}::{name}",
        "name": name,
        "properties": properties,
        **more,
    }


def configurations(given: str) -> list[dict[str, Any]]:
    """Endpoint configurations with a text as whatever may come into a message."""
    arn = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{KEY_ID}"
    local = [{"instanceType": f"ml.g5.{given.replace('.', '')}"}, LOCAL]
    return [
        resource(CONFIGURATION, "plain", {"region": given, "kmsKeyArn": arn, "productionVariants": local}),
        resource(
            CONFIGURATION, given, {"region": given, "name": given, "kmsKeyArn": given, "productionVariants": [LOCAL]}
        ),
        resource(CONFIGURATION, "open", {"region": given, "productionVariants": [], "name": given}),
    ]


def template(given: str) -> dict[str, Any]:
    resources = {"Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": []}}}
    return resource("aws:cloudformation/stack:Stack", given, {"templateBody": json.dumps({"Resources": resources})})


def key(given: str) -> dict[str, Any]:
    return {**resource(KEY, given, {"isEnabled": False, "region": "eu-west-1"}), "urn": KEY_URN}


def with_key(given: str) -> dict[str, Any]:
    sources = {"kmsKeyArn": {"urns": [KEY_URN]}}
    properties = {"region": given, "kmsKeyArn": "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "productionVariants": []}
    return resource(CONFIGURATION, "with-key", properties, propertyDependencies=sources)


def is_safe(said: str, given: str) -> None:
    assert all(each.isprintable() for each in said.split("\n")), ascii(said)
    assert OBEYED.search(said) is None, said
    assert ACCOUNT not in said and KEY_ID not in said and "Statement" not in said and "arn:aws" not in said


@pytest.mark.parametrize("phase", ["preview", "update"])
@pytest.mark.parametrize("what", HOSTILE)
def test_no_message_is_obeyed(what: str, phase: str) -> None:
    given = HOSTILE[what]
    named = "plain" if what == "a secret" else given  # names of resources are no secrets
    with Engine(ROOT, stack=Stack(dry_run=phase == "preview")) as engine:
        engine.configure({})
        alone = [engine.analyze(each) for each in (*configurations(given), template(named))]
        together = engine.analyze_stack([*configurations(given), template(named), key(named), with_key(given)])
    found = [finding for answer in (*alone, together) for finding in answer.findings]
    assert {each.policy for each in found} >= {
        "encryption-at-rest-enabled",
        "key-in-same-region",
        "key-covers-instance-storage",
        "key-resource-usable",
        "key-resource-in-same-region",
        *(["customer-managed-key"] if what != "an ARN" else []),
    }
    for each in found:
        assert len(each.message) < 5_000
        is_safe(each.message, given)
        assert SECRET not in each.message
    for answer in (*alone, together):
        for reason in answer.not_applicable.values():
            is_safe(reason, given)


@pytest.mark.parametrize("what", HOSTILE)
def test_no_line_of_the_audit_is_obeyed(what: str, tmp_path: Path) -> None:
    given = HOSTILE[what]
    sent = [*configurations(given), template(given), key(given)]
    resources = [
        {"urn": each["urn"], "type": each["type"], "custom": True, "inputs": each["properties"], "outputs": {}}
        for each in sent
    ]
    document = {"version": 3, "deployment": {"resources": resources}}
    report = audit_document(tmp_path, document)
    assert len(report.configurations) == 4
    for each in report.findings:
        is_safe(each.why, given)
        is_safe(each.fix, given)
    said = text.write(report)
    for line in said.split("\n"):
        assert line.isprintable() and len(line) <= quoting.MOST
        assert OBEYED.search(line) is None
    shown = command(write(tmp_path / "state.json", document), "--verbose")
    assert shown.returncode == 1 and OBEYED.search(shown.stdout + shown.stderr) is None


FORMATS = ("text", "json", "sarif", "junit", "html", "markdown", "csv", "csv-verdicts")
# Rules of a style sheet begin so at the beginning of a line, and end without the second pair of colons.
OF_A_STYLE_SHEET = re.compile(r"(?m)^\s*::[a-z-]+ \{")


# Twelve digits or a UUID alone may be part of any name.
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("what", [each for each in HOSTILE if each not in ("an account", "a secret")])
def test_no_name_in_a_report_is_obeyed_or_gives_an_arn_away(what: str, form: str, tmp_path: Path) -> None:
    given = HOSTILE[what][:200_000]
    inputs = {"name": given, "region": given, "tags": {given: given}, "productionVariants": [{"variantName": given}]}
    entries = [
        {**resource(kind, given, {}), "custom": True, "id": given, "inputs": inputs, "sourcePosition": position}
        for kind in (CONFIGURATION, KEY, "aws:sagemaker/endpoint:Endpoint", "pulumi:providers:aws")
        for position in [f"project:///{given[:900]}#3"]
    ]
    stack = {"type": "pulumi:pulumi:Stack", "urn": f"urn:pulumi:{given}::{given}::pulumi:pulumi:Stack::{given}"}
    document = {"version": 3, "deployment": {"resources": [stack, *entries]}}
    ran = command(write(tmp_path / "state.json", document), "--format", form)
    assert ran.returncode == 1
    said = OF_A_STYLE_SHEET.sub("", ran.stdout.removeprefix("\ufeff"))  # a spreadsheet wants it before a CSV
    assert all(each.isprintable() or each == "\t" for line in re.split("\r?\n", said) for each in line)
    assert OBEYED.search(said) is None
    assert ACCOUNT not in said and KEY_ID not in said and "Statement" not in said
    assert len(said) < 700_000


def test_names_that_are_left_out_are_told_apart_and_shown_on_request() -> None:
    one, other = (
        f"urn:pulumi:dev::shop::t::x-arn:aws:kms:us-east-1:{account}:key/a" for account in (ACCOUNT, "1" * 12)
    )
    assert quoting.label(one) != quoting.label(other) and quoting.label(one).startswith("urn:pulumi:dev::shop::t::x-(")
    assert quoting.label(one, shows_arns=True) == one
    assert quoting.label("a" * 3_000) != quoting.label("a" * 3_001)


@pytest.mark.parametrize(
    "given",
    [
        "urn:pulumi:dev::shop::a:b:C$aws:kms/key:Key::key",
        'aws_kms_key.main["eu-west-1"]',
        "serving-111122223333",
        "{{ .Values.name }}",
        "a::b",
        "x" * 1_000,
        "Kunden-Schlüssel",
    ],
)
def test_names_stay_as_they_are_in_a_report(given: str) -> None:
    assert quoting.label(given) == given


@pytest.mark.parametrize(
    "given", ["##vso[task.complete]", "a ::error::b", "a\n::error::b", "a\x1b[2J", "\u202ea", "##[x]"]
)
def test_no_error_of_a_command_is_obeyed(given: str, tmp_path: Path) -> None:
    for arguments in (
        [str(tmp_path / given)],
        ["--policies", given, str(tmp_path)],
        ["--region", given, str(tmp_path)],
    ):
        ran = command(*arguments)
        assert ran.returncode == 2
        assert all(line.isprintable() for line in ran.stderr.split("\n"))
        assert OBEYED.search(ran.stderr) is None


@pytest.mark.parametrize(
    "given", ["us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-isob-east-1", "mx-central-1"]
)
def test_regions_are_quoted(given: str) -> None:
    assert quoting.region(given) == given


@pytest.mark.parametrize("given", ["ml.g5.xlarge", "ml.p6-b200.48xlarge", "ml.trn1n.32xlarge", "ml.g5.*"])
def test_instance_types_are_quoted(given: str) -> None:
    assert quoting.instance_types([given]) == given


@pytest.mark.parametrize(
    "given", ["serving", "shop/prod:key", "Kunden-Schlüssel", "鍵", "[blue] (v2)", "a::b", "#1 ## x"]
)
def test_names_are_quoted_as_they_are(given: str) -> None:
    assert quoting.name(given) == given


@pytest.mark.parametrize(
    "given", ["", "us east 1", "us-east-1 ", "US-EAST-1", "us-east-1\n", "eu-west", "x" * 300, None, 3]
)
def test_what_is_no_region_is_not_quoted(given: object) -> None:
    assert quoting.region(given) == "a Region with an invalid name"


@pytest.mark.parametrize(
    "given",
    [
        f"key_{KEY_ID}",
        f"{KEY_ID}_{ACCOUNT}",
        f"arn%3Aaws%3Akms%3Aus-east-1%3A{ACCOUNT}%3Akey%2F{KEY_ID.replace('1', 'a')}",
        f"x{ACCOUNT}x",
        f"of {ACCOUNT[:4]}-{ACCOUNT[4:8]}-{ACCOUNT[8:]}",
        f"key_mrk-{KEY_ID.replace('-', '')}",
        "user_AKIAIOSFODNN7EXAMPLE_",
        "{'Statement': [{'Sid': 'x'}]}",
        " ['Statement']",
    ],
)
def test_what_a_name_gives_away_is_left_out(given: str) -> None:
    said = f"{quoting.name(given)} {quoting.message(quoting.name(given))}"
    # A text that is no name, such as a reason, may be a document.
    said += masked(given) if "Statement" not in given else ""
    private = (ACCOUNT, ACCOUNT[4:8] + "-", KEY_ID[-12:], KEY_ID[-12:].replace("1", "a"), "AKIA", "Statement")
    assert not any(each in said for each in private), said


@pytest.mark.parametrize(
    "given",
    ["key_1234", "mrk-1234", "2026-11-25", "2026-1125-09", "AKIA", "a1234567-1234", "SAKIAIOSFODNN7EXAMPLE", "{x}"],
)
def test_what_gives_nothing_away_stays(given: str) -> None:
    assert quoting.message(quoting.name(given)) == masked(given) == given


def test_many_problems_leave_room_for_what_to_do() -> None:
    said = quoting.violation("a\n" * 9_000, "Set it.")
    assert len(said) < quoting.MOST and said.endswith(" ... (shortened)\nSet it.")


def test_the_beginning_of_an_id_is_not_left() -> None:
    for before in range(9_980, 10_010):
        assert "1111" not in quoting.message(f"{'arn:aws:x ' * 10}{' ' * before}111122223333 x")
