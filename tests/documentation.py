"""The documentation made from policies and their tests: ``python -m tests.documentation`` writes it (``make docs``)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks import audit_costs, costs
from policy_pack.commands import reference
from policy_pack.policies import PACK
from tests.matrix import cases as matrix

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
AUDIT = ROOT / "benchmarks" / "audit.json"


def made() -> Iterator[tuple[Path, str]]:
    """The files, and what each is to hold."""
    readme = ROOT / "README.md"
    text = with_section(readme.read_text(encoding="utf-8"), "policies", reference.overview())
    text = with_section(text, "matrix", matrix.markdown())
    text = with_section(text, "costs", costs.markdown(json.loads(RESULTS.read_text(encoding="utf-8"))))
    text = with_section(text, "audit", audit_costs.markdown(json.loads(AUDIT.read_text(encoding="utf-8"))))
    quality = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    yield readme, with_section(text, "quality", section(quality, "summary"))
    yield ROOT / "docs" / "policies.md", reference.document()
    levels = {PACK.full_name(policy): policy.level for policy in PACK.policies}
    yield ROOT / "configs" / "mandatory.json", json.dumps(levels, indent=2) + "\n"


def section(text: str, name: str) -> str:
    """What a text has between its markers ``<!-- name -->`` and ``<!-- /name -->``."""
    return text.partition(f"<!-- {name} -->\n")[2].partition(f"\n<!-- /{name} -->")[0]


def with_section(text: str, name: str, content: str) -> str:
    """A text with `content` between its markers ``<!-- name -->`` and ``<!-- /name -->``."""
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"the markers {name} are not there once each")
    return re.sub(f"{start}.*?{end}", lambda _: f"{start}{content}\n{end}", text, flags=re.DOTALL)


def main() -> None:
    """Writes the files, and the pictures of a terminal, which show the policies' messages."""
    from tools.pictures import write_terminals  # starts the pack; nothing else here does

    for path, content in made():
        path.write_text(content, encoding="utf-8")
    write_terminals()


if __name__ == "__main__":
    main()
