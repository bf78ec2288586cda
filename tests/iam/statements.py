"""What the policies of these tests are made of: accounts, principals, and statements in a few words."""

from __future__ import annotations

from typing import Any

OWN, OTHER = "111122223333", "222233334444"
REGION = "us-east-1"
KEY = f"arn:aws:kms:{REGION}:{OWN}:key/12345678-1234-1234-1234-123456789012"
ROOT, OTHER_ROOT = f"arn:aws:iam::{OWN}:root", f"arn:aws:iam::{OTHER}:root"
ROLE, OTHER_ROLE = f"arn:aws:iam::{OWN}:role/serving", f"arn:aws:iam::{OTHER}:role/serving"
ADMIN = f"arn:aws:iam::{OWN}:role/admin"
SERVICE = "sagemaker.amazonaws.com"
VIA_SAGEMAKER = f"sagemaker.{REGION}.amazonaws.com"

USE = ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"]

Json = dict[str, Any]


def allow(principal: Any, action: Any = USE, condition: Any = None, **elements: Any) -> Json:
    """An Allow statement; `elements` replace others, and one that is `None` is left out."""
    return _statement("Allow", principal, action, condition, elements)


def deny(principal: Any, action: Any = USE, condition: Any = None, **elements: Any) -> Json:
    """A Deny statement."""
    return _statement("Deny", principal, action, condition, elements)


def document(*statements: Any) -> Json:
    """A policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _statement(effect: str, principal: Any, action: Any, condition: Any, elements: Json) -> Json:
    given = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*", "Condition": condition}
    return {name: value for name, value in {**given, **elements}.items() if value is not None}


BY_ROOT = allow({"AWS": ROOT}, "kms:*")
"""The statement of AWS's default policy, which leaves the key to the account."""
