"""Judges one stack in the same way as for the engine, and collects the evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from policy_pack import carriers, quoting
from policy_pack.audit.commands import Commands
from policy_pack.audit.evidence import (
    CANNOT_TELL,
    EXEMPTED,
    ConfigurationEvidence,
    Finding,
    PolicyVerdict,
    UnreadEvidence,
)
from policy_pack.audit.masking import key_text
from policy_pack.audit.options import Options
from policy_pack.audit.origins import Origins
from policy_pack.audit.report import BEFORE_UPDATE, Source
from policy_pack.audit.state import State
from policy_pack.audit.verdicts import level_of, overall
from policy_pack.aws.key_names import parse_key
from policy_pack.carriers import SUBJECTS
from policy_pack.carriers.place import Surroundings
from policy_pack.expressions import expression
from policy_pack.judging.judge import Judgement, judge, without_repeats
from policy_pack.judging.phase import SAVED_PREVIEW, STATE
from policy_pack.judging.policy import DISABLED, RESOURCE, Policy
from policy_pack.judging.spelling import language_of, spelled
from policy_pack.judging.verdict import Exempted, Violation
from policy_pack.quoting import message
from policy_pack.stack.links import keys_of
from policy_pack.stack.model import Configuration, Stack, Template, Unread
from policy_pack.stack.urn import name_of, type_of

# Source: `EndpointConfigName` of "CreateEndpointConfig" in the Amazon SageMaker API Reference.
_NAME = expression(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}")


class Examination:
    """A stack, judged by every enabled policy. `text` is the input that describes it."""

    def __init__(self, state: State, source: Source, options: Options, text: bytes = b"") -> None:
        self._state, self._source, self._options = state, source, options
        roots = options.source_roots
        self._origins = Origins(state.entries, text, roots.get(state.project, roots.get("", "")))
        surroundings = Surroundings(
            state.config, tells_dependencies=state.tells_dependencies, region=options.region or None
        )
        self._phase = SAVED_PREVIEW if state.kind in BEFORE_UPDATE else STATE
        # A resource policy sees only one resource, and only resources that some policy judges.
        self._alone = [carriers.read([each], surroundings) for each in state.inputs if each.type in SUBJECTS]
        self._stack = carriers.read(state.outputs, surroundings)
        # A configuration that the inputs do not show (a template at a URL) is judged from the outputs.
        shown = {each.id for stack in self._alone for each in stack.configurations}
        only_made = [each for each in self._stack.configurations if each.id not in shown]
        urns = {each.urn for each in only_made} if self._phase == STATE else set()
        self._only_made = {each.id for each in only_made}
        self._made = [carriers.read([each], surroundings) for each in state.outputs if each.urn in urns]
        self._judgements = {
            name: list(self._judge(name, policy))
            for name, policy in options.config.pack.by_full_name.items()
            if options.config.levels[name] != DISABLED
        }

    def _judge(self, name: str, policy: Policy) -> Iterator[Judgement]:
        if policy.kind != RESOURCE:
            yield from self._judged(name, policy, self._stack)
            return
        for stack in self._alone:
            yield from self._judged(name, policy, stack)
        for stack in self._made:
            judged = self._judged(name, policy, stack)
            yield from (each for each in judged if each.subject is not None and each.subject.id in self._only_made)

    def _judged(self, name: str, policy: Policy, stack: Stack) -> Iterator[Judgement]:
        options = self._options
        # Most resources have no node for most policies.
        if stack.of(policy.judges):
            yield from judge(
                policy,
                stack,
                options.settings[name],
                tags=options.tags,
                all_settings=options.config.settings,
                policies=options.config.pack.by_full_name,
                today=options.today,
                refusing=options.refusing[policy.kind],
                phase=self._phase,
            )

    def findings(self) -> Iterator[Finding]:
        """The violations that the pack reports."""
        for judgements in self._judgements.values():
            for each in without_repeats(judgements):
                if isinstance(each.verdict, Violation):
                    yield self._finding(each.policy, each, each.verdict)

    def _finding(self, policy: Policy, judgement: Judgement, violation: Violation) -> Finding:
        urn = judgement.urn or ""
        subject = judgement.subject
        name = self._options.config.pack.full_name(policy)
        # Violations of the stack as a whole differ only in their text.
        identity = (
            [subject.id, urn] if subject is not None else [self._source.project, self._source.stack, violation.why]
        )
        return Finding(
            source=self._source.name,
            stack=self._source.label,
            policy=name,
            level=level_of(policy, self._options.config),
            severity=policy.severity,
            urn=self._shown(urn),
            resource=self._shown(name_of(urn)),
            type=self._shown(type_of(urn)),
            subject=self._shown(subject.label) if subject is not None and subject.id != urn else "",
            why=message(violation.why),
            fix=message(spelled(violation.fix, self._language(urn), self._options.config.pack.setting_names)),
            fingerprint=_fingerprint(name, self._source.organization, *identity),
            origin=self._origins.of(urn),
        )

    def _shown(self, text: str) -> str:
        return quoting.label(text, shows_arns=self._options.shows_arns)

    def _language(self, urn: str) -> str:
        program = self._origins.of(urn).program
        return language_of(program.path if program is not None else None)

    def configurations(self) -> Iterator[ConfigurationEvidence]:
        """The endpoint configurations as of the last update, or else from the program's inputs."""
        found = {each.id: each for stack in (*self._alone, self._stack) for each in stack.configurations}
        verdicts = self._options.verdicts.on(found.values(), self._stack, self._judgements, self._language)
        for configuration in found.values():
            yield self._evidence(configuration, verdicts[configuration.id])

    def unread(self) -> Iterator[UnreadEvidence]:
        """Resources that may make endpoint configurations and cannot be read, from their inputs or outputs.

        Those of pending operations follow.
        """
        found: dict[str, Template | Unread] = {
            each.id: each for stack in (*self._alone, self._stack) for each in stack.of(Unread)
        }
        # Some outputs have information that the inputs lack.
        for each in self._stack.configurations:
            found.pop(each.id, None)
        found.update((each.id, each) for each in self._stack.of(Template) if each.unreadable)
        exempted = {
            each.subject.id
            for judgements in self._judgements.values()
            for each in judgements
            if isinstance(each.subject, (Template, Unread)) and isinstance(each.verdict, Exempted)
        }
        for node in found.values():
            if isinstance(node, Unread) and not node.certain and self._state.kind in BEFORE_UPDATE:
                continue  # normally, only the update knows
            why = " ".join(node.unreadable) if isinstance(node, Template) else f"The resource is {node.what}."
            status = EXEMPTED if node.id in exempted else CANNOT_TELL
            yield self._unread(node.urn, node.id, node.label, type_of(node.urn), status, why)
        for operation in self._state.pending:
            if operation.hidden is not None:
                urn = operation.urn
                yield self._unread(urn, urn, name_of(urn), operation.type, CANNOT_TELL, operation.hidden)

    def _unread(self, urn: str, id_: str, label: str, kind: str, status: str, why: str) -> UnreadEvidence:
        return UnreadEvidence(
            source=self._source.name,
            stack=self._source.label,
            urn=self._shown(urn),
            id=self._shown(id_),
            label=self._shown(label),
            type=self._shown(kind),
            status=status,
            why=message(why),
        )

    def _evidence(self, configuration: Configuration, verdicts: tuple[PolicyVerdict, ...]) -> ConfigurationEvidence:
        state, region = self._state, configuration.place.region
        secrets = state.secrets(configuration.urn)
        region = region if isinstance(region, str) else ""
        name = self._physical_name(configuration, secrets)
        # A previewed resource does not exist yet, and the commands are for endpoint configurations.
        ready = name and state.kind not in BEFORE_UPDATE and not configuration.is_experiment
        has_key = configuration.key is not None
        key = configuration.key
        return ConfigurationEvidence(
            source=self._source.name,
            stack=self._source.label,
            urn=self._shown(configuration.urn),
            id=self._shown(configuration.id),
            label=self._shown(configuration.label),
            type=self._shown(type_of(configuration.urn)),
            name=self._shown(name),
            region=quoting.region(region) if region else "",
            key=key_text(
                key,
                shows_arns=self._options.shows_arns,
                is_secret=isinstance(key, str) and any(key in secret for secret in secrets),
            ),
            status=overall(verdicts, self._options.config.pack),
            verdicts=verdicts,
            commands=Commands(name, region or None, has_key=has_key) if ready else (),
            key_label=self._key_of(configuration),
            origin=self._origins.of(configuration.urn),
        )

    def _key_of(self, configuration: Configuration) -> str:
        """A text that identifies a configuration's key in every stack; empty if the key is not known."""
        keys = keys_of(configuration, self._stack)
        named: str | None = configuration.key if isinstance(configuration.key, str) else None
        if len(keys) == 1:
            named = keys[0].arn if isinstance(keys[0].arn, str) else None
            return _fingerprint("key", named) if named else _fingerprint("key", self._source.label, keys[0].id)
        parsed = parse_key(named, short_forms=True) if named is not None else None
        if parsed is None or keys:
            return ""
        return (
            _fingerprint("key", named or "") if parsed.is_arn else _fingerprint("key", self._source.label, named or "")
        )

    def _physical_name(self, configuration: Configuration, secrets: tuple[str, ...]) -> str:
        name = configuration.name
        if not isinstance(name, str) and configuration.id == configuration.urn:
            # Some providers use the ARN, which ends with the name, as the ID of a resource; it may be another's ARN.
            id_ = self._state.physical_id(configuration.urn)
            name = "" if id_.startswith("arn:") and ":sagemaker:" not in id_ else id_.rpartition("/")[2]
            name = name if _NAME.fullmatch(name) is not None else ""
        return name if isinstance(name, str) and not any(name in secret for secret in secrets) else ""


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
