"""Writes a software bill of materials (CycloneDX) of the pack and what requirements.lock installs: ``make sbom``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def pack(project: str) -> dict[str, Any]:
    """The main component of the bill, from the text of PulumiPolicy.yaml."""
    said = dict(re.findall(r"^(name|version|description|license): (.+)$", project, re.MULTILINE))
    return {
        "bom-ref": "pack",
        "type": "application",
        "name": said["name"],
        "version": said["version"],
        "description": said["description"],
        "licenses": [{"license": {"id": said["license"]}}],
    }


def bill(root: Path) -> dict[str, Any]:
    """The bill, which is the same for the same lock. Raises `subprocess.CalledProcessError`."""
    lock = root / "requirements.lock"
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "--of", "JSON", str(lock)]
    made: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    for component in made["components"]:
        # The tool repeats the line with all hashes, which have their own place in the bill.
        component["description"] = f"{component['name']} {component['version']} of requirements.lock"
    main = pack((root / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    made.setdefault("metadata", {})["component"] = main
    references = sorted(component["bom-ref"] for component in made["components"])
    others = [each for each in made.get("dependencies", []) if each["ref"] != "pack"]
    made["dependencies"] = [*others, {"ref": "pack", "dependsOn": references}]
    return made


def main() -> int:
    target = ROOT / "build" / "sbom.cdx.json"
    target.parent.mkdir(exist_ok=True)
    made = bill(ROOT)
    target.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    print(f"{len(made['components'])} components in {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
