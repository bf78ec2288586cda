"""Whatever an exported stack holds, it is judged, or there is a line that says why not."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_pack.audit.formats import as_json, text
from policy_pack.audit.run import audit
from policy_pack.carriers import READERS
from policy_pack.values import OUTPUT, SECRET, SIGNATURE, UNKNOWN_SENTINELS
from tests.audit.auditing import options
from tests.audit.states import ACCOUNT, KEY, KEY_ID, urn

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

_NAMES = (
    "kmsKeyArn kmsKeyId name endpointConfigName region policy arn keyId primaryKeyArn targetKeyId role policyArn "
    "productionVariants instanceType modelName dataCaptureConfig asyncInferenceConfig outputConfig coreDumpConfig "
    "templateBody templateUrl parameters Resources Type Properties typeName desiredState enableKeyRotation keySpec "
    "operations constraints inlinePolicies managedPolicyArns plaintext ciphertext value kms_key_arn name_prefix "
    "production_variants data_capture_config kms_key_id endpoint_config_name inline_policy"
).split()
_TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from([KEY, KEY_ID, "us-east-1", "true", "[secret]", "{}", '{"Resources": {}}', "a-1a2b3c4", "\ud800"]),
    st.sampled_from(["AWS::SageMaker::EndpointConfig", "AWS::KMS::Key", "alias/aws/x", SECRET, OUTPUT]),
    st.sampled_from(sorted(UNKNOWN_SENTINELS)),
)
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), _TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*_NAMES, SIGNATURE]), inner, max_size=4)
    ),
    max_leaves=8,
)
_PROPERTIES = st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=6)
_URNS = st.sampled_from([urn(kind, name) for kind in sorted(READERS) for name in ("a", "b\x1b[31m")])
_ENTRIES = st.fixed_dictionaries(
    {"urn": _URNS, "type": st.sampled_from(sorted(READERS)), "inputs": _PROPERTIES, "outputs": _PROPERTIES},
    optional={
        "id": _VALUES,
        "delete": st.booleans(),
        "parent": _VALUES,
        "provider": st.one_of(_URNS.map(lambda each: f"{each}::id"), _VALUES),
        "propertyDependencies": st.one_of(
            st.dictionaries(st.sampled_from(_NAMES), st.lists(_URNS, max_size=2)), _VALUES
        ),
    },
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_ENTRIES, max_size=5))
def test_stacks(resources: list[Any]) -> None:
    report = _audit({"version": 3, "deployment": {"resources": resources}})
    assert report.problems == ()
    assert len(report.sources) == 1
    written = text.write(report)
    assert "\x1b" not in written
    written.encode()
    json.loads(as_json.write(report))
    for each in report.configurations:
        assert ACCOUNT not in each.key and KEY_ID not in each.key


@settings(max_examples=300, deadline=None)
@given(st.one_of(_VALUES, st.dictionaries(st.sampled_from(["version", "deployment", "checkpoint", "steps"]), _VALUES)))
def test_documents(document: Any) -> None:
    report = _audit(document)
    assert len(report.problems) + len(report.sources) == 1
    assert not [each for each in report.problems if "an error in the policy pack" in each.text]


def _audit(document: Any) -> Any:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "state.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return audit([str(path)], options())
