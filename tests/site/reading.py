"""Programs in other languages than Python, read as far as the site's examples go, so that the pack can judge them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hcl2
import pulumi_aws as aws
import yaml

from tests.harness.bridged import Bridged
from tests.matrix.spelling import snake_case

Program = Callable[[], None]
_REFERENCE = re.compile(r"\$\{(\w+)\.(\w+)\}")


def of_yaml(text: str) -> Program:
    """A program in Pulumi's YAML. Source: "Pulumi YAML language reference", for references and `fn::toJSON`."""

    def program() -> None:
        made: dict[str, Any] = {}

        def value(given: Any) -> Any:
            if isinstance(given, dict):
                if given.keys() == {"fn::toJSON"}:
                    return json.dumps(given["fn::toJSON"])
                return {name: value(each) for name, each in given.items()}
            if isinstance(given, list):
                return [value(each) for each in given]
            found = _REFERENCE.fullmatch(given) if isinstance(given, str) else None
            return getattr(made[found[1]], snake_case(found[2])) if found else given

        for name, entry in yaml.safe_load(text)["resources"].items():
            _, module, kind = entry["type"].split(":")
            given = {snake_case(key): value(each) for key, each in entry.get("properties", {}).items()}
            made[name] = getattr(getattr(aws, module), kind)(entry.get("name", name), **given)

    return program


_PACKAGE = """
const made = [];
const service = (module) => new Proxy({}, { get: (_, kind) => class {
  constructor(label, args) {
    const index = made.push({ module, kind, label, args }) - 1;
    return new Proxy(this, { get: (target, name) => name === "toJSON" ? undefined : { reference: [index, name] } });
  }
} });
export const kms = service("kms"), sagemaker = service("sagemaker"), iam = service("iam");
export const cloudformation = service("cloudformation"), servicecatalog = service("servicecatalog");
process.on("exit", () => console.log(JSON.stringify(made)));
"""


def of_typescript(text: str, node: str, folder: Path) -> Program:
    """A program in TypeScript without types of its own, which Node.js runs beside a package that takes down what it
    makes."""
    package = folder / "node_modules" / "@pulumi" / "aws"
    package.mkdir(parents=True, exist_ok=True)
    (package / "index.js").write_text(_PACKAGE, "utf-8")
    (package / "package.json").write_text('{"type": "module", "main": "index.js"}', "utf-8")
    (folder / "index.mjs").write_text(text, "utf-8")
    printed = subprocess.run([node, "index.mjs"], cwd=folder, capture_output=True, text=True, check=True, timeout=60)

    def program() -> None:
        made: list[Any] = []

        def value(given: Any) -> Any:
            if isinstance(given, dict):
                if given.keys() == {"reference"}:
                    index, name = given["reference"]
                    return getattr(made[index], snake_case(name))
                return {name: value(each) for name, each in given.items()}
            return [value(each) for each in given] if isinstance(given, list) else given

        for entry in json.loads(printed.stdout):
            given = {snake_case(name): value(each) for name, each in entry["args"].items()}
            made.append(getattr(getattr(aws, entry["module"]), entry["kind"])(entry["label"], **given))

    return program


_SINGLE = {"data_capture_config"}  # blocks of which there is one at most: the bridge makes objects of them


def of_hcl(text: str) -> Program:
    """A program in HCL, as a bridged provider gets it."""

    def program() -> None:
        made: dict[str, Any] = {}
        for kind, label, body in _blocks(hcl2.loads(text)):
            given = {name: _hcl(each, name, made) for name, each in body.items() if not name.startswith("__")}
            token = "".join(part.capitalize() for part in kind.removeprefix("aws_").split("_"))
            made[f"{kind}.{label}"] = Bridged(token, label, None, **given)

    return program


def _blocks(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for block in document["resource"]:
        for kind, labels in block.items():
            for label, body in labels.items():
                if not label.startswith("__"):
                    yield kind.strip('"'), label.strip('"'), body


def _hcl(value: Any, name: str, made: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {_camel_case(key): _hcl(each, key, made) for key, each in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        elements = [_hcl(each, "", made) for each in value]
        return elements[0] if name in _SINGLE else elements
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"\$\{(\w+\.\w+)\.(\w+)\}", value)
    if found:
        return getattr(made[found[1]], found[2])
    if value.startswith("${jsonencode("):
        return json.dumps(_object(value.removeprefix("${jsonencode(").removesuffix(")}")))
    return value.strip('"')


def _object(expression: str) -> Any:
    """What an expression of HCL that holds texts, lists and objects alone is."""
    loaded = hcl2.loads(f"it = {expression}\n")["it"]

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key.strip('"'): plain(each) for key, each in value.items() if not key.startswith("__")}
        if isinstance(value, list):
            return [plain(each) for each in value]
        return value.strip('"') if isinstance(value, str) else value

    return plain(loaded)


def _camel_case(name: str) -> str:
    return re.sub("_([a-z0-9])", lambda match: match[1].upper(), name)
