"""The requirements of compliance frameworks that the control helps to meet, and the policies that each asks for.

This table is the only place that says which requirement asks for which policies. The selection of policies, the
reference, the SDK's metadata and the reports all use it.

Sources: "Requirements and Testing Procedures" of PCI DSS v3.2.1 and v4.0.1; "Security and Privacy Controls for
Information Systems and Organizations", NIST SP 800-53 Rev 5; the FedRAMP Moderate baselines of Rev 4 and Rev 5; "Trust
Services Criteria" of the AICPA; 45 CFR 164.312; Regulation (EU) 2016/679.
"""

from __future__ import annotations

from policy_pack.records import dataclass


@dataclass(frozen=True)
class Requirement:
    """A requirement of a compliance framework, the policies that it asks for, and how they help to meet it.

    `framework` and `version` are the publisher's name and edition, and `reference` is the requirement's own number.
    `policies` are names without the prefix; those in `where_enabled` are also required unless they are disabled.
    `caveat` is what else the requirement asks for that no policy can show.
    """

    framework: str
    version: str
    reference: str
    title: str
    how: str
    policies: tuple[str, ...]
    where_enabled: tuple[str, ...] = ()
    caveat: str = ""

    @property
    def label(self) -> str:
        """As in "NIST SP 800-53 Rev 5 SC-28"."""
        return " ".join(part for part in (self.framework, self.version, self.reference) if part)

    def asks_for(self, policy: str) -> bool:
        """Whether it asks for the policy with this short name."""
        return policy in self.policies or policy in self.where_enabled


# A violation of one of these means that the control is not met, whatever the policy's level.
ENCRYPTED = (
    "encryption-at-rest-enabled",
    "customer-managed-key",
    "key-in-same-region",
    "key-resource-in-same-region",
    "key-resource-usable",
    "endpoint-follows-replacement",
)
_RESTRICTED = (*ENCRYPTED, "key-policy-restricted")
_MANAGED = (*_RESTRICTED, "key-rotation-enabled")
_VERIFIED = ("key-verified-in-aws",)

_DISKS = (
    "Encryption of a disk or partition alone does not make PAN unreadable on media that cannot be removed: v4.0.1 "
    "(3.5.1.2) accepts it there only beside another mechanism that meets 3.5.1, such as encrypting the field itself."
)
_PROCEDURES = "The requirement also asks for documented procedures and for key custodians, which no stack shows."

REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "SOC 2",
        "",
        "CC6.1",
        "Logical access security over protected information assets",
        "Reading an endpoint's volumes requires the key, and the customer's key policy says who may use it.",
        _RESTRICTED,
    ),
    Requirement(
        "SOC 2",
        "",
        "CC6.6",
        "Protection against threats from outside the system boundaries",
        "A copy of a volume that leaves the account is useless without the key, which never leaves KMS.",
        ENCRYPTED,
    ),
    # The control's published mapping names 3.4 and 3.5; v4.0.1 numbers them differently.
    Requirement(
        "PCI DSS",
        "v3.2.1",
        "3.4",
        "PAN is rendered unreadable anywhere it is stored (3.5.1 in v4.0.1)",
        "The disks on which a model may keep card data are encrypted, one of the measures that protect it at rest.",
        ENCRYPTED,
        caveat=_DISKS,
    ),
    Requirement(
        "PCI DSS",
        "v3.2.1",
        "3.5",
        "Keys that secure stored cardholder data are protected against disclosure and misuse (3.6.1 in v4.0.1)",
        "The key does not leave KMS, rotates, and its policy allows no one but the account and the principals that the "
        "organization lists.",
        _MANAGED,
        caveat=_PROCEDURES,
    ),
    Requirement(
        "PCI DSS",
        "v4.0.1",
        "3.5.1",
        "PAN is rendered unreadable anywhere it is stored (3.4 in v3.2.1)",
        "The disks on which a model may keep card data are encrypted, one of the measures that protect it at rest.",
        ENCRYPTED,
        caveat=_DISKS,
    ),
    Requirement(
        "PCI DSS",
        "v4.0.1",
        "3.6.1",
        "Keys that protect stored account data are protected against disclosure and misuse (3.5 in v3.2.1)",
        "The key does not leave KMS, rotates, and its policy allows no one but the account and the principals that the "
        "organization lists.",
        _MANAGED,
        caveat=_PROCEDURES,
    ),
    Requirement(
        "PCI DSS",
        "v4.0.1",
        "3.7",
        "Key management covers all aspects of the life of keys that protect stored account data (3.6 in v3.2.1)",
        "KMS generates and keeps the key, AWS rotates it, and its policy says who may use and who may end it.",
        _MANAGED,
        caveat=_PROCEDURES,
    ),
    Requirement(
        "HIPAA",
        "",
        "164.312(a)(2)(iv)",
        "Encryption and decryption",
        "Health information on an endpoint's volumes is encrypted by a mechanism that the covered entity controls.",
        ENCRYPTED,
    ),
    Requirement(
        "GDPR",
        "",
        "Art. 25",
        "Data protection by design and by default",
        "The preview refuses an endpoint without encryption before it exists, so protection is the default.",
        ENCRYPTED,
    ),
    Requirement(
        "GDPR",
        "",
        "Art. 32",
        "Security of processing",
        "Personal data that inference leaves on disk is encrypted, the measure that the article names first.",
        ENCRYPTED,
    ),
    Requirement(
        "NIST SP 800-53",
        "Rev 5",
        "SC-28",
        "Protection of information at rest",
        "Model artifacts and inference data on attached volumes are protected cryptographically at rest.",
        ENCRYPTED,
    ),
    Requirement(
        "NIST SP 800-53",
        "Rev 5",
        "SC-12",
        "Cryptographic key establishment and management",
        "The key is the customer's own: who may use it, when it rotates and when it ends are decided and recorded.",
        _MANAGED,
        _VERIFIED,
    ),
    Requirement(
        "FedRAMP",
        "Moderate Rev 4",
        "SC-28",
        "Protection of information at rest",
        "The confidentiality and integrity of what an endpoint stores rest on encryption under a managed key.",
        ENCRYPTED,
    ),
    Requirement(
        "FedRAMP",
        "Moderate Rev 5",
        "SC-28",
        "Protection of information at rest",
        "The confidentiality and integrity of what an endpoint stores rest on encryption under a managed key.",
        ENCRYPTED,
    ),
    Requirement(
        "FedRAMP",
        "Moderate Rev 5",
        "SC-28(1)",
        "Cryptographic protection of information at rest",
        "A cryptographic mechanism, KMS, keeps what an endpoint stores from being disclosed or changed unnoticed.",
        ENCRYPTED,
    ),
)
