"""Stepping over what nobody reads changes no answer, and nothing hides in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policy_pack.audit import skim
from policy_pack.audit.files import parse_json
from policy_pack.audit.run import audit
from policy_pack.audit.state import State, parse
from policy_pack.audit.unusable import Unusable
from tests.audit.auditing import options
from tests.audit.states import (
    CONFIGURATION,
    ENDPOINT,
    KEY,
    KEY_TYPE,
    PROVIDER,
    configuration,
    encrypted,
    export,
    resource,
    urn,
)

BUCKET = "aws:s3/bucket:Bucket"
TWICE = "has an object with a duplicate key, so it is ambiguous"


def bucket(name: str = "bucket", **more: Any) -> dict[str, Any]:
    return resource(BUCKET, name, {"tags": {"type": "x", "a": [1.5e3, True, None, {}]}, "text": 'é "\\" \n'}, **more)


needs_simdjson = pytest.mark.skipif(skim.simdjson is None, reason="without simdjson, nothing is stepped over")


def _said(text: bytes, read: Callable[[bytes], Any]) -> Any:
    """What becomes of a text: all that is taken from it, or why it is refused."""
    try:
        state = parse(read(text))
    except Unusable as error:
        return type(error), str(error)
    except RecursionError:
        return "is nested too deeply"
    return _content(state)


def _content(state: State) -> Any:
    resources = [
        (each.urn, each.type, each.name, dict(each.properties), each.property_sources, each.provider)
        for each in (*state.inputs, *state.outputs)
    ]
    about = (state.kind, state.organization, state.project, state.stack, state.resources, state.left_out)
    return about, dict(state.config), repr(resources), state.entries


def _is_skimmed(text: bytes) -> bool:
    """Whether something is stepped over, so that a test of it does not pass for want of that."""
    return json.dumps(skim.parse(text)) != json.dumps(parse_json(text))


# ---- the same answers ----

_TYPES = st.sampled_from([BUCKET, CONFIGURATION, ENDPOINT, KEY_TYPE, PROVIDER, "pulumi:pulumi:Stack", "é\x00:b:C", ""])
_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from([KEY, CONFIGURATION, '"resources": [', "[]", "\\", '\\"', "/"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
_RESOURCES = st.fixed_dictionaries(
    {"type": st.one_of(_TYPES, _VALUES), "inputs": st.dictionaries(st.text(max_size=5), _VALUES, max_size=3)},
    optional={
        "urn": st.one_of(st.builds(urn, _TYPES, st.text(max_size=5)), _VALUES),
        "delete": st.one_of(st.booleans(), _VALUES),
        "outputs": st.one_of(st.dictionaries(st.text(max_size=5), _VALUES, max_size=3), _VALUES),
        "propertyDependencies": _VALUES,
        "provider": st.builds(lambda name: f"{urn(PROVIDER, name)}::id", st.text(max_size=3)),
    },
)
_LISTS = st.lists(st.one_of(_RESOURCES, _RESOURCES, _VALUES), max_size=5)


def _export(resources: Any, more: dict[str, Any]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"manifest": {}, "resources": resources, **more}}


def _checkpoint(resources: Any, more: dict[str, Any]) -> dict[str, Any]:
    return {"version": 3, "checkpoint": {"stack": "acme/shop/dev", "latest": {**more, "resources": resources}}}


_DOCUMENTS = st.builds(
    lambda form, resources, more: form(resources, more),
    st.sampled_from([_export, _checkpoint]),
    st.one_of(_LISTS, _LISTS, _LISTS, _VALUES),
    st.dictionaries(st.sampled_from(["metadata", "pending_operations", "resources", "manifest"]), _VALUES, max_size=2),
)


@pytest.mark.slow
@pytest.mark.unmeasured
@settings(max_examples=300, deadline=None)
@given(_DOCUMENTS, st.sampled_from([None, 4]), st.booleans())
def test_any_stack(document: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert _said(text, skim.parse) == _said(text, parse_json)


_TEXT = json.dumps(
    export(
        bucket(),
        resource(PROVIDER, "aws", {"region": "us-east-1"}),
        configuration(kmsKeyArn=encrypted()),
        bucket("other"),
    ),
    indent=1,
    ensure_ascii=False,
).encode()
_PIECES = st.sampled_from(
    [b"", b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"\\u0074", b"NaN", b"\x00", b"\xff", b'"type"', b"1", b"\n"]
)


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(_TEXT)), st.integers(0, 3), _PIECES)
@example(_TEXT.index(b'"type": "x"') + 1, 4, b"a")  # a name that is there already, of what nobody reads
def test_any_damage(at: int, length: int, piece: bytes) -> None:
    text = _TEXT[:at] + piece + _TEXT[at + length :]
    strict = _said(text, parse_json)
    if strict != (Unusable, TWICE):  # what nobody reads may say a thing twice
        assert _said(text, skim.parse) == strict


@needs_simdjson
@pytest.mark.parametrize(
    "document",
    [
        export(bucket(), bucket("other")),
        export(bucket(), configuration(), bucket("other"), {"type": KEY_TYPE, "urn": urn(KEY_TYPE, "key")}),
        export(resource(KEY_TYPE, "key"), bucket()),
        _checkpoint([bucket(), configuration()], {}),
        _export([bucket(), configuration()], {"pending_operations": [{"resource": bucket(), "type": "creating"}]}),
        _export([bucket(), configuration()], {"metadata": {"resources": [{"a": '"resources": []'}]}}),
        _export([bucket(propertyDependencies={}), configuration(propertyDependencies={"a": []})], {}),
    ],
)
@pytest.mark.parametrize("indent", [None, 4])
def test_what_is_skimmed(document: Any, indent: int | None) -> None:
    text = json.dumps(document, indent=indent).encode()
    assert _is_skimmed(text)
    assert _said(text, skim.parse) == _said(text, parse_json)


@needs_simdjson
def test_whether_a_resource_says_what_it_depends_on() -> None:
    given = export(bucket(propertyDependencies={"a": [urn(BUCKET, "b")]}), bucket("other"), configuration())
    resources = skim.parse(json.dumps(given).encode())["deployment"]["resources"]
    assert resources[0] == {"type": BUCKET, "urn": urn(BUCKET, "bucket"), "propertyDependencies": {}}
    assert resources[1] == {"type": BUCKET, "urn": urn(BUCKET, "bucket")}  # that of the first says which stack it is
    assert resources[2] == configuration()


# ---- nothing hides ----

_HIDDEN = json.dumps(configuration(), separators=(",", ":"))  # without a key
_BUCKET = json.dumps(bucket(), separators=(",", ":"))
_TYPE = f'"type":"{CONFIGURATION}"'
_OTHER = f'"type":"{BUCKET}"'


def _stack(*resources: str, before: str = "", after: str = "") -> str:
    return f'{{"version":3,"deployment":{{{before}"resources":[{",".join(resources)}]{after}}}}}'


def _spelled(text: str, *which: int) -> str:
    """`text` with some of its characters as escapes."""
    return "".join(f"\\u{ord(each):04x}" if index in which else each for index, each in enumerate(text))


HIDING = {
    "not at all": _stack(_BUCKET, _HIDDEN),
    "an escape in the type": _stack(_BUCKET, _HIDDEN.replace(CONFIGURATION, _spelled(CONFIGURATION, 0, 5, 40))),
    "an escaped slash in the type": _stack(_BUCKET, _HIDDEN.replace(CONFIGURATION, CONFIGURATION.replace("/", "\\/"))),
    "every letter of the type escaped": _stack(_HIDDEN.replace(CONFIGURATION, _spelled(CONFIGURATION, *range(99)))),
    "an escape in the name of the type": _stack(_BUCKET, _HIDDEN.replace('"type"', f'"{_spelled("type", 1)}"')),
    "an escape in the name of the inputs": _stack(_BUCKET, _HIDDEN.replace('"inputs"', f'"{_spelled("inputs", 0)}"')),
    "a type given twice": _stack(_BUCKET, _HIDDEN.replace(_TYPE, f"{_TYPE},{_OTHER}")),
    "a type given twice, the other way": _stack(_BUCKET, _HIDDEN.replace(_TYPE, f"{_OTHER},{_TYPE}")),
    "a type given twice, once with an escape": _stack(
        _BUCKET, _HIDDEN.replace(_TYPE, f'"{_spelled("type", 3)}":"{CONFIGURATION}",{_OTHER}')
    ),
    "a type given twice, both with an escape": _stack(
        _HIDDEN.replace(
            _TYPE, f'"typ\\u0065":"{_spelled(CONFIGURATION, 7)}","{_spelled("type", 0)}":"{_spelled(BUCKET, 3)}"'
        )
    ),
    "a type given three times": _stack(_HIDDEN.replace(_TYPE, f"{_OTHER},{_TYPE},{_OTHER}")),
    "a type that is then null": _stack(_BUCKET, _HIDDEN.replace(_TYPE, f'{_TYPE},"type":null')),
    "a type that is then an object": _stack(_BUCKET, _HIDDEN.replace(_TYPE, f'{_TYPE},"type":{{"a":{_BUCKET}}}')),
    "a type after a list of types": _stack(_BUCKET, _HIDDEN.replace(_TYPE, f'"type":["{CONFIGURATION}"],{_OTHER}')),
    "deleted in a second breath": _stack(_BUCKET, _HIDDEN.replace(_TYPE, f'{_TYPE},"delete":false,"delete":true')),
    "inputs given twice": _stack(_HIDDEN.replace('"outputs"', f'"inputs":{{"kmsKeyArn":"{KEY}"}},"outputs"')),
    "resources given twice": _stack(_HIDDEN, after=f',"resources":[{_BUCKET}]'),
    "resources given twice, then none": _stack(_HIDDEN, after=',"resources":[]'),
    "resources given twice, first none": _stack(_BUCKET, before=f'"resources":[{_HIDDEN}],'),
    "resources given twice, with an escape": _stack(_HIDDEN, after=f',"resourc\\u0065s":[{_BUCKET}]'),
    "resources that are then null": _stack(_HIDDEN, after=',"resources":null'),
    "a deployment given twice": _stack(_HIDDEN)[:-1] + f',"deployment":{{"resources":[{_BUCKET}]}}}}',
    "a deployment given twice, first empty": f'{{"deployment":{{"resources":[]}},{_stack(_BUCKET)[1:]}',
    "a deployment given twice, with an escape": _stack(_HIDDEN)[:-1] + ',"deploymen\\u0074":null}',
    "a checkpoint beside it": _stack(_HIDDEN)[:-1] + ',"checkpoint":null}',
    "the list within a text before it": _stack(_HIDDEN, before='"manifest":"\\"resources\\": [",'),
    "another list of that name before it": _stack(_HIDDEN, before=f'"metadata":{{"resources":[{_BUCKET}]}},'),
    "another list of that name after it": _stack(_HIDDEN, after=f',"metadata":{{"resources":[{_BUCKET}]}}'),
    "a text that looks like the end": _stack(_HIDDEN, after=',"metadata":{"a":"]}}","b":["]"]}'),
    "many lists after it": _stack(_HIDDEN, after=',"metadata":{"a":[[],[],[],[],[],[],[],[],[],[],[],[]]}'),
    "not a number": _stack(_BUCKET.replace("1500.0", "NaN"), _HIDDEN),
    "infinity where nobody reads": _stack(_BUCKET.replace("1500.0", "-Infinity")),
    "half a character where nobody reads": _stack(_BUCKET, _HIDDEN).replace("bucket-id", "\udcff"),
    "a control character where nobody reads": _stack(_BUCKET.replace("bucket-id", "\x01"), _HIDDEN),
    "a list within the list": _stack(f"[{_HIDDEN}]"),
    "deep below": _stack('{"type":' * 3000 + _HIDDEN + "}" * 3000),
    "deep within": _stack(_HIDDEN.replace('"region"', '"deep":' + "[" * 3000 + "]" * 3000 + ',"region"')),
    "a list around it": f"[{_stack(_HIDDEN)}]",
    "a list around the resources": f'[{{"resources":[{_HIDDEN}]}}]',
    "more than one document": _stack(_BUCKET) + _stack(_HIDDEN),
    "a resource without a type": _stack(_BUCKET, _HIDDEN.replace(f",{_TYPE}", "")),
    "a resource without a URN": _stack(_BUCKET, _HIDDEN.replace('"urn"', '"run"')),
    "a key without a URN, and nothing to judge": _stack(_BUCKET, f'{{"type":"{KEY_TYPE}"}}'),
}


@pytest.mark.parametrize("way", HIDING)
def test_nothing_hides(way: str, tmp_path: Path) -> None:
    """There is a violation or an error, and the one that there is where all is parsed."""
    text = HIDING[way].encode("utf-8", "surrogateescape")
    path = tmp_path / "state.json"
    path.write_bytes(text)
    report = audit([str(path)], options())
    assert report.problems or [each.resource for each in report.findings if each.level == "mandatory"] == ["config"]
    assert _said(text, skim.parse) == _said(text, parse_json)


@needs_simdjson
@pytest.mark.parametrize(
    ("way", "twice"),
    [
        ("in what nobody reads", _stack(_BUCKET.replace('"a":', '"type":'), _HIDDEN)),
        ("and speaks of SageMaker", _stack(_BUCKET.replace('"type":"x"', f'"a":"{CONFIGURATION}"'), _HIDDEN)),
        ("and speaks of it with an escape", _stack(_BUCKET.replace('"type":"x"', '"a":"s\\u0061gemaker"'), _HIDDEN)),
        ("in a provider", _stack(f'{{"type":"{PROVIDER}","urn":"{urn(PROVIDER, "a")}","id":"1","id":"2"}}', _HIDDEN)),
        ("in a key", _stack(_HIDDEN, f'{{"type":"{KEY_TYPE}","urn":"{urn(KEY_TYPE, "k")}","id":"1","id":"2"}}')),
    ],
)
def test_name_given_twice(way: str, twice: str) -> None:
    assert _said(twice.encode(), parse_json) == (Unusable, TWICE)
    refused = _said(twice.encode(), skim.parse) == (Unusable, TWICE)
    assert refused == (way != "in what nobody reads")


@pytest.mark.parametrize("name", ["type", "urn", "id", "inputs", "outputs", "propertyDependencies", "delete"])
@pytest.mark.parametrize("kind", [BUCKET, CONFIGURATION, KEY_TYPE])
def test_names_with_escapes(kind: str, name: str) -> None:
    """A name says the same, however it is spelled, in what is stepped over and in what is not."""
    given = json.dumps(resource(kind, "a", propertyDependencies={"x": []}, delete=True))
    text = _stack(given.replace(f'"{name}":', f'"{_spelled(name, 1)}":'), _HIDDEN)
    assert "\\u" in text
    assert skim.parse(text.encode()) == skim.parse(_stack(given, _HIDDEN).encode())
    assert _said(text.encode(), skim.parse) == _said(text.encode(), parse_json)


# ---- without simdjson ----


@pytest.mark.parametrize(
    "way", ["not at all", "a type given twice", "not a number", "another list of that name after it"]
)
def test_without_the_package(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is stepped over, and the answers are the same."""
    text = HIDING[way].encode()
    said = _said(text, skim.parse)
    monkeypatch.setattr(skim, "simdjson", None)
    assert _said(text, skim.parse) == said
    if way == "not at all":
        assert not _is_skimmed(text)


def test_the_package_may_be_missing() -> None:
    script = "import sys; sys.modules['simdjson'] = None; from policy_pack.audit import skim; print(skim.simdjson)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
