"""Parts of programs in Terraform's language: a key, an endpoint configuration, an Endpoint, and modules of them."""

from __future__ import annotations

IRELAND = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
VARIANT = """
  production_variants {
    model_name             = "m"
    instance_type          = "ml.m5.large"
    initial_instance_count = 1
  }
"""
CREATED_FIRST = """
  lifecycle {
    create_before_destroy = true
  }
"""
POLICY = """jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Effect    = "Allow"
        Principal = { Service = "sagemaker.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"]
        Resource  = "*"
      },
    ]
  })"""


def key(name: str = "serving", more: str = "") -> str:
    """A key that rotates and lets SageMaker use it."""
    return f"""
resource "aws_kms_key" "{name}" {{
  description         = "{name}"
  enable_key_rotation = true
  policy              = {POLICY}
{more}}}
"""


def configuration(kms_key_arn: str, more: str = CREATED_FIRST, name: str = "serving", variant: str = VARIANT) -> str:
    """An endpoint configuration; a value of ``null`` is none."""
    return f"""
resource "aws_sagemaker_endpoint_configuration" "{name}" {{
  kms_key_arn = {kms_key_arn}
{variant}{more}}}
"""


def endpoint(endpoint_config_name: str = "aws_sagemaker_endpoint_configuration.serving.name", more: str = "") -> str:
    return f"""
resource "aws_sagemaker_endpoint" "serving" {{
  endpoint_config_name = {endpoint_config_name}
{more}}}
"""


_MODULE = """
variable "region" {
  type = string
}
variable "key_region" {
  type = string
}
module "key" {
  source = "../key"
  region = var.key_region
}
resource "aws_sagemaker_endpoint_configuration" "this" {
  region      = var.region
  kms_key_arn = module.key.arn
  production_variants {
    model_name             = "m"
    instance_type          = "ml.m5.large"
    initial_instance_count = 1
  }
  lifecycle {
    create_before_destroy = true
  }
}
resource "aws_sagemaker_endpoint" "this" {
  region               = var.region
  endpoint_config_name = aws_sagemaker_endpoint_configuration.this.name
}
"""
_KEY_MODULE = f"""
variable "region" {{
  type = string
}}
resource "aws_kms_key" "this" {{
  region              = var.region
  description         = "of a module"
  enable_key_rotation = true
  policy              = {POLICY}
}}
output "arn" {{
  value = aws_kms_key.this.arn
}}
"""
MODULES = {"serving": _MODULE, "key": _KEY_MODULE}
