"""The pack in the process of its tests, called as gRPC would call it, so that a change of the pack is seen there."""

from __future__ import annotations

import os
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from unittest import mock

from google.protobuf import message_factory
from google.protobuf.message import Message
from pulumi.runtime.proto import analyzer_pb2 as pb

from tests.harness import engine

_SERVICE = pb.DESCRIPTOR.services_by_name["Analyzer"]
_Process = engine.Engine  # started only by tests of other packs


class _Ready(BaseException):
    """The SDK has registered its service, and would wait now."""


class _Server:
    """Keeps the handlers that a gRPC server would call; of several for a method, the first counts."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.handlers: list[Any] = []

    def add_generic_rpc_handlers(self, handlers: Any) -> None:
        self.handlers += handlers

    def add_registered_method_handlers(self, *_: Any) -> None:
        pass

    def add_insecure_port(self, *_: Any, **__: Any) -> int:
        raise _Ready

    def call(self, method: str, request: Message) -> Message:
        details = SimpleNamespace(method=f"/{_SERVICE.full_name}/{method}", invocation_metadata=())
        handler = next(found for each in self.handlers if (found := each.service(details)) is not None)
        given: Any = request.SerializeToString()
        if handler.request_deserializer is not None:
            given = handler.request_deserializer(given)
        answer = handler.response_serializer(handler.unary_unary(given, None))
        kind = message_factory.GetMessageClass(_SERVICE.methods_by_name[method].output_type)
        return kind.FromString(answer)


class InProcess(_Process):
    """An `Engine` whose pack, if it is this one, runs in this process."""

    def __enter__(self) -> Any:
        from policy_pack.engine.serve import serve
        from policy_pack.policies import PACK, key_verified_in_aws

        if not (self.directory / "policy_pack").is_dir():
            return super().__enter__()
        self._server = _Server()
        key_verified_in_aws._keys.clear()  # as in a process of its own
        with self._surroundings(), mock.patch("grpc.server", return_value=self._server), suppress(_Ready):
            serve(PACK)
        if self._stack is not None:
            self.configure_stack(self._stack)
        return self

    def __exit__(self, *ended: Any) -> None:
        if not hasattr(self, "_server"):
            super().__exit__(*ended)

    def _call(self, method: str, request: Message) -> Any:
        if not hasattr(self, "_server"):
            return super()._call(method, request)
        with self._surroundings():
            return self._server.call(method, request)

    def _surroundings(self) -> Any:
        return mock.patch.dict(os.environ, self._process_environment(), clear=True)


def install() -> None:
    """Puts it in the place of the tests' `Engine`, before they import that."""
    engine.Engine = InProcess  # type: ignore[misc]
