"""The Pulumi engine as a policy pack meets it: it starts the pack's process and calls its Analyzer service.

Sources: pulumi/pulumi, sdk/go/common/resource/plugin/plugin.go and analyzer_plugin.go, sdk/policy_proxy.go, and
`RunPlugin` of sdk/python/cmd/pulumi-language-python/main.go.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2, json_format
from google.protobuf.message import Message
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc, engine_pb2_grpc

from policy_pack.testing.stack import Stack as Stack
from tests.harness.answers import Answer, read, read_remediation
from tests.harness.engine_service import CHANNEL_OPTIONS, EngineService, serving
from tests.harness.settings import Settings, reconcile

# An answer takes milliseconds; this only ends a test whose pack hangs.
TIMEOUT_SECONDS = 300


class PackError(Exception):
    """The pack did not start, did not answer, or printed what it must not; with what it wrote to standard error."""


class Engine:
    """Runs the policy pack of a directory while it is open.

    `stack` is given as the Python language host gives it: in the environment first, then by ConfigureStack. Without
    it the pack starts without a stack, as for `pulumi policy publish`; `configure_stack` can follow. `python` is that
    of the virtual environment that the pack runs in, by default this process's. Once open,
    `seconds_to_start` is the time until the pack printed its port, and `channel` reaches its service.
    """

    def __init__(
        self,
        directory: Path,
        *,
        stack: Stack | None = None,
        environment: Mapping[str, str] | None = None,
        python: str = sys.executable,
    ) -> None:
        self.directory = directory.resolve()
        self._python = python
        self.service = EngineService()
        self._stack = stack
        self._environment = dict(environment or {})
        self._stdout: list[str] = []
        self._stderr: list[str] = []
        self._open = ExitStack()

    def __enter__(self) -> Engine:
        with ExitStack() as opening:
            address = opening.enter_context(
                serving(lambda server: engine_pb2_grpc.add_EngineServicer_to_server(self.service, server))
            )
            started = time.perf_counter()
            self._process = subprocess.Popen(
                [self._python, "-u", "-m", "pulumi.policy", address, str(self.directory)],
                cwd=self.directory,
                env=self._process_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
            assert self._process.stdout is not None and self._process.stderr is not None
            drains = [_drain(self._process.stderr, self._stderr)]
            opening.callback(_join, drains)
            opening.callback(self._stop)  # first, as the pipes end with the process
            line = self._process.stdout.readline()
            self.seconds_to_start = time.perf_counter() - started
            drains.append(_drain(self._process.stdout, self._stdout))
            if not line.strip().isdecimal():
                self._stop()
                drains[0].join()
                raise self._error(f"printed {line!r} where its port belongs")
            self.channel = opening.enter_context(
                grpc.insecure_channel(f"127.0.0.1:{line.strip()}", options=CHANNEL_OPTIONS)
            )
            self._analyzer = analyzer_pb2_grpc.AnalyzerStub(self.channel)
            if self._stack is not None:
                self.configure_stack(self._stack)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()
        if self._stdout and error is None:
            raise self._error(f"printed more than its port: {''.join(self._stdout)!r}")

    @property
    def pid(self) -> int:
        """The id of the pack's process."""
        return self._process.pid

    @property
    def stderr(self) -> str:
        """What the pack has written to standard error so far."""
        return "".join(self._stderr)

    def info(self) -> pb.AnalyzerInfo:
        """What the pack says of itself and its policies."""
        info: pb.AnalyzerInfo = self._call("GetAnalyzerInfo", empty_pb2.Empty())
        return info

    def configure(self, settings: Settings, *, unchecked: bool = False) -> None:
        """Sets the content of a `--policy-pack-config` file; raises `RefusedSettings` where the engine refuses it."""
        self._call("Configure", reconcile(self.info(), settings, unchecked=unchecked))

    def configure_stack(self, stack: Stack | pb.AnalyzerStackConfigureRequest) -> None:
        """Tells the pack of the stack that it is to judge."""
        self._call("ConfigureStack", stack.request if isinstance(stack, Stack) else stack)

    def analyze(self, resource: pb.AnalyzeRequest | Mapping[str, Any]) -> Answer:
        """Asks about one resource, given as a message or as JSON of one."""
        request = _message(resource, pb.AnalyzeRequest())
        return read(self._call("Analyze", request), request.urn)

    def analyze_stack(self, resources: pb.AnalyzeStackRequest | Iterable[Mapping[str, Any]]) -> Answer:
        """Asks about all resources of a stack."""
        given = resources if isinstance(resources, pb.AnalyzeStackRequest) else {"resources": list(resources)}
        return read(self._call("AnalyzeStack", _message(given, pb.AnalyzeStackRequest())), "")

    def remediate(self, resource: pb.AnalyzeRequest | Mapping[str, Any]) -> Answer:
        """Asks for new properties of one resource; the engine does before every Analyze."""
        return read_remediation(self._call("Remediate", _message(resource, pb.AnalyzeRequest())))

    def _call(self, method: str, request: Message) -> Any:
        try:
            return getattr(self._analyzer, method)(request, timeout=TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            raise self._error(f"{method} failed: {error.code().name}: {error.details()}") from error

    def _process_environment(self) -> dict[str, str]:
        # Nothing of the machine's own AWS or Pulumi settings may change an answer.
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
        # As the language host activates the virtual environment that PulumiPolicy.yaml names.
        inherited["PATH"] = f"{Path(self._python).parent}{os.pathsep}{inherited.get('PATH', '')}"
        return inherited | (self._stack.environment if self._stack else {}) | self._environment

    def _stop(self) -> None:
        # SIGTERM, not the engine's SIGKILL, so that coverage can save what it measured in the process.
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _error(self, what: str) -> PackError:
        return PackError(f"the pack in {self.directory.name} {what}\n{self.stderr}")


def _message(given: Message | Mapping[str, Any], message: Any) -> Any:
    return given if isinstance(given, Message) else json_format.ParseDict(dict(given), message)


def _join(threads: Iterable[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def _drain(stream: IO[str], lines: list[str]) -> threading.Thread:
    def run() -> None:
        with stream:
            lines.extend(stream)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
