"""The control that the pack enforces: what other tools call it, and the requirements of frameworks that it meets."""

from __future__ import annotations

from policy_pack.records import dataclass


@dataclass(frozen=True)
class Identifier:
    """What another tool calls a check of the same control."""

    tool: str
    id: str


@dataclass(frozen=True)
class Requirement:
    """A requirement of a compliance framework, and how the control helps to meet it.

    `framework` and `version` are the publisher's name and edition, `reference` the requirement's own number.
    """

    framework: str
    version: str
    reference: str
    title: str
    how: str

    @property
    def label(self) -> str:
        """As in "NIST SP 800-53 Rev 5 SC-28"."""
        return " ".join(part for part in (self.framework, self.version, self.reference) if part)


@dataclass(frozen=True)
class Control:
    """A control: its title, what it asks for, its identifiers and its requirements."""

    id: str
    title: str
    statement: str
    identifiers: tuple[Identifier, ...]
    requirements: tuple[Requirement, ...]


CONTROL = Control(
    id="sagemaker_endpoint_configuration_encryption_at_rest_enabled",
    title="SageMaker endpoint configurations are encrypted at rest with a customer-managed KMS key",
    statement=(
        "The storage volumes attached to the instances of every SageMaker endpoint are encrypted with a KMS key that "
        "the customer manages, that works where the endpoint runs, and that the running endpoint really uses."
    ),
    identifiers=(
        Identifier("Compliance.tf", "sagemaker_endpoint_configuration_encryption_at_rest_enabled"),
        Identifier("AWS Config", "SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED"),
        Identifier("Checkov", "CKV_AWS_98"),
        Identifier("Powerpipe", "aws_compliance.control.sagemaker_endpoint_configuration_encryption_at_rest_enabled"),
        Identifier("KICS", "58b35504-0287-4154-bf69-02c0573deab8"),
    ),
    requirements=(
        Requirement(
            "SOC 2",
            "",
            "CC6.1",
            "Logical access security over protected information assets",
            "Whoever reads an endpoint's volumes must also be let in by the key's policy, which the customer writes.",
        ),
        Requirement(
            "SOC 2",
            "",
            "CC6.6",
            "Protection against threats from outside the system boundaries",
            "A copy of a volume that leaves the account is of no use without the key, which does not leave KMS.",
        ),
        Requirement(
            "PCI DSS",
            "v4.0",
            "3.4",
            "Access to displays of full PAN and ability to copy it are restricted",
            "Card data that a model reads or keeps on its instance can be copied off the volume only as ciphertext.",
        ),
        Requirement(
            "PCI DSS",
            "v4.0",
            "3.5",
            "PAN is secured wherever it is stored",
            "What an endpoint stores is unreadable at rest, under a key whose use is granted and logged separately.",
        ),
        Requirement(
            "HIPAA",
            "",
            "164.312(a)(2)(iv)",
            "Encryption and decryption",
            "Health information on an endpoint's volumes is encrypted by a mechanism that the covered entity controls.",
        ),
        Requirement(
            "GDPR",
            "",
            "Art. 25",
            "Data protection by design and by default",
            "The preview refuses an endpoint without encryption before it exists, so protection is the default.",
        ),
        Requirement(
            "GDPR",
            "",
            "Art. 32",
            "Security of processing",
            "Personal data that inference leaves on disk is encrypted, the measure that the article names first.",
        ),
        Requirement(
            "NIST SP 800-53",
            "Rev 5",
            "SC-28",
            "Protection of information at rest",
            "Model artifacts and inference data on attached volumes are protected cryptographically at rest.",
        ),
        Requirement(
            "NIST SP 800-53",
            "Rev 5",
            "SC-12",
            "Cryptographic key establishment and management",
            "The key is the customer's own: who may use it, when it rotates and when it ends are decided and recorded.",
        ),
        Requirement(
            "FedRAMP",
            "Moderate Rev 4",
            "SC-28",
            "Protection of information at rest",
            "The confidentiality and integrity of what an endpoint stores rest on encryption under a managed key.",
        ),
    ),
)
