"""Of `key-in-same-region` and `key-resource-in-same-region`: whether the key is where the configuration is."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from policy_pack.testing.monitor import AWS_6, World
from policy_pack.testing.stand_in import KEY_ID
from tests.programs.blocks import (
    KEY_POLICY,
    arn,
    config,
    endpoint,
    in_region,
    key,
    later,
    pair,
    provider,
    says,
    says_nothing,
)

ELSEWHERE = "mandatory key-in-same-region config"
MADE_ELSEWHERE = "mandatory key-resource-in-same-region config"
SHARED = "organization/shared/prod"


@says(ELSEWHERE)
def literal_key_of_another_region() -> None:
    pair(kms_key_arn=arn("eu-west-1"))


@says(ELSEWHERE)
def secret_key_of_another_region() -> None:
    pair(kms_key_arn=pulumi.Output.secret(arn("eu-west-1")))


@says(ELSEWHERE)
def alias_of_another_region() -> None:
    pair(kms_key_arn=arn("eu-west-1", "alias/serving"))


@says(ELSEWHERE)
def multi_region_key_of_another_region() -> None:
    pair(kms_key_arn=arn("eu-west-1", "key/mrk-" + "0" * 32))


@says_nothing()
def literal_key_of_the_configurations_own_region() -> None:
    pair(kms_key_arn=arn("eu-west-1"), region="eu-west-1")


@says(ELSEWHERE)
def literal_key_of_the_stacks_region_but_not_the_configurations() -> None:
    pair(kms_key_arn=arn(), region="eu-west-1")


@says_nothing()
def literal_key_of_the_providers_region() -> None:
    pair(kms_key_arn=arn("us-west-2"), opts=provider("us-west-2"))


@says(ELSEWHERE)
def literal_key_of_the_stacks_region_but_not_the_providers() -> None:
    pair(kms_key_arn=arn(), opts=provider("us-west-2"))


@says_nothing(world=World(versions=AWS_6))
def literal_key_of_the_stacks_region_with_aws_6() -> None:
    pair(kms_key_arn=arn())


@says(ELSEWHERE, world=World(versions=AWS_6))
def literal_key_of_another_region_with_aws_6() -> None:
    pair(kms_key_arn=arn("eu-west-1"))


@says(ELSEWHERE, world=World(versions=AWS_6))
def literal_key_of_another_region_than_the_providers_with_aws_6() -> None:
    pair(kms_key_arn=arn(), opts=provider("us-west-2"))


@says_nothing(stack=in_region(""))
def literal_key_where_nobody_knows_the_region() -> None:
    pair(kms_key_arn=arn("eu-west-1"))


@says(ELSEWHERE, stack=in_region(""), settings={"key-in-same-region": {"region": "us-east-1"}})
def literal_key_where_only_the_settings_know_the_region() -> None:
    pair(kms_key_arn=arn("eu-west-1"))


@says_nothing(stack=in_region("us-gov-west-1"))
def gov_cloud() -> None:
    pair(kms_key_arn=arn("us-gov-west-1", partition="aws-us-gov"))


@says(ELSEWHERE, stack=in_region("us-gov-west-1"))
def gov_cloud_with_a_key_of_the_commercial_partition() -> None:
    pair(kms_key_arn=arn())


@says(ELSEWHERE, stack=in_region("us-gov-west-1"))
def gov_cloud_with_the_wrong_partition_of_its_own_region() -> None:
    pair(kms_key_arn=arn("us-gov-west-1"))


@says_nothing(stack=in_region("cn-north-1"))
def china() -> None:
    pair(kms_key_arn=arn("cn-north-1", partition="aws-cn"))


@says(ELSEWHERE, stack=in_region("cn-north-1"))
def china_with_a_key_of_its_other_region() -> None:
    pair(kms_key_arn=arn("cn-northwest-1", partition="aws-cn"))


@says(update=(ELSEWHERE,))
def key_of_another_region_that_is_known_later() -> None:
    pair(kms_key_arn=later(arn("eu-west-1")))


@says(update=(ELSEWHERE,))
def region_of_the_configuration_that_is_known_later() -> None:
    region = later("eu-west-1")
    made = config(kms_key_arn=arn(), region=region)
    endpoint(made.name, region=region)


@says(update=(ELSEWHERE,))
def region_of_the_provider_that_is_known_later() -> None:
    pair(kms_key_arn=arn(), opts=provider(later("eu-west-1")))


@says_nothing(world=World(stacks={SHARED: {"keyArn": arn()}}))
def key_of_another_stack() -> None:
    pair(kms_key_arn=pulumi.StackReference(SHARED).require_output("keyArn"))


@says(ELSEWHERE, world=World(stacks={SHARED: {"keyArn": arn("eu-west-1")}}))
def key_of_another_stack_in_another_region() -> None:
    pair(kms_key_arn=pulumi.StackReference(SHARED).require_output("keyArn"))


@says(ELSEWHERE)
def looked_up_key_of_another_region() -> None:
    looked_up = aws.kms.get_key(key_id="alias/serving", region="eu-west-1")
    pair(kms_key_arn=looked_up.arn)


@says(ELSEWHERE)
def existing_key_of_another_region() -> None:
    pair(kms_key_arn=aws.kms.Key.get("key", KEY_ID, opts=provider("eu-west-1")).arn)


@says_nothing()
def key_and_configuration_of_one_provider() -> None:
    opts = provider("us-west-2")
    pair(kms_key_arn=key(opts=opts).arn, opts=opts)


@says_nothing()
def key_and_configuration_of_two_providers_of_one_region() -> None:
    pair(kms_key_arn=key(opts=provider("us-west-2", "one")).arn, opts=provider("us-west-2", "other"))


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def key_of_another_provider() -> None:
    pair(kms_key_arn=key(opts=provider("us-west-2")).arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,), world=World(versions=AWS_6))
def key_of_another_provider_with_aws_6() -> None:
    pair(kms_key_arn=key(opts=provider("us-west-2")).arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def key_of_another_region() -> None:
    pair(kms_key_arn=key(region="eu-west-1").arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def secret_key_of_another_provider() -> None:
    pair(kms_key_arn=pulumi.Output.secret(key(opts=provider("us-west-2")).arn))


@says_nothing()
def key_and_configuration_of_a_provider_that_is_known_later() -> None:
    opts = provider(later("eu-west-1"))
    pair(kms_key_arn=key(opts=opts).arn, opts=opts)


@says(update=(ELSEWHERE,))
def configuration_of_a_provider_that_is_known_later() -> None:
    pair(kms_key_arn=key().arn, opts=provider(later("eu-west-1")))


@says_nothing(stack=in_region(""))
def key_and_configuration_where_nobody_knows_the_region() -> None:
    pair(kms_key_arn=key().arn)


@says_nothing()
def alias_of_a_key() -> None:
    alias = aws.kms.Alias("alias", name="alias/serving", target_key_id=key().key_id)
    pair(kms_key_arn=alias.arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def alias_of_a_key_of_another_region() -> None:
    opts = provider("us-west-2")
    alias = aws.kms.Alias("alias", name="alias/serving", target_key_id=key(opts=opts).key_id, opts=opts)
    pair(kms_key_arn=alias.arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def alias_of_an_alias_target_of_another_region() -> None:
    opts = provider("us-west-2")
    alias = aws.kms.Alias("alias", name="alias/serving", target_key_id=key(opts=opts).key_id, opts=opts)
    pair(kms_key_arn=alias.target_key_arn)


@says_nothing()
def replica_of_a_key_of_another_region() -> None:
    primary = key(multi_region=True, opts=provider("us-west-2"))
    pair(kms_key_arn=aws.kms.ReplicaKey("replica", primary_key_arn=primary.arn, policy=KEY_POLICY).arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def replica_in_another_region() -> None:
    primary = key(multi_region=True)
    opts = provider("us-west-2")
    replica = aws.kms.ReplicaKey("replica", primary_key_arn=primary.arn, policy=KEY_POLICY, opts=opts)
    pair(kms_key_arn=replica.arn)


@says_nothing()
def external_key() -> None:
    pair(kms_key_arn=aws.kms.ExternalKey("key", policy=KEY_POLICY).arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def external_key_of_another_region() -> None:
    pair(kms_key_arn=aws.kms.ExternalKey("key", policy=KEY_POLICY, opts=provider("us-west-2")).arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def replica_of_an_external_key_in_another_region() -> None:
    primary = aws.kms.ExternalKey("key", multi_region=True, policy=KEY_POLICY)
    replica = aws.kms.ReplicaExternalKey(
        "replica", primary_key_arn=primary.arn, policy=KEY_POLICY, opts=provider("us-west-2")
    )
    pair(kms_key_arn=replica.arn)


@says_nothing()
def one_of_two_keys() -> None:
    pair(kms_key_arn=pulumi.Output.all(key("blue").arn, key("green").arn).apply(lambda arns: str(arns[0])))


@says(preview=(MADE_ELSEWHERE,))
def one_of_two_keys_of_which_the_other_is_elsewhere() -> None:
    there = key("there", opts=provider("us-west-2"))
    pair(kms_key_arn=pulumi.Output.all(key().arn, there.arn).apply(lambda arns: str(arns[0])))


@says_nothing()
def what_else_is_computed_from_a_key_elsewhere_says_nothing() -> None:
    there = key("there", opts=provider("us-west-2"))
    pair(kms_key_arn=key().arn, tags={"replicated-to": there.key_id}, opts=pulumi.ResourceOptions(depends_on=[there]))


@says_nothing()
def looked_up_by_the_id_of_a_key_of_the_stack() -> None:
    pair(kms_key_arn=aws.kms.get_key_output(key_id=key().key_id).arn)


# A preview says nothing: of a look-up that must wait, the Python SDK does not say what it waits for.
@says(update=(ELSEWHERE,))
def looked_up_by_the_id_of_a_key_elsewhere() -> None:
    opts = provider("us-west-2")
    found = aws.kms.get_key_output(
        key_id=key(opts=opts).key_id, opts=pulumi.InvokeOutputOptions(provider=opts.provider)
    )
    pair(kms_key_arn=found.arn)


class Vault(pulumi.ComponentResource):
    """A key as another team gives it."""

    def __init__(self, name: str, region: str) -> None:
        super().__init__("acme:security:Vault", name)
        self.arn = key(f"{name}-key", region=region, opts=pulumi.ResourceOptions(parent=self)).arn
        self.register_outputs({"arn": self.arn})


@says_nothing()
def key_of_a_component() -> None:
    pair(kms_key_arn=Vault("vault", "us-east-1").arn)


@says(preview=(MADE_ELSEWHERE,), update=(ELSEWHERE,))
def key_of_a_component_in_another_region() -> None:
    pair(kms_key_arn=Vault("vault", "eu-west-1").arn)
