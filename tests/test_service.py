"""The edge in front of the SDK: the same answers as without it, and nothing deserialized that concerns nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from textwrap import dedent
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc

from policy_pack.engine.edge import Edge, edge_for, install
from policy_pack.engine.session import Session
from policy_pack.policies import PACK
from tests.conftest import ROOT
from tests.harness.answers import Verdicts
from tests.harness.engine import Engine, Stack
from tests.harness.program import deploy
from tests.harness.recordings import PHASES, Recording, recordings, replay, send
from tests.programs.blocks import Case, arn
from tests.test_programs import CASES

WITHOUT_EDGE = f"""
    import sys
    sys.path.insert(0, {str(ROOT)!r})
    from policy_pack.engine.serve import serve
    from policy_pack.policies import PACK
    serve(PACK, edge=False)
"""
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
REMEDIATION = {"encryption-at-rest-enabled": {"enforcementLevel": "remediate", "keyArnByRegion": {"us-east-1": arn()}}}
EVERYTHING = {"all": "mandatory", "encryption-at-rest-enabled": "remediate", "key-in-same-region": "remediate"}


@pytest.fixture(scope="module")
def start_stock_pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Stack], Engine]]:
    """Starts the pack without its edge, once for each phase and configuration: it is told of them at its start only."""
    directory = tmp_path_factory.mktemp("stock")
    (directory / "__main__.py").write_text(dedent(WITHOUT_EDGE), encoding="utf-8")
    started: dict[tuple[bool, frozenset[tuple[str, str]]], Engine] = {}
    with ExitStack() as opened:

        def start(stack: Stack) -> Engine:
            config = stack.dry_run, frozenset(stack.config.items())
            if config not in started:
                started[config] = opened.enter_context(Engine(directory, stack=stack))
            return started[config]

        yield start


@pytest.fixture
def stock_pack(start_stock_pack: Callable[[Stack], Engine]) -> Engine:
    return start_stock_pack(Stack())


@pytest.mark.parametrize("settings", [{}, EVERYTHING, {"all": "disabled"}], ids=["default", "everything", "disabled"])
@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_answers_are_those_of_the_sdk_alone(
    recording: Recording, settings: dict[str, Any], engine: Engine, start_stock_pack: Callable[[Stack], Engine]
) -> None:
    stock_pack = start_stock_pack(Stack(dry_run=recording.phase == "preview"))
    engine.configure(settings)
    stock_pack.configure(settings)
    assert _whole(replay(engine, recording)) == _whole(replay(stock_pack, recording))


# What stands between is the same whatever a program holds: of three programs that stand together, one at a preview and
# another at an update.
SOME = [
    pytest.param(case, PHASES[number % 3], id=f"{case}-{PHASES[number % 3]}")
    for number, case in enumerate(CASES)
    if number % 3 < len(PHASES)
]


@pytest.mark.parametrize(("case", "phase"), SOME)
def test_answers_to_programs_are_those_of_the_sdk_alone(
    case: Case, phase: str, engine: Engine, start_stock_pack: Callable[[Stack], Engine]
) -> None:
    requests = deploy(case.program, phase=phase, stack=case.stack, world=case.world).requests
    stock_pack = start_stock_pack(replace(case.stack, dry_run=phase == "preview"))
    for pack in (engine, stock_pack):
        pack.configure({**REMEDIATION, **case.settings})
    assert _answers(engine, requests) == _answers(stock_pack, requests)


def _answers(pack: Engine, requests: list[Message]) -> list[Any]:
    # That a policy does not remediate the SDK says of few, which makes the others count as passed.
    responses = [pack.remediate(each).response for each in requests if isinstance(each, pb.AnalyzeRequest)]
    remediations = [list(each.remediations) for each in responses if isinstance(each, pb.RemediateResponse)]
    whole = _whole(send(pack, requests, ""))
    for response in whole:
        # Without the edge the pack still knows settings of a policy that is disabled by now.
        others = [each for each in response.not_applicable if not each.policy_name.endswith("settings-make-sense")]
        del response.not_applicable[:]
        response.not_applicable.extend(others)
    return [*whole, *remediations]


def test_it_says_the_same_of_itself(engine: Engine, stock_pack: Engine) -> None:
    assert engine.info() == stock_pack.info()


def _whole(verdicts: Verdicts) -> list[Any]:
    return [answer.response for answer in verdicts.answers]


class Sdk(analyzer_pb2_grpc.AnalyzerServicer):
    """A service that keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def Analyze(self, request: Any, context: Any) -> pb.AnalyzeResponse:
        self.asked.append(request)
        return pb.AnalyzeResponse()

    AnalyzeStack = Remediate = Configure = ConfigureStack = GetAnalyzerInfo = Analyze  # type: ignore[assignment]


def test_what_concerns_nobody_does_not_reach_the_sdk() -> None:
    sdk = Sdk()
    edge = edge_for(sdk, Session({}, PACK))
    assert isinstance(edge, Edge)
    for kind in ("aws:s3/bucket:Bucket", "aws:kms/key:Key"):
        edge.Analyze(pb.AnalyzeRequest(type=kind), None)
        edge.Remediate(pb.AnalyzeRequest(type=kind), None)
    assert sdk.asked == []


def test_the_sdk_gets_no_properties_to_deserialize() -> None:
    sdk = Sdk()
    edge = edge_for(sdk, Session({}, PACK))
    request = pb.AnalyzeRequest(type=CONFIGURATION, urn="urn", name="config")
    request.properties["kmsKeyArn"] = "arn"
    edge.Analyze(request, None)
    edge.AnalyzeStack(pb.AnalyzeStackRequest(resources=[pb.AnalyzerResource(type=CONFIGURATION)]), None)
    assert sdk.asked == [
        pb.AnalyzeRequest(type=CONFIGURATION, urn="urn", name="config"),
        pb.AnalyzeStackRequest(),
    ]


def test_the_sdk_does_not_read_the_environment_for_each_answer() -> None:
    class Reading(Sdk):
        def _configure_runtime_settings(self) -> None:
            self.asked.append("the environment")

        def AnalyzeStack(self, request: Any, context: Any) -> pb.AnalyzeResponse:
            self._configure_runtime_settings()
            return pb.AnalyzeResponse()

    sdk = Reading()
    edge_for(sdk, Session({}, PACK)).AnalyzeStack(pb.AnalyzeStackRequest(), None)
    assert sdk.asked == []


def test_what_the_edge_does_not_know_is_the_sdks() -> None:
    sdk = Sdk()
    edge = edge_for(sdk, Session({}, PACK))
    edge.GetAnalyzerInfo("info", None)
    assert sdk.asked == ["info"]


def test_a_service_of_another_kind_is_left_alone() -> None:
    class Partly(analyzer_pb2_grpc.AnalyzerServicer):
        def Analyze(self, request: Any, context: Any) -> None:
            pass

    for servicer in (Partly(), object()):
        assert edge_for(servicer, Session({}, PACK)) is servicer


def test_the_generated_module_is_put_back_after_the_registration() -> None:
    before = analyzer_pb2_grpc.add_AnalyzerServicer_to_server
    install(Session({}, PACK))
    assert analyzer_pb2_grpc.add_AnalyzerServicer_to_server is not before
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Sdk(), grpc.server(ThreadPoolExecutor()))
    assert analyzer_pb2_grpc.add_AnalyzerServicer_to_server is before


def test_the_installed_sdk_has_the_seam() -> None:
    """Fails where a new SDK would leave the pack correct, but slow."""
    script = """
        from policy_pack.engine import edge
        def edge_for(servicer, session):
            print("edge before", type(servicer).__name__, hasattr(servicer, edge._RECONFIGURE), flush=True)
            exit()
        edge.edge_for = edge_for
        from policy_pack.engine.serve import serve
        from policy_pack.policies import PACK
        serve(PACK)
    """
    done = subprocess.run([sys.executable, "-c", dedent(script)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "edge before _PolicyAnalyzerServicer True\n", done.stderr


def test_starting_imports_only_what_a_preview_needs() -> None:
    stock, loaded = _modules("pulumi_policy"), _modules("policy_pack.engine.serve")
    other = {"pulumi_aws", "click", "rich", "jinja2", "jsonschema", "yaml", "boto3", "botocore", "multiprocessing"}
    assert not {name for name in loaded - stock if name.partition(".")[0] in other}
    # What evaluates policies and reads templates is loaded with the first of them.
    assert not loaded & {
        f"policy_pack.{name}" for name in ("iam", "template", "policies._key_users", "aws.ask_kms", "audit", "commands")
    }


def _modules(module: str) -> set[str]:
    """What importing a module loads."""
    script = f"import sys, {module}; print(*sys.modules)"
    run = [sys.executable, "-c", script]
    return set(subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.split())
