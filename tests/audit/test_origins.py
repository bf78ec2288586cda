"""Reports point to the line of the program that makes a resource, and to that of the state that describes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.evidence import Origin, Position
from policy_pack.audit.formats import junit, sarif, text
from policy_pack.audit.origins import Origins
from policy_pack.audit.run import audit
from tests.audit.auditing import command, options
from tests.audit.states import configuration, export, urn

EXPORTED = Path(__file__).parent / "cases" / "with_source_positions.json"
URN = urn("a:b:C", "c")


def origin(position: Any, *trace: Any, root: str = "") -> Origin:
    entry = {"sourcePosition": position, "stackTrace": [{"sourcePosition": each} for each in trace]}
    return Origins({URN: entry}, b"", root).of(URN)


@pytest.fixture
def exported(tmp_path: Path) -> str:
    """What the engine exported, its configuration without a key."""
    stack = json.loads(EXPORTED.read_text("utf-8"))
    for side in ("inputs", "outputs"):
        del stack["deployment"]["resources"][2][side]["kmsKeyArn"]
    path = tmp_path / "state.json"
    path.write_text(json.dumps(stack, indent=1), encoding="utf-8")
    return str(path)


def test_exported_stack() -> None:
    [config] = audit([str(EXPORTED)], options()).configurations
    assert (str(config.origin.program), [each.line for each in config.origin.calls]) == (
        "__main__.py:23",
        [23, 306, 423],
    )
    lines = EXPORTED.read_text("utf-8").splitlines()
    assert '"urn": "urn:pulumi:dev::shop::aws:sagemaker/endpointConf' in lines[config.origin.line - 1]


def test_sarif_points_to_the_program(exported: str) -> None:
    report = audit([exported], options(source_roots={"": "services/shop"}))
    result = json.loads(sarif.write(report))["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "services/shop/__main__.py"
    assert place["region"] == {"startLine": 23, "startColumn": 1, "endLine": 23, "endColumn": 2}
    [related] = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"].endswith("state.json")
    line = Path(exported).read_text("utf-8").splitlines()[related["physicalLocation"]["region"]["startLine"] - 1]
    assert line.strip().startswith('"urn": "urn:pulumi:dev::shop::aws:sagemaker/endpointConfiguration')
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [each["location"]["physicalLocation"]["region"]["startLine"] for each in flow] == [423, 306, 23]


def test_text_and_junit_name_the_line(exported: str) -> None:
    report = audit([exported], options())
    assert "__main__.py:23" in text.write(report)
    assert "::config at __main__.py:23" in junit.write(report).decode()


def test_without_positions_the_state_has_a_line(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(json.dumps(export(configuration("first"), configuration()), indent=2), encoding="utf-8")
    report = audit([str(path)], options())
    results = json.loads(sarif.write(report))["runs"][0]["results"]
    lines = path.read_text("utf-8").splitlines()
    for result in results:
        [location] = result["locations"]
        line = lines[location["physicalLocation"]["region"]["startLine"] - 1]
        assert location["logicalLocations"][0]["fullyQualifiedName"] in line
        assert "relatedLocations" not in result


@pytest.mark.parametrize("name", ["schlüssel", "a<b>&c", 'quo"te', "back\\slash"])
@pytest.mark.parametrize("how", ["as Go writes it", "in ASCII", "in UTF-8"])
def test_line_of_any_name(name: str, how: str, tmp_path: Path) -> None:
    written = json.dumps(export(configuration(), configuration(name)), indent=1, ensure_ascii=how == "in ASCII")
    if how == "as Go writes it":
        written = written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    path = tmp_path / "state.json"
    path.write_text(written, encoding="utf-8")
    [config] = [each for each in audit([str(path)], options()).configurations if each.label != "config"]
    line = written.splitlines()[config.origin.line - 1]
    assert json.loads(line.rstrip(",").partition(": ")[2]) == urn(config.type, name)


@pytest.mark.parametrize(
    ("position", "program"),
    [
        ("project:///__main__.py#23", Position("__main__.py", 23)),
        ("project:///src/index.ts#5,9", Position("src/index.ts", 5, 9)),
        ("project:///a%20b/%C3%A9.py#1", Position("a b/é.py", 1)),
        ("project:////x/../main.go#7", Position("main.go", 7)),
        ("project:///a%1b[31m.py#2", Position("a\\x1b[31m.py", 2)),
        ("file:///home/me/main.py#3", None),
        ("project:///main.py", None),
        ("project:///main.py#0", None),
        ("project:///main.py#x", None),
        ("project:///../lib/main.py#3", None),
        ("project:///%2e%2e/main.py#3", None),
        (f"project:///{'a' * 2000}#3", None),
        (None, None),
        (3, None),
        ([], None),
    ],
)
def test_positions(position: Any, program: Position | None) -> None:
    assert origin(position) == Origin(program)


def test_what_a_library_makes_is_made_by_the_line_that_calls_it() -> None:
    library, own = "project:///node_modules/@acme/ml/index.js#10,5", "project:///index.ts#4,1"
    assert origin(library, library, own) == Origin(Position("index.ts", 4, 1), (Position("index.ts", 4, 1),))
    within = "project:///venv/lib/python3.12/site-packages/acme/ml.py#99"
    assert origin("project:///__main__.py#2", within, "project:///__main__.py#8").calls == (Position("__main__.py", 8),)


@pytest.mark.parametrize("trace", [None, 3, {}, [3], [{}], [{"sourcePosition": 3}]])
def test_traces_of_any_form(trace: Any) -> None:
    assert Origins({URN: {"stackTrace": trace}}, b"").of(URN) == Origin()


def test_a_project_within_the_repository() -> None:
    assert origin("project:///main.py#3", root="infra") == Origin(Position("infra/main.py", 3))
    assert origin("project:///../lib/main.py#3", root="infra") == Origin(Position("lib/main.py", 3))
    assert origin("project:///../../main.py#3", root="infra") == Origin()


def test_option(exported: str) -> None:
    for given, shown in (("infra", "infra/__main__.py:23"), ("shop=./a/b", "a/b/__main__.py:23")):
        assert shown in command(exported, "--source-root", given).stdout
    assert " at __main__.py:23" in command(exported, "--source-root", "other=infra").stdout
    for refused in ("/srv", "../other", "shop=", ""):
        ran = command(exported, "--source-root", refused)
        assert (ran.returncode, "not a folder within the repository" in ran.stderr) == (2, True)
