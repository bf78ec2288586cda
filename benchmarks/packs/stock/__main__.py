"""The SDK with as many policies as the environment says, which do nothing."""

import os

from pulumi_policy import PolicyPack, ResourceValidationPolicy, StackValidationPolicy


def nothing(args, report):
    pass


resource, stack = (int(os.environ[name]) for name in ("RESOURCE_POLICIES", "STACK_POLICIES"))
PolicyPack(
    "stock",
    [
        *[ResourceValidationPolicy(f"resource-{number}", "Does nothing.", nothing) for number in range(resource)],
        *[StackValidationPolicy(f"stack-{number}", "Does nothing.", nothing) for number in range(stack)],
    ],
)
