"""A request that a policy allows or denies: who calls which KMS action on which key, and what is known around it.

Sources: "AWS global condition context keys" in the IAM User Guide, for what comes with whose requests; "AWS KMS
condition keys" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from policy_pack.iam.logic import Answer
from policy_pack.iam.texts import GAP, NAMED, matches
from policy_pack.records import dataclass

ALLOW, DENY = "Allow", "Deny"

# The id of an account, alone or where an ARN has it.
ACCOUNT = re.compile(r"(?:^|(?<=:))\d{12}(?=:|$)")
# Names that only their owners go by: of accounts, of organizations, and of users and roles by their unique ids.
ORGANIZATION = re.compile(r"^o-[a-z0-9]+(?![a-z0-9*?])")
_NAMES = re.compile(rf"{ACCOUNT.pattern}|{ORGANIZATION.pattern}|^A[A-Z]{{3}}[A-Z0-9]{{12,}}")


@dataclass(frozen=True)
class Caller:
    """Who calls: an IAM identity by its ARN, which may have gaps, or an AWS service by its principal's name."""

    arn: str = ""
    service: str = ""

    @property
    def partition(self) -> str:
        """The partition of the identity's ARN."""
        return self.arn.split(":")[1]

    @property
    def account(self) -> str:
        """The account of the identity's ARN."""
        return self.arn.split(":")[4]

    @property
    def root(self) -> str:
        """The ARN that stands for the identity's whole account."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    @property
    def session(self) -> str:
        """The ARN of a session of the identity, where it is a role; nobody knows the session's name."""
        kind, slash, path = self.arn.split(":", 5)[5].partition("/")
        role = path.rpartition("/")[2] if kind == "role" and slash else GAP
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{role}/{GAP}"


@dataclass(frozen=True)
class Request:
    """A call of `action` (``kms:Decrypt``) on the key of the ARN `resource` by `caller`.

    `keys` are the condition keys that are known, by their names in lower case; `None` where the request has no such
    key. A condition on any other cannot be decided. With `free` the question is what a caller could do who chooses
    whatever is left open (gaps and other condition keys), and whom none of the names in the policy means but those
    that are `played`, accounts and organizations.
    """

    action: str
    resource: str
    caller: Caller
    keys: Mapping[str, str | None] = field(default_factory=dict)
    free: bool = False
    played: frozenset[str] = frozenset()

    def meets(self, text: str, pattern: str, *, wants: bool, wildcards: bool = True) -> Answer:
        """Whether a text of the request is of a policy's pattern; a free caller has it as it `wants` where it may."""
        if self.free and GAP in text:
            pattern = _NAMES.sub(lambda name: name[0] if name[0] in self.played else NAMED, pattern)
        return self.left(matches(text, pattern, wildcards=wildcards), wants=wants)

    def left(self, answer: Answer, *, wants: bool) -> Answer:
        """What becomes of an answer that the request leaves open."""
        return wants if answer is None and self.free else answer
