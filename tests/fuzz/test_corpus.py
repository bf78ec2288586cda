"""What once had a fault has none; a few new inputs of each target neither; and each target can find a fault."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.fuzz import states, worse
from tests.fuzz.targets import TARGETS
from tests.harness.engine import Engine

pytestmark = pytest.mark.slow

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
