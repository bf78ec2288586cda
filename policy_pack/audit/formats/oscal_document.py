"""The parts of an OSCAL document: a report as assessment results."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from trestle.oscal import OSCAL_VERSION

from policy_pack.audit.evidence import EXEMPTED, NON_COMPLIANT, ConfigurationEvidence
from policy_pack.audit.formats.common import (
    Stacks,
    artifact_uri,
    by_edition,
    counted,
    headline,
    moment,
    share_text,
    short,
    standing,
    stopping_text,
)
from policy_pack.audit.formats.markup import block, plain
from policy_pack.audit.formats.oscal_parts import (
    Json,
    control_id,
    identifier,
    named,
    slug,
    verdict_property,
    without_empty,
)
from policy_pack.audit.formats.oscal_risks import Risks
from policy_pack.audit.report import Report, RequirementEvidence, Source


class Document:
    """The parts of a document, which refer to each other by identifiers that are the same in every audit."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._when = moment(report)
        self._stack_name = Stacks(report).name
        self._origins = [{"actors": [{"type": "tool", "actor-uuid": self._id("tool")}]}]
        self._risks = Risks(report, self._id, self._origins)

    def whole(self) -> Json:
        report = self._report
        hashes = (each.sha256 for each in report.sources)
        return {
            "uuid": self._id("document", self._when, report.version, *hashes),
            "metadata": {
                "title": plain(report.control.title),
                "last-modified": self._when,
                "version": self._when,
                "oscal-version": OSCAL_VERSION,
            },
            "import-ap": {"href": f"#{self._id('plan')}", "remarks": "There is no plan but the pack's policies."},
            "results": [self._result()],
            "back-matter": {"resources": chain([self._plan()], map(self._resource, report.sources))},
        }

    def _result(self) -> Json:
        report = self._report
        result = {
            "uuid": self._id("result", self._when),
            "title": plain(f"Audit by {report.pack} {report.version}"),
            "description": plain(f"{headline(report)}. {stopping_text(report)}. {report.control.statement}"),
            "start": self._when,
            "end": self._when,
            "props": [
                named("control", report.control.id),
                *(named("identifier", each.id, of=slug(each.tool)) for each in report.control.identifiers),
            ],
            "local-definitions": without_empty(
                {
                    "components": [self._tool()],
                    "inventory-items": map(self._item, report.configurations),
                }
            ),
            "reviewed-controls": {"control-selections": list(self._selections())},
            "observations": map(self._observation, report.configurations),
            "risks": self._risks.every(),
            "findings": map(self._finding, report.requirements),
            "remarks": "\n".join(
                [
                    *(f"- Not audited: {plain(f'{each.source} {each.text}')}" for each in report.problems),
                    *(f"- {plain(f'{each.source} {each.text}')}" for each in report.notes),
                ]
            ),
        }
        return without_empty(result)

    def _tool(self) -> Json:
        report = self._report
        return {
            "uuid": self._id("tool"),
            "type": "software",
            "title": plain(report.pack),
            "description": "A policy pack of Pulumi CrossGuard.",
            "props": [named("version", report.version)],
            "status": {"state": "operational"},
        }

    def _selections(self) -> Iterable[Json]:
        for name, requirements in by_edition(self._report.control).items():
            yield {
                "description": plain(name),
                "include-controls": [{"control-id": control_id(each)} for each in requirements],
            }

    def _item(self, each: ConfigurationEvidence) -> Json:
        facts = {
            "asset-type": each.type,
            "asset-id": each.id,
            "stack": each.stack,
            "name": each.name,
            "region": each.region,
            "key": each.key,
            "same-key": each.key_label,
        }
        return {
            "uuid": self._id("item", each.source, each.id),
            "description": plain(f"Endpoint configuration {each.label} of {self._stack_name(each)}"),
            "props": [named(name, value) for name, value in facts.items() if value.strip()],
        }

    def _observation(self, each: ConfigurationEvidence) -> Json:
        observation = {
            "uuid": self._id("observation", each.source, each.id),
            "title": plain(each.label) or "A configuration",
            "description": plain(f"{each.label} of {self._stack_name(each)} is {standing(each)}."),
            "props": [named("status", each.status), *map(verdict_property, each.verdicts)],
            "methods": ["EXAMINE"],
            "types": ["control-objective"],
            "origins": self._origins,
            "subjects": [{"subject-uuid": self._id("item", each.source, each.id), "type": "inventory-item"}],
            "relevant-evidence": [
                {"href": f"#{self._id('source', each.source)}", "description": "The stack as it was read."}
            ],
            "collected": self._when,
        }
        if each.commands:
            observation["remarks"] = "\n".join(["What shows it in AWS:", "", *block(each.commands)])
        return observation

    def _finding(self, each: RequirementEvidence) -> Json:
        report, requirement = self._report, each.requirement
        met = each.share == 1.0 and not report.problems
        reason = "pass" if met else ("fail" if each.counts[NON_COMPLIANT] else "other")
        risks = [
            {"risk-uuid": self._risks.identifier(configuration, verdict)}
            for configuration in report.configurations
            for verdict in configuration.verdicts
            if requirement.asks_for(short(verdict.policy)) and verdict.status in (NON_COMPLIANT, EXEMPTED)
        ]
        description = " ".join(
            part for part in (requirement.how, requirement.caveat, f"Compliant: {share_text(each)}.") if part
        )
        if report.problems:
            description += f" {counted(len(report.problems), 'input')} not audited."
        return without_empty(
            {
                "uuid": self._id("requirement", requirement.label),
                "title": plain(f"{requirement.label}: {requirement.title}"),
                "description": plain(description),
                "props": [
                    named("framework", f"{requirement.framework} {requirement.version}"),
                    named("reference", requirement.reference),
                    named("compliant-share", share_text(each)),
                    *(named("policy", name) for name in (*requirement.policies, *requirement.where_enabled)),
                    *(named(status, str(number)) for status, number in each.counts.items()),
                ],
                "origins": self._origins,
                "target": {
                    "type": "objective-id",
                    "target-id": f"{control_id(requirement)}_obj",
                    "status": {"state": "satisfied" if met else "not-satisfied", "reason": reason},
                },
                "related-observations": [
                    {"observation-uuid": self._id("observation", configuration.source, configuration.id)}
                    for configuration in report.configurations
                ],
                "related-risks": risks,
            }
        )

    def _plan(self) -> Json:
        return {
            "uuid": self._id("plan"),
            "title": "The policies of the pack",
            "description": "\n".join(
                f"- {plain(f'{each.name} ({each.level}): {each.description}')}" for each in self._report.policies
            ),
        }

    def _resource(self, source: Source) -> Json:
        return {
            "uuid": self._id("source", source.name),
            "title": plain(source.name) or "An input",
            "description": plain(f"{source.kind} of {source.label}, {counted(source.resources, 'resource')}"),
            "props": [named("size", str(source.size)), *([named("written", source.taken)] if source.taken else [])],
            "rlinks": [
                {"href": artifact_uri(source.name), "hashes": [{"algorithm": "SHA-256", "value": source.sha256}]}
            ],
        }

    def _id(self, *parts: str) -> str:
        return identifier(self._report.pack, *parts)
