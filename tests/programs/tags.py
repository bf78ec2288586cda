"""Of `key-policy-grants-sagemaker`: conditions on the tags of a role and of a key, and on the key's aliases."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.harness.engine import Stack
from tests.iam.statements import ADMIN, BY_ROOT, OWN, ROLE, USE, allow, deny, document
from tests.programs.blocks import later, pair, says, says_nothing
from tests.programs.permissions import ADMINISTERED, NOT_GRANTED, guarded, role, served_by

SERVING, TRAINING = {"team": "serving"}, {"team": "training"}
OF_SERVING = {"StringEquals": {"aws:PrincipalTag/Team": "serving"}}
TAGGED_SERVING = {"StringEquals": {"aws:ResourceTag/team": "serving"}}
ABAC = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}


def served(condition: Any, role_tags: Any = None, opts: Any = None, **of_key: Any) -> aws.kms.Key:
    """A role with tags, and a key for the roles of its account on a condition."""
    made = role(tags=role_tags, opts=opts)
    of_account = {"StringEquals": {"aws:PrincipalAccount": OWN, **condition.get("StringEquals", {})}}
    found = guarded(ADMINISTERED, allow("*", USE, {**condition, **of_account}), opts=opts, **of_key)
    served_by(made.arn, found)
    return found


@says_nothing()
def role_with_the_tag_that_the_key_asks_for() -> None:
    served(OF_SERVING, SERVING)


@says(NOT_GRANTED)
def role_with_another_tag_than_the_key_asks_for() -> None:
    served(OF_SERVING, TRAINING)


@says(NOT_GRANTED)
def role_without_the_tag_that_the_key_asks_for() -> None:
    served(OF_SERVING)


@says_nothing()
def role_whose_tag_is_that_of_the_key() -> None:
    served(ABAC, SERVING, tags=SERVING)


@says(update=(NOT_GRANTED,))
def role_whose_tag_is_not_known_before_the_update() -> None:
    served(OF_SERVING, {"team": later("training").apply(str)})


def tagging(**arguments: Any) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=aws.Provider("tagging", region="us-east-1", **arguments))


@says_nothing()
def role_with_a_tag_of_its_provider() -> None:
    served(OF_SERVING, opts=tagging(default_tags={"tags": SERVING}))


@says(NOT_GRANTED)
def role_with_a_tag_of_its_own_instead_of_its_providers() -> None:
    served(OF_SERVING, TRAINING, opts=tagging(default_tags={"tags": SERVING}))


@says_nothing()
def role_whose_tags_the_provider_leaves_to_others() -> None:
    served(OF_SERVING, opts=tagging(ignore_tags={"key_prefixes": ["te"]}))


@says_nothing()
def role_whose_tags_are_not_changed() -> None:
    served(OF_SERVING, TRAINING, opts=pulumi.ResourceOptions(ignore_changes=["tags"]))


@says_nothing()
def role_one_of_whose_tags_is_not_changed() -> None:
    served(OF_SERVING, TRAINING, opts=pulumi.ResourceOptions(ignore_changes=['tags["team"]']))


@says(NOT_GRANTED)
def role_whose_path_is_not_changed() -> None:
    served(OF_SERVING, TRAINING, opts=pulumi.ResourceOptions(ignore_changes=["path", "tag"]))


@says_nothing(stack=Stack({"aws:region": "us-east-1", "aws:defaultTags": json.dumps({"tags": SERVING})}))
def role_with_a_tag_of_the_stacks_configuration() -> None:
    served(OF_SERVING)


@says(NOT_GRANTED)
def key_with_another_tag_than_its_policy_asks_for() -> None:
    made = guarded(BY_ROOT, deny("*", USE, {"StringNotEquals": {"aws:ResourceTag/team": "serving"}}), tags=TRAINING)
    pair(kms_key_arn=made.arn, execution_role_arn=ADMIN)


@says_nothing()
def key_with_the_tag_that_its_policy_asks_for() -> None:
    made = guarded(BY_ROOT, deny("*", USE, {"StringNotEquals": {"aws:ResourceTag/team": "serving"}}), tags=SERVING)
    pair(kms_key_arn=made.arn, execution_role_arn=ADMIN)


def aliased(condition: Any, *names: str) -> None:
    made = guarded(BY_ROOT, deny("*", USE, condition))
    for name in names:
        aws.kms.Alias(name.rpartition("/")[2], name=name, target_key_id=made.key_id)
    pair(kms_key_arn=made.arn, execution_role_arn=ADMIN)


@says(NOT_GRANTED)
def key_with_an_alias_that_its_policy_denies() -> None:
    aliased({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/training"}}, "alias/training")


@says_nothing()
def key_with_another_alias_than_its_policy_denies() -> None:
    aliased({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/training"}}, "alias/serving")


@says(NOT_GRANTED)
def key_with_an_alias_besides_those_that_its_policy_allows() -> None:
    condition = {"ForAnyValue:StringNotEquals": {"kms:ResourceAliases": "alias/serving"}}
    aliased(condition, "alias/serving", "alias/training")


def asked_for_by_an_alias() -> aws.kms.Key:
    """A key that may be used to decrypt by an alias only."""
    by_alias = {"StringLike": {"kms:RequestAlias": "alias/*"}}
    return guarded(ADMINISTERED, allow({"AWS": ROLE}, USE[1:]), allow({"AWS": ROLE}, USE[0], by_alias))


@says(update=(NOT_GRANTED,))
def key_that_is_asked_for_by_an_alias_and_named_by_its_arn() -> None:
    pair(kms_key_arn=asked_for_by_an_alias().arn, execution_role_arn=ROLE)


@says_nothing()
def key_that_is_asked_for_by_an_alias_and_named_by_it() -> None:
    alias = aws.kms.Alias("serving", name="alias/serving", target_key_id=asked_for_by_an_alias().key_id)
    pair(kms_key_arn=alias.arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def role_whose_own_policy_asks_for_another_tag() -> None:
    using = json.dumps(document(allow(None, USE, TAGGED_SERVING)))
    made = role(tags=TRAINING, inline_policies=[{"name": "using", "policy": using}])
    served_by(made.arn, guarded(BY_ROOT, tags=TRAINING))


@says_nothing()
def role_whose_own_policy_asks_for_the_tag_of_the_key() -> None:
    using = json.dumps(document(allow(None, USE, TAGGED_SERVING)))
    made = role(tags=TRAINING, inline_policies=[{"name": "using", "policy": using}])
    served_by(made.arn, guarded(BY_ROOT, tags=SERVING))
