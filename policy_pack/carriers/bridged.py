"""Providers that Pulumi bridges from Terraform, in a package of any name: `hashicorp/aws` and `hashicorp/awscc`.

``pulumi package add terraform-provider``, programs in HCL and modules in HCL register their resources. The first
provider has the classic provider's resources and property names, the second AWS's own resource types in camel case. If
both have a resource with the same name, its properties tell which one it is.

Programs in HCL that name a package of Pulumi's own, as its `aws`, register that package's types instead, and delete
first too.

Sources: "Any Terraform Provider" in the Pulumi documentation; the resources' pages in the Terraform Registry, providers
hashicorp/aws and hashicorp/awscc; "Feature Mappings" in the language reference of Pulumi HCL (pulumi/pulumi-hcl), and
pkg/hcl/run there for what it registers: deleteBeforeReplace always, propertyDependencies by the package's own names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from policy_pack.carriers import classic, cloudcontrol, cloudformation, experiments, resource_types, terraform_names
from policy_pack.carriers.given import IsGenerated, given_by
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.place import Surroundings, place
from policy_pack.stack.model import AnyNode, Configuration, Deleting, Endpoint, Resource

TITLE = "bridged"

_CLOUD_CONTROL = "awscc"

# Properties that only AWS's own resource type has, for resource names that both providers have.
_TELLING = {
    "*:index/cloudformationStack:CloudformationStack": {"stackName"},
    "*:index/iamRole:IamRole": {"assumeRolePolicyDocument", "policies", "roleName"},
    "*:index/iamRolePolicy:IamRolePolicy": {"policyDocument", "policyName", "roleName"},
    "*:index/kmsAlias:KmsAlias": {"aliasName"},
    "*:index/kmsKey:KmsKey": {"enabled", "keyPolicy", "keySpec"},
    "*:index/kmsReplicaKey:KmsReplicaKey": {"keyPolicy"},
    "*:index/sagemakerModel:SagemakerModel": {"modelName"},
}


# AWS's own types, without those that only templates know.
OWN_TYPES = {
    kind: reads
    for kind, reads in {**resource_types.READERS, **experiments.TYPES, **cloudformation.TEMPLATES}.items()
    if kind != "AWS::IAM::Policy"
}


# HCL deletes first by default, so programs in HCL have the option on nearly every resource.
_DELETING = Deleting(
    said="deleteBeforeReplace is set (in HCL, it is set unless create_before_destroy is true)",
)
_IGNORING = "ignoreChanges (ignore_changes in HCL)"


def _of_aws() -> Iterator[tuple[str, Reads]]:
    """The resources of the classic provider, under Terraform's names."""
    for carrier in (classic, cloudformation, cloudcontrol):
        for kind, reads in carrier.READERS.items():
            if kind.startswith("aws:"):
                yield terraform_names.token(terraform_names.type_of(kind)), _in_words_of_hcl(reads)


def _in_words_of_hcl(reads: Reads) -> Reads:
    if reads.makes not in (Configuration, Endpoint):
        return reads

    def read(resource: Resource, surroundings: Surroundings) -> Iterable[AnyNode]:
        for node in reads.read(resource, surroundings):
            if isinstance(node, Configuration):
                yield replace(node, deleting=_DELETING)
            else:
                yield replace(node, ignoring=_IGNORING) if isinstance(node, Endpoint) else node

    return Reads(reads.makes, read)


def _token(resource_type: str) -> str:
    return terraform_names.token(terraform_names.type_of_cloud_control(resource_type))


def own(reads: Reads, generated: Callable[[Resource], IsGenerated | None] = lambda _: None) -> Reads:
    """How one of AWS's own types is read from a resource whose properties are in camel case.

    `generated` returns a function that recognizes generated names, if the resource may have generated and other names.
    """

    def read(resource: Resource, surroundings: Surroundings) -> Iterable[AnyNode]:
        # Terraform's states say it of resources of the provider awscc too (`policy_pack.carriers.terraform`).
        where = place(resource, surroundings, resource.properties.get("region"))
        return reads.read(given_by(resource, where, is_generated=generated(resource)))

    return _in_words_of_hcl(Reads(reads.makes, read))


def _either(kind: str, own: Reads, other: Reads) -> Reads:
    telling = _TELLING.get(kind, set())

    def read(resource: Resource, surroundings: Surroundings) -> Iterable[AnyNode]:
        is_own = resource.type.startswith(f"{_CLOUD_CONTROL}:") or not telling.isdisjoint(resource.properties)
        return (own if is_own else other).read(resource, surroundings)

    return Reads(other.makes, read)


def _readers() -> dict[str, Reads]:
    found = dict(_of_aws())
    for kind, reads in OWN_TYPES.items():
        token = _token(kind)
        found[token] = _either(token, own(reads), found[token]) if token in found else own(reads)
    return found


READERS: Mapping[str, Reads] = _readers()


def _write_arn(properties: Any, arn: str) -> None:
    properties["kmsKeyArn"] = arn


def _write_id(properties: Any, arn: str) -> None:
    properties["kmsKeyId"] = arn


KEY_WRITERS = {
    terraform_names.token("aws_sagemaker_endpoint_configuration"): _write_arn,
    _token(resource_types.ENDPOINT_CONFIGURATION): _write_id,
    _token(experiments.TYPE): experiments.write_key,
}
