"""Stands between the engine and the SDK, so that what concerns nobody is never deserialised.

The SDK (pulumi-policy 1.21) deserialises each resource once for every resource policy, and the whole stack once for
every stack policy, before a policy can say that it does not care. `Edge` answers the engine in the SDK's place: it
decides by a resource's type whether anything concerns it, reads what does straight from the message, and hands the
SDK a request without properties. Levels, settings, diagnostics and not-applicable answers stay the SDK's own. Of a
whole stack, what concerns nobody is not even parsed (`policy_pack.engine.skim`).

The seam: the SDK registers its service through the public `add_AnalyzerServicer_to_server` of the `pulumi` package's
generated module, looked up there when a pack starts. That it does so is not promised. Where it does not, or where its
service is not what we know, nothing is installed and policies read what the SDK hands them
(`policy_pack.engine.sdk_arguments`).
The other half of it is gRPC's own: of several handlers for a method, the first that was added serves it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc

from policy_pack.carriers import READERS, SUBJECTS, concerning
from policy_pack.engine import messages
from policy_pack.engine.session import Session, phase_of
from policy_pack.engine.skim import Skimmer

_RECONFIGURE = "_configure_runtime_settings"
_METHODS = ("Analyze", "AnalyzeStack", "Remediate", "Configure", "ConfigureStack")


def install(session: Session) -> None:
    """Puts an `Edge` in front of the service that the SDK is about to register."""
    register = analyzer_pb2_grpc.add_AnalyzerServicer_to_server

    def registering(servicer: Any, server: Any) -> None:
        # One registration is the pack's; whatever registers later meets the module as it was.
        analyzer_pb2_grpc.add_AnalyzerServicer_to_server = register
        edge = edge_for(servicer, session)
        if isinstance(edge, Edge):
            server.add_generic_rpc_handlers((_skimming(edge),))
        register(edge, server)

    analyzer_pb2_grpc.add_AnalyzerServicer_to_server = registering


def edge_for(servicer: Any, session: Session) -> Any:
    """An edge in front of the SDK's `servicer`; the servicer itself where it is not of the kind that an edge knows."""
    known = isinstance(servicer, analyzer_pb2_grpc.AnalyzerServicer) and all(
        getattr(type(servicer), name, None) is not getattr(analyzer_pb2_grpc.AnalyzerServicer, name, None)
        for name in _METHODS
    )
    if not known:
        return servicer
    if hasattr(servicer, _RECONFIGURE):
        # Before each answer the SDK sets anew what `pulumi.Config` and the like tell, for as long as it takes to judge.
        # No policy here asks them: a stack's configuration comes from the session.
        setattr(servicer, _RECONFIGURE, lambda: None)
    return Edge(servicer, session)


def _skimming(edge: Edge) -> Any:
    """Serves Analyze and AnalyzeStack by `edge`, from requests without what concerns nobody."""
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(method, parse, pb.AnalyzeResponse.SerializeToString)
        for name, method, parse in (
            ("Analyze", edge.Analyze, Skimmer(SUBJECTS).resource),
            ("AnalyzeStack", edge.AnalyzeStack, Skimmer(READERS, messages.ROOT).stack),
        )
    }
    return grpc.method_handlers_generic_handler("pulumirpc.Analyzer", handlers)


class Edge:
    """The Analyzer service: the SDK's, for what concerns a policy."""

    def __init__(self, sdk: Any, session: Session) -> None:
        self._sdk = sdk
        self._session = session
        self._remediates = False

    def __getattr__(self, name: str) -> Any:
        # Whatever this class does not answer itself is the SDK's, methods of later versions included.
        return getattr(self._sdk, name)

    def Analyze(self, request: pb.AnalyzeRequest, context: Any) -> pb.AnalyzeResponse:
        if request.type not in SUBJECTS:
            return pb.AnalyzeResponse()
        with self._reading([request]):
            response: pb.AnalyzeResponse = self._sdk.Analyze(_without_properties(request), context)
        return response

    def AnalyzeStack(self, request: pb.AnalyzeStackRequest, context: Any) -> pb.AnalyzeResponse:
        tells = messages.tells_dependencies(request.resources)
        with self._reading(concerning(request.resources), tells_dependencies=tells):
            response: pb.AnalyzeResponse = self._sdk.AnalyzeStack(pb.AnalyzeStackRequest(), context)
        return response

    def Remediate(self, request: pb.AnalyzeRequest, context: Any) -> pb.RemediateResponse:
        if not self._remediates:
            return pb.RemediateResponse()
        if request.type not in SUBJECTS:
            request = _without_properties(request)
        # The SDK keeps secrets and unknowns apart in what a remediation is given, so it gets the properties.
        with self._reading([request]):
            try:
                response: pb.RemediateResponse = self._sdk.Remediate(request, context)
            except Exception:  # noqa: BLE001 - what the SDK cannot deserialise is left as it is, and Analyze judges it
                return pb.RemediateResponse()
        return response

    def Configure(self, request: pb.ConfigureAnalyzerRequest, context: Any) -> Any:
        policies = request.policyConfig
        self._remediates = any(each.enforcementLevel == pb.REMEDIATE for each in policies.values())
        self._session.given = {
            name: json_format.MessageToDict(each.properties)
            for name, each in policies.items()
            if each.enforcementLevel != pb.DISABLED
        }
        return self._sdk.Configure(request, context)

    def ConfigureStack(self, request: pb.AnalyzerStackConfigureRequest, context: Any) -> Any:
        self._session.config = dict(request.config)
        self._session.phase = phase_of(request.dry_run)
        return self._sdk.ConfigureStack(request, context)

    def _reading(self, given: list[Any], *, tells_dependencies: bool = True) -> AbstractContextManager[None]:
        return self._session.judging(lambda: map(messages.resource, given), tells_dependencies=tells_dependencies)


def _without_properties(request: pb.AnalyzeRequest) -> pb.AnalyzeRequest:
    return pb.AnalyzeRequest(type=request.type, urn=request.urn, name=request.name)
