"""A SageMaker endpoint that is encrypted with a key of one's own, and that follows when the key changes."""

import json

import pulumi
import pulumi_aws as aws

account = aws.get_caller_identity().account_id

role = aws.iam.Role(
    "serving",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sagemaker.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)

# The key rotates. Its account administers it; SageMaker uses it as the models' role, and nobody else may.
key = aws.kms.Key(
    "serving",
    description="What SageMaker endpoints store",
    enable_key_rotation=True,
    policy=pulumi.Output.json_dumps(
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
                    "Principal": {"AWS": role.arn},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"],
                    "Resource": "*",
                },
            ],
        }
    ),
)

model = aws.sagemaker.Model(
    "ranking",
    execution_role_arn=role.arn,
    primary_container={"image": f"{account}.dkr.ecr.us-east-1.amazonaws.com/ranking:1"},
)

# No name: a replacement gets a new one, and the endpoint sees it.
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn=key.arn,
    production_variants=[
        {
            "variant_name": "main",
            "model_name": model.name,
            "instance_type": "ml.m5.large",
            "initial_instance_count": 2,
        }
    ],
    data_capture_config={
        "destination_s3_uri": "s3://ranking-captured/requests",
        "initial_sampling_percentage": 10,
        "capture_options": [{"capture_mode": "Input"}, {"capture_mode": "Output"}],
        "enable_capture": True,
        "kms_key_id": key.arn,
    },
)

endpoint = aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)

pulumi.export("endpoint", endpoint.name)
