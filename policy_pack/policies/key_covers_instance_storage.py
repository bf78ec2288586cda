"""Policy: no variant keeps data on local NVMe storage, which the key does not encrypt."""

from __future__ import annotations

from policy_pack import quoting
from policy_pack.aws.instances import LOCAL_STORAGE_FAMILIES, LOCAL_STORAGE_FAMILY_PREFIXES, has_local_storage
from policy_pack.gaps import GAP, has_gaps
from policy_pack.judging.policy import ADVISORY, MEDIUM, RESOURCE, Context, Policy
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.stack.model import Configuration
from policy_pack.values import PartlyKnown, Text, Unknown


def decide(configuration: Configuration, context: Context) -> Decision:
    if configuration.key is None:
        return NotApplicable("The configuration names no key.")
    types = [variant.instance_type for variant in configuration.variants if variant.serverless is not True]
    local = sorted({_shown(each) for each in types if _keeps_data_locally(each)})
    if local:
        return Violation(
            why=(
                f"The instances ({quoting.instance_types(local)}) keep data on local NVMe storage, which a hardware "
                f"module of the Nitro System encrypts with a key of its own. {configuration.key_property} encrypts "
                "only the volumes attached to them."
            ),
            fix=(
                "If the hardware encryption is enough for this data, add an exemption that says so. If all data must "
                f"be under your own key, choose an instance type without local storage. Keep "
                f"{configuration.key_property} set either way."
            ),
        )
    if any(isinstance(each, Unknown) for each in types):
        return CannotTell("The instance type of a variant is not known before the update.")
    if any(isinstance(each, str) and has_local_storage(each) is None for each in types):
        return CannotTell("The local storage of the instance type of a variant is not known.")
    return COMPLIANT


def _keeps_data_locally(instance_type: Text) -> bool:
    if isinstance(instance_type, PartlyKnown):
        # The family decides, whatever the size is.
        return has_local_storage(f"{_family(instance_type)}.size") is True
    return isinstance(instance_type, str) and has_local_storage(instance_type) is True


def _shown(instance_type: Text) -> str:
    return f"{_family(instance_type)}.*" if isinstance(instance_type, PartlyKnown) else str(instance_type)


def _family(instance_type: PartlyKnown) -> str:
    """The family of an instance type, such as "ml.g5"; with a gap if it is not known."""
    family, dot, _ = instance_type.text.rpartition(".")
    return family if dot and not has_gaps(family) else GAP


_FAMILIES = ", ".join(sorted(LOCAL_STORAGE_FAMILIES | {f"{each}*" for each in LOCAL_STORAGE_FAMILY_PREFIXES}))

POLICY = Policy(
    name="key-covers-instance-storage",
    kind=RESOURCE,
    level=ADVISORY,
    severity=MEDIUM,
    title="The key covers the instances' storage",
    description="The KMS key of a SageMaker endpoint configuration covers all storage of its instances.",
    risk=(
        "The local NVMe storage of Nitro instances is encrypted by a hardware module with a key that you can neither "
        "choose nor revoke, whatever key the configuration names. The configuration looks as if your key covered it."
    ),
    remediation=(
        "Where the hardware encryption of the Nitro System is enough, document that with an exemption; where all data "
        "at rest must be under your own key, choose instance types without local NVMe storage. Keep the key: it "
        "encrypts the volumes attached to the instances, and the API no longer refuses it for these types. If it "
        "still does in your account, set instanceStorageOnly of encryption-at-rest-enabled to exempt. Families with "
        f"local storage: {_FAMILIES}."
    ),
    url="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ssd-instance-store.html",
    bad="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
gpus = [{"model_name": "ranking", "instance_type": "ml.g5.2xlarge", "initial_instance_count": 1}]
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn=key.arn,
    production_variants=gpus,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
gpus = [{"model_name": "ranking", "instance_type": "ml.p3.2xlarge", "initial_instance_count": 1}]
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn=key.arn,
    production_variants=gpus,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "instances"),
)
