"""As much of the Pulumi Cloud API as `pulumi policy validate-config` asks for, on loopback.

Source: pulumi/pulumi, pkg/backend/httpstate/client/client.go (`getPolicyPackConfigSchemaPath`, `serviceUser`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

ORGANIZATION = "acme"


@contextmanager
def cloud(info: pb.AnalyzerInfo, version: str) -> Iterator[str]:
    """Serves the schemas of a pack as if it had been published; gives the service's URL."""
    schemas = {
        policy.name: {"type": "object", **json_format.MessageToDict(policy.configSchema)} for policy in info.policies
    }
    answers: dict[str, Any] = {
        "/api/user": {"githubLogin": ORGANIZATION, "organizations": [{"githubLogin": ORGANIZATION}]},
        "/api/capabilities": {"capabilities": []},
        "/api/user/organizations/default": {"gitHubLogin": ORGANIZATION},
        f"/api/orgs/{ORGANIZATION}/policypacks/{info.name}/versions/{version}/schema": {"configSchema": schemas},
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path.partition("?")[0])
            body = json.dumps(answer or {"code": 404, "message": "not found"}).encode()
            self.send_response(200 if answer else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name in the base class
            """Nothing: the tests show what the CLI prints."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
