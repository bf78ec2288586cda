"""Endpoints whose encryption is missing, cannot work or does not reach them, one mistake each."""

import json

import pulumi
import pulumi_aws as aws

account = aws.get_caller_identity().account_id

key_policy = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Administration",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "Serving",
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"],
                "Resource": "*",
            },
        ],
    }
)
key = aws.kms.Key("serving", enable_key_rotation=True, policy=key_policy)

variants = [
    {"variant_name": "main", "model_name": "ranking", "instance_type": "ml.m5.large", "initial_instance_count": 1}
]

# No key: the volumes are encrypted with one that AWS owns.
no_key = aws.sagemaker.EndpointConfiguration("no-key", production_variants=variants)
aws.sagemaker.Endpoint("no-key", endpoint_config_name=no_key.name)

# A key of another region, which SageMaker cannot use.
ireland = aws.Provider("ireland", region="eu-west-1")
far = aws.kms.Key("far", enable_key_rotation=True, policy=key_policy, opts=pulumi.ResourceOptions(provider=ireland))
far_key = aws.sagemaker.EndpointConfiguration("far-key", kms_key_arn=far.arn, production_variants=variants)
aws.sagemaker.Endpoint("far-key", endpoint_config_name=far_key.name)

# A key that AWS manages: nobody here can restrict or revoke its use.
aws_managed_key = aws.sagemaker.EndpointConfiguration(
    "aws-managed-key",
    kms_key_arn=f"arn:aws:kms:us-east-1:{account}:alias/aws/sagemaker",
    production_variants=variants,
)
aws.sagemaker.Endpoint("aws-managed-key", endpoint_config_name=aws_managed_key.name)

# Named by hand, and so by the endpoint: a changed key never reaches it.
aws.sagemaker.EndpointConfiguration("by-hand", name="ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("by-hand", endpoint_config_name="ranking")

# Instances with local storage, which the key does not encrypt.
local_storage = aws.sagemaker.EndpointConfiguration(
    "local-storage",
    kms_key_arn=key.arn,
    production_variants=[{**variants[0], "instance_type": "ml.g5.xlarge"}],
)
aws.sagemaker.Endpoint("local-storage", endpoint_config_name=local_storage.name)
