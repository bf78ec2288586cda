// Endpoints whose encryption is missing, cannot work or does not reach them, one mistake each.

import * as aws from "@pulumi/aws";

async function main() {
    const account = (await aws.getCallerIdentity({})).accountId;

    const keyPolicy = JSON.stringify({
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
                Principal: { Service: "sagemaker.amazonaws.com" },
                Action: ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"],
                Resource: "*",
            },
        ],
    });
    const key = new aws.kms.Key("serving", { enableKeyRotation: true, policy: keyPolicy });

    const variant = {
        variantName: "main",
        modelName: "ranking",
        instanceType: "ml.m5.large",
        initialInstanceCount: 1,
    };

    // No key: the volumes are encrypted with one that AWS owns.
    const noKey = new aws.sagemaker.EndpointConfiguration("no-key", { productionVariants: [variant] });
    new aws.sagemaker.Endpoint("no-key", { endpointConfigName: noKey.name });

    // A key of another region, which SageMaker cannot use.
    const ireland = new aws.Provider("ireland", { region: "eu-west-1" });
    const far = new aws.kms.Key("far", { enableKeyRotation: true, policy: keyPolicy }, { provider: ireland });
    const farKey = new aws.sagemaker.EndpointConfiguration("far-key", {
        kmsKeyArn: far.arn,
        productionVariants: [variant],
    });
    new aws.sagemaker.Endpoint("far-key", { endpointConfigName: farKey.name });

    // A key that AWS manages: nobody here can restrict or revoke its use.
    const awsManagedKey = new aws.sagemaker.EndpointConfiguration("aws-managed-key", {
        kmsKeyArn: `arn:aws:kms:us-east-1:${account}:alias/aws/sagemaker`,
        productionVariants: [variant],
    });
    new aws.sagemaker.Endpoint("aws-managed-key", { endpointConfigName: awsManagedKey.name });

    // Named by hand, and so by the endpoint: a changed key never reaches it.
    new aws.sagemaker.EndpointConfiguration("by-hand", {
        name: "ranking",
        kmsKeyArn: key.arn,
        productionVariants: [variant],
    });
    new aws.sagemaker.Endpoint("by-hand", { endpointConfigName: "ranking" });

    // Instances with local storage, which the key does not encrypt.
    const localStorage = new aws.sagemaker.EndpointConfiguration("local-storage", {
        kmsKeyArn: key.arn,
        productionVariants: [{ ...variant, instanceType: "ml.g5.xlarge" }],
    });
    new aws.sagemaker.Endpoint("local-storage", { endpointConfigName: localStorage.name });
}

export = main;
