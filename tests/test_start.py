"""What is loaded before the pack prints its port, what is loaded after that, and what if that fails."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent, indent

import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.judging.policy import DISABLED, RESOURCE, STACK
from policy_pack.policies import PACK
from tests.conftest import ROOT
from tests.harness.answers import Answer
from tests.harness.engine import Engine
from tests.harness.program import deploy
from tests.programs.blocks import pair

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
SECRET = "a value that is nobody's business"

# What the pack waits for at the end of its start: the SDK sleeps once it has printed the port.
AT_THE_PORT = """
    import os, runpy, sys
    import pulumi_policy.policy

    def sleep(seconds):
        print(*sys.modules, flush=True)
        os._exit(0)

    pulumi_policy.policy.time.sleep = sleep
    runpy.run_path(".", run_name="__main__")
"""

A_PACK = """
    import sys
    from importlib.abc import MetaPathFinder
    sys.path.insert(0, {root!r})

    class Before(MetaPathFinder):
        '''Does something before a module is imported.'''
        def __init__(self, module, do):
            self.module, self.do = module, do
        def find_spec(self, name, path, target=None):
            if name == self.module:
                self.do()

    def fail(error):
        raise error

{before}

    from policy_pack.engine.serve import serve
    from policy_pack.policies import PACK
    serve(PACK, edge={edge})
"""


def a_pack(folder: Path, before: str, *, edge: bool = True) -> Path:
    """The pack, with lines that run before it is imported."""
    program = A_PACK.format(root=str(ROOT), before=indent(dedent(before).strip(), "    "), edge=edge)
    (folder / "__main__.py").write_text(dedent(program), encoding="utf-8")
    return folder


def ran(script: str) -> str:
    run = [sys.executable, "-c", dedent(script)]
    # Coverage would load modules of its own.
    env = {**os.environ, "COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}
    return subprocess.run(run, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=True).stdout


def requests() -> tuple[list[pb.AnalyzeRequest], pb.AnalyzeStackRequest]:
    """What the engine asks about a configuration without a key, its Endpoint, and resources of other types."""
    asked = deploy(pair).requests
    resources = [each for each in asked if isinstance(each, pb.AnalyzeRequest)]
    (stack,) = (each for each in asked if isinstance(each, pb.AnalyzeStackRequest))
    return [*resources, pb.AnalyzeRequest(type="aws:s3/bucket:Bucket", name="other")], stack


def said(answers: list[Answer]) -> list[list[tuple[str, str, str]]]:
    return [sorted(finding.triple for finding in each.findings) for each in answers]


def of_the_pack(modules: str) -> set[str]:
    return {each.removeprefix("policy_pack.") for each in modules.split() if each.startswith("policy_pack.")}


def test_the_port_is_printed_before_what_only_requests_need_is_loaded() -> None:
    port, modules = ran(AT_THE_PORT).splitlines()
    loaded = of_the_pack(modules)
    assert port.isdecimal()
    assert {"policies.key_rotation_enabled", "engine.serve", "engine.edge"} <= loaded
    assert {each for each in loaded if each.partition(".")[0] in ("carriers", "iam", "template")} == {"carriers"}
    helpers = {"_key_users", "_key_fixes", "_key_facts", "_own_account"}
    assert not loaded & {"aws.ask_kms", "aws.key_forms", "audit", "commands", *(f"policies.{each}" for each in helpers)}


def test_the_first_call_begins_to_load_the_rest() -> None:
    modules = ran(
        """
        import sys, threading
        from policy_pack.engine.late import LoadingOnFirstCall
        handler = LoadingOnFirstCall()
        assert "policy_pack.carriers.registry" not in sys.modules
        assert [handler.service(None) for _ in range(3)] == [None] * 3
        assert threading.active_count() <= 2
        for each in threading.enumerate():
            if each is not threading.current_thread():
                each.join()
        print(*sys.modules)
        """
    )
    loaded = of_the_pack(modules)
    assert {"carriers.registry", "carriers.terraform"} <= loaded
    assert not {each for each in loaded if each.partition(".")[0] in ("iam", "template")}


BEFORE = 'sys.meta_path.insert(0, Before("policy_pack.carriers.{}", lambda: {}))'
BROKEN = {
    "missing": 'sys.modules["policy_pack.carriers.unread"] = None',
    "incomplete": 'import types; sys.modules["policy_pack.carriers.classic"] = types.ModuleType("classic")',
    "no Python": BEFORE.format("ack", f'compile("{SECRET}", "x", "exec")'),
    "failing": BEFORE.format("kinds", f'fail(KeyError("{SECRET}"))'),
    "ending": BEFORE.format("place", f'fail(SystemExit("{SECRET}"))'),
}


@pytest.mark.slow
@pytest.mark.parametrize("edge", [True, False])
@pytest.mark.parametrize("broken", BROKEN)
def test_what_cannot_be_loaded_later_is_a_violation_of_every_policy(broken: str, edge: bool, tmp_path: Path) -> None:
    with Engine(a_pack(tmp_path, BROKEN[broken], edge=edge)) as engine:
        engine.configure({"key-in-same-region": "advisory", "replacement-safe": "remediate"})
        resources, stack = requests()
        answers = [*map(engine.analyze, [*resources, *resources])]
        of_stack = [engine.analyze_stack(stack) for _ in range(2)]
        remediated = engine.remediate(resources[0])
    told = engine.stderr  # whole once the process has ended
    levels = {each.name: each.level for each in PACK.policies if each.level != DISABLED}
    levels |= {"key-in-same-region": "advisory", "replacement-safe": "mandatory"}
    for kind, each in [*((RESOURCE, each) for each in answers), *((STACK, each) for each in of_stack)]:
        expected = {policy.name for policy in PACK.policies if policy.kind == kind and policy.name in levels}
        found = {finding.policy: finding.level for finding in each.findings}
        assert found == {name: levels[name] for name in expected}
        assert all("An error in the policy pack (" in finding.message for finding in each.findings)
    assert SECRET not in told + "".join(finding.message for each in answers for finding in each.findings)
    assert "sagemaker-endpoint-encryption: " in told
    assert isinstance(remediated.response, pb.RemediateResponse)
    assert not any(each.HasField("properties") for each in remediated.response.remediations)


NOT_BROKEN = {
    "a template, which the stack has not": 'sys.modules["policy_pack.template"] = None',
    "the audit": 'sys.modules["policy_pack.audit"] = sys.modules["policy_pack.commands"] = None',
    "AWS's SDK": 'sys.modules["boto3"] = sys.modules["policy_pack.aws.ask_kms"] = None',
    "before a request": """
        import threading
        def fail_once():
            if threading.current_thread().name == "loading":
                raise OSError("too many open files")
        sys.meta_path.insert(0, Before("policy_pack.carriers.classic", fail_once))
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("broken", NOT_BROKEN)
def test_what_nobody_needs_may_be_broken(broken: str, tmp_path: Path, engine: Engine) -> None:
    resources, stack = requests()
    whole = [*map(engine.analyze, resources), engine.analyze_stack(stack)]
    with Engine(a_pack(tmp_path, NOT_BROKEN[broken])) as other:
        other.configure({})
        answers = [*map(other.analyze, resources), other.analyze_stack(stack)]
    assert said(answers) == said(whole)
    assert any(said(whole))
    assert other.stderr == ""


@pytest.mark.slow
def test_early_requests_wait_for_what_is_being_loaded(tmp_path: Path, engine: Engine) -> None:
    slow = """
        import time
        for module in ("ack", "classic", "place", "registry", "unread"):
            sys.meta_path.insert(0, Before(f"policy_pack.carriers.{module}", lambda: time.sleep(0.1)))
    """
    resources, stack = requests()
    whole = [*map(engine.analyze, resources), engine.analyze_stack(stack)]

    def asked(number: int) -> list[Answer]:
        if number % 2:
            return [*map(early.analyze, resources), early.analyze_stack(stack)]
        last = early.analyze_stack(stack)
        return [*map(early.analyze, resources), last]

    with Engine(a_pack(tmp_path, slow)) as early, ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(asked, range(16)))
    assert all(said(each) == said(whole) for each in answers)


AN_AUDIT = """
    import contextlib, runpy, sys
    sys.argv = ["sagemaker-encryption", "--isolated", "audit", "--fail-on", "never", {state!r}]
    with contextlib.suppress(SystemExit):
        runpy.run_module("policy_pack", run_name="__main__")
    print()
    print(*sys.modules)
"""


def test_an_audit_of_one_state_loads_only_what_that_needs(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(
        """{"version": 3, "deployment": {"resources": [
            {"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "type": "pulumi:pulumi:Stack"},
            {"urn": "urn:pulumi:dev::shop::%s::config", "custom": true, "type": "%s",
             "inputs": {"productionVariants": []}, "outputs": {"productionVariants": []}}
        ]}}"""
        % ((CONFIGURATION,) * 2),
        encoding="utf-8",
    )
    *report, modules = ran(AN_AUDIT.format(state=str(state))).splitlines()
    assert any("encryption-at-rest-enabled" in line for line in report)
    others = {"rich", "jinja2", "jsonschema", "tomllib", "tomli", "yaml", "boto3", "pulumi", "pulumi_policy", "grpc"}
    others |= {"multiprocessing", "concurrent", "difflib", "zstandard", "trestle"}
    assert not others & set(modules.split())
    loaded = of_the_pack(modules)
    assert "carriers.registry" in loaded
    assert not {each for each in loaded if each.partition(".")[0] in ("iam", "template", "compose", "testing")}
    formats = {each for each in loaded if each.startswith("audit.formats.")}
    assert formats == {"audit.formats.text", "audit.formats.common"}


def imported(path: Path) -> Iterator[str]:
    """The modules that a file of the pack imports, anywhere but for types."""
    for statement in ast.walk(WithoutTypes().visit(ast.parse(path.read_text(encoding="utf-8")))):
        if isinstance(statement, ast.ImportFrom) and statement.module is not None:
            yield statement.module
            yield from (f"{statement.module}.{each.name}" for each in statement.names)
        elif isinstance(statement, ast.Import):
            yield from (each.name for each in statement.names)


class WithoutTypes(ast.NodeTransformer):
    """Leaves out what is imported only for types."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else node


def test_two_threads_never_wait_for_each_others_imports() -> None:
    """A package that imports its modules is entered by itself, since Python locks a module before its package."""
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / "policy_pack").rglob("*.py")
    }
    imports = {name: {each for each in imported(path) if each in files} for name, path in files.items()}
    at_start = {f"policy_pack.{each}" for each in of_the_pack(ran(AT_THE_PORT))}
    late = {name for name, path in files.items() if path.name == "__init__.py"} - at_start - {"policy_pack"}
    assert {"policy_pack.iam", "policy_pack.template"} <= late
    for package in late:
        inside = {name for name in files if name.startswith(f"{package}.")}
        if imports[package] & inside:
            around = {name for name, found in imports.items() if found & inside} - inside - {package}
            assert not around, (
                f"{', '.join(sorted(around))}: import this from {package}, which imports its modules itself"
            )
