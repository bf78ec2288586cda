"""The command that says of a configuration what in it has no effect, and what was probably meant."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from policy_pack.commands.cli import main
from policy_pack.commands.validate_config import check
from policy_pack.policies import PACK
from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.settings import RefusedSettings

P = PACK.prefix
TODAY = date(2026, 11, 25)
KEY = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
EXEMPTION = {"resource": "legacy", "reason": "Renamed soon", "expires": "2027-01-31"}

VALID: list[dict[str, Any]] = [
    {},
    {"all": "mandatory"},
    {"all": {"enforcementLevel": "advisory"}},
    {"environments": ["ml/sagemaker-encryption"], f"{P}replacement-safe": "mandatory"},
    {f"{P}replacement-safe": {}},
    {f"{P}customer-managed-key": {"allowedKeyArns": [KEY], "allowedAccounts": ["111122223333"], "allowAliases": False}},
    {f"{P}encryption-at-rest-enabled": {"enforcementLevel": "remediate", "keyArnByRegion": {"eu-west-1": KEY}}},
    {f"{P}key-rotation-enabled": {"maxRotationDays": 365, "onlyStackTags": {"environment": ["prod-*"]}}},
    {f"{P}replacement-safe": {"exemptions": [{**EXEMPTION, "ticket": "ML-1"}]}},
    {f"{P}key-verified-in-aws": {"enforcementLevel": "advisory", "budgetSeconds": 5.5}},
]

# A configuration, and what of the lines it is told: each begins with the policy, the setting or the entry.
INVALID: list[tuple[dict[str, Any], str]] = [
    (
        {"encryption-at-rest-enabled": "advisory"},
        "encryption-at-rest-enabled: the pack has no policy with this name; "
        f"did you mean {P}encryption-at-rest-enabled?",
    ),
    ({f"{P}encryption-at-rest-enable": "advisory"}, f"; did you mean {P}encryption-at-rest-enabled?"),
    ({f"{P}replacment-safe": "advisory"}, f"; did you mean {P}replacement-safe?"),
    ({"sagemaker-endpoint-replacement-safe": "advisory"}, f"; did you mean {P}replacement-safe?"),
    ({"All": "advisory"}, "All: the pack has no policy with this name; did you mean all?"),
    ({"environment": ["a/b"]}, "environment: the pack has no policy with this name; did you mean environments?"),
    ({"something-else": "advisory"}, "something-else: the pack has no policy with this name"),
    ({KEY: "advisory"}, "(a name that is not shown): the pack has no policy with this name"),
    ({f"{P}replacement-safe": "mandatroy"}, "remediate, disabled; did you mean mandatory?"),
    ({f"{P}replacement-safe": {"enforcementLevel": None}}, f"{P}replacement-safe: the level is not one of"),
    ({f"{P}replacement-safe": 1}, f"{P}replacement-safe: the value is neither a level nor an object"),
    ({f"{P}replacement-safe": None}, f"{P}replacement-safe: the value is neither a level nor an object"),
    ({"all": "Mandatory"}, "remediate, disabled; did you mean mandatory?"),
    ({"all": {"enforcementLevel": "advisory", "exemptions": []}}, "all: only a level can be given for all policies"),
    ({"all": ["advisory"]}, "all: the value is neither a level nor an object"),
    ({"environments": "ml/one"}, "environments is not a list"),
    ({"environments": ["ml/one", 2]}, "environments[1] is not the name of a Pulumi ESC environment"),
    (
        {f"{P}customer-managed-key": {"allowedKeyArn": [KEY]}},
        f"{P}customer-managed-key: allowedKeyArn is not a setting of this policy; did you mean allowedKeyArns?",
    ),
    ({f"{P}replacement-safe": {"enforcementlevel": "advisory"}}, "; did you mean enforcementLevel?"),
    (
        {f"{P}replacement-safe": {"allowedKeyArns": [KEY]}},
        f"{P}replacement-safe: allowedKeyArns is not a setting of this policy",
    ),
    (
        {f"{P}customer-managed-key": {"allowAliases": "no"}},
        f"{P}customer-managed-key: allowAliases is not of type boolean",
    ),
    (
        {f"{P}customer-managed-key": {"allowedAccounts": ["1111"]}},
        f"{P}customer-managed-key: allowedAccounts[0] is not",
    ),
    (
        {f"{P}encryption-at-rest-enabled": {"keyArnByRegion": {"us-east-1": KEY}}},
        "keyArnByRegion.us-east-1 is the ARN of a key in another Region",
    ),
    (
        {f"{P}key-rotation-enabled": {"maxRotationDays": 30}},
        f"{P}key-rotation-enabled: maxRotationDays is less than 90",
    ),
    (
        {f"{P}replacement-safe": {"exemptions": [{"resource": "x"}]}},
        f"{P}replacement-safe: exemptions[0] does not have all of",
    ),
    (
        {f"{P}replacement-safe": {"exemptions": [{**EXEMPTION, "expires": "2027-02-30"}]}},
        "exemptions[0].expires is not a date",
    ),
    ({f"{P}replacement-safe": {"onlyStackTags": {"environment": []}}}, "onlyStackTags.environment is empty"),
]


def said(config: Any) -> tuple[str, ...]:
    return check(json.dumps(config).encode(), PACK, TODAY).problems


@pytest.mark.parametrize("config", VALID, ids=str)
def test_what_has_an_effect_is_accepted(config: dict[str, Any], engine: Engine) -> None:
    assert said(config) == ()
    engine.configure({name: given for name, given in config.items() if name != "environments"})


@pytest.mark.parametrize(("config", "line"), INVALID, ids=str)
def test_what_has_none_is_said_with_what_was_meant(config: dict[str, Any], line: str) -> None:
    lines = said(config)
    assert [each for each in lines if line in each], lines
    assert not [each for each in lines if KEY in each or "111122223333" in each]


@pytest.mark.parametrize(("config", "line"), INVALID, ids=str)
def test_the_pack_says_or_refuses_the_same(config: dict[str, Any], line: str, engine: Engine) -> None:
    """Nothing is called wrong that the pack would take: the engine refuses it, or `settings-make-sense` says it."""
    if not all(isinstance(value, (str, dict)) for value in config.values()):
        return  # the engine itself refuses that, or takes it for names of environments
    try:
        engine.configure(config)
    except RefusedSettings:
        return
    prefixed = next(iter(config)) in PACK.by_name
    findings = engine.analyze_stack([]).findings
    assert prefixed or "settings-make-sense" in [each.policy for each in findings]


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.json")), ids=lambda path: path.name)
def test_ready_configurations(path: Path) -> None:
    assert check(path.read_bytes(), PACK, TODAY) == check(b"", PACK, TODAY)


def test_each_problem_is_said_once() -> None:
    lines = said({f"{P}customer-managed-key": {"allowedKeyArns": "all", "allowAliases": 1, "allowed": 2}})
    assert len(lines) == len(set(lines)) == 3


def test_an_exemption_that_has_run_out_is_a_note() -> None:
    config = {f"{P}replacement-safe": {"exemptions": [{**EXEMPTION, "expires": "2026-11-24"}]}}
    checked = check(json.dumps(config).encode(), PACK, TODAY)
    assert (checked.problems, checked.notes) == (
        (),
        (f"{P}replacement-safe: exemptions[0] was valid until 2026-11-24",),
    )


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["validate-config", *map(str, arguments)])


def test_the_command(tmp_path: Path) -> None:
    good, bad = ROOT / "configs" / "mandatory.json", tmp_path / "bad.json"
    bad.write_text('{"all": "stern"}', encoding="utf-8")
    done = invoke(good)
    assert (done.exit_code, done.stdout) == (0, f"{good} is valid.\n")
    done = invoke(good, bad)
    assert (done.exit_code, done.stdout) == (2, f"{good} is valid.\n")
    assert done.stderr.startswith(f"error: {bad}: all: the level is not one of")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"[]", "the file is not a JSON object with an entry for each policy"),
        (b"{", "is not JSON"),
        (b'{"all": "advisory", "all": "mandatory"}', "with a duplicate key"),
        (b"\xff\xfe\xff", "is not JSON"),
        (b"\xef\xbb\xbf{}", "not UTF-8 without a byte order mark"),
        ("{}".encode("utf-16"), "not UTF-8 without a byte order mark"),
        ("{}".encode("utf-16-be"), "not UTF-8 without a byte order mark"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"all": ' + b'"x"' * 2_000_000 + b"}", "is larger than"),
        (None, "does not exist"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_read(content: bytes | None, line: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    if content is not None:
        path.write_bytes(content)
    done = invoke(path)
    assert done.exit_code == 2
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.output
