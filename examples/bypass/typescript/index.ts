// The same endpoint configuration by three other ways than the classic AWS provider, each without a key.

import * as aws from "@pulumi/aws";
import * as awsNative from "@pulumi/aws-native";

// AWS Cloud Control, by the provider that has its types.
const native = new awsNative.sagemaker.EndpointConfig("native", {
    productionVariants: [
        {
            variantName: "main",
            modelName: "ranking",
            instanceType: "ml.m5.large",
            initialInstanceCount: 1,
            initialVariantWeight: 1,
        },
    ],
});
new awsNative.sagemaker.Endpoint("native", {
    endpointConfigName: native.endpointConfigName.apply((name) => name!),
});

const variant = {
    VariantName: "main",
    ModelName: "ranking",
    InstanceType: "ml.m5.large",
    InitialInstanceCount: 1,
    InitialVariantWeight: 1,
};

// AWS Cloud Control, as JSON.
new aws.cloudcontrol.Resource("cloud-control", {
    typeName: "AWS::SageMaker::EndpointConfig",
    desiredState: JSON.stringify({ ProductionVariants: [variant] }),
});

// CloudFormation.
new aws.cloudformation.Stack("cloudformation", {
    templateBody: JSON.stringify({
        Resources: {
            Configuration: {
                Type: "AWS::SageMaker::EndpointConfig",
                Properties: { ProductionVariants: [variant] },
            },
            Endpoint: {
                Type: "AWS::SageMaker::Endpoint",
                Properties: {
                    EndpointConfigName: { "Fn::GetAtt": ["Configuration", "EndpointConfigName"] },
                },
            },
        },
    }),
});
