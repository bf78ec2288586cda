"""The generated pages: one for each policy and for each carrier, and lists of both."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

from policy_pack.carriers import CARRIERS
from policy_pack.commands.reference import type_of
from policy_pack.judging.policy import DISABLED, RESOURCE, Policy
from policy_pack.policies import PACK
from tests.matrix import cases as matrix
from tools.site.examples import section

# An example value for each setting, for its page.
SAMPLES: dict[str, Any] = {
    "undecided": "refuse",
    "honorTemplateSuppressions": True,
    "instanceStorageOnly": "exempt",
    "keyArnByRegion": {"eu-west-1": "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"},
    "allowedKeyArns": ["arn:aws:kms:eu-west-1:111122223333:key/*"],
    "allowedAccounts": ["111122223333"],
    "allowAliases": False,
    "region": "eu-west-1",
    "deployers": ["arn:aws:iam::111122223333:role/deploy"],
    "allowedPrincipals": ["arn:aws:iam::*:role/serving-*"],
    "allowedOrganizations": ["o-a1b2c3d4e5"],
    "serviceSourceRequired": True,
    "maxRotationDays": 365,
    "externalConfigurations": ["blue-green-*"],
    "budgetSeconds": 20,
    "onError": "ignore",
    "allowProviderProfile": False,
}


def policy_page(policy: Policy) -> str:
    """The page of a policy."""
    return "\n".join(_policy(policy)) + "\n"


def _policy(policy: Policy) -> Iterator[str]:
    kind = "Resource" if policy.kind == RESOURCE else "Stack"
    level = "disabled by default" if policy.level == DISABLED else f"{policy.level} by default"
    yield from (f"# {policy.name}", "", f"**{policy.title}.** {_prose(policy.description)}", "")
    yield f"{kind} policy, {level}, severity {policy.severity}. Full name: `{PACK.full_name(policy)}`."
    yield from ("", "## Why", "", _prose(policy.risk), "", "## What to do", "", _prose(policy.remediation), "")
    if policy.bad:
        yield from section(policy)
    yield from _settings(policy)
    yield from _exemptions(policy)
    asking = PACK.control.requirements_of(policy.name)
    if asking:
        yield from ("## Requirements", "")
        yield from (f"- {each.label}: {_prose(each.title)}" for each in asking)
        yield ""
    yield from ("## Source", "", f"<{policy.url}>", "")


def _settings(policy: Policy) -> Iterator[str]:
    yield from ("## Settings", "")
    if not policy.settings:
        yield from ("This policy has only [the settings of every policy](../policies.md#settings-of-every-policy).", "")
        return
    yield from ("| Setting | Type | Default | Meaning |", "| --- | --- | --- | --- |")
    for setting in policy.settings:
        schema = setting.schema
        default = f"`{json.dumps(schema['default'])}`" if "default" in schema else ""
        cells = (f"`{setting.name}`", type_of(schema), default, _prose(schema["description"]))
        yield "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |"
    yield from ("", *_json(settings_example(policy)), "")
    yield from (
        "[Configuration](../configuration.md) says where this goes. Every policy also has "
        "[common settings](../policies.md#settings-of-every-policy).",
        "",
    )


def settings_example(policy: Policy) -> dict[str, Any]:
    """A configuration with a value for each setting of a policy."""
    return {PACK.full_name(policy): {each.name: SAMPLES[each.name] for each in policy.settings}}


def _exemptions(policy: Policy) -> Iterator[str]:
    yield from ("## Exempt a resource", "")
    yield from (*_json(exemption_example(policy)), "")
    yield from ("[Exemptions](../exemptions.md) explains each part.", "")


def exemption_example(policy: Policy) -> dict[str, Any]:
    """A configuration that exempts a resource from a policy."""
    exemption = {
        "resource": "urn:pulumi:prod::shop::*::ranking",
        "reason": "Accepted in the risk register.",
        "expires": "2027-06-30",
        "ticket": "RISK-12",
    }
    return {PACK.full_name(policy): {"exemptions": [exemption]}}


def policies_index() -> str:
    """The list of policies."""
    lines = ["# Policies", "", "| Policy | Level | Severity | What it asks for |", "| --- | --- | --- | --- |"]
    lines += [
        f"| [`{each.name}`]({each.name}.md) | {each.level} | {each.severity} | {_prose(each.description)} |"
        for each in PACK.policies
    ]
    lines += ["", f"Full names begin with `{PACK.prefix}`. [All on one page](../policies.md)."]
    return "\n".join(lines) + "\n"


def carrier_slug(carrier: Any) -> str:
    """The file name of a carrier's page, without the extension."""
    return re.sub("[^a-z0-9]+", "-", carrier.TITLE.lower())


def carrier_page(carrier: Any) -> str:
    """The page of a carrier: its module's documentation, and the types that it reads."""
    summary, _, rest = _documentation(carrier)
    title = carrier.TITLE[0].upper() + carrier.TITLE[1:] if " " in carrier.TITLE else carrier.TITLE
    lines = [f"# {title}", "", _code(summary), "", *(_code(part) + "\n" for part in rest.split("\n\n") if part)]
    lines += ["## Resource types", "", "| Type | Read as | Checked |", "| --- | --- | --- |"]
    for kind, reads in carrier.READERS.items():
        lines.append(f"| `{kind}` | {reads.makes.__name__} | {'yes' if reads.is_subject else 'together with others'} |")
    writers = [f"`{kind}`" for kind in carrier.KEY_WRITERS]
    filled = (
        f"The level `remediate` fills in a key for {', '.join(writers)}."
        if writers
        else (
            "The level `remediate` cannot fill in a key here, so a configuration without one is a mandatory violation."
        )
    )
    return "\n".join([*lines, "", filled, "", f"A `{'*'}` stands for any package name.", ""])


def _documentation(carrier: Any) -> tuple[str, str, str]:
    return (inspect.getdoc(carrier) or "").partition("\n\n")


def _summary(carrier: Any) -> str:
    return _documentation(carrier)[0].removeprefix(f"{carrier.TITLE}: ")


def carriers_index() -> str:
    """The list of carriers, and the carriers that each policy is tested with."""
    lines = ["# Carriers", "", "A carrier is a way for an endpoint configuration to get into a stack.", ""]
    lines += [f"- [{each.TITLE}]({carrier_slug(each)}.md): {_code(_summary(each))}" for each in CARRIERS]
    table = re.sub(r"\(docs/policies\.md#([\w-]+)\)", r"(../policies/\1.md)", matrix.markdown())
    lines += ["", "## What each policy is tested with", "", table, ""]
    lines += ["[Contributing](../contributing.md#a-new-carrier) says how to add a carrier.", ""]
    return "\n".join(lines)


def _json(value: Any) -> Iterator[str]:
    yield from ("```json", *json.dumps(value, indent=2).split("\n"), "```")


def _prose(text: str) -> str:
    return text.replace("*", "\\*").replace("<", "&lt;")


def _code(text: str) -> str:
    """A paragraph of a docstring as Markdown."""
    return re.sub("``?([^`]+)``?", r"`\1`", text)
