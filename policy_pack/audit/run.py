"""Audits any number of inputs into one report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from policy_pack import __version__, quoting
from policy_pack.audit import baseline
from policy_pack.audit.config import Config
from policy_pack.audit.evidence import ConfigurationEvidence, Finding, UnreadEvidence
from policy_pack.audit.find import Input, LeftOut, Missing, find
from policy_pack.audit.history import trend
from policy_pack.audit.options import Options
from policy_pack.audit.outcomes import collecting_rarely, outcomes
from policy_pack.audit.report import Past, PolicyInEffect, Problem, Report, Source
from policy_pack.audit.verdicts import is_decisive


def audit(
    paths: Sequence[str],
    options: Options,
    *,
    known: Mapping[str, str] | None = None,
    history: Sequence[Past] = (),
    jobs: int = 1,
    more_notes: Sequence[Problem] = (),
    watch: Callable[[Sequence[Input]], Callable[[], None]] = lambda _: lambda: None,
) -> Report:
    """Audits files, directories and ``-`` (standard input).

    `known` is a baseline (`baseline.load`), and `history` are the results of earlier audits. `more_notes` follow the
    report's own notes. `watch` gets the inputs, and the function that it returns is called after each of them.
    """
    found = list(find(paths))
    inputs = [each for each in found if isinstance(each, Input) and not each.again]
    advance = watch(inputs)
    problems = [Problem(quoting.path(each.path), each.why) for each in found if isinstance(each, Missing)]
    notes = [
        *_notes(options),
        *(Problem(quoting.path(each.path), each.why) for each in found if isinstance(each, LeftOut)),
    ]
    sources: list[Source] = []
    ignored: list[str] = []
    configurations: list[ConfigurationEvidence] = []
    findings: list[Finding] = []
    unread: list[UnreadEvidence] = []
    label = _KeyLabels()
    # These paths are already reported, or will be for another path.
    told = {each.path for each in found if isinstance(each, Missing)}
    told |= {each.given for each in found if isinstance(each, Input) and each.again}
    with collecting_rarely():
        for source, outcome in outcomes(inputs, options, jobs):
            advance()
            name = quoting.path(source.path)
            if outcome.ignored:
                ignored.append(name)
                continue
            told.add(source.given)
            if outcome.problem is not None:
                problems.append(Problem(name, outcome.problem))
            if outcome.note is not None:
                notes.append(Problem(name, outcome.note))
            if outcome.source is not None:
                sources.append(outcome.source)
            configurations += map(label, outcome.configurations)
            findings += outcome.findings
            unread += outcome.unread
    problems += [Problem(quoting.path(path), "holds no stack") for path in paths if path not in told]
    marked = baseline.mark(findings, known or {})
    policies = tuple(_policies(options.config))
    report = Report(
        pack=options.config.pack.name,
        version=__version__,
        when=datetime.now(timezone.utc).replace(microsecond=0),
        control=options.config.pack.control,
        policies=policies,
        sources=tuple(sources),
        problems=tuple(problems),
        notes=(*notes, *more_notes),
        ignored=tuple(ignored),
        configurations=tuple(configurations),
        findings=tuple(marked),
        unread=tuple(unread),
        fixed=tuple(baseline.fixed(known or {}, marked, sources, configurations, policies)),
        shows_arns=options.shows_arns,
    )
    return replace(report, history=trend(report, history)) if history else report


class _KeyLabels:
    """Replaces the identities of configurations' keys with short names."""

    def __init__(self) -> None:
        self._labels: dict[str, str] = {}

    def __call__(self, each: ConfigurationEvidence) -> ConfigurationEvidence:
        if not each.key_label:
            return each
        return replace(each, key_label=self._labels.setdefault(each.key_label, f"key {len(self._labels) + 1}"))


def _notes(options: Options) -> Iterator[Problem]:
    if options.config.asks_for_tags and options.tags is None:
        yield Problem(
            "the configuration",
            "limits policies to stacks with certain tags, but the inputs have no tags: the policies were applied "
            "to every stack",
        )


def _policies(config: Config) -> Iterator[PolicyInEffect]:
    for name, policy in config.pack.by_full_name.items():
        yield PolicyInEffect(
            name=name,
            title=policy.title,
            description=policy.description,
            risk=policy.risk,
            remediation=policy.remediation,
            url=config.pack.url(policy),
            level=config.levels[name],
            severity=policy.severity,
            tags=policy.tags,
            decisive=is_decisive(policy),
        )
