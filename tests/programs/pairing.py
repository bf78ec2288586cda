"""Of `replacement-safe`, `endpoint-follows-replacement`, `endpoint-configuration-in-stack`, `paired-with-endpoint`."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from policy_pack.testing.monitor import World
from tests.programs.blocks import arn, config, endpoint, key, later, pair, provider, says, says_nothing

FIXED_NAME = "advisory replacement-safe config"
DOES_NOT_FOLLOW = "mandatory endpoint-follows-replacement endpoint"
NOT_HERE = "advisory endpoint-configuration-in-stack endpoint"
UNUSED = "advisory paired-with-endpoint config"
REGIONS = ("us-east-1", "eu-west-1")
MODELS = "organization/models/prod"


@says(FIXED_NAME)
def name_by_hand() -> None:
    pair(kms_key_arn=arn(), name="serving")


@says(FIXED_NAME)
def name_by_hand_that_looks_like_the_logical_one() -> None:
    pair(kms_key_arn=arn(), name="config-v2")


@says_nothing()
def name_with_a_prefix() -> None:
    pair(kms_key_arn=key().arn, name_prefix="serving-")


@says_nothing()
def name_with_a_prefix_that_is_known_later() -> None:
    pair(kms_key_arn=arn(), name_prefix=later("serving-"))


@says(update=(FIXED_NAME,))
def name_that_is_known_later() -> None:
    pair(kms_key_arn=arn(), name=later("serving"))


@says(FIXED_NAME)
def name_from_the_stacks_settings() -> None:
    pair(kms_key_arn=arn(), name=f"serving-{pulumi.get_stack()}")


@says_nothing()
def name_of_the_endpoint_by_hand() -> None:
    endpoint(config(kms_key_arn=arn()).name, name="serving")


@says_nothing()
def by_the_configurations_id() -> None:
    endpoint(config(kms_key_arn=arn()).id)


@says_nothing()
def by_a_name_computed_from_the_configurations() -> None:
    endpoint(pulumi.Output.format("{0}", config(kms_key_arn=arn()).name))


@says_nothing()
def by_a_secret_name() -> None:
    endpoint(pulumi.Output.secret(config(kms_key_arn=arn()).name))


@says_nothing()
def several_endpoints_of_one_configuration() -> None:
    made = config(kms_key_arn=arn())
    endpoint(made.name)
    endpoint(made.name, "canary")


@says_nothing()
def one_of_two_configurations() -> None:
    blue, green = config("blue", kms_key_arn=arn()), config("green", kms_key_arn=arn())
    endpoint(pulumi.Output.all(blue.name, green.name).apply(lambda names: str(names[0])))


@says_nothing()
def of_a_provider_that_is_known_later() -> None:
    pair(kms_key_arn=arn("eu-west-1"), opts=provider(later("eu-west-1")))


@says(FIXED_NAME, DOES_NOT_FOLLOW)
def by_a_string() -> None:
    config(kms_key_arn=arn(), name="serving")
    endpoint("serving")


@says(FIXED_NAME, DOES_NOT_FOLLOW)
def by_a_string_that_waits_for_the_configuration() -> None:
    made = config(kms_key_arn=arn(), name="serving")
    endpoint("serving", opts=pulumi.ResourceOptions(depends_on=[made]))


@says(DOES_NOT_FOLLOW)
def by_a_string_that_repeats_a_generated_name() -> None:
    config(kms_key_arn=arn())
    endpoint("config-1a2b3c4")


@says(FIXED_NAME, DOES_NOT_FOLLOW)
def by_a_secret_string() -> None:
    config(kms_key_arn=arn(), name="serving")
    endpoint(pulumi.Output.secret("serving"))


@says(FIXED_NAME, preview=(NOT_HERE,), update=(DOES_NOT_FOLLOW,))
def by_a_string_that_is_known_later() -> None:
    config(kms_key_arn=arn(), name="serving")
    endpoint(later("serving"))


# Of a provider that is not configured yet, a preview sends stack policies nothing.
@says(FIXED_NAME, update=(DOES_NOT_FOLLOW,))
def by_a_string_with_a_provider_that_is_known_later() -> None:
    opts = provider(later("eu-west-1"))
    config(kms_key_arn=arn("eu-west-1"), name="serving", opts=opts)
    endpoint("serving", opts=opts)


@says("mandatory endpoint-follows-replacement one-endpoint", "advisory replacement-safe one-config")
def by_a_string_in_a_component() -> None:
    parent = pulumi.ComponentResource("acme:ml:Serving", "one")
    inner = pulumi.ResourceOptions(parent=parent)
    config("one-config", kms_key_arn=arn(), name="serving", opts=inner)
    endpoint("serving", "one-endpoint", opts=inner)


@says(NOT_HERE, UNUSED, FIXED_NAME)
def by_the_name_of_a_configuration_of_another_region() -> None:
    config(kms_key_arn=arn(), name="serving")
    endpoint("serving", region="eu-west-1")


@says(DOES_NOT_FOLLOW)
def by_the_output_of_a_configuration_of_another_region() -> None:
    endpoint(config(kms_key_arn=arn()).name, region="eu-west-1")


@says(DOES_NOT_FOLLOW)
def by_the_output_of_a_configuration_of_another_provider() -> None:
    endpoint(config(kms_key_arn=arn("eu-west-1"), opts=provider("eu-west-1")).name)


@says(DOES_NOT_FOLLOW)
def by_the_output_of_a_configuration_of_another_region_with_a_name_that_is_known_later() -> None:
    endpoint(config(kms_key_arn=arn(), name_prefix="serving-").name, region="eu-west-1")


@says(
    "mandatory endpoint-follows-replacement eu-endpoint",
    "advisory replacement-safe us-config",
    "advisory replacement-safe eu-config",
)
def by_the_output_of_a_namesake_of_another_region() -> None:
    us, eu = (config(f"{it[:2]}-config", kms_key_arn=arn(it), name="serving", region=it) for it in REGIONS)
    endpoint(us.name, "us-endpoint")
    endpoint(us.name, "eu-endpoint", region=eu.region)


@says_nothing()
def by_the_output_of_a_configuration_of_each_region() -> None:
    for region in REGIONS:
        made = config(f"{region}-config", kms_key_arn=arn(region), region=region)
        endpoint(made.name, f"{region}-endpoint", opts=provider(region, region))


@says_nothing()
def by_the_output_of_the_configuration_of_one_of_several_regions() -> None:
    made = [config(f"{region}-config", kms_key_arn=arn(region), region=region) for region in REGIONS]
    names = pulumi.Output.all(*(each.name for each in made))
    endpoint(names.apply(lambda them: str(them[0])), "us-endpoint")
    endpoint(names.apply(lambda them: str(them[1])), "eu-endpoint", region=REGIONS[1])


@says_nothing()
def by_the_output_of_a_configuration_of_a_region_that_is_not_known() -> None:
    opts = pulumi.ResourceOptions(provider=aws.Provider("elsewhere", profile="models"))
    endpoint(config(kms_key_arn=arn()).name, opts=opts)


@says(NOT_HERE)
def by_a_name_that_nothing_here_has() -> None:
    endpoint("serving")


@says(NOT_HERE, world=World(stacks={MODELS: {"configuration": "serving"}}))
def configuration_of_another_stack() -> None:
    endpoint(pulumi.StackReference(MODELS).require_output("configuration"))


@says(NOT_HERE)
def existing_configuration() -> None:
    endpoint(aws.sagemaker.EndpointConfiguration.get("existing", "serving").name)


@says(NOT_HERE)
def name_of_the_configuration_that_is_known_later() -> None:
    endpoint(later("serving"))


@says_nothing(settings={"endpoint-configuration-in-stack": {"externalConfigurations": ["serv*"]}})
def configuration_that_is_managed_elsewhere_on_purpose() -> None:
    endpoint("serving")


@says(UNUSED)
def configuration_without_endpoint() -> None:
    config(kms_key_arn=key().arn)


@says("mandatory encryption-at-rest-enabled config", UNUSED)
def configuration_without_endpoint_or_key() -> None:
    config()


@says("advisory paired-with-endpoint spare")
def one_configuration_too_many() -> None:
    pair(kms_key_arn=arn())
    config("spare", kms_key_arn=arn())


@says_nothing()
def nothing_of_sagemaker() -> None:
    made = key()
    aws.kms.Alias("alias", name="alias/other", target_key_id=made.key_id)
    aws.ssm.Parameter("parameter", type="SecureString", value=pulumi.Output.secret("x"), key_id=made.arn)


@says_nothing()
def nothing_at_all() -> None:
    pass
