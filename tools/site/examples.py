"""The examples on a policy's page in each language, and a note if a language cannot show the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from policy_pack.judging.policy import EXAMPLE, Policy
from tools.site import cloudformation, languages
from tools.site.programs import Resource, resources

WRITERS: Mapping[str, Callable[[Iterable[Resource]], str]] = {
    "TypeScript": languages.typescript,
    "YAML": languages.pulumi_yaml,
    "HCL": languages.hcl,
    "CloudFormation": cloudformation.template,
}
_HIGHLIGHTED = {"Python": "python", "TypeScript": "typescript", "YAML": "yaml", "HCL": "hcl", "CloudFormation": "yaml"}

_UNTOLD = (
    "Here, the account of the key is not known before the update, so at a preview the policy cannot tell whether the "
    "statement allows SageMaker, and reports nothing. An audit of the deployed stack can tell."
)
# Why the program in a language does not violate the policy, or not at a preview.
NOTES: Mapping[str, Mapping[str, str]] = {
    "key-resource-in-same-region": {"CloudFormation": "All resources of one template are in one region."},
    "endpoint-follows-replacement": {
        "CloudFormation": (
            "CloudFormation refuses to replace a configuration that has a fixed name, so no Endpoint of the same "
            "template is left behind. `replacement-safe` reports the fixed name."
        )
    },
    "carrier-readable": {"CloudFormation": "`template-readable` reports a Service Catalog product in a template."},
    "key-policy-grants-sagemaker": {"HCL": _UNTOLD, "CloudFormation": _UNTOLD},
}


def written(language: str, code: str) -> str:
    """A policy's program in a language other than Python."""
    return WRITERS[language](resources(code))


def section(policy: Policy) -> Iterator[str]:
    """The bad and the good program as Markdown, a tab for each language."""
    for title, code in (("Violates it", policy.bad), ("Meets it", policy.good)):
        yield from (f"## {title}", "")
        yield from _tab("Python", EXAMPLE + code)
        for language in WRITERS:
            note = NOTES.get(policy.name, {}).get(language)
            if note is None:
                yield from _tab(language, written(language, code))
            else:
                yield from (f'=== "{language}"', "", f"    {note}", "")


def _tab(language: str, code: str) -> Iterator[str]:
    yield from (f'=== "{language}"', "", f"    ```{_HIGHLIGHTED[language]}")
    yield from (f"    {line}" if line else "" for line in code.rstrip().split("\n"))
    yield from ("    ```", "")
