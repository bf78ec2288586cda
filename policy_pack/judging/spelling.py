"""How a program spells the properties that a message tells its author to set.

A carrier names a property as its schema does (``kmsKeyArn``), which is the spelling of TypeScript, YAML and Java.
Python and HCL write ``kms_key_arn``, so a fix gives that spelling too, unless the program's language is another one.

Sources: "Pulumi Python SDK", for the names of properties; "stack tags" in the Pulumi Cloud documentation
(``pulumi:runtime``).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from policy_pack.expressions import expression

RUNTIME_TAG = "pulumi:runtime"

_SNAKE = {"python": "Python", "hcl": "HCL", "": "Python"}
_BY_ENDING = {
    ".py": "python",
    ".hcl": "hcl",
    ".tf": "hcl",
    ".pp": "hcl",
    ".ts": "nodejs",
    ".js": "nodejs",
    ".mjs": "nodejs",
    ".cjs": "nodejs",
    ".tsx": "nodejs",
    ".go": "go",
    ".cs": "dotnet",
    ".fs": "dotnet",
    ".java": "java",
    ".kt": "java",
    ".yaml": "yaml",
    ".yml": "yaml",
}
# A property or its path. Text in quotes is a name or part of a document.
_STEP = r"[a-z][A-Za-z0-9]*(?:\[\d+\])?"
_PROPERTY = expression(rf'"[^"\n]*"|(?<![\w.:/*<-])({_STEP}(?:\.{_STEP})*)(?![\w:(*-])')
_IN_A_MANIFEST = "spec."


def language_of(path: str | None) -> str:
    """The language of a program, from the path of one of its files (``infra/__main__.py``); "" if it is unknown."""
    return _BY_ENDING.get(f".{path.rpartition('.')[2].lower()}", "") if path is not None else ""


def spelled(text: str, language: str, others: Collection[str] = ()) -> str:
    """The text, with each property also in the language's spelling where it is first named.

    `language` is a Pulumi runtime, or "" if it is not known. `others` are names that are not properties (settings).
    """
    label = _SNAKE.get(language)
    if label is None:
        return text
    seen: set[str] = set()

    def both(match: re.Match[str]) -> str:
        name: str | None = match[1]
        if name is None or name in seen or name in others or name.islower() or name.startswith(_IN_A_MANIFEST):
            return match[0]
        seen.add(name)
        return f"{name} ({label}: {re.sub('[A-Z]', lambda each: f'_{each[0].lower()}', name)})"

    return _PROPERTY.sub(both, text)
