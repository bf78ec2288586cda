"""Files of settings: `validate-config` and the audit read each, say the same of it, and quote nothing of it.

What `validate-config` calls valid, the engine takes, and no setting in it is left out.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

from policy_pack.audit.config import ConfigError, load
from policy_pack.audit.unusable import Unusable
from policy_pack.commands.validate_config import check
from policy_pack.judging.judge import utc_today
from policy_pack.policies import PACK
from tests.fuzz import vocabulary
from tests.fuzz.garbage import leaks, mutated
from tests.harness.engine import Engine
from tests.harness.settings import RefusedSettings

BROKEN = (
    "{",
    "[]",
    "null",
    "5",
    '{"all": NaN}',
    '{"all": "advisory", "all": "disabled"}',
    "[" * 3000,
    "\ufeff{}",
    "\x00",
)


def make(random: Random) -> Any:
    if random.random() < 0.05:
        return random.choice(BROKEN)
    given = vocabulary.settings(random)
    if random.random() < 0.3:
        given["all"] = random.choice(("advisory", "mandatory", "disabled", {"enforcementLevel": "advisory"}, 5, [], {}))
    if random.random() < 0.1:
        given["environments"] = random.choice((["a/b"], [], "a", [5], None))
    if random.random() < 0.4:
        given = mutated(random, given, times=4)
    text = json.dumps(given)
    cut = random.randrange(len(text)) if random.random() < 0.05 else len(text)
    return text[:cut]


def faults(given: Any, engine: Engine) -> list[str]:
    try:
        checked = check(given.encode(), PACK, utc_today())
        problems = list(checked.problems)
        found = [leak for line in (*problems, *checked.notes) for leak in leaks(line)]
    except Unusable as error:
        problems, found = [str(error)], leaks(str(error))
    try:
        config = load(given.encode(), PACK)
        refused = [line for each in config.settings.values() for line in each.problems]
    except ConfigError as error:
        refused = error.lines
    found += [leak for line in refused for leak in leaks(line)]
    if problems:
        return found
    if refused:
        found.append(f"it is valid, and the audit says {refused[:3]}")
    document = json.loads(given or "{}")
    try:
        engine.configure({name: each for name, each in document.items() if name != "environments"})
    except RefusedSettings as error:
        found.append(f"it is valid, and the engine refuses it: {error}"[:300])
    return found
