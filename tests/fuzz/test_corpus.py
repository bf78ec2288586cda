"""What once had a fault has none; a few new inputs of each target neither; and each target can find a fault."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from policy_pack import carriers
from policy_pack.judging.settings import choice, schemas
from policy_pack.policies import PACK
from tests.fuzz import containers, identities, sections, spellings, states, vocabulary, worse
from tests.fuzz.garbage import at, paths
from tests.fuzz.targets import TARGETS
from tests.harness.engine import Engine
from tests.matrix import cases as matrix

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

CORPUS = sorted(Path(__file__).parent.joinpath("corpus").glob("*.json"))


def test_the_corpus_is_of_the_targets() -> None:
    assert {path.name.partition(".")[0] for path in CORPUS} <= TARGETS.keys()
    assert CORPUS


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_past_failures(path: Path, running_pack: Engine) -> None:
    given = json.loads(path.read_text(encoding="utf-8"))
    assert TARGETS[path.name.partition(".")[0]].faults(given, running_pack) == []


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_inputs(name: str, running_pack: Engine) -> None:
    random = Random("few " + name)
    for _ in range(25):
        given = json.loads(json.dumps(TARGETS[name].make(random)))
        assert TARGETS[name].faults(given, running_pack) == [], json.dumps(given)


def test_what_the_fuzzer_calls_wrong_is_wrong(running_pack: Engine) -> None:
    """Each stack that it starts from is wrong as long as nothing is changed, and each that is right is right."""
    bad, good = worse.seeds()
    for stack, is_wrong in [*((each, True) for each in bad), *((each, False) for each in good)]:
        found = worse.faults({"stack": _closed(stack), "changed": []}, running_pack)
        assert any("nothing is wrong any more" in each for each in found) is not is_wrong


def test_the_fuzzer_finds_a_stack_that_is_right_now() -> None:
    document = copy.deepcopy(states.wrong()[0])
    document["deployment"]["resources"] = []
    assert states.faults({"text": json.dumps(document), "wrong": True}, None) == ["nothing is wrong any more"]


def _closed(stack: Any) -> list[Any]:
    return [worse.closed(each) for each in copy.deepcopy(stack)]


# ---- what it starts from ----


def test_every_policy_and_every_carrier_is_started_from() -> None:
    """A new one has its row or its column in the matrix, which `tests/test_matrix.py` asks for."""
    cases = vocabulary.cases()
    needing_settings = {name for name, row in matrix.ROWS.items() if row.settings_violating}
    assert {case.policy for case in cases} == {policy.name for policy in PACK.policies} - needing_settings
    assert {case.carrier for case in cases} == {carrier.TITLE for carrier in carriers.CARRIERS}
    assert set(vocabulary.types()) == {
        kind.replace("*:", "aws:") for each in carriers.CARRIERS for kind in each.READERS
    }


def test_keys_are_found_under_every_spelling() -> None:
    for case in vocabulary.cases():
        if case.policy == "customer-managed-key" and case.violated:
            stack = [worse.opened(each) for each in vocabulary.seed(case).stack]
            names = {path[-1] for path in paths(stack) if str(at(stack, path)).endswith("alias/aws/sagemaker")}
            assert names & set(vocabulary.key_names()), case


def test_a_new_setting_of_a_new_policy_is_fuzzed() -> None:
    usual = PACK.policies[0]
    new = replace(usual, name="new", settings=(choice("newSetting", "A new one.", ("one", "another"), "one"),))
    pack = replace(PACK, policies=(new,))
    assert "newSetting" in vocabulary.setting_names(pack)
    random = Random("a new setting")
    given = [vocabulary.settings(random, pack) for _ in range(300)]
    values = [
        each["newSetting"] for one in given for each in one.values() if isinstance(each, dict) and "newSetting" in each
    ]
    assert {"one", "another"} <= {each for each in values if isinstance(each, str)}


def test_every_setting_of_the_pack_is_fuzzed() -> None:
    random, tried = Random("every setting"), set[str]()
    for _ in range(600):
        for name, entry in vocabulary.settings(random).items():
            if isinstance(entry, dict):
                tried |= {f"{name.removeprefix(PACK.prefix)} {each}" for each in entry}
    assert tried >= {f"{policy.name} {name}" for policy in PACK.policies for name in schemas(policy.settings)}


def test_what_fails_is_seen(running_pack: Engine) -> None:
    """Each target tells an answer that is right from one that is not."""
    right = next(case for case in vocabulary.cases() if not case.violated and case.carrier == "aws")
    stack = vocabulary.seed(right).stack
    for target in (identities, spellings):
        assert any("nothing is wrong" in each for each in target.faults({"stack": stack, "wrong": True}, running_pack))
    good = {"template": json.dumps({"Resources": {}}), "parameters": {}}
    assert any("nothing is wrong" in each for each in sections.faults(good, running_pack))
    assert containers.faults(base64.b64encode(gzip.compress(b"{}") + b"\0").decode(), None) == []
