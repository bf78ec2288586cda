"""The reference of the policies, generated from them: as data, and as short and full Markdown."""

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
    """The control and the policies as JSON data; `settings` are JSON schemas by name."""
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
    """A table of the policies with links to their sections in docs/policies.md."""
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
    """The full reference, docs/policies.md."""
    return "\n".join(_document()) + "\n"


def type_of(schema: Mapping[str, Any]) -> str:
    """The type of a setting, in words."""
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    span = f" from {low} to {high}" if low is not None and high is not None else ""
    kinds = {
        "array": "list of strings",
        "object": "object of strings",
        "boolean": "`true` or `false`",
        "integer": f"whole number{span}",
        "number": f"number{span}",
        "string": "string",
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
        f"Full names begin with `{PACK.prefix}`. A *resource* policy checks each resource by itself, at a preview and "
        "again right before an update makes it. A *stack* policy checks resources that belong together, at the end of "
        "a preview and after an update."
    )
    yield ""
    rows = [(f"[`{each.name}`](#{each.name})", each.kind, each.level, each.severity) for each in PACK.policies]
    yield from _table(("Policy", "Kind", "Level", "Severity"), rows)


def _section(policy: Policy) -> Iterator[str]:
    kind = "Resource" if policy.kind == RESOURCE else "Stack"
    yield from ("", f"## {policy.name}", "", f"**{policy.title}.** {_prose(policy.description)}", "")
    level = "disabled by default" if policy.level == DISABLED else f"{policy.level} by default"
    yield f"{kind} policy, {level}, severity {policy.severity}."
    yield from ("", f"*Why.* {_prose(policy.risk)}", "", f"*What to do.* {_prose(policy.remediation)}", "")
    if policy.settings:
        yield from _settings({setting.name: setting.schema for setting in policy.settings})
        yield ""
    asking = PACK.control.requirements_of(policy.name)
    if asking:
        yield from (f"*Required by.* {', '.join(each.label for each in asking)}.", "")
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
        f"including `key-verified-in-aws`, and takes only a level. `remediate` means `mandatory` for policies other "
        f"than {' and '.join(f'`{each.name}`' for each in PACK.policies if each.remediate is not None)}."
    )
    yield ""
    rows = [(f"`{name}`", _prose(schema["description"])) for name, schema in schemas(()).items()]
    yield from _table(("Setting", "Meaning"), rows)
    yield ""
    yield (
        "The `resource` of an exemption is the checked resource, or the key that a policy reports. For a resource in a "
        "template, it is the name of the template's resource, a slash and the logical ID. The pack drops unusable "
        "settings, which never makes a policy more lenient, and `settings-make-sense` reports them."
    )
    yield from ("", "```json", json.dumps(_EXAMPLE, indent=2), "```")


def _control() -> Iterator[str]:
    yield from ("", "## The control that they enforce", "", f"{PACK.control.title}. {PACK.control.statement}", "")
    decide = ", ".join(map(_link, PACK.control.policies))
    yield from (f"The policies that decide on it: {decide}.", "")
    yield from (
        "A requirement is met if the policies that it asks for are met. If it asks for more than the policies of the "
        "control, and such a policy is disabled or has nothing to check, for example because the key is not made in "
        "the stack, it is open whether the requirement is met.",
        "",
    )
    requirements = [(each.label, each.title, _how(each), _asked_for(each)) for each in PACK.control.requirements]
    yield from _table(("Requirement", "Title", "How the policies help to meet it", "Policies"), requirements)
    yield from ("", "Names of the same control in other tools:", "")
    identifiers = [(_tool(each), f"`{each.id}`") for each in PACK.control.identifiers]
    yield from _table(("Tool", "Identifier"), identifiers)


def _how(each: Requirement) -> str:
    return _prose(f"{each.how} {each.caveat}".strip())


def _asked_for(each: Requirement) -> str:
    more = ", ".join(_link(name) for name in each.policies if name not in PACK.control.policies)
    optional = ", ".join(map(_link, each.where_enabled))
    parts = ["the policies of the control", more, f"if it is enabled, {optional}" if optional else ""]
    return "; ".join(part for part in parts if part)


def _link(name: str) -> str:
    return f"[`{name}`](#{name})"


def _tool(each: Identifier) -> str:
    return f"[{each.label}]({each.url})" if each.url else each.label


def _prose(text: str) -> str:
    # Two asterisks in patterns would emphasize the text between them.
    return text.replace("*", "\\*").replace("<", "&lt;")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
