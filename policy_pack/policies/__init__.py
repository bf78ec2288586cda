"""The pack: its policies, in the order in which they are reported."""

from __future__ import annotations

from policy_pack.judging.control import CONTROL
from policy_pack.judging.pack import Pack
from policy_pack.policies import (
    captured_data_encrypted,
    carrier_readable,
    customer_managed_key,
    encryption_at_rest_enabled,
    endpoint_configuration_in_stack,
    endpoint_follows_replacement,
    key_covers_instance_storage,
    key_in_same_region,
    key_policy_grants_sagemaker,
    key_policy_restricted,
    key_resource_in_same_region,
    key_resource_usable,
    key_rotation_enabled,
    key_verified_in_aws,
    paired_with_endpoint,
    replacement_safe,
    settings_make_sense,
    template_readable,
)

_POLICIES = (
    encryption_at_rest_enabled.POLICY,
    customer_managed_key.POLICY,
    key_in_same_region.POLICY,
    key_covers_instance_storage.POLICY,
    captured_data_encrypted.POLICY,
    replacement_safe.POLICY,
    template_readable.POLICY,
    carrier_readable.POLICY,
    key_resource_in_same_region.POLICY,
    key_resource_usable.POLICY,
    key_policy_grants_sagemaker.POLICY,
    key_policy_restricted.POLICY,
    key_rotation_enabled.POLICY,
    endpoint_follows_replacement.POLICY,
    endpoint_configuration_in_stack.POLICY,
    paired_with_endpoint.POLICY,
    key_verified_in_aws.POLICY,
    settings_make_sense.POLICY,
)

PACK = Pack(
    name="sagemaker-endpoint-encryption",
    title="SageMaker endpoint encryption",
    prefix="sagemaker-endpoint-configuration-",
    policies=_POLICIES,
    control=CONTROL,
    site="",  # the only place of the site's address, besides `site_url` of mkdocs.yml, which is the same
)
