"""Lists the types of Pulumi's AWS packages that concern this pack: SageMaker hosting, its keys and roles.

    python -m tools.speaking_types

rewrites `tests/schemas/types.json` from the installed packages (``pip install pulumi-aws pulumi-aws-native``), and
keeps the entries of the others. A test checks that each type is read, or reported as not read, or known to host
nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "tests" / "schemas" / "types.json"
PACKAGES = {"aws": "pulumi_aws", "aws-native": "pulumi_aws_native"}

# A resource's class passes its type to its base class; its properties, and those of its nested types, are methods.
_TYPE = re.compile(r"super\((\w+), __self__\)\.__init__\(\s*'([a-z-]+:[\w/-]+:\w+)'")
_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
_PROPERTY = re.compile(r"^    def (\w+)\(self\) ->", re.MULTILINE)

_SERVICES = re.compile("^(aws:sagemaker/|aws-native:sagemaker:|aws:kms/|aws-native:kms:)")
_SPEAKS = re.compile("sagemaker|^endpointconfig(uration)?(name|arn)$|productionvariant|inferenceexperiment")


def installed() -> Iterator[str]:
    """The packages that are installed here."""
    for name, module in PACKAGES.items():
        if find_spec(module) is not None:
            yield name


def described(package: str) -> dict[str, Any]:
    """The version of an installed package, and its types that mention these things, with the matching words."""
    spec = find_spec(PACKAGES[package])
    assert spec is not None
    assert spec.origin is not None
    found: dict[str, list[str]] = {}
    for folder in sorted(each for each in Path(spec.origin).parent.iterdir() if each.is_dir()):
        for kind, words in _speaking(folder):
            found[kind] = sorted(words)
    return {"version": version(PACKAGES[package].replace("_", "-")), "types": dict(sorted(found.items()))}


def _speaking(folder: Path) -> Iterator[tuple[str, set[str]]]:
    inputs = folder / "_inputs.py"
    nested = dict(_classes(inputs.read_text(encoding="utf-8"))) if inputs.exists() else {}
    for file in sorted(folder.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        for name, kind in _TYPE.findall(text):
            own = set(_PROPERTY.findall(text))
            own |= {word for each, words in nested.items() if each.startswith(name) for word in words}
            words = {word for word in own if _SPEAKS.search(word.replace("_", ""))}
            if words or _SERVICES.match(kind) or _SPEAKS.search(re.sub("[^a-z]", "", kind.lower())):
                yield kind, words


def _classes(text: str) -> Iterator[tuple[str, set[str]]]:
    """The classes in a file and the names of their properties."""
    starts = [*_CLASS.finditer(text)]
    for each, following in zip(starts, [*starts[1:], None]):
        yield each[1], set(_PROPERTY.findall(text[each.end() : following.start() if following else len(text)]))


def main() -> None:
    known: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    known.update((name, described(name)) for name in installed())
    FILE.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
