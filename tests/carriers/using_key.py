"""A configuration that uses a key of the stack with a role, to which a test adds the role and its policies."""

from __future__ import annotations

import json

from policy_pack.judging.policy import Policy
from policy_pack.judging.verdict import Verdict
from policy_pack.stack.model import Resource
from tests.carriers.reading import REGION, resource, urn, verdicts
from tests.iam.statements import BY_ROOT, OWN, ROLE, document

KEY = f"arn:aws:kms:{REGION}:{OWN}:key/12345678-1234-1234-1234-123456789012"


def said_with(policy: Policy, *others: Resource) -> Verdict:
    """What the policy says of the configuration; the key's policy leaves everything to the account's."""
    configuration = resource(
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        {"kmsKeyArn": KEY, "executionRoleArn": ROLE},
        "config",
        sources={"kmsKeyArn": (urn("aws:kms/key:Key"),)},
    )
    key = resource("aws:kms/key:Key", {"arn": KEY, "policy": json.dumps(document(BY_ROOT))})
    return verdicts(policy, configuration, key, *others)["config"]
