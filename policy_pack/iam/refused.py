"""Finds out why AWS KMS would refuse a well-formed key policy.

Sources: "PutKeyPolicy" in the AWS KMS API Reference (the policy lockout safety check); "AWS JSON policy elements:
Principal", "Version" and "Condition operators" in the IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy_pack.gaps import has_gaps
from policy_pack.iam.document import Document, Statement
from policy_pack.iam.evaluate import readings
from policy_pack.iam.logic import Answers, everywhere
from policy_pack.iam.request import DENY, Batch, Caller, Request
from policy_pack.iam.texts import GAP

# The reason that no caller may change the policy again.
LOCKS_OUT = "allows no principal to change it (kms:PutKeyPolicy)"

_VERSIONS = frozenset({"2008-10-17", "2012-10-17"})
_OPERATOR = re.compile(
    r"(ForAnyValue:|ForAllValues:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Arn(Not)?(Equals|Like)|Bool|Null"
    r"|(Numeric|Date)((Not)?Equals|LessThan(Equals)?|GreaterThan(Equals)?)|(Not)?IpAddress|BinaryEquals)(IfExists)?"
)
_KINDS = frozenset({"*", "AWS", "Service", "Federated"})
_IDENTITY = re.compile(
    r"\*|\d{12}|A[A-Z]{3}[A-Z0-9]{12,}"
    r"|arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[^*?]+)|arn:aws[a-z-]*:sts::\d{12}:(assumed-role|federated-user)/[^*?]+"
)
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def refusal(document: Document, key: str, *, bypasses_lockout_check: bool) -> str | None:
    """Why AWS refuses a key policy, as the end of a sentence without quotes; `None` if AWS may accept it.

    `key` is the key's ARN, which may have gaps.
    """
    if document.version is not None and document.version not in _VERSIONS:
        return "has a Version that IAM does not know"
    for statement in document.statements:
        for why in _wrong(statement):
            return f"has {why} in statement {statement.number}"
    if not bypasses_lockout_check and _locks_everybody_out(document, key):
        return LOCKS_OUT
    return None


def _wrong(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        if not has_gaps(condition.operator) and _OPERATOR.fullmatch(condition.operator) is None:
            yield "a condition operator that IAM does not know"
    for principal in statement.named:
        name = principal.name
        if principal.kind not in _KINDS:
            yield "a kind of principal that IAM does not know"
        elif name is None or has_gaps(name):
            continue
        elif (principal.kind == "AWS" and _IDENTITY.fullmatch(name) is None) or (
            principal.kind == "Service" and _SERVICE.fullmatch(name) is None
        ):
            yield "a principal that IAM does not take"


def _locks_everybody_out(document: Document, key: str) -> bool:
    """Whether no possible caller may change the policy again."""
    # Whatever is open about a caller, and about what it brings, counts as letting one in.
    caller = Caller(f"arn:{key.split(':')[1]}:iam::{GAP}:{GAP}")
    request = Request("kms:PutKeyPolicy", key, caller)
    batch = Batch([request])
    allowed = denied = Answers()
    for each in readings(document, batch):
        said = everywhere(each.of_action(request.action), 1).both(each.itself.either(each.account))
        allowed, denied = (allowed, denied.either(said)) if each.effect == DENY else (allowed.either(said), denied)
    return not allowed.but_not(denied).possible
