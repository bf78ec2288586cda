"""The stack that a program runs in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi.runtime.proto import analyzer_pb2 as pb


@dataclass(frozen=True)
class Stack:
    """The stack that is previewed or updated. `config` is as in ``{"aws:region": "us-east-1"}``."""

    config: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
    organization: str = "organization"
    project: str = "shop"
    name: str = "dev"

    @property
    def request(self) -> pb.AnalyzerStackConfigureRequest:
        return pb.AnalyzerStackConfigureRequest(
            stack=self.name,
            project=self.project,
            organization=self.organization,
            dry_run=self.dry_run,
            tags=dict(self.tags),
            config=dict(self.config),
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PULUMI_ORGANIZATION": self.organization,
            "PULUMI_PROJECT": self.project,
            "PULUMI_STACK": self.name,
            "PULUMI_DRY_RUN": "true" if self.dry_run else "false",
            "PULUMI_CONFIG": json.dumps(dict(self.config)),
        }
