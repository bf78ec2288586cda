"""Of `encryption-at-rest-enabled` and `customer-managed-key`: whether there is a key, and what it may be."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from policy_pack.testing.monitor import AWS_6, World
from policy_pack.testing.stand_in import KEY_ID
from tests.harness.engine import Stack
from tests.programs.blocks import (
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
    untyped_pair,
)

NO_KEY = "mandatory encryption-at-rest-enabled config"
NOT_OURS = "mandatory customer-managed-key config"


@says_nothing()
def key_of_the_stack() -> None:
    pair(kms_key_arn=key().arn)


@says_nothing()
def literal_key() -> None:
    pair(kms_key_arn=arn())


@says_nothing()
def multi_region_key() -> None:
    pair(kms_key_arn=arn(what="key/mrk-" + "0" * 32))


@says_nothing()
def customer_alias() -> None:
    pair(kms_key_arn=arn(what="alias/ml/serving_2-blue"))


@says(NO_KEY)
def no_key() -> None:
    pair()


@says(NO_KEY)
def none_for_a_key() -> None:
    pair(kms_key_arn=pulumi.Config().get("kmsKeyArn"))


@says(NO_KEY)
def empty_key() -> None:
    pair(kms_key_arn="")


@says(NO_KEY)
def blank_key() -> None:
    pair(kms_key_arn=" \t\n")


@says(NO_KEY)
def secret_blank_key() -> None:
    pair(kms_key_arn=pulumi.Output.secret(" "))


@says(NO_KEY, world=World(versions=AWS_6))
def no_key_of_aws_6() -> None:
    pair()


@says(NO_KEY)
def no_key_and_a_provider_that_is_not_known_yet() -> None:
    pair(opts=provider(later("eu-west-1")))


@says(NO_KEY, stack=Stack({"aws:region": "us-east-1"}, organization="acme", project="ranking", name="prod"))
def no_key_in_another_stack() -> None:
    pair()


@says(NO_KEY)
def no_key_on_a_renamed_configuration() -> None:
    pair(opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="before")], protect=True))


@says(NO_KEY)
def no_key_though_captured_data_has_one() -> None:
    made = key()
    capture = {
        "destination_s3_uri": "s3://captured",
        "initial_sampling_percentage": 100,
        "capture_options": [{"capture_mode": "Input"}],
        "kms_key_id": made.arn,
    }
    pair(data_capture_config=capture, opts=pulumi.ResourceOptions(depends_on=[made]))


@says("mandatory encryption-at-rest-enabled blue")
def one_of_two_without_key() -> None:
    endpoint(config("green", kms_key_arn=arn()).name, "green-endpoint")
    endpoint(config("blue").name, "blue-endpoint")


class Serving(pulumi.ComponentResource):
    """What a platform team gives to others: an endpoint with its configuration."""

    def __init__(self, name: str, kms_key_arn: Any = None) -> None:
        super().__init__("acme:ml:Serving", name)
        inner = pulumi.ResourceOptions(parent=self)
        made = config(f"{name}-config", opts=inner, kms_key_arn=kms_key_arn)
        endpoint(made.name, f"{name}-endpoint", opts=inner)
        self.register_outputs({"configuration": made.name})


@says("mandatory encryption-at-rest-enabled two-config")
def components() -> None:
    Serving("one", key().arn)
    Serving("two")


@says(NOT_OURS)
def aws_managed_alias() -> None:
    pair(kms_key_arn=arn(what="alias/aws/sagemaker"))


@says(NOT_OURS)
def aws_managed_alias_by_name() -> None:
    pair(kms_key_arn="alias/aws/ebs")


@says(NOT_OURS)
def aws_managed_alias_as_a_secret() -> None:
    pair(kms_key_arn=pulumi.Output.secret(arn(what="alias/aws/sagemaker")))


@says(NOT_OURS)
def aws_managed_alias_of_another_region_is_said_once() -> None:
    pair(kms_key_arn=arn("eu-west-1", "alias/aws/sagemaker"))


@says(NOT_OURS, stack=in_region("us-gov-west-1"))
def aws_managed_alias_in_gov_cloud() -> None:
    pair(kms_key_arn=arn("us-gov-west-1", "alias/aws/sagemaker", "aws-us-gov"))


@says(update=(NOT_OURS,))
def aws_managed_alias_that_is_known_later() -> None:
    pair(kms_key_arn=later(arn(what="alias/aws/sagemaker")))


@says(NOT_OURS)
def bare_key_id_where_the_provider_takes_arns() -> None:
    pair(kms_key_arn=KEY_ID)


@says(NOT_OURS)
def alias_name_where_the_provider_takes_arns() -> None:
    pair(kms_key_arn="alias/serving")


@says(NOT_OURS)
def arn_of_something_else() -> None:
    pair(kms_key_arn="arn:aws:iam::111122223333:role/serving")


@says(NOT_OURS)
def arn_of_no_account() -> None:
    pair(kms_key_arn=f"arn:aws:kms:us-east-1::key/{KEY_ID}")


@says(NOT_OURS)
def arn_of_no_partition() -> None:
    pair(kms_key_arn=arn(partition="aws-mars"))


@says(NOT_OURS)
def arn_of_a_truncated_key_id() -> None:
    pair(kms_key_arn=arn(what=f"key/{KEY_ID[:-1]}"))


@says(NOT_OURS)
def arn_with_a_newline() -> None:
    pair(kms_key_arn=arn() + "\n")


@says(NOT_OURS)
def malformed_arn_of_another_region_is_said_once() -> None:
    pair(kms_key_arn=arn("eu-west-1", "key/serving"))


@says(NOT_OURS)
def a_number_for_a_key() -> None:
    untyped_pair(12345)


@says(NOT_OURS)
def a_boolean_for_a_key() -> None:
    untyped_pair(True)


@says(NOT_OURS)
def a_list_for_a_key() -> None:
    untyped_pair([arn()])


@says(NOT_OURS)
def an_empty_list_for_a_key() -> None:
    untyped_pair([])


@says(NOT_OURS)
def an_object_for_a_key() -> None:
    untyped_pair({"arn": arn()})


@says(NOT_OURS)
def a_secret_object_for_a_key() -> None:
    untyped_pair(pulumi.Output.secret({"arn": arn()}))


@says(NOT_OURS)
def an_asset_for_a_key() -> None:
    untyped_pair(pulumi.StringAsset(arn()))


@says(NOT_OURS)
def a_list_with_an_unknown_for_a_key() -> None:
    untyped_pair([later(arn())])


@says(update=(NOT_OURS,))
def the_key_itself_instead_of_its_arn() -> None:
    pair(kms_key_arn=key())


@says(update=(NOT_OURS,))
def the_keys_id_instead_of_its_arn() -> None:
    pair(kms_key_arn=key().key_id)


@says_nothing()
def a_key_that_is_looked_up() -> None:
    pair(kms_key_arn=aws.kms.get_key(key_id="alias/serving").arn)


@says(NOT_OURS, settings={"customer-managed-key": {"allowedAccounts": ["444455556666"]}})
def key_of_an_account_that_is_not_allowed() -> None:
    pair(kms_key_arn=arn())


@says_nothing(settings={"encryption-at-rest-enabled": "disabled"})
def no_key_where_the_policy_is_disabled() -> None:
    pair()


@says("advisory encryption-at-rest-enabled config", settings={"encryption-at-rest-enabled": "advisory"})
def no_key_where_the_policy_only_advises() -> None:
    pair()
