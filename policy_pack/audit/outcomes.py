"""Examines the inputs of an audit, in this process or in several."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial

from policy_pack import quoting
from policy_pack.audit import files, skim
from policy_pack.audit.evidence import ConfigurationEvidence, Finding, UnreadEvidence
from policy_pack.audit.examine import Examination
from policy_pack.audit.find import STDIN, Input
from policy_pack.audit.options import Options
from policy_pack.audit.pending import told
from policy_pack.audit.report import Source
from policy_pack.audit.state import State, parse
from policy_pack.audit.unusable import NoStack, Unusable
from policy_pack.records import dataclass

_CHUNK = 8  # inputs for a process at a time
_RARELY = (50_000, 20, 20)  # thresholds of the garbage collector


@dataclass(frozen=True)
class Outcome:
    """The outcome of one input: a judged stack, or a problem, or a JSON file that is not a stack."""

    source: Source | None = None
    configurations: tuple[ConfigurationEvidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[UnreadEvidence, ...] = ()
    problem: str | None = None
    note: str | None = None
    ignored: bool = False


def outcomes(inputs: list[Input], options: Options, jobs: int) -> Iterator[tuple[Input, Outcome]]:
    """The outcome of each input, as soon as it is known; `jobs` is the number of processes."""
    if jobs == 1 or len(inputs) < 2:
        yield from ((each, examine(each, options)) for each in inputs)
        return
    import multiprocessing  # imported only for several processes
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Only this process can read standard input.
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
            # They are still working, and are not waited for.
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        except BrokenProcessPool:
            lost = Outcome(problem="was not audited: the system ended a process, perhaps because memory ran out")
            yield from ((each, lost) for each in rest[done:])


_options: list[Options] = []  # in a process that examines inputs for another one


def _start(options: Options) -> None:
    import signal  # imported only in a process of several

    _options[:] = [options]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles interrupts for both
    gc.set_threshold(*_RARELY)


def _examine(source: Input) -> Outcome:
    return examine(source, _options[0])


def examine(source: Input, options: Options) -> Outcome:
    """Reads and judges one input; any error is in the outcome."""
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


def _limits(state: State, options: Options) -> str | None:
    """Limits of the evidence for a stack, each as the end of a sentence about it."""
    pending = told(state.pending, judged=bool(state.entries))
    return "; it ".join(filter(None, (_left_out(state), pending, _too_old(state, options)))) or None


def _too_old(state: State, options: Options) -> str | None:
    if options.max_age is None:
        return None
    if not state.taken:
        return f"does not say when it was written, so it may be more than {options.max_age} days old"
    age = (options.today - date.fromisoformat(state.taken[:10])).days
    if age <= options.max_age:
        return None
    return f"is {age} days old, more than {options.max_age}: export it again"


def _left_out(state: State) -> str | None:
    if state.is_partial:
        return "is a plan of a part of its program (-target), so what that leaves out was not judged"
    if not state.left_out:
        return None
    return (
        f"leaves out {state.left_out} unchanged resources, so what depends on them was judged without them: "
        "save the preview with --show-sames too"
    )


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """While this is open, garbage collection is rare: an audit makes no cycles, and collecting takes a fifth of it."""
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
