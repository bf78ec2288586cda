"""A stand-in for Pulumi Cloud on loopback: as much of its API as publishing, enabling and enforcing a pack takes.

Sources: pulumi/pulumi, pkg/backend/httpstate/client (client.go, api_endpoints.go) for the paths,
pkg/cmd/pulumi/policy for what is asked one after the other, and sdk/go/common/apitype (policy.go, updates.go, core.go)
for the bodies.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ORGANIZATION = "my-org"
TOKEN = "pul-" + "0" * 40  # of no account
_DEFAULT = "default-policy-group"

Handle = Callable[..., Any]


class NotFound(Exception):
    """What the API does not have, or this stand-in does not."""


class Conflict(Exception):
    """What the API has already."""


class Cloud:
    """An organization: its packs by name and version, its policy groups, its stacks, and what updates reported.

    `packs` hold what was published (``request``, ``archive``, ``complete``), `groups` the packs that are enabled,
    `events` the engine's events as they were sent, `unknown` the requests that nothing here answers.
    """

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.packs: dict[tuple[str, str], dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {_DEFAULT: _group("stacks", "preventative", None)}
        self.tags: dict[str, dict[str, str]] = {}
        self.states: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.unknown: list[str] = []

    @property
    def policy_events(self) -> list[dict[str, Any]]:
        """The events about policies: violations, remediations and summaries."""
        return [each for each in self.events if any(name.startswith("policy") for name in each)]

    def answer(self, method: str, path: str, body: Any) -> Any:
        """The JSON, or the bytes, that answer a request; raises `NotFound`."""
        for verb, pattern, handle in _ROUTES:
            found = re.fullmatch(pattern, path)
            if verb == method and found is not None:
                return handle(self, body, *found.groups())
        raise NotFound(f"{method} {path}")

    def user(self, _: Any) -> Any:
        return {"githubLogin": ORGANIZATION, "organizations": [{"githubLogin": ORGANIZATION}]}

    def publish(self, body: Any) -> Any:
        name, version = body["name"], body["versionTag"]
        if (name, version) in self.packs:
            raise Conflict(f"{name} {version} is published already")
        self.packs[name, version] = {"request": body, "archive": b"", "complete": False}
        return {"version": len(self.packs), "uploadURI": f"{self.url}/blobs/{name}/{version}"}

    def upload(self, body: bytes, name: str, version: str) -> Any:
        self.packs[name, version]["archive"] = body
        return {}

    def download(self, _: Any, name: str, version: str) -> bytes:
        archive: bytes = self.packs[name, version]["archive"]
        return archive

    def complete(self, _: Any, name: str, version: str) -> Any:
        self.packs[name, version]["complete"] = True
        return {}

    def schema(self, _: Any, name: str, version: str) -> Any:
        if (name, version) not in self.packs:
            raise NotFound(f"{name} {version}")
        policies = self.packs[name, version]["request"]["policies"]
        return {"configSchema": {each["name"]: each["configSchema"] for each in policies}}

    def new_group(self, body: Any) -> Any:
        kind = body["entityType"]
        mode = body.get("mode") or ("audit" if kind == "accounts" else "preventative")
        self.groups[body["name"]] = _group(kind, mode, [])
        return {}

    def group(self, _: Any, name: str) -> Any:
        found = self.groups[name]
        packs = [{"name": pack, **given} for pack, given in found["packs"].items()]
        stacks = found["stacks"] or []
        known = {"name": name, "isOrgDefault": name == _DEFAULT, "entityType": found["kind"], "mode": found["mode"]}
        return {**known, "stacks": stacks, "accounts": [], "appliedPolicyPacks": packs}

    def edit_group(self, body: Any, name: str) -> Any:
        group = self.groups[name]
        if (added := body.get("addPolicyPack")) is not None:
            group["packs"][added["name"]] = self._enabled(added)
        if (removed := body.get("removePolicyPack")) is not None:
            group["packs"].pop(removed["name"], None)
        # A list takes the place of the one that was.
        if (packs := body.get("policyPacks")) is not None:
            group["packs"] = {each["name"]: self._enabled(each) for each in packs}
        group["stacks"] = body.get("stacks", group["stacks"])
        if (stack := body.get("addStack")) is not None:
            group["stacks"] = [*(group["stacks"] or []), stack]
        return {}

    def _enabled(self, given: dict[str, Any]) -> dict[str, Any]:
        version = given.get("versionTag") or [each for pack, each in self.packs if pack == given["name"]][-1]
        if (given["name"], version) not in self.packs:
            raise NotFound(f"{given['name']} {version}")
        return {"versionTag": version, "config": given.get("config") or {}}

    def required(self, project: str, stack: str) -> list[Any]:
        """The packs that a stack's preventative groups enforce, with their configurations."""
        found = []
        for group in self.groups.values():
            listed = group["stacks"]
            named = listed is None or any(
                each["name"] == stack and each.get("routingProject", project) == project for each in listed
            )
            if group["mode"] != "preventative" or not named:
                continue
            for name, given in group["packs"].items():
                location = f"{self.url}/blobs/{name}/{given['versionTag']}"
                found.append({"name": name, "displayName": name, "version": 1, "packLocation": location, **given})
        return found

    def stack_packs(self, _: Any, project: str, stack: str) -> Any:
        return {"requiredPolicies": self.required(project, stack)}

    def new_stack(self, body: Any, project: str) -> Any:
        self.tags[f"{project}/{body['stackName']}"] = body.get("tags") or {}
        return {}

    def stack(self, _: Any, project: str, stack: str) -> Any:
        if f"{project}/{stack}" not in self.tags:
            raise NotFound(stack)
        name = {"orgName": ORGANIZATION, "projectName": project, "stackName": stack}
        return {**name, "tags": self.tags[f"{project}/{stack}"], "version": 1, "activeUpdate": ""}

    def tag(self, body: Any, project: str, stack: str) -> Any:
        self.tags[f"{project}/{stack}"] = body
        return {}

    def export(self, _: Any, project: str, stack: str) -> Any:
        return self.states.get(f"{project}/{stack}", {"version": 3, "deployment": {}})

    def create(self, _: Any, project: str, stack: str, kind: str) -> Any:
        return {"updateID": f"{kind}-{len(self.events)}", "requiredPolicies": self.required(project, stack)}

    def start(self, body: Any, project: str, stack: str, kind: str, update: str) -> Any:
        self.tags[f"{project}/{stack}"] = (body or {}).get("tags") or self.tags.get(f"{project}/{stack}", {})
        return {"version": 1, "token": "lease"}

    def status(self, *_: Any) -> Any:
        return {"status": "succeeded", "events": []}

    def lease(self, *_: Any) -> Any:
        return {"token": "lease"}

    def checkpoint(self, body: Any, project: str, stack: str, *_: Any) -> Any:
        given = body.get("untypedDeployment", body)
        self.states[f"{project}/{stack}"] = {"version": given["version"], "deployment": given["deployment"]}
        return {}

    def record(self, body: Any, *_: Any) -> Any:
        self.events += body.get("events", [body])
        return {}

    def encrypt(self, body: Any, *_: Any) -> Any:
        return {"ciphertext": body["plaintext"]} if "plaintext" in body else {"ciphertexts": body["plaintexts"]}

    def decrypt(self, body: Any, *_: Any) -> Any:
        return {"plaintext": body["ciphertext"]}

    def decrypt_all(self, body: Any, *_: Any) -> Any:
        return {"plaintexts": {each: b64encode(b64decode(each)).decode() for each in body["ciphertexts"]}}


def _group(kind: str, mode: str, stacks: list[Any] | None) -> dict[str, Any]:
    """A policy group of stacks or accounts; `None` stands for all stacks."""
    return {"kind": kind, "mode": mode, "stacks": stacks, "packs": {}}


_ORG, _STACK = f"/api/orgs/{ORGANIZATION}", f"/api/stacks/{ORGANIZATION}/([^/]+)/([^/]+)"
_PACK = f"{_ORG}/policypacks/([^/]+)/versions/([^/]+)"
_UPDATE = f"{_STACK}/(preview|update)/([^/]+)"
_ROUTES: tuple[tuple[str, str, Handle], ...] = (
    ("GET", "/api/user", Cloud.user),
    ("GET", "/api/user/organizations/default", lambda *_: {"gitHubLogin": ORGANIZATION, "messages": []}),
    ("GET", "/api/capabilities", lambda *_: {"capabilities": []}),
    ("POST", f"{_ORG}/policypacks", Cloud.publish),
    ("PUT", "/blobs/([^/]+)/([^/]+)", Cloud.upload),
    ("GET", "/blobs/([^/]+)/([^/]+)", Cloud.download),
    ("POST", f"{_PACK}/complete", Cloud.complete),
    ("GET", f"{_PACK}/schema", Cloud.schema),
    ("POST", f"{_ORG}/policygroups", Cloud.new_group),
    ("GET", f"{_ORG}/policygroups/([^/]+)", Cloud.group),
    ("PATCH", f"{_ORG}/policygroups/([^/]+)", Cloud.edit_group),
    ("HEAD", f"/api/stacks/{ORGANIZATION}/([^/]+)", lambda *_: {}),
    ("POST", f"/api/stacks/{ORGANIZATION}/([^/]+)", Cloud.new_stack),
    ("GET", _STACK, Cloud.stack),
    ("PATCH", f"{_STACK}/tags", Cloud.tag),
    ("GET", f"{_STACK}/export", Cloud.export),
    ("GET", f"{_STACK}/policypacks", Cloud.stack_packs),
    ("POST", f"{_STACK}/(?:batch-)?encrypt", Cloud.encrypt),
    ("POST", f"{_STACK}/decrypt", Cloud.decrypt),
    ("POST", f"{_STACK}/batch-decrypt", Cloud.decrypt_all),
    ("POST", f"{_STACK}/(preview|update)", Cloud.create),
    ("POST", _UPDATE, Cloud.start),
    ("GET", _UPDATE, Cloud.status),
    ("POST", f"{_UPDATE}/renew_lease", Cloud.lease),
    ("PATCH", f"{_UPDATE}/checkpoint(?:verbatim)?", Cloud.checkpoint),
    ("POST", f"{_UPDATE}/events(?:/batch)?", Cloud.record),
    ("POST", f"{_UPDATE}/complete", lambda *_: {}),
)


@contextmanager
def cloud() -> Iterator[Cloud]:
    """Serves an organization without packs and stacks, until the context ends."""
    served = Cloud()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = gzip.decompress(sent) if self.headers.get("Content-Encoding") == "gzip" else sent
            path = self.path.partition("?")[0]
            body: Any = sent if path.startswith("/blobs/") else json.loads(sent or b"null")
            try:
                status, answer = 200, served.answer(self.command, path, body)
            except (NotFound, KeyError, IndexError) as error:
                served.unknown.append(f"{self.command} {path}")
                status, answer = 404, {"code": 404, "message": f"not found: {error}"}
            except Conflict as error:
                status, answer = 409, {"code": 409, "message": str(error)}
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer  # noqa: N815

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name in the base class
            """Nothing: the tests show what the CLI prints."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
