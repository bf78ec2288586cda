"""The few resources that tests register of a provider bridged from Terraform's, and of a module of Terraform.

There is no SDK of either without the Pulumi CLI, which makes one for each program. Names are those that the bridge
gives (`TerraformToPulumiNameV2` of its package tfbridge) and those of the Terraform Registry, provider hashicorp/aws.
"""

from __future__ import annotations

import re
from typing import Any

import pulumi


class Bridged(pulumi.CustomResource):
    """A resource of a package by its name there (``KmsKey``); arguments and outputs are in snake case."""

    package = "aws"
    computed: tuple[str, ...] = ("arn", "name")

    def __init__(self, kind: str, label: str, opts: pulumi.ResourceOptions | None = None, **properties: Any) -> None:
        token = f"{self.package}:index/{kind[0].lower()}{kind[1:]}:{kind}"
        super().__init__(token, label, {**dict.fromkeys(self.computed), **properties}, opts)

    def translate_input_property(self, prop: str) -> str:
        return re.sub("_([a-z])", lambda match: match[1].upper(), prop)

    def translate_output_property(self, prop: str) -> str:
        return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", prop)


class OfModule(pulumi.CustomResource):
    """A resource of Terraform within the module `sm`, by its type. In truth the module registers it."""

    def __init__(self, kind: str, label: str, **properties: Any) -> None:
        super().__init__(f"sm:tf:{kind}", label, {"arn": None, "name": None, **properties})
