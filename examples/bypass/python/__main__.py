"""The same endpoint configuration by three other ways than the classic AWS provider, each without a key."""

import json

import pulumi_aws as aws
import pulumi_aws_native as aws_native

# AWS Cloud Control, by the provider that has its types.
native = aws_native.sagemaker.EndpointConfig(
    "native",
    production_variants=[
        {
            "variant_name": "main",
            "model_name": "ranking",
            "instance_type": "ml.m5.large",
            "initial_instance_count": 1,
            "initial_variant_weight": 1,
        }
    ],
)
aws_native.sagemaker.Endpoint("native", endpoint_config_name=native.endpoint_config_name)

variant = {
    "VariantName": "main",
    "ModelName": "ranking",
    "InstanceType": "ml.m5.large",
    "InitialInstanceCount": 1,
    "InitialVariantWeight": 1,
}

# AWS Cloud Control, as JSON.
aws.cloudcontrol.Resource(
    "cloud-control",
    type_name="AWS::SageMaker::EndpointConfig",
    desired_state=json.dumps({"ProductionVariants": [variant]}),
)

# CloudFormation.
aws.cloudformation.Stack(
    "cloudformation",
    template_body=json.dumps(
        {
            "Resources": {
                "Configuration": {
                    "Type": "AWS::SageMaker::EndpointConfig",
                    "Properties": {"ProductionVariants": [variant]},
                },
                "Endpoint": {
                    "Type": "AWS::SageMaker::Endpoint",
                    "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}},
                },
            }
        }
    ),
)
