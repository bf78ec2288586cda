"""Reports of audits that never were, for the tests of the formats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from hashlib import sha256

from policy_pack.audit.commands import commands
from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    ConfigurationEvidence,
    Finding,
    PolicyVerdict,
)
from policy_pack.audit.report import CHECKPOINT, STACK_EXPORT, PolicyInEffect, Problem, Report, Source
from policy_pack.judging.policy import DISABLED, MANDATORY
from policy_pack.policies import PACK

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
NO_KEY = "It sets no kmsKeyArn, so no key of yours protects what its instances keep on their volumes."

# Names that some reader of a format would obey if they reached it as they are.
HOSTILE = (
    "</script><script>hacked=1</script><img src=x onerror=hacked=1>",
    "'\"><svg/onload=hacked=1>",
    "=cmd|' /C calc'!A0",
    "+1;=HYPERLINK(1)",
    "@everyone see #1 and [this](javascript:hacked) https://hacked.example",
    "`` ` \\| <b>bold</b> | ~~~ &lt;",
    "{0} {{ 7*7 }} {% raw %} ]]> <!-- ${7*7}",
    "'; touch hacked; '$(touch hacked)`touch hacked`",
)

_LEVELS = {PACK.full_name(policy): policy for policy in PACK.policies}


def policies() -> tuple[PolicyInEffect, ...]:
    """The pack's policies at their default levels."""
    return tuple(
        PolicyInEffect(
            PACK.full_name(each),
            each.title,
            each.description,
            each.risk,
            each.remediation,
            each.url,
            each.level,
            each.severity,
            each.tags,
            decisive=each.level == MANDATORY,
        )
        for each in PACK.policies
    )


def source(name: str, stack: str = "dev", kind: str = STACK_EXPORT) -> Source:
    """An input."""
    return Source(name, sha256(name.encode()).hexdigest(), 48_211, kind, "acme", "serving", stack, 203)


def verdict(policy: str, status: str, **texts: str) -> PolicyVerdict:
    """What a policy, by its short name, says of a configuration."""
    of = _LEVELS[PACK.prefix + policy]
    return PolicyVerdict(PACK.full_name(of), status, of.level, of.severity, **texts)


def violated(policy: str, why: str = NO_KEY) -> PolicyVerdict:
    """A violation."""
    return verdict(policy, NON_COMPLIANT, why=why, fix="Set kmsKeyArn to the ARN of a key in the same region.")


def exempted(policy: str, *, reason: str = "Holds public data only.") -> PolicyVerdict:
    """An exempted violation."""
    fix = "Set kmsKeyArn to the ARN of a key."
    return verdict(policy, EXEMPTED, why=NO_KEY, fix=fix, reason=reason, expires="2027-01-31", ticket="SEC-42")


def configuration(
    of: Source,
    name: str,
    *verdicts: PolicyVerdict,
    status: str = COMPLIANT,
    key: str = "arn:aws:kms:eu-west-1:***:key/***",
    region: str = "eu-west-1",
) -> ConfigurationEvidence:
    """A configuration of which every policy that is not among `verdicts` says that it is compliant."""
    urn = f"urn:pulumi:{of.stack}::{of.project}::{CONFIGURATION}::{name}"
    given = {each.policy: each for each in verdicts}
    every = tuple(
        given.get(PACK.full_name(each)) or PolicyVerdict(PACK.full_name(each), COMPLIANT, each.level, each.severity)
        for each in PACK.policies
        if each.level != DISABLED
    )
    shown = tuple(commands(name, region, has_key=not key.startswith("(")))
    return ConfigurationEvidence(
        of.name, of.label, urn, urn, name, CONFIGURATION, name, region, key, status, every, shown
    )


def findings(configurations: Iterable[ConfigurationEvidence]) -> tuple[Finding, ...]:
    """The findings that stand for the violations of configurations."""
    return tuple(
        Finding(
            each.source,
            each.stack,
            said.policy,
            said.level,
            said.severity,
            each.urn,
            each.label,
            each.type,
            "",
            said.why,
            said.fix,
            sha256(f"{each.urn} {said.policy}".encode()).hexdigest(),
        )
        for each in configurations
        for said in each.verdicts
        if said.status == NON_COMPLIANT
    )


def report(
    configurations: Iterable[ConfigurationEvidence] = (), sources: Iterable[Source] = (), more: Iterable[Finding] = ()
) -> Report:
    """A report of configurations, with the findings that they make and `more`."""
    every = tuple(configurations)
    return Report(
        pack="sagemaker-endpoint-encryption",
        version="0.1.0",
        when=datetime(2026, 11, 25, 3, 30, 0, tzinfo=timezone.utc),
        control=PACK.control,
        policies=policies(),
        sources=tuple(sources),
        configurations=every,
        findings=(*findings(every), *more),
    )


def one_of_each() -> Report:
    """A report with every status, a finding of an endpoint, one that the baseline has, and a problem."""
    dev, prod = source("exports/dev.json"), source("backend/prod.json.gz", "prod", CHECKPOINT)
    missing = violated("encryption-at-rest-enabled")
    fixed = violated("replacement-safe", "Its name is fixed by hand, so a changed key never reaches the endpoint.")
    unknown = verdict("key-in-same-region", CANNOT_TELL, why="Its key is not known before the update.")
    beside = verdict("key-resource-in-same-region", NOT_APPLICABLE, why="Its key is not made in this stack.")
    configurations = (
        configuration(dev, "ranker", beside),
        configuration(dev, "summarizer", missing, fixed, status=NON_COMPLIANT, key="(none)"),
        configuration(dev, "demo", exempted("encryption-at-rest-enabled"), status=EXEMPTED, key="(none)"),
        configuration(prod, "search", unknown, status=CANNOT_TELL, key="(not known)", region="us-east-1"),
        configuration(
            prod,
            "embeddings",
            *(
                verdict(each.name, NOT_APPLICABLE, why="The stack has a tag that excludes it.")
                for each in PACK.policies
            ),
            status=NOT_APPLICABLE,
            region="",
        ),
        configuration(prod, "ranker", beside, violated("captured-data-encrypted", "Data capture names no key.")),
    )
    of_endpoint = Finding(
        prod.name,
        prod.label,
        PACK.prefix + "endpoint-follows-replacement",
        MANDATORY,
        "high",
        f"urn:pulumi:prod::serving::{ENDPOINT}::search",
        "search",
        ENDPOINT,
        "",
        "It names its configuration by hand, so it goes on running the replaced one.",
        "Take the name from the configuration's output.",
        sha256(b"search").hexdigest(),
    )
    made = report(configurations, (dev, prod), (of_endpoint,))
    known = tuple(
        replace(each, known=True) if each.policy.endswith("replacement-safe") else each for each in made.findings
    )
    problem = Problem("exports/broken.json", "is not JSON: line 1 column 1.")
    note = Problem("the audit", "knows no tags of the stacks, by which some policies may be limited.")
    return replace(made, findings=known, problems=(problem,), notes=(note,), ignored=("exports/package.json",))


def hostile() -> Report:
    """A report in which every text that a stack can decide is hostile."""
    sources = tuple(
        replace(source(f"exports/{name}.json"), organization=name, project=name, stack=name) for name in HOSTILE
    )
    configurations = [
        configuration(
            each,
            name,
            violated("encryption-at-rest-enabled", f"{name} has no key."),
            exempted("replacement-safe", reason=name),
            verdict("key-in-same-region", CANNOT_TELL, why=name),
            status=NON_COMPLIANT,
            key=f"({name})",
            region=name,
        )
        for each, name in zip(sources, HOSTILE)
    ]
    made = report(configurations, sources)
    problems = tuple(Problem(name, name) for name in HOSTILE)
    return replace(made, problems=problems, notes=problems, ignored=HOSTILE)


def many(stacks: int = 300, configurations: int = 3185) -> Report:
    """A report of many stacks, each with its own keys, whose configurations have every status and different texts."""
    sources = [
        replace(source(f"exports/team-{n % 17}/stack-{n}.json", f"stack-{n}"), project=f"project-{n % 23}")
        for n in range(stacks)
    ]
    made = []
    for n in range(configurations):
        of, name = sources[n % stacks], f"ranker-{n}-{sha256(str(n).encode()).hexdigest()[:7]}"
        said = [
            verdict(
                "encryption-at-rest-enabled", COMPLIANT, why=f'kmsKeyArn names the key "key-{n % 700}" of this stack.'
            ),
            verdict(
                "key-rotation-enabled", COMPLIANT, why=f'The key "key-{n % 700}" rotates every {90 + n % 200} days.'
            ),
            verdict(
                "paired-with-endpoint",
                COMPLIANT,
                why=f'The Endpoint "endpoint-{n}" of this stack uses the configuration.',
            ),
        ]
        status, key = COMPLIANT, "arn:aws:kms:eu-west-1:***:key/***"
        if n % 3 == 0:
            said[0] = violated("encryption-at-rest-enabled")
            status, key = NON_COMPLIANT, "(none)"
        elif n % 11 == 0:
            said.append(verdict("key-in-same-region", CANNOT_TELL, why="Its key is not known before the update."))
            status, key = CANNOT_TELL, "(not known)"
        elif n % 13 == 0:
            said[0], status, key = exempted("encryption-at-rest-enabled"), EXEMPTED, "(none)"
        if n % 5 == 0:
            said[1] = violated("key-rotation-enabled", f'The key "key-{n % 700}" does not rotate.')
        made.append(configuration(of, name, *said, status=status, key=key))
    return report(made, sources)
