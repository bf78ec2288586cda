"""A layer between the engine and the SDK that keeps resources which no policy needs from being deserialized.

The SDK (pulumi-policy 1.21) deserializes each resource once for every resource policy, and the whole stack once for
every stack policy, before a policy can decline. `Edge` answers the engine instead: it decides by the type of a resource
whether a policy needs it, reads such resources directly from the message, and passes the SDK a request without
properties. Levels, settings, diagnostics and not-applicable answers are still the SDK's. In a whole stack, resources
that no policy needs are not even parsed (`policy_pack.engine.skim`). An error before the policies run is answered as
their violation (`policy_pack.engine.answers`), never as an error that quotes values.

How it is installed: the SDK registers its service through the public `add_AnalyzerServicer_to_server` of the `pulumi`
package's generated module, which it looks up when a pack starts. This is not a documented promise. If it changes, or if
the SDK's service is of an unknown class, nothing is installed, and policies read the SDK's own arguments
(`policy_pack.engine.sdk_arguments`). The rest is documented behavior of gRPC: if a method has several handlers, the one
that was added first serves it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc

from policy_pack import carriers
from policy_pack.engine import answers, messages
from policy_pack.engine.late import LoadingOnFirstCall
from policy_pack.engine.session import Session, phase_of
from policy_pack.engine.skim import Skimmer
from policy_pack.judging.policy import REMEDIATE, RESOURCE, STACK

_RECONFIGURE = "_configure_runtime_settings"
_METHODS = ("Analyze", "AnalyzeStack", "Remediate", "Configure", "ConfigureStack")


def install(session: Session) -> None:
    """Puts an `Edge` in front of the service that the SDK is about to register."""
    register = analyzer_pb2_grpc.add_AnalyzerServicer_to_server

    def registering(servicer: Any, server: Any) -> None:
        # Only the pack's own registration is changed; later ones find the module unchanged.
        analyzer_pb2_grpc.add_AnalyzerServicer_to_server = register
        edge = edge_for(servicer, session)
        if isinstance(edge, Edge):
            server.add_generic_rpc_handlers((LoadingOnFirstCall(), _skimming(edge)))
        register(edge, server)

    analyzer_pb2_grpc.add_AnalyzerServicer_to_server = registering


def edge_for(servicer: Any, session: Session) -> Any:
    """An edge in front of the SDK's `servicer`; the servicer itself if an edge does not know its class."""
    known = isinstance(servicer, analyzer_pb2_grpc.AnalyzerServicer) and all(
        getattr(type(servicer), name, None) is not getattr(analyzer_pb2_grpc.AnalyzerServicer, name, None)
        for name in _METHODS
    )
    if not known:
        return servicer
    if hasattr(servicer, _RECONFIGURE):
        # Before each answer, the SDK resets the values of `pulumi.Config` and the like, which takes as long as judging.
        # No policy here uses them: the session has the stack's configuration.
        setattr(servicer, _RECONFIGURE, lambda: None)
    return Edge(servicer, session)


def _skimming(edge: Edge) -> Any:
    """Serves the calls of `edge` that carry resources, from requests without the resources that no policy needs.

    Requests are parsed within the call, so that an unparsable request gets an answer too.
    """
    subjects = Skimmer(lambda kind: kind in carriers.SUBJECTS)
    all_read = Skimmer(lambda kind: kind in carriers.READERS or kind == messages.ROOT)
    calls: tuple[tuple[str, Any, Any, Any], ...] = (
        ("Analyze", subjects.resource, edge.Analyze, edge.not_analyzed),
        ("AnalyzeStack", all_read.stack, edge.AnalyzeStack, edge.stack_not_analyzed),
        ("Remediate", subjects.resource, edge.Remediate, edge.not_remediated),
    )
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            _answering(parse, method, otherwise), None, lambda response: response.SerializeToString()
        )
        for name, parse, method, otherwise in calls
    }
    return grpc.method_handlers_generic_handler("pulumirpc.Analyzer", handlers)


def _answering(
    parse: Callable[[bytes], Any], method: Callable[[Any, Any], Any], otherwise: Callable[[BaseException], Any]
) -> Callable[[bytes, Any], Any]:
    def answer(serialized: bytes, context: Any) -> Any:
        try:
            return method(parse(serialized), context)
        except BaseException as error:  # noqa: BLE001 - whatever goes wrong must be an answer
            return otherwise(error)

    return answer


class Edge:
    """The Analyzer service, in front of the SDK's."""

    def __init__(self, sdk: Any, session: Session) -> None:
        self._sdk = sdk
        self._session = session
        self._remediates = False
        self._nobody: pb.AnalyzeResponse | None = None
        self._nobody_in_stack: pb.AnalyzeResponse | None = None

    def __getattr__(self, name: str) -> Any:
        # The SDK answers all other calls, including those of later versions.
        return getattr(self._sdk, name)

    def Analyze(self, request: pb.AnalyzeRequest, context: Any) -> pb.AnalyzeResponse:
        if request.type not in carriers.SUBJECTS:
            # The answer for most resources, always the same.
            if self._nobody is None:
                self._nobody = answers.nobody(self._session, RESOURCE)
            return self._nobody
        with self._reading([request]):
            response: pb.AnalyzeResponse = self._sdk.Analyze(_without_properties(request), context)
        return response

    def AnalyzeStack(self, request: pb.AnalyzeStackRequest, context: Any) -> pb.AnalyzeResponse:
        concerned = carriers.concerning(request.resources)
        if not concerned and not self._session.faults.summary():
            # The answer for most stacks, always the same unless a setting is invalid.
            if self._nobody_in_stack is None and self._session.only_defaults:
                self._nobody_in_stack = answers.nobody(self._session, STACK)
            if self._nobody_in_stack is not None:
                return self._nobody_in_stack
        tells = messages.tells_dependencies(request.resources)
        with self._reading(concerned, tells_dependencies=tells):
            response: pb.AnalyzeResponse = self._sdk.AnalyzeStack(pb.AnalyzeStackRequest(), context)
        return response

    def Remediate(self, request: pb.AnalyzeRequest, context: Any) -> pb.RemediateResponse:
        if not self._remediates or request.type not in carriers.KEY_WRITERS:
            return answers.not_remediated(self._session, answers.NO_KEY_TO_FILL_IN)
        # The SDK marks secrets and unknowns in a remediation's arguments, so it gets the properties.
        with self._reading([request]), self._session.remediating() as failures:
            try:
                response: pb.RemediateResponse = self._sdk.Remediate(request, context)
            except RecursionError as error:
                return self.not_remediated(error, request.urn)
            except Exception:  # noqa: BLE001 - no fault of the pack's: the SDK cannot deserialize it, and Analyze judges it
                return answers.not_remediated(self._session, answers.NOT_DESERIALIZED)
        return answers.with_failures(self._session, response, failures)

    def not_analyzed(self, error: BaseException) -> pb.AnalyzeResponse:
        """The answer for a resource that did not reach the policies because of an error."""
        return answers.failed(self._session, RESOURCE, self._why("a resource", error))

    def stack_not_analyzed(self, error: BaseException) -> pb.AnalyzeResponse:
        """The answer for a stack that did not reach the policies because of an error."""
        return answers.failed(self._session, STACK, self._why("the stack", error))

    def not_remediated(self, error: BaseException, urn: str = "a resource") -> pb.RemediateResponse:
        """The answer for a resource that did not reach the remediations because of an error."""
        why = self._why(urn, error)
        failures = {
            self._session.pack.full_name(each): why(self._session.pack.full_name(each))
            for each in answers.enabled(self._session, RESOURCE)
            if each.remediate is not None and self._session.level(each) == REMEDIATE
        }
        return answers.with_failures(self._session, pb.RemediateResponse(), failures)

    def _why(self, about: str, error: BaseException) -> Callable[[str], str]:
        if isinstance(error, (DecodeError, RecursionError)):
            return lambda _: answers.UNREADABLE
        return lambda policy: self._session.faults.tell(policy, about, error)

    def Configure(self, request: pb.ConfigureAnalyzerRequest, context: Any) -> Any:
        policies = request.policyConfig
        levels = {name: pb.EnforcementLevel.Name(each.enforcementLevel).lower() for name, each in policies.items()}
        self._remediates = REMEDIATE in levels.values()
        self._nobody = self._nobody_in_stack = None
        self._session.levels = levels
        self._session.given = {
            name: json_format.MessageToDict(each.properties)
            for name, each in policies.items()
            if each.enforcementLevel != pb.DISABLED
        }
        return self._sdk.Configure(request, context)

    def ConfigureStack(self, request: pb.AnalyzerStackConfigureRequest, context: Any) -> Any:
        self._session.config = dict(request.config)
        self._session.phase = phase_of(request.dry_run)
        self._session.faults.forget()
        return self._sdk.ConfigureStack(request, context)

    def _reading(self, given: list[Any], *, tells_dependencies: bool = True) -> AbstractContextManager[None]:
        return self._session.judging(lambda: map(messages.resource, given), tells_dependencies=tells_dependencies)


def _without_properties(request: pb.AnalyzeRequest) -> pb.AnalyzeRequest:
    return pb.AnalyzeRequest(type=request.type, urn=request.urn, name=request.name)
