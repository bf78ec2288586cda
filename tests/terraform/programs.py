"""Programs in Terraform's language, and what is asked of the CLI about each; what it prints of the last is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.terraform.blocks import CREATED_FIRST, IRELAND, MODULES, VARIANT, configuration, endpoint, key

PLAN, APPLY = "plan", "apply"


@dataclass(frozen=True)
class Played:
    """Programs that are applied one after the other, and the last that is planned or applied, with its options."""

    program: str
    before: tuple[str, ...] = ()
    command: str = PLAN
    options: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)


ENCRYPTED = key() + configuration("aws_kms_key.serving.arn") + endpoint()
_FIXED = '  name = "serving"\n'
_IGNORING = "\n  lifecycle {\n    ignore_changes = [endpoint_config_name]\n  }\n"
_NAMED = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
_ROLE = """
resource "aws_iam_role" "serving" {
  name               = "serving"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_iam_role_policy" "serving" {
  role = aws_iam_role.serving.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:*", Resource = "*" }]
  })
}
resource "aws_sagemaker_model" "serving" {
  execution_role_arn = aws_iam_role.serving.arn
  primary_container {
    image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/serving:1"
  }
}
"""
_OF_THE_MODEL = VARIANT.replace('"m"', "aws_sagemaker_model.serving.name")
_IN_REGIONS = """
module "serving" {
  source   = "./serving"
  for_each = { "eu-west-1" = "eu-west-1", "us-east-1" = "eu-west-1" }

  region     = each.key
  key_region = each.value
}
"""
_TWO_PROVIDERS = """
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "virginia"
  region = var.second
}
variable "second" {
  default = "us-east-1"
}
"""
_DYNAMIC = """
  dynamic "production_variants" {
    for_each = ["ml.m5.large", "ml.g5.xlarge"]
    content {
      model_name             = "m"
      instance_type          = production_variants.value
      initial_instance_count = 1
    }
  }
"""
_SENSITIVE = """
variable "key" {
  type      = string
  sensitive = true
}
"""
_ALIAS = """
data "aws_kms_alias" "serving" {
  name = "alias/serving"
}
"""
_ALIASED = """
resource "aws_kms_alias" "serving" {
  name          = "alias/serving"
  target_key_id = aws_kms_key.serving.key_id
}
resource "aws_kms_key_policy" "serving" {
  key_id = aws_kms_key.serving.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "kms:*", Resource = "*" }]
  })
}
"""
_PLAIN_KEY = 'resource "aws_kms_key" "serving" {\n  is_enabled = false\n}\n'
_NEXT_DISABLED = key("next", "  is_enabled = false\n")
_IGNORING_THE_KEY = "\n  lifecycle {\n    ignore_changes = [kms_key_arn]\n  }\n"
_MADE_HERE = "aws_kms_key.serving.arn"
_BY_ALIAS = "aws_kms_alias.serving.target_key_arn"
_CONDITION = f"var.encrypt ? {_MADE_HERE} : null"
_LOCAL = "locals {\n  key = aws_kms_key.serving.arn\n}\n"
_SWITCH = 'variable "encrypt" {\n  default = false\n}\n'
_IN_VIRGINIA = "  provider = aws.virginia\n"
_ENCRYPTED = IRELAND + ENCRYPTED
_UNENCRYPTED = IRELAND + key() + configuration("null") + endpoint()
_ENDPOINT_IGNORES = (
    IRELAND + key() + configuration(_MADE_HERE) + endpoint(more=_IGNORING),
    IRELAND + key() + configuration("null") + endpoint(more=_IGNORING),
)
_OF_CLOUD_CONTROL = """
provider "awscc" {
  region = "us-east-1"
}
resource "awscc_kms_key" "serving" {
  enable_key_rotation = true
}
resource "awscc_sagemaker_endpoint_config" "serving" {
  endpoint_config_name = "serving"
  kms_key_id           = awscc_kms_key.serving.arn
  production_variants = [
    { variant_name = "all", instance_type = "ml.m5.large", initial_instance_count = 1 },
  ]
}
resource "awscc_sagemaker_endpoint" "serving" {
  endpoint_config_name = awscc_sagemaker_endpoint_config.serving.endpoint_config_name
}
resource "awscc_sagemaker_endpoint_config" "far" {
  kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
  production_variants = [
    { variant_name = "all", instance_type = "ml.g5.xlarge", initial_instance_count = 1 },
  ]
}
resource "awscc_sagemaker_endpoint" "far" {
  endpoint_config_name = awscc_sagemaker_endpoint_config.far.endpoint_config_name
}
"""
_EXPERIMENT = """
provider "awscc" {
  region = "us-east-1"
}
resource "awscc_kms_key" "serving" {
  enabled             = false
  enable_key_rotation = true
}
resource "awscc_sagemaker_inference_experiment" "none" {
  name                = "none"
  endpoint_name       = "serving"
  type                = "ShadowMode"
  role_arn            = "arn:aws:iam::111122223333:role/serving"
  data_storage_config = { destination = "s3://bucket/", kms_key = null }
  model_variants = [{
    model_name            = "m"
    variant_name          = "all"
    infrastructure_config = { real_time_inference_config = { instance_count = 1, instance_type = "ml.m5.large" } }
  }]
}
resource "awscc_sagemaker_inference_experiment" "disabled" {
  name          = "disabled"
  endpoint_name = "serving"
  type          = "ShadowMode"
  role_arn      = "arn:aws:iam::111122223333:role/serving"
  kms_key       = awscc_kms_key.serving.key_id
  model_variants = [{
    model_name            = "m"
    variant_name          = "all"
    infrastructure_config = { real_time_inference_config = { instance_count = 1, instance_type = "ml.m5.large" } }
  }]
}
"""
_FORGOTTEN = "".join(
    f"removed {{\n  from = {each}.serving\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"
    for each in ("aws_sagemaker_endpoint", "aws_sagemaker_endpoint_configuration")
)
_TO = "aws_sagemaker_endpoint_configuration.next"
_MOVED = (
    configuration(_MADE_HERE, name="next")
    + endpoint(f"{_TO}.name")
    + f"moved {{\n  from = aws_sagemaker_endpoint_configuration.serving\n  to   = {_TO}\n}}\n"
)
_LIVE = 'variable "live" {\n  default = "green"\n}\n'
_BLUE, _GREEN = configuration(_MADE_HERE, name="blue"), configuration("null", name="green")
_EITHER = 'var.live == "blue" ? {0}.blue.name : {0}.green.name'.format("aws_sagemaker_endpoint_configuration")
_COALESCED = f'coalesce("{_NAMED.replace("eu-west", "us-west")}", {_MADE_HERE})'


def _provisioned(command: str) -> str:
    return f"""
resource "terraform_data" "deploy" {{
  provisioner "local-exec" {{
    command = "{command}"
  }}
}}
"""


PLAYED: Mapping[str, Played] = {
    "cloud_control": Played(_OF_CLOUD_CONTROL),
    "state_of_cloud_control": Played(_OF_CLOUD_CONTROL, command=APPLY),
    "unchanged_cloud_control": Played(_OF_CLOUD_CONTROL, before=(_OF_CLOUD_CONTROL,)),
    "removed": Played(IRELAND + key() + _FORGOTTEN, before=(_ENCRYPTED,)),
    "moved": Played(IRELAND + key() + _MOVED, before=(_ENCRYPTED,)),
    "one_of_two": Played(IRELAND + _LIVE + key() + _BLUE + _GREEN + endpoint(_EITHER), command=APPLY),
    "given_in_place_of_a_key": Played(IRELAND + key() + configuration(_COALESCED) + endpoint()),
    "provisioner": Played(_provisioned("aws sagemaker create-endpoint-config --endpoint-config-name x")),
    "provisioner_of_something_else": Played(_provisioned("aws sagemaker list-endpoint-configs")),
    "experiments": Played(_EXPERIMENT),
    "state_of_experiments": Played(_EXPERIMENT, command=APPLY),
    "computed_key": Played(IRELAND + _ROLE + key() + configuration(_MADE_HERE, variant=_OF_THE_MODEL) + endpoint()),
    "missing_key": Played(IRELAND + configuration("null") + endpoint()),
    "replacement": Played(
        IRELAND + configuration("null", _FIXED) + endpoint(),
        before=(IRELAND + key() + configuration(_MADE_HERE, _FIXED) + endpoint(),),
    ),
    "replacement_that_creates_first": Played(
        IRELAND + key() + key("next") + configuration("aws_kms_key.next.arn") + endpoint(),
        before=(_ENCRYPTED,),
    ),
    "replacement_that_deletes_first": Played(
        IRELAND + key() + key("next") + configuration("aws_kms_key.next.arn", "") + endpoint(),
        before=(IRELAND + key() + configuration(_MADE_HERE, "") + endpoint(),),
    ),
    "ignored_changes": Played(_ENDPOINT_IGNORES[0], before=_ENDPOINT_IGNORES[1:]),
    "state_of_ignored_changes": Played(_ENDPOINT_IGNORES[0], before=_ENDPOINT_IGNORES[1:], command=APPLY),
    "ignored_key": Played(
        IRELAND + key() + _NEXT_DISABLED + configuration("aws_kms_key.next.arn", _IGNORING_THE_KEY) + endpoint(),
        before=(_ENCRYPTED,),
    ),
    "state": Played(IRELAND + _PLAIN_KEY + _ALIASED + configuration(_BY_ALIAS) + endpoint(), command=APPLY),
    "modules": Played(_IN_REGIONS, modules=MODULES),
    "state_of_modules": Played(_IN_REGIONS, modules=MODULES, command=APPLY),
    "providers": Played(
        _TWO_PROVIDERS + key() + configuration(_MADE_HERE, _IN_VIRGINIA + CREATED_FIRST) + endpoint(more=_IN_VIRGINIA)
    ),
    "dynamic_blocks": Played(
        IRELAND
        + key("serving", "  count = 2\n")
        + configuration("aws_kms_key.serving[1].arn", variant=_DYNAMIC)
        + endpoint()
    ),
    "sensitive_variable": Played(
        IRELAND + _SENSITIVE + configuration("var.key") + endpoint(),
        options=(f"-var=key={_NAMED.replace('eu-west', 'us-west')}",),
    ),
    "data_source": Played(IRELAND + _ALIAS + configuration("data.aws_kms_alias.serving.target_key_arn") + endpoint()),
    "local_value": Played(IRELAND + _LOCAL + _PLAIN_KEY + configuration("local.key") + endpoint()),
    "condition": Played(IRELAND + _SWITCH + key() + configuration(_CONDITION) + endpoint()),
    "targeted": Played(_ENCRYPTED, options=("-target=aws_sagemaker_endpoint_configuration.serving",)),
    "targeted_elsewhere": Played(
        _UNENCRYPTED + key("other"), before=(_UNENCRYPTED,), options=("-target=aws_kms_key.other",)
    ),
    "destroyed": Played(_ENCRYPTED, before=(_ENCRYPTED,), options=("-destroy",)),
    "refreshed": Played(_ENCRYPTED, before=(_ENCRYPTED,), options=("-refresh-only",)),
    "unchanged": Played(_ENCRYPTED, before=(_ENCRYPTED,)),
    "name_by_hand": Played(IRELAND + key() + configuration(_MADE_HERE, _FIXED) + endpoint('"serving"')),
}
