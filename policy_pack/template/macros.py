"""The parts of a template that cannot be read before it is deployed: those that macros rewrite or that are elsewhere.

Sources, in the AWS CloudFormation User Guide and Template Reference: "Perform custom processing on CloudFormation
templates with template macros" (what a macro is given to rewrite), "CloudFormation template Transform section",
"Fn::ForEach", "Fn::Transform", "Resource modules".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policy_pack.template.parse import keys_in
from policy_pack.values import Plain

# AWS's own macros that do not change SageMaker and KMS resources. The pack reads their loops and modules itself.
_LEAVE_AS_WRITTEN = frozenset({"AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"})

_TRANSFORM = "A macro (Transform) rewrites the template when it is deployed."
_INCLUDED = "A macro (Fn::Transform) rewrites part of the template when it is deployed."

_ELSEWHERE = {
    "AWS::CloudFormation::Stack": "nested stack",
    "AWS::CloudFormation::StackSet": "stack set",
    "AWS::Serverless::Application": "nested application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": "provisioned product",
}


def rewriting(root: Mapping[str, Any]) -> Iterator[str]:
    """Sentences that say why a template does not count as it is written; none if no macro rewrites it."""
    if any(name not in _LEAVE_AS_WRITTEN for name in _names(root.get("Transform"))):
        yield _TRANSFORM
    # A macro in a section also gets its siblings. `resolve` handles macros in a resource.
    resources = root.get("Resources")
    beside = {key: value for key, value in root.items() if key not in ("Resources", "Outputs", "Metadata")}
    if rewrites(beside) or (isinstance(resources, dict) and "Fn::Transform" in resources):
        yield _INCLUDED


def rewrites(part: Plain) -> bool:
    """Whether a macro rewrites something in a part, at any depth."""
    return "Fn::Transform" in keys_in(part)


def is_loop(key: str) -> bool:
    """Whether a key is a loop (``Fn::ForEach::NAME``)."""
    return key.startswith("Fn::ForEach")


def elsewhere(kind: str) -> str | None:
    """Words for a resource that deploys a template stored elsewhere ("nested stack"); `None` for other types."""
    return "module" if kind.endswith("::MODULE") else _ELSEWHERE.get(kind)


def _names(transform: Plain) -> Iterator[object]:
    for each in transform if isinstance(transform, list) else [transform]:
        name = each.get("Name", each) if isinstance(each, dict) else each
        if name is not None:
            yield name if isinstance(name, str) else None
