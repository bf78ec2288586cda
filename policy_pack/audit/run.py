"""Audits any number of inputs, in one process or several, into one report."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timezone
from functools import partial

from policy_pack import __version__, quoting
from policy_pack.audit import baseline, files, skim
from policy_pack.audit.config import Config
from policy_pack.audit.evidence import ConfigurationEvidence, Finding, UnreadEvidence
from policy_pack.audit.examine import Examination, Options
from policy_pack.audit.find import STDIN, Input, LeftOut, Missing, find
from policy_pack.audit.history import trend
from policy_pack.audit.report import Past, PolicyInEffect, Problem, Report, Source
from policy_pack.audit.state import NoStack, State, Unusable, parse
from policy_pack.audit.verdicts import is_decisive
from policy_pack.records import dataclass

_CHUNK = 8  # inputs that a process is given at a time
_RARELY = (50_000, 20, 20)  # thresholds of the garbage collector


@dataclass(frozen=True)
class Outcome:
    """What became of one input: a stack that was judged, or a problem, or a JSON file that is no stack."""

    source: Source | None = None
    configurations: tuple[ConfigurationEvidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[UnreadEvidence, ...] = ()
    problem: str | None = None
    note: str | None = None
    ignored: bool = False


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

    `known` is a baseline (`baseline.load`), `history` what earlier audits came to. `more_notes` follow the report's
    own. `watch` is told of the inputs, and
    what it gives is called after each.
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
    # Of these paths something is said already, or will be for another path.
    told = {each.path for each in found if isinstance(each, Missing)}
    told |= {each.given for each in found if isinstance(each, Input) and each.again}
    outcomes = []
    with _collecting_rarely():
        for each in _outcomes(inputs, options, jobs):
            outcomes.append(each)
            advance()
    for source, outcome in outcomes:
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
        configurations += outcome.configurations
        findings += outcome.findings
        unread += outcome.unread
    problems += [Problem(quoting.path(path), "holds no stack") for path in paths if path not in told]
    marked = baseline.mark(findings, known or {})
    labeled = _with_key_labels(configurations)
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
        configurations=labeled,
        findings=tuple(marked),
        unread=tuple(unread),
        fixed=tuple(baseline.fixed(known or {}, marked, sources, labeled, policies)),
        shows_arns=options.shows_arns,
    )
    return replace(report, history=trend(report, history)) if history else report


def _with_key_labels(configurations: Iterable[ConfigurationEvidence]) -> tuple[ConfigurationEvidence, ...]:
    """The configurations, with short names of their keys in the place of what tells these apart."""
    labels: dict[str, str] = {}

    def label(key: str) -> str:
        return labels.setdefault(key, f"key {len(labels) + 1}") if key else ""

    return tuple(replace(each, key_label=label(each.key_label)) for each in configurations)


def examine(source: Input, options: Options) -> Outcome:
    """Reads and judges one input; whatever is wrong with it is in the outcome."""
    try:
        content = files.read(source, options.max_size)
        state = parse(skim.parse(content.text))
        shown = partial(quoting.label, shows_arns=options.shows_arns)
        about = Source(
            name=quoting.path(source.path),
            sha256=content.sha256,
            size=content.size,
            kind=state.kind,
            organization=shown(state.organization),
            project=shown(state.project),
            stack=shown(state.stack),
            resources=state.resources,
            taken=state.taken,
        )
        examination = Examination(state, about, options, content.text)
        return Outcome(
            about,
            tuple(examination.configurations()),
            tuple(examination.findings()),
            tuple(examination.unread()),
            note=_limits(state, options),
        )
    except NoStack as error:
        return Outcome(problem=str(error)) if source.named else Outcome(ignored=True)
    except Unusable as error:
        return Outcome(problem=str(error))
    except RecursionError:
        return Outcome(problem="is nested too deeply")
    except MemoryError:
        return Outcome(problem="needs more memory than there is")
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is told, and the other inputs are audited
        kind = type(error).__name__
        return Outcome(problem=f"could not be judged: an error in the policy pack ({kind}); please report it")


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """While it is open, garbage is seldom looked for: an audit leaves none in cycles, and looking is a fifth of it."""
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _outcomes(inputs: list[Input], options: Options, jobs: int) -> Iterator[tuple[Input, Outcome]]:
    if jobs == 1 or len(inputs) < 2:
        yield from ((each, examine(each, options)) for each in inputs)
        return
    import multiprocessing  # only where several processes audit
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Standard input is this process's own.
    own = [each for each in inputs if each.path == STDIN]
    rest = [each for each in inputs if each.path != STDIN]
    yield from ((each, examine(each, options)) for each in own)
    done = 0
    with ProcessPoolExecutor(min(jobs, len(rest)), initializer=_start, initargs=(options,)) as pool:
        try:
            for each, outcome in zip(rest, pool.map(_examine, rest, chunksize=_CHUNK)):
                yield each, outcome
                done += 1
        except KeyboardInterrupt:
            # They are at work, and are not waited for.
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        except BrokenProcessPool:
            lost = Outcome(problem="was not audited: the system ended a process, perhaps for want of memory")
            yield from ((each, lost) for each in rest[done:])


_options: list[Options] = []  # of a process that examines inputs for another


def _start(options: Options) -> None:
    _options[:] = [options]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one handles an interrupt for both
    gc.set_threshold(*_RARELY)


def _examine(source: Input) -> Outcome:
    return examine(source, _options[0])


def _limits(state: State, options: Options) -> str | None:
    """What limits the evidence of a stack, in a line that reads on from its name."""
    return "; it ".join(filter(None, (_left_out(state), _too_old(state, options)))) or None


def _too_old(state: State, options: Options) -> str | None:
    if options.max_age is None:
        return None
    if not state.taken:
        return f"does not say when it was written, so it may be more than {options.max_age} days old"
    age = (options.today - date.fromisoformat(state.taken[:10])).days
    if age <= options.max_age:
        return None
    return f"is {age} days old, more than {options.max_age}: export it anew"


def _left_out(state: State) -> str | None:
    if state.is_partial:
        return "is a plan of a part of its program (-target), so what that leaves out was not judged"
    if not state.left_out:
        return None
    return (
        f"leaves out {state.left_out} unchanged resources, so what depends on them was judged without them: "
        "save the preview with --show-sames too"
    )


def _notes(options: Options) -> Iterator[Problem]:
    if options.config.asks_for_tags and options.tags is None:
        yield Problem(
            "the configuration",
            "limits policies to stacks with certain tags, which no input tells: they were applied to every stack",
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
