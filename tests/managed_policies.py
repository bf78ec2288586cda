"""Writes what the AWS-managed policies say of the use of keys: ``python -m tests.managed_policies``.

The policies are those that moto carries (a package on the Python Package Index, Apache License 2.0), as AWS publishes
them. Of each only the statements are kept that concern what SageMaker does with a key, and of those only what does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from policy_pack.iam.document import Texts
from policy_pack.iam.evaluate import Actions
from policy_pack.iam.request import ALLOW
from policy_pack.iam.sagemaker import ACTIONS

TABLE = Path(__file__).parent.parent / "policy_pack" / "iam" / "aws_managed_policies.json"


def table() -> dict[str, Any]:
    """Where the policies come from, the date of the latest, and the statements of each by its path and name."""
    published = json.loads(aws_managed_policies_data)
    return {
        "source": f"moto {version('moto')}, moto/iam/aws_managed_policies.py",
        "date": max(each.get("UpdateDate", each["CreateDate"]) for each in published.values())[:10],
        "policies": {
            f"{each['Path'].strip('/')}/{name}".lstrip("/"): list(_statements(each["Document"]))
            for name, each in sorted(published.items())
        },
    }


def _statements(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    given = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    for written in given:
        negated = "NotAction" in written
        named = written["NotAction" if negated else "Action"]
        # Whole documents of AWS's may be larger than any that is given to a key.
        included = Actions(Texts(tuple(named) if isinstance(named, list) else (named,), negated))
        actions = [action for action in ACTIONS if included.include(action, ALLOW)]
        if actions:
            kept = {name: written[name] for name in ("Resource", "NotResource", "Condition") if name in written}
            yield {"Effect": written["Effect"], "Action": actions, **kept}


def text() -> str:
    """The table as it is written, a policy a line."""
    found = table()
    policies = ",\n".join(f" {json.dumps(name)}: {json.dumps(each)}" for name, each in found.pop("policies").items())
    return f'{json.dumps(found)[:-1]},\n"policies": {{\n{policies}\n}}}}\n'


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8")
