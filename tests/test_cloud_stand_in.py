"""The stand-in of Pulumi Cloud answers what the CLI's client asks, as that asks it; the CLI itself is in another test.

Source: pulumi/pulumi, pkg/backend/httpstate/client/client.go and pkg/cmd/pulumi/policy, for the requests and their
order.
"""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.cloud import ORGANIZATION, Cloud, cloud

ORG = f"/api/orgs/{ORGANIZATION}"
STACK = f"/api/stacks/{ORGANIZATION}/shop/prod"
POLICY = {"name": "p", "configSchema": {"type": "object", "properties": {"a": {"type": "string"}}}}


@pytest.fixture
def service() -> Iterator[Cloud]:
    with cloud() as served:
        yield served


def ask(service: Cloud, method: str, path: str, body: Any = None, *, compress: bool = False) -> Any:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Encoding": "gzip"} if compress else {}
    url = path if path.startswith("http") else service.url + path
    data = gzip.compress(sent) if compress else sent
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=10) as response:
        answer = response.read()
    return answer if path.startswith("http") and method == "GET" else json.loads(answer or b"null")


def publish(service: Cloud, version: str = "0.1.0") -> None:
    request = {"name": "pack", "displayName": "pack", "versionTag": version, "policies": [POLICY]}
    uri = ask(service, "POST", f"{ORG}/policypacks", request)["uploadURI"]
    ask(service, "PUT", uri, b"archive")
    ask(service, "POST", f"{ORG}/policypacks/pack/versions/{version}/complete")


def test_publishing(service: Cloud) -> None:
    publish(service)
    assert service.packs["pack", "0.1.0"]["complete"]
    assert ask(service, "GET", f"{ORG}/policypacks/pack/versions/0.1.0/schema") == {
        "configSchema": {"p": POLICY["configSchema"]}
    }
    with pytest.raises(urllib.error.HTTPError, match="409"):
        publish(service)


def test_a_group_is_read_changed_as_a_whole_and_enforced_on_its_stacks(service: Cloud) -> None:
    publish(service)
    path = f"{ORG}/policygroups/ml"
    ask(service, "POST", f"{ORG}/policygroups", {"name": "ml", "entityType": "stacks"})
    known = ask(service, "GET", path)
    assert (known["mode"], known["stacks"], known["appliedPolicyPacks"]) == ("preventative", [], [])
    ask(service, "PATCH", path, {"stacks": [{"name": "prod", "routingProject": "shop"}]})
    ask(service, "PATCH", path, {"addPolicyPack": {"name": "pack", "versionTag": "0.1.0", "config": {"p": {"a": "b"}}}})
    for project, stack, found in (("shop", "prod", 1), ("shop", "dev", 0), ("other", "prod", 0)):
        required = ask(service, "GET", f"/api/stacks/{ORGANIZATION}/{project}/{stack}/policypacks")["requiredPolicies"]
        assert len(required) == found
    (pack,) = service.required("shop", "prod")
    assert (pack["name"], pack["versionTag"], pack["config"]) == ("pack", "0.1.0", {"p": {"a": "b"}})
    assert ask(service, "GET", pack["packLocation"]) == b"archive"
    ask(service, "PATCH", path, {"stacks": []})
    assert service.required("shop", "prod") == []


def test_a_group_of_accounts_stops_nothing(service: Cloud) -> None:
    publish(service)
    ask(service, "POST", f"{ORG}/policygroups", {"name": "all", "entityType": "accounts", "mode": "audit"})
    ask(service, "PATCH", f"{ORG}/policygroups/all", {"addPolicyPack": {"name": "pack"}, "stacks": [{"name": "prod"}]})
    assert ask(service, "GET", f"{ORG}/policygroups/all")["entityType"] == "accounts"
    assert service.required("shop", "prod") == []


def test_an_update_with_its_events_and_checkpoint(service: Cloud) -> None:
    ask(service, "POST", f"/api/stacks/{ORGANIZATION}/shop", {"stackName": "prod", "tags": {"a": "b"}})
    update = ask(service, "POST", f"{STACK}/preview", {"name": "shop"})["updateID"]
    path = f"{STACK}/preview/{update}"
    assert ask(service, "POST", path, {"tags": {"a": "b"}, "journalVersion": 1}).keys() == {"version", "token"}
    ask(service, "POST", f"{path}/events/batch", {"events": [{"policyEvent": {}}, {"preludeEvent": {}}]}, compress=True)
    deployment = {"version": 3, "deployment": {"resources": []}}
    ask(service, "PATCH", f"{path}/checkpointverbatim", {"version": 3, "untypedDeployment": deployment}, compress=True)
    ask(service, "POST", f"{path}/complete", {"status": "succeeded"})
    assert service.policy_events == [{"policyEvent": {}}]
    assert ask(service, "GET", f"{STACK}/export") == deployment
    assert service.unknown == []


def test_what_it_does_not_know_is_kept_to_be_seen(service: Cloud) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        ask(service, "GET", f"{ORG}/policyresults/issues")
    assert service.unknown == [f"GET {ORG}/policyresults/issues"]
