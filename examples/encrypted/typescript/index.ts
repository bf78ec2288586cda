// A SageMaker endpoint that is encrypted with a key of one's own, and that follows when the key changes.

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

async function main() {
    const account = (await aws.getCallerIdentity({})).accountId;

    const role = new aws.iam.Role("serving", {
        assumeRolePolicy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
                { Effect: "Allow", Principal: { Service: "sagemaker.amazonaws.com" }, Action: "sts:AssumeRole" },
            ],
        }),
    });

    // The key rotates. Its account administers it; SageMaker uses it as the models' role, and nobody else may.
    const key = new aws.kms.Key("serving", {
        description: "What SageMaker endpoints store",
        enableKeyRotation: true,
        policy: pulumi.jsonStringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "Administration",
                    Effect: "Allow",
                    Principal: { AWS: `arn:aws:iam::${account}:root` },
                    Action: "kms:*",
                    Resource: "*",
                },
                {
                    Sid: "Serving",
                    Effect: "Allow",
                    Principal: { AWS: role.arn },
                    Action: ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"],
                    Resource: "*",
                },
            ],
        }),
    });

    const model = new aws.sagemaker.Model("ranking", {
        executionRoleArn: role.arn,
        primaryContainer: { image: `${account}.dkr.ecr.us-east-1.amazonaws.com/ranking:1` },
    });

    // No name: a replacement gets a new one, and the endpoint sees it.
    const configuration = new aws.sagemaker.EndpointConfiguration("ranking", {
        kmsKeyArn: key.arn,
        productionVariants: [
            {
                variantName: "main",
                modelName: model.name,
                instanceType: "ml.m5.large",
                initialInstanceCount: 2,
            },
        ],
        dataCaptureConfig: {
            destinationS3Uri: "s3://ranking-captured/requests",
            initialSamplingPercentage: 10,
            captureOptions: [{ captureMode: "Input" }, { captureMode: "Output" }],
            enableCapture: true,
            kmsKeyId: key.arn,
        },
    });

    const endpoint = new aws.sagemaker.Endpoint("ranking", { endpointConfigName: configuration.name });

    return { endpoint: endpoint.name };
}

export = main;
