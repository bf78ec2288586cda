"""The SDK with the one policy that comes to mind first."""

from pulumi_policy import PolicyPack, ResourceValidationPolicy

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"


def encrypted(args, report):
    if args.resource_type == CONFIGURATION and not args.props.get("kmsKeyArn"):
        report("An endpoint configuration names a KMS key.")


PolicyPack("naive", [ResourceValidationPolicy("encrypted", "An endpoint configuration names a KMS key.", encrypted)])
