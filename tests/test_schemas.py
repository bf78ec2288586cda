"""Whatever AWS's schemas speak of that may host a model is read, or named as not read, or known to host nothing.

Fails where a newer `pulumi-aws`, `pulumi-aws-native` or botocore has something that nobody has looked at. Then look at
it, add it to a carrier, to `policy_pack.carriers.unread` or to the lists here, and run
``python -m tools.speaking_types``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.session import Session

from policy_pack.aws.instances import (
    LOCAL_STORAGE_FAMILIES,
    LOCAL_STORAGE_FAMILY_PREFIXES,
    WITHOUT_LOCAL_STORAGE,
    has_local_storage,
)
from policy_pack.carriers import READERS
from policy_pack.stack.model import Unread
from tools.speaking_types import FILE, PACKAGES, described, installed

pytestmark = pytest.mark.slow

KNOWN: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
EVERY_TYPE = sorted(kind for each in KNOWN.values() for kind in each["types"])

# They speak of SageMaker, and make neither an endpoint configuration nor anything that one is encrypted or run with.
HOSTS_NOTHING: dict[str, str] = {
    "algorithms, and what is trained with them": """
        aws:sagemaker/algorithm:Algorithm aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob
        aws:sagemaker/trainingJob:TrainingJob aws:sagemaker/labelingJob:LabelingJob
        aws-native:sagemaker:Algorithm aws-native:sagemaker:ProcessingJob
    """,
    "studios, notebooks and their users": """
        aws:sagemaker/app:App aws:sagemaker/appImageConfig:AppImageConfig aws:sagemaker/codeRepository:CodeRepository
        aws:sagemaker/domain:Domain aws:sagemaker/image:Image aws:sagemaker/imageVersion:ImageVersion
        aws:sagemaker/notebookInstance:NotebookInstance aws:sagemaker/space:Space
        aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration
        aws:sagemaker/studioLifecycleConfig:StudioLifecycleConfig aws:sagemaker/userProfile:UserProfile
        aws:sagemaker/servicecatalogPortfolioStatus:ServicecatalogPortfolioStatus
        aws-native:sagemaker:App aws-native:sagemaker:AppImageConfig aws-native:sagemaker:CodeRepository
        aws-native:sagemaker:Domain aws-native:sagemaker:Image aws-native:sagemaker:ImageVersion
        aws-native:sagemaker:NotebookInstance aws-native:sagemaker:NotebookInstanceLifecycleConfig
        aws-native:sagemaker:PartnerApp aws-native:sagemaker:Space aws-native:sagemaker:StudioLifecycleConfig
        aws-native:sagemaker:UserProfile aws-native:finspace:Environment aws-native:datazone:DataSource
    """,
    "registries, lineage and records of models": """
        aws:sagemaker/featureGroup:FeatureGroup aws:sagemaker/hub:Hub
        aws:sagemaker/hubContentReference:HubContentReference aws:sagemaker/mlflowApp:MlflowApp
        aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer aws:sagemaker/modelCard:ModelCard
        aws:sagemaker/modelCardExportJob:ModelCardExportJob aws:sagemaker/modelPackageGroup:ModelPackageGroup
        aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy
        aws-native:sagemaker:Action aws-native:sagemaker:Artifact aws-native:sagemaker:Context
        aws-native:sagemaker:Experiment aws-native:sagemaker:ExperimentTrialComponent
        aws-native:sagemaker:FeatureGroup aws-native:sagemaker:Hub aws-native:sagemaker:MlflowApp
        aws-native:sagemaker:MlflowTrackingServer aws-native:sagemaker:ModelCard aws-native:sagemaker:ModelPackage
        aws-native:sagemaker:ModelPackageGroup aws-native:sagemaker:TrialComponent
        aws-native:sagemaker:AiWorkloadConfig
    """,
    "jobs that watch an endpoint": """
        aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition
        aws:sagemaker/monitoringSchedule:MonitoringSchedule
        aws-native:sagemaker:DataQualityJobDefinition aws-native:sagemaker:ModelBiasJobDefinition
        aws-native:sagemaker:ModelExplainabilityJobDefinition aws-native:sagemaker:ModelQualityJobDefinition
        aws-native:sagemaker:MonitoringSchedule
    """,
    "people who label": """
        aws:sagemaker/flowDefinition:FlowDefinition aws:sagemaker/humanTaskUI:HumanTaskUI
        aws:sagemaker/workforce:Workforce aws:sagemaker/workteam:Workteam
        aws-native:sagemaker:HumanTaskUi aws-native:sagemaker:Workforce aws-native:sagemaker:Workteam
    """,
    "devices and clusters of the customer's own": """
        aws:sagemaker/device:Device aws:sagemaker/deviceFleet:DeviceFleet
        aws-native:sagemaker:Cluster aws-native:sagemaker:ComputeQuota
        aws-native:sagemaker:Device aws-native:sagemaker:DeviceFleet
    """,
    "a copy of a model on an Endpoint's own instances": "aws-native:sagemaker:InferenceComponent",
    "what starts a pipeline that is made elsewhere": """
        aws:cloudwatch/eventTarget:EventTarget aws:pipes/pipe:Pipe aws-native:events:Rule aws-native:pipes:Pipe
    """,
    "KMS, but neither a key nor what changes one": """
        aws:kms/ciphertext:Ciphertext aws:kms/customKeyStore:CustomKeyStore
    """,
}
LISTED = {kind for kinds in HOSTS_NOTHING.values() for kind in kinds.split()}


def _state(kind: str) -> str:
    reads = READERS.get(kind)
    if reads is None:
        return "hosts nothing" if kind in LISTED else "nobody has looked at it"
    return "named" if reads.makes is Unread else "read"


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_each_type_is_read_or_named_or_known_to_host_nothing(kind: str) -> None:
    assert _state(kind) != "nobody has looked at it"


def test_what_is_what() -> None:
    states = {kind: _state(kind) for kind in EVERY_TYPE}
    assert states["aws-native:sagemaker:InferenceExperiment"] == "read"
    assert states["aws:kms/replicaExternalKey:ReplicaExternalKey"] == "read"
    assert {kind for kind, state in states.items() if state == "named"} == {
        f"{package}{kind}"
        for package, kinds in {
            "aws:": ("sagemaker/pipeline:Pipeline", "sagemaker/project:Project", "scheduler/schedule:Schedule"),
            "aws-native:": ("sagemaker:Pipeline", "sagemaker:Project", "scheduler:Schedule"),
        }.items()
        for kind in kinds
    }
    assert {*states.values()} == {"read", "named", "hosts nothing"}


def test_nothing_is_listed_that_is_not_there_or_that_is_read() -> None:
    assert set(EVERY_TYPE) >= LISTED
    assert not [kind for kind in LISTED if kind in READERS]


@pytest.mark.parametrize("package", list(installed()))
def test_the_packages_that_are_installed_speak_of_nothing_else(package: str) -> None:
    found = described(package)
    new = {kind for kind in found["types"] if _state(kind) == "nobody has looked at it"}
    assert not new, f"{PACKAGES[package]} {found['version']} has types that nobody has looked at"
    if found["version"] == KNOWN[package]["version"]:
        assert found == KNOWN[package]


def test_a_new_type_is_found_out() -> None:
    for kind in ("aws:sagemaker/inferenceCluster:InferenceCluster", "aws-native:kms:Vault"):
        assert _state(kind) == "nobody has looked at it"


def _families() -> set[str]:
    model: Any = Session().get_service_model("sagemaker")
    types: list[str] = model.shape_for("ProductionVariantInstanceType").enum
    return {each.split(".")[1] for each in types}


@pytest.mark.parametrize("family", sorted(_families()))
def test_each_family_of_instances_that_host_is_on_one_of_the_lists(family: str) -> None:
    local = family in LOCAL_STORAGE_FAMILIES or family.startswith(LOCAL_STORAGE_FAMILY_PREFIXES)
    assert local != (family in WITHOUT_LOCAL_STORAGE)
    assert has_local_storage(f"ml.{family}.xlarge") is local


def test_no_family_is_on_a_list_that_hosts_nothing() -> None:
    assert _families() >= LOCAL_STORAGE_FAMILIES | WITHOUT_LOCAL_STORAGE
