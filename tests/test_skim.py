"""What is parsed of a stack: what may concern the pack, and nothing else, in the pack's own process too."""

from __future__ import annotations

import pytest
from google.protobuf import message_factory
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.carriers import READERS
from policy_pack.engine import skim
from policy_pack.engine.skim import Skimmer
from policy_pack.judging.policy import DISABLED, STACK
from policy_pack.policies import PACK
from tests.harness.engine import Engine
from tests.harness.nested import stack
from tests.harness.recordings import Recording, recordings

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"


def is_read(kind: str) -> bool:
    return kind in READERS


def listed(*resources: bytes) -> bytes:
    """An AnalyzeStack request of resources that are serialized already."""
    return b"".join(b"\x0a" + bytes([len(each)]) + each for each in resources)


def typed(kind: str) -> bytes:
    """A resource of that type, serialized."""
    return bytes(pb.AnalyzerResource(type=kind).SerializeToString())


@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_what_concerns_the_pack_is_parsed_as_it_came(recording: Recording) -> None:
    (request,) = (each for each in recording.requests if isinstance(each, pb.AnalyzeStackRequest))
    parsed = Skimmer(is_read).stack(request.SerializeToString())
    assert list(parsed.resources) == [each for each in request.resources if each.type in READERS]


def test_a_resource_whose_type_is_not_where_it_is_looked_for_is_kept() -> None:
    other = typed("a:b:C")
    name_first = pb.AnalyzerResource(name="it").SerializeToString() + other
    long = pb.AnalyzerResource(type="a:b:" + "C" * 200)
    untyped = pb.AnalyzerResource(name="it").SerializeToString()
    request = listed(name_first, untyped, b"", other) + pb.AnalyzeStackRequest(resources=[long]).SerializeToString()
    kept = [each.SerializeToString() for each in Skimmer(is_read).stack(request).resources]
    assert kept == [other + untyped, untyped, b"", long.SerializeToString()]


def test_types_of_any_package_and_more_types_are_kept() -> None:
    kinds = ["my-aws:index/kmsKey:KmsKey", "sm:tf:aws_kms_key", "pulumi:pulumi:Stack", "a:b:C", "index/kmsKey:KmsKey"]
    skimmer = Skimmer(lambda kind: is_read(kind) or kind == "pulumi:pulumi:Stack")
    kept = skimmer.stack(listed(*map(typed, kinds))).resources
    assert [each.type for each in kept] == kinds[:3]


def test_no_more_types_are_remembered_than_a_stack_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skim, "_MOST", 2)
    skimmer = Skimmer(is_read)
    kinds = ["a:b:C", CONFIGURATION, "a:b:D", "aws:kms/key:Key", "a:b:C", CONFIGURATION]
    for _ in range(2):
        kept = skimmer.stack(listed(*map(typed, kinds))).resources
        assert [each.type for each in kept] == [CONFIGURATION, "aws:kms/key:Key", CONFIGURATION]
    assert skimmer.resource(typed("aws:kms/alias:Alias")).type == "aws:kms/alias:Alias"


def test_fields_of_a_later_engine_are_kept() -> None:
    later = b"\x9a\x06\x03new"  # field 99
    parsed = Skimmer(is_read).stack(listed(typed(CONFIGURATION)) + later)
    assert parsed.SerializeToString() == listed(typed(CONFIGURATION)) + later


def test_with_an_old_protobuf_everything_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(message_factory, "GetMessageClass")
    skim._request_of_bytes.cache_clear()
    try:
        assert len(Skimmer(is_read).stack(listed(typed("a:b:C"), typed(CONFIGURATION))).resources) == 2
    finally:
        skim._request_of_bytes.cache_clear()


def test_the_running_pack_does_not_parse_what_concerns_nobody(engine: Engine) -> None:
    """Fails where gRPC no longer lets the pack read requests itself, which would leave it correct, but slower."""
    broken = b"\x12\x02\xff\xff"  # properties that are no message
    ask = engine.channel.unary_unary(
        "/pulumirpc.Analyzer/AnalyzeStack", response_deserializer=pb.AnalyzeResponse.FromString
    )
    assert ask(listed(typed("aws:s3/bucket:Bucket") + broken)).diagnostics == []
    assert "no policy can check" in ask(listed(typed(CONFIGURATION) + broken)).diagnostics[0].message
    ask = engine.channel.unary_unary("/pulumirpc.Analyzer/Analyze", response_deserializer=pb.AnalyzeResponse.FromString)
    assert ask(typed("aws:s3/bucket:Bucket") + broken).diagnostics == []
    assert "no policy can check" in ask(typed(CONFIGURATION) + broken).diagnostics[0].message


OF_A_CONFIGURATION = typed(CONFIGURATION)


@pytest.mark.parametrize("damaged", [b"\x0a", b"\x0a\xff", OF_A_CONFIGURATION + b"\x12", OF_A_CONFIGURATION + b"\x0b"])
def test_a_resource_that_is_cut_off_is_refused_by_every_policy(damaged: bytes, engine: Engine) -> None:
    found = _asked(engine, stack(damaged))
    expected = {PACK.full_name(each) for each in PACK.policies if each.kind == STACK and each.level != DISABLED}
    assert {each.policyName for each in found.diagnostics} == expected
    assert not any("An error in the policy pack" in each.message for each in found.diagnostics)


@pytest.mark.parametrize("odd", [b"", b"\x0a\x00", b"\x0a\x05a:b:C", OF_A_CONFIGURATION, b"\x7a\x00"])
def test_a_resource_that_is_short_or_has_more_is_not(odd: bytes, engine: Engine) -> None:
    found = _asked(engine, stack(odd))
    assert not any("cannot be read" in each.message for each in found.diagnostics)


def _asked(engine: Engine, content: bytes) -> pb.AnalyzeResponse:
    call = engine.channel.unary_unary(
        "/pulumirpc.Analyzer/AnalyzeStack", lambda given: given, pb.AnalyzeResponse.FromString
    )
    found: pb.AnalyzeResponse = call(content, timeout=60)
    return found
