"""Programs that try to get an unencrypted endpoint, or one with a key that cannot work, past the pack."""

from __future__ import annotations

from tests.programs.blocks import config, endpoint, says

EXEMPT = {"exemptions": [{"resource": "legacy", "reason": "Moves next year.", "expires": "2999-01-01"}]}


@says("mandatory encryption-at-rest-enabled blue::legacy", settings={"encryption-at-rest-enabled": EXEMPT})
def a_name_that_ends_in_that_of_an_exempted_resource() -> None:
    endpoint(config("legacy").name, "exempted")
    endpoint(config("blue::legacy").name)
