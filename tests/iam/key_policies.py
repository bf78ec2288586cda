"""A table of key policies, what they let SageMaker do, and whom else they let in.

The caller is the role `ROLE` of the key's account, whose own policies are not known. "grants" is "yes", "?" where
nobody can tell, "malformed", or the actions that are missing. "restricted" is "yes", "?", "everybody" or "accounts".

Sources: the situations in "Key policies in AWS KMS", "Allowing users in other accounts to use a KMS key", "Condition
keys for AWS KMS" (AWS KMS Developer Guide), "AWS JSON policy elements" and "AWS global condition context keys" (IAM
User Guide); the policies are written for these tests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from policy_pack.values import UNKNOWN
from tests.iam.statements import (
    ADMIN,
    BY_ROOT,
    KEY,
    OTHER,
    OTHER_ROLE,
    OTHER_ROOT,
    OWN,
    ROLE,
    ROOT,
    SERVICE,
    USE,
    VIA_SAGEMAKER,
    allow,
    deny,
    document,
)

YES, NOBODY_CAN_TELL, MALFORMED = "yes", "?", "malformed"
ALL = "Decrypt, GenerateDataKey, CreateGrant"


@dataclass(frozen=True)
class Row:
    """A key policy and what is expected of it."""

    name: str
    policy: Any
    grants: str
    restricted: str

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def row(name: str, *statements: Any, grants: str = YES, restricted: str = YES) -> Row:
    return Row(name, document(*statements), grants, restricted)


def text(name: str, policy: Any, grants: str = MALFORMED, restricted: str = NOBODY_CAN_TELL) -> Row:
    return Row(name, policy, grants, restricted)


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {operator: {key: value}}


ROLE_ONLY = {"AWS": ROLE}
EVERYBODY: Any = "*"

BASICS = (
    Row("no policy: AWS's default", None, YES, YES),
    row("the account decides", BY_ROOT),
    row("the account by its id", allow({"AWS": OWN}, "kms:*")),
    row("the role by its ARN", allow(ROLE_ONLY)),
    row("the role in a list", allow({"AWS": [ADMIN, ROLE]})),
    row("the role and a service in one statement", allow({"AWS": [ROLE], "Service": "ec2.amazonaws.com"})),
    row("another role of the account", allow({"AWS": ADMIN}), grants=ALL),
    row("a user of the account", allow({"AWS": f"arn:aws:iam::{OWN}:user/serving"}), grants=ALL),
    row("a role of the same name elsewhere", allow({"AWS": OTHER_ROLE}), grants=ALL, restricted="accounts"),
    row("another account decides", allow({"AWS": OTHER_ROOT}, "kms:*"), grants=ALL, restricted="accounts"),
    row("another account by its id", BY_ROOT, allow({"AWS": OTHER}), restricted="accounts"),
    row("a service only, not the role", allow({"Service": SERVICE}), grants=ALL),
    row("other services only", allow({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}), grants=ALL),
    row("a session of the role", allow({"AWS": f"arn:aws:sts::{OWN}:assumed-role/serving/SageMaker"}), grants="?"),
    row("a session of another role", allow({"AWS": f"arn:aws:sts::{OWN}:assumed-role/admin/me"}), grants=ALL),
    row("a role that is gone, by its unique id", allow({"AWS": "AROAEXAMPLEEXAMPLE123"}), grants="?"),
    row("a federated identity", allow({"Federated": "cognito-identity.amazonaws.com"}), grants=ALL),
    row("no statement at all", grants=ALL),
    row("an empty list of principals", allow({"AWS": []}), grants=ALL),
    Row("a statement that is no list", {"Version": "2012-10-17", "Statement": allow(ROLE_ONLY)}, YES, YES),
)

ACTIONS = (
    row("all of KMS", allow(ROLE_ONLY, "kms:*")),
    row("everything", allow(ROLE_ONLY, "*")),
    row("in any case", allow(ROLE_ONLY, ["KMS:decrypt", "kms:GENERATEDATAKEY", "Kms:creategrant"])),
    row("the family of data keys", allow(ROLE_ONLY, ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"])),
    row("with question marks", allow(ROLE_ONLY, ["kms:D?crypt", "kms:Generate???aKey", "kms:Create*"])),
    row("a text where a list may stand", allow(ROLE_ONLY, "kms:Decrypt"), grants="GenerateDataKey, CreateGrant"),
    row("without grants", allow(ROLE_ONLY, USE[:2]), grants="CreateGrant"),
    row("the administrator's actions", allow(ROLE_ONLY, ["kms:Create*", "kms:Describe*", "kms:Put*"]),
        grants="Decrypt, GenerateDataKey"),
    row("only the kind without plaintext", allow(ROLE_ONLY, ["kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt"]),
        grants="GenerateDataKey, CreateGrant"),
    row("in three statements", *[allow(ROLE_ONLY, action) for action in USE]),
    row("all but deletion", allow(ROLE_ONLY, None, NotAction="kms:ScheduleKeyDeletion")),
    row("all but what is needed", allow(ROLE_ONLY, None, NotAction=USE), grants=ALL),
    row("all but KMS", allow(EVERYBODY, None, NotAction="kms:*"), grants=ALL),
    row("another service's actions", allow(ROLE_ONLY, ["s3:*", "kmsx:Decrypt"]), grants=ALL),
    row("a wildcard for the service", allow(ROLE_ONLY, ["k*:Decrypt", "*s:GenerateDataKey", "kms*:*"]), grants=ALL),
    row("a wildcard for the letters of the service", allow(ROLE_ONLY, "?ms:*"), grants=ALL),
    row("a wildcard for the service, denied", BY_ROOT, deny(ROLE_ONLY, "k*:Decrypt"), grants="?"),
    row("an action without a service", allow(ROLE_ONLY, ["Decrypt", "Generate*"]), grants=ALL),
    row("no action: without effect", allow(ROLE_ONLY, None), grants=ALL),
    row("an empty action", allow(ROLE_ONLY, ""), grants=ALL),
)  # fmt: skip

RESOURCES = (
    row("the key itself", allow(ROLE_ONLY, Resource=KEY)),
    row("any key of the account", allow(ROLE_ONLY, Resource=f"arn:aws:kms:*:{OWN}:key/*")),
    row("any key but in another account", allow(ROLE_ONLY, Resource=f"arn:aws:kms:*:{OTHER}:key/*"), grants=ALL),
    row("an alias, which is no key", allow(ROLE_ONLY, Resource=KEY.replace("key/", "alias/")), grants=ALL),
    row("another key", allow(ROLE_ONLY, Resource=KEY[:-1] + "3"), grants=ALL),
    row("no resource: without effect", allow(ROLE_ONLY, Resource=None), grants=ALL),
    row("all resources but another key", allow(ROLE_ONLY, Resource=None, NotResource=KEY[:-1] + "3")),
    row("all resources but this key", allow(ROLE_ONLY, Resource=None, NotResource=KEY), grants=ALL),
    row("a resource put together from a variable", allow(ROLE_ONLY, Resource="arn:aws:kms:*:${x}:key/*"), grants="?"),
)

DENIALS = (
    row("denied to the role", BY_ROOT, allow(ROLE_ONLY), deny(ROLE_ONLY), grants=ALL),
    row("denied before it is allowed", deny(ROLE_ONLY, "kms:CreateGrant"), allow(ROLE_ONLY), grants="CreateGrant"),
    row("denied to everybody", BY_ROOT, deny(EVERYBODY, "kms:Decrypt"), grants="Decrypt"),
    row("denied to the account", allow(ROLE_ONLY), deny({"AWS": ROOT}, "kms:Decrypt"), grants="Decrypt"),
    row("denied to another role", allow(ROLE_ONLY), deny({"AWS": ADMIN}, "kms:*")),
    row("denied to a service", allow(ROLE_ONLY), deny({"Service": SERVICE}, "kms:*")),
    row("denied to all but another role", BY_ROOT, deny(None, NotPrincipal={"AWS": [ADMIN, ROOT]}), grants=ALL),
    row("denied to all but the account", BY_ROOT, deny(None, "kms:*", NotPrincipal={"AWS": ROOT}), grants=ALL),
    row("denied to all but the role and its account", BY_ROOT, deny(None, NotPrincipal={"AWS": [ROLE, ROOT]})),
    row("denied to all but the role", BY_ROOT, deny(None, NotPrincipal={"AWS": ROLE}), grants="?"),
    row("denied to all but nobody", BY_ROOT, deny(None, NotPrincipal={"AWS": "*"})),
    row("denied to all but a service", BY_ROOT, deny(None, NotPrincipal={"Service": SERVICE}), grants=ALL),
    row("denied all but what is needed", BY_ROOT, deny(ROLE_ONLY, None, NotAction=USE)),
    row("denied but for one action", BY_ROOT, deny(ROLE_ONLY, None, NotAction="kms:Decrypt"),
        grants="GenerateDataKey, CreateGrant"),
    row("denied for another key", BY_ROOT, deny(ROLE_ONLY, Resource=KEY[:-1] + "3")),
    row("denied without TLS", BY_ROOT, deny(EVERYBODY, "kms:*", when("Bool", "aws:SecureTransport", "false"))),
    row("denied to other accounts", allow(EVERYBODY), deny(EVERYBODY, "kms:*",
        when("StringNotEquals", "aws:PrincipalAccount", OWN))),
    row("denied to roles of other names", allow(EVERYBODY), deny(EVERYBODY, "kms:*",
        when("ArnNotLike", "aws:PrincipalArn", [f"arn:aws:iam::{OWN}:role/serv*", ADMIN]))),
    row("denied to this role by its name", BY_ROOT, deny(EVERYBODY, "kms:Decrypt",
        when("StringLike", "aws:PrincipalArn", "*:role/serving")), grants="Decrypt"),
    row("denied to other organizations", allow(EVERYBODY), deny(EVERYBODY, "kms:*",
        when("StringNotEquals", "aws:PrincipalOrgID", "o-exampleorgid")), grants="?"),
    row("denied only to members of other organizations", allow(EVERYBODY), deny(EVERYBODY, "kms:*",
        {**when("Null", "aws:PrincipalOrgID", "false"),
         **when("StringNotEquals", "aws:PrincipalOrgID", "o-exampleorgid")}),
        grants="?", restricted="everybody"),
    row("denied on a condition that nobody can tell", BY_ROOT, deny(EVERYBODY, "kms:*",
        when("IpAddress", "aws:SourceIp", "192.0.2.0/24")), grants="?"),
    row("denied for certain beside what nobody can tell", BY_ROOT, deny(EVERYBODY, "kms:*",
        when("IpAddress", "aws:SourceIp", "192.0.2.0/24")), deny(ROLE_ONLY), grants=ALL),
)  # fmt: skip

CONDITIONS = (
    row("through SageMaker", allow(ROLE_ONLY, USE, when("StringEquals", "kms:ViaService", VIA_SAGEMAKER))),
    row("through one of several services", allow(ROLE_ONLY, USE,
        when("StringEquals", "kms:ViaService", ["ec2.us-east-1.amazonaws.com", VIA_SAGEMAKER]))),
    row("through another service", allow(ROLE_ONLY, USE,
        when("StringEquals", "kms:ViaService", "s3.us-east-1.amazonaws.com")), grants=ALL),
    row("through SageMaker of another region", allow(ROLE_ONLY, USE,
        when("StringEquals", "kms:ViaService", "sagemaker.eu-west-1.amazonaws.com")), grants=ALL),
    row("through SageMaker of any region", allow(ROLE_ONLY, USE,
        when("StringLike", "kms:ViaService", "sagemaker.*.amazonaws.com"))),
    row("a wildcard where equality is asked for", allow(ROLE_ONLY, USE,
        when("StringEquals", "kms:ViaService", "sagemaker.*.amazonaws.com")), grants=ALL),
    row("a key in another case", allow(ROLE_ONLY, USE, when("StringEquals", "KMS:viaservice", VIA_SAGEMAKER))),
    row("a value in another case", allow(ROLE_ONLY, USE,
        when("StringEquals", "kms:ViaService", VIA_SAGEMAKER.upper())), grants=ALL),
    row("a value in another case where that is ignored", allow(ROLE_ONLY, USE,
        when("StringEqualsIgnoreCase", "kms:ViaService", VIA_SAGEMAKER.upper()))),
    row("grants for AWS resources, in a statement of their own", allow(ROLE_ONLY, USE[:2]),
        allow(ROLE_ONLY, "kms:CreateGrant", when("Bool", "kms:GrantIsForAWSResource", "true"))),
    row("grants for AWS resources, asked of every action", allow(ROLE_ONLY, USE,
        when("Bool", "kms:GrantIsForAWSResource", True)), grants="Decrypt, GenerateDataKey"),
    row("grants for AWS resources, asked where it exists", allow(ROLE_ONLY, USE,
        when("BoolIfExists", "kms:GrantIsForAWSResource", "true"))),
    row("grants for anything else", allow(ROLE_ONLY, USE,
        when("Bool", "kms:GrantIsForAWSResource", "false")), grants=ALL),
    row("where no grant is made", allow(ROLE_ONLY, USE,
        when("Null", "kms:GrantIsForAWSResource", "true")), grants="CreateGrant"),
    row("the calling account", allow(EVERYBODY, USE, {"StringEquals":
        {"kms:CallerAccount": OWN, "kms:ViaService": VIA_SAGEMAKER}})),
    row("the calling account as a number", allow(EVERYBODY, USE, when("StringEquals", "kms:CallerAccount", int(OWN)))),
    row("another calling account", allow(EVERYBODY, USE, when("StringEquals", "kms:CallerAccount", OTHER)), grants=ALL,
        restricted="accounts"),
    row("one of two calling accounts", allow(EVERYBODY, USE, when("StringEquals", "kms:CallerAccount", [OWN, OTHER])),
        restricted="accounts"),
    row("any calling account", allow(EVERYBODY, USE, when("StringLike", "kms:CallerAccount", "*")),
        restricted="everybody"),
    row("calling accounts that begin alike", allow(EVERYBODY, USE, when("StringLike", "kms:CallerAccount", "1*")),
        restricted="everybody"),
    row("not one calling account", allow(EVERYBODY, USE, when("StringNotEquals", "kms:CallerAccount", OTHER)),
        restricted="everybody"),
    row("the principal's account", allow(EVERYBODY, USE, when("StringEquals", "aws:PrincipalAccount", OWN))),
    row("the principal's account is the key's", allow(EVERYBODY, USE,
        when("StringEquals", "aws:PrincipalAccount", "${aws:ResourceAccount}"))),
    row("a variable that means nothing here", allow(EVERYBODY, USE,
        when("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalTag/account}")), grants="?", restricted="?"),
    row("the principal's ARN", allow(EVERYBODY, USE, when("ArnEquals", "aws:PrincipalArn", ROLE))),
    row("the principal's ARN by a pattern", allow(EVERYBODY, USE,
        when("ArnLike", "aws:PrincipalArn", f"{ROLE[:-3]}*"))),
    row("the principal's ARN in any account", allow(EVERYBODY, USE,
        when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/serving")), restricted="everybody"),
    row("the principal's ARN in any account, by an account's digits", allow(EVERYBODY, USE,
        when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::*:role/{OWN}")), grants=ALL, restricted="everybody"),
    row("a pattern of an ARN over several parts", allow(EVERYBODY, USE,
        when("StringLike", "aws:PrincipalArn", "arn:*serving")), restricted="everybody"),
    row("a pattern of an ARN that may not span parts", allow(ROLE_ONLY, USE,
        when("ArnLike", "aws:PrincipalArn", "arn:*:role/serving")), grants="?"),
    row("the organization", allow(EVERYBODY, USE, when("StringEquals", "aws:PrincipalOrgID", "o-exampleorgid")),
        grants="?"),
    row("the organization where there is one", allow(EVERYBODY, USE,
        when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-exampleorgid")), grants="?", restricted="everybody"),
    row("any organization", allow(EVERYBODY, USE, when("StringLike", "aws:PrincipalOrgID", "o-*")), grants="?",
        restricted="everybody"),
    row("all values of the organization", allow(EVERYBODY, USE,
        when("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-exampleorgid")), grants="?", restricted="everybody"),
    row("a path in the organization", allow(EVERYBODY, USE,
        when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-exampleorgid/r-ab12/*")), grants="?"),
    row("another account in the organization", allow({"AWS": OTHER_ROOT}, USE,
        when("StringEquals", "aws:PrincipalOrgID", "o-exampleorgid")), grants=ALL, restricted="accounts"),
    row("the account that a service works for", allow(EVERYBODY, USE, when("StringEquals", "aws:SourceAccount", OWN)),
        grants=ALL),
    row("the account that a service works for, if any", allow(EVERYBODY, USE,
        when("StringEqualsIfExists", "aws:SourceAccount", OWN)), restricted="everybody"),
    row("a service that calls, and nothing else", allow(EVERYBODY, USE,
        when("StringEquals", "kms:ViaService", VIA_SAGEMAKER)), restricted="everybody"),
    row("a network", allow(EVERYBODY, USE, when("IpAddress", "aws:SourceIp", "192.0.2.0/24")), grants="?",
        restricted="everybody"),
    row("an operator that does not exist", allow(ROLE_ONLY, USE, when("StringSounds", "kms:CallerAccount", OWN)),
        grants="?"),
    row("conditions that all have to hold", allow(ROLE_ONLY, USE, {
        **when("StringEquals", "kms:CallerAccount", OWN), **when("Bool", "aws:SecureTransport", "false")}), grants=ALL),
    row("no conditions in the condition", allow(ROLE_ONLY, USE, {})),
)  # fmt: skip

WIDE = (
    row("everybody", BY_ROOT, allow(EVERYBODY), restricted="everybody"),
    row("everybody in an object", BY_ROOT, allow({"AWS": "*"}), restricted="everybody"),
    row("everybody in a list", BY_ROOT, allow({"AWS": [ROLE, "*"]}), restricted="everybody"),
    row("everybody may describe the key", BY_ROOT, allow(EVERYBODY, "kms:DescribeKey"), restricted="everybody"),
    row("everybody but one", BY_ROOT, allow(None, NotPrincipal={"AWS": ADMIN}), restricted="everybody"),
    row("everybody, and nobody", BY_ROOT, allow(EVERYBODY), deny(EVERYBODY), grants=ALL),
    row("everybody, but for one action nobody", BY_ROOT, allow(EVERYBODY), deny(EVERYBODY, "kms:Decrypt"),
        grants="Decrypt", restricted="everybody"),
    row("services only", BY_ROOT, allow({"Service": [SERVICE, "logs.us-east-1.amazonaws.com"]})),
    row("a wildcard in a principal", allow({"AWS": f"arn:aws:iam::{OWN}:role/*"}), grants=ALL),
    row("a wildcard for the account in a principal", allow({"AWS": "arn:aws:iam::*:role/serving"}), grants=ALL,
        restricted="everybody"),
    row("a wildcard in a service's name", allow({"Service": "*.amazonaws.com"}), grants=ALL),
    row("another account that is denied", BY_ROOT, allow({"AWS": OTHER_ROOT}), deny({"AWS": OTHER_ROOT})),
    row("another account that a condition keeps out", BY_ROOT, allow({"AWS": [ROOT, OTHER_ROOT]}, USE,
        when("StringEquals", "kms:CallerAccount", OWN))),
)  # fmt: skip

TEXTS = (
    text("as a text", json.dumps(document(allow(ROLE_ONLY))), YES, YES),
    text("as a text with space around it", f"\n {json.dumps(document(allow(ROLE_ONLY)), indent=4)}\n", YES, YES),
    text("an empty text: AWS's default", "  ", YES, YES),
    text("no JSON", "{'Statement': []}"),
    text("JSON with a comma too many", '{"Statement": [],}'),
    text("JSON that ends too soon", json.dumps(document(BY_ROOT))[:-1]),
    text("JSON of another kind", '"kms:*"'),
    text("a constant that is not JSON", '{"Statement": NaN}'),
    text("nested beyond reason", "[" * 100_000),
    text("an element twice", '{"Statement": [{"Effect": "Deny", "Effect": "Allow", "Principal": "*", "Action": "kms:*",'
         ' "Resource": "*"}]}'),
    text("a number", 5.0),
    text("a list", [document(BY_ROOT)]),
    text("no statement element", {"Version": "2012-10-17"}),
    text("statements that are texts", {"Statement": ["Allow"]}),
    text("no effect", document(allow(ROLE_ONLY, Effect=None))),
    text("an effect in another case", document(allow(ROLE_ONLY, Effect="allow"))),
    text("no principal", document(allow(None))),
    text("a principal that is only an ARN", document(allow(ROLE))),
    text("an action and all others", document(allow(ROLE_ONLY, NotAction="kms:Decrypt"))),
    text("an action that is an object", document(allow(ROLE_ONLY, {"kms": "Decrypt"}))),
    text("a condition that is a text", document(allow(ROLE_ONLY, USE, "kms:ViaService"))),
    text("an element by a name that does not exist", document(allow(ROLE_ONLY, Conditions={})), "?", YES),
    text("not known", UNKNOWN, "?", "?"),
    text("a statement that is not known", document(allow(ROLE_ONLY), UNKNOWN), "?", "?"),
    text("a denial beside a statement that is not known", document(UNKNOWN, deny(ROLE_ONLY)), ALL, "?"),
    text("an effect that is not known", document(allow(ROLE_ONLY), allow({"AWS": ADMIN}, Effect=UNKNOWN)), YES, YES),
    text("a principal that is not known", document(allow({"AWS": UNKNOWN})), "?", "?"),
    text("a principal that is not known beside the role", document(allow({"AWS": [UNKNOWN, ROLE]})), YES, "?"),
    text("an action that is not known", document(allow(ROLE_ONLY, ["kms:Decrypt", UNKNOWN])), "?", YES),
    text("a condition that is not known", document(allow(ROLE_ONLY, USE, UNKNOWN)), "?", YES),
    text("a condition that is not known on everybody", document(allow(EVERYBODY, USE, UNKNOWN)), "?", "?"),
    text("a value that is not known", document(allow(ROLE_ONLY, USE, when("StringEquals", "kms:ViaService", UNKNOWN))),
         "?", YES),
    text("one value of two that is not known", document(allow(ROLE_ONLY, USE,
         when("StringEquals", "kms:ViaService", [UNKNOWN, VIA_SAGEMAKER]))), YES, YES),
    text("an unknown that does not matter", document(allow(ROLE_ONLY, Sid=UNKNOWN)), YES, YES),
)  # fmt: skip

TABLE = BASICS + ACTIONS + RESOURCES + DENIALS + CONDITIONS + WIDE + TEXTS
