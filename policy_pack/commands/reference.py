"""The reference of the policies, made from the policies themselves: as data, and as Markdown short and in full."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policy_pack.judging.control import Identifier
from policy_pack.judging.frameworks import Requirement
from policy_pack.judging.policy import DISABLED, RESOURCE, Policy
from policy_pack.judging.settings import schemas
from policy_pack.policies import PACK

_EXAMPLE = {
    f"{PACK.prefix}customer-managed-key": {"allowedKeyArns": ["arn:aws:kms:eu-west-1:111122223333:key/*"]},
    f"{PACK.prefix}replacement-safe": {
        "enforcementLevel": "mandatory",
        "exceptStackTags": {"environment": ["sandbox-*"]},
        "exemptions": [
            {
                "resource": "urn:pulumi:prod::shop::*::legacy-*",
                "reason": "Renamed in the next release.",
                "expires": "2027-01-31",
                "ticket": "ML-1",
            }
        ],
    },
}


def data() -> dict[str, Any]:
    """The control and the policies, for JSON; `settings` are JSON schemas by name."""
    return {
        "control": {
            "id": PACK.control.id,
            "title": PACK.control.title,
            "statement": PACK.control.statement,
            "identifiers": [
                {"tool": each.tool, "id": each.id, "scope": each.scope, "url": each.url}
                for each in PACK.control.identifiers
            ],
            "requirements": [
                {
                    "framework": each.framework,
                    "version": each.version,
                    "reference": each.reference,
                    "title": each.title,
                    "how": each.how,
                    "caveat": each.caveat,
                    "policies": list(each.policies),
                    "whereEnabled": list(each.where_enabled),
                }
                for each in PACK.control.requirements
            ],
        },
        "policies": [
            {
                "name": PACK.full_name(policy),
                "title": policy.title,
                "description": policy.description,
                "risk": policy.risk,
                "remediation": policy.remediation,
                "kind": policy.kind,
                "level": policy.level,
                "severity": policy.severity,
                "remediates": policy.remediate is not None,
                "frameworks": [each.label for each in PACK.control.requirements_of(policy.name)],
                "tags": list(policy.tags),
                "url": policy.url,
                "settings": schemas(policy.settings),
            }
            for policy in PACK.policies
        ],
    }


def overview() -> str:
    """The policies as one table, which links to their sections in docs/policies.md."""
    rows = [
        (f"[`{each.name}`](docs/policies.md#{each.name})", each.level, each.severity, _prose(each.description))
        for each in PACK.policies
    ]
    return "\n".join(
        (
            *_table(("Policy", "Level", "Severity", "What it asks for"), rows),
            "",
            f"Full names begin with `{PACK.prefix}`. The level is the default: "
            "`mandatory` stops a preview, `advisory` warns.",
        )
    )


def document() -> str:
    """The reference in full, docs/policies.md."""
    return "\n".join(_document()) + "\n"


def type_of(schema: Mapping[str, Any]) -> str:
    """What a setting is, in words."""
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    span = f" from {low} to {high}" if low is not None and high is not None else ""
    kinds = {
        "array": "list of texts",
        "object": "object of texts",
        "boolean": "`true` or `false`",
        "integer": f"whole number{span}",
        "number": f"number{span}",
        "string": "text",
    }
    return kinds[schema["type"]]


def _document() -> Iterator[str]:
    yield "# The policies"
    yield ""
    yield "<!-- Made from the policies by `make docs`. -->"
    yield ""
    yield from _introduction()
    for policy in PACK.policies:
        yield from _section(policy)
    yield from _every_setting()
    yield from _control()


def _introduction() -> Iterator[str]:
    yield (
        f"Full names begin with `{PACK.prefix}`. A *resource* policy judges one resource by itself, in a preview and "
        "again right before an update makes it. A *stack* policy judges what belongs together: at the end of a "
        "preview, and after an update."
    )
    yield ""
    rows = [(f"[`{each.name}`](#{each.name})", each.kind, each.level, each.severity) for each in PACK.policies]
    yield from _table(("Policy", "Kind", "Level", "Severity"), rows)


def _section(policy: Policy) -> Iterator[str]:
    kind = "Resource" if policy.kind == RESOURCE else "Stack"
    yield from ("", f"## {policy.name}", "", f"**{policy.title}.** {_prose(policy.description)}", "")
    level = "disabled until it is given a level" if policy.level == DISABLED else f"{policy.level} by default"
    yield f"{kind} policy, {level}, severity {policy.severity}."
    yield from ("", f"*Why.* {_prose(policy.risk)}", "", f"*What to do.* {_prose(policy.remediation)}", "")
    if policy.settings:
        yield from _settings({setting.name: setting.schema for setting in policy.settings})
        yield ""
    asking = PACK.control.requirements_of(policy.name)
    if asking:
        yield from (f"*Asked for by.* {', '.join(each.label for each in asking)}.", "")
    yield f"*Source.* <{policy.url}>"


def _settings(settings: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        (f"`{name}`", type_of(schema), _default(schema), _prose(schema["description"]))
        for name, schema in settings.items()
    ]
    return _table(("Setting", "Type", "Default", "Meaning"), rows)


def _default(schema: Mapping[str, Any]) -> str:
    return f"`{json.dumps(schema['default'])}`" if "default" in schema else ""


def _every_setting() -> Iterator[str]:
    yield from ("", "## Settings of every policy", "")
    yield (
        "A configuration file has an entry for each policy by its full name: a level (`advisory`, `mandatory`, "
        "`remediate`, `disabled`), or an object with `enforcementLevel` and settings. `all` stands for every policy, "
        f"`key-verified-in-aws` included, and takes a level only. `remediate` means `mandatory` to policies other than "
        f"{' and '.join(f'`{each.name}`' for each in PACK.policies if each.remediate is not None)}."
    )
    yield ""
    rows = [(f"`{name}`", _prose(schema["description"])) for name, schema in schemas(()).items()]
    yield from _table(("Setting", "Meaning"), rows)
    yield ""
    yield (
        "The `resource` of an exemption is the one that is judged, or the key that is reported on; what a template "
        "makes goes by the name of the template's resource, a slash and its logical id. What of the settings cannot "
        "be used is left out, makes no policy more lenient, and is said by `settings-make-sense`."
    )
    yield from ("", "```json", json.dumps(_EXAMPLE, indent=2), "```")


def _control() -> Iterator[str]:
    yield from ("", "## The control that they enforce", "", f"{PACK.control.title}. {PACK.control.statement}", "")
    decide = ", ".join(map(_link, PACK.control.policies))
    yield from (f"The policies that decide on it: {decide}.", "")
    yield from (
        "A requirement is met by the policies that it asks for. What it asks for beyond those of the control has to be "
        "shown: where such a policy is disabled or has nothing to judge, as with a key that is not made in the stack, "
        "it is open whether the requirement is met.",
        "",
    )
    requirements = [(each.label, each.title, _how(each), _asked_for(each)) for each in PACK.control.requirements]
    yield from _table(("Requirement", "Its title", "How the policies help to meet it", "Asks for"), requirements)
    yield from ("", "Other tools' names of the same control:", "")
    identifiers = [(_tool(each), f"`{each.id}`") for each in PACK.control.identifiers]
    yield from _table(("Tool", "Identifier"), identifiers)


def _how(each: Requirement) -> str:
    return _prose(f"{each.how} {each.caveat}".strip())


def _asked_for(each: Requirement) -> str:
    more = ", ".join(_link(name) for name in each.policies if name not in PACK.control.policies)
    optional = ", ".join(map(_link, each.where_enabled))
    parts = ["the policies of the control", more, f"where it is enabled, {optional}" if optional else ""]
    return "; ".join(part for part in parts if part)


def _link(name: str) -> str:
    return f"[`{name}`](#{name})"


def _tool(each: Identifier) -> str:
    return f"[{each.label}]({each.url})" if each.url else each.label


def _prose(text: str) -> str:
    # Two asterisks of a pattern would make emphasis of what is between them.
    return text.replace("*", "\\*").replace("<", "&lt;")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
