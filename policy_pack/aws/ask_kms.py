"""Asks AWS KMS about keys that are not made in the stack. Imported only where `key-verified-in-aws` is switched on.

Sources: "DescribeKey", "GetKeyRotationStatus" and "GetKeyPolicy" in the AWS KMS API Reference; "Retries" and
`Config` in the documentation of the AWS SDK for Python.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# A call that takes longer than this has failed; a preview waits for all calls no longer than its budget.
_CONNECT_SECONDS, _READ_SECONDS = 2, 4
_CALLS_AT_ONCE = 8


@dataclass(frozen=True)
class Question:
    """A question about a key: its ARN, ID or ``alias/NAME``, the Region to ask in, and the credentials' profile."""

    key: str
    region: str
    profile: str | None = None


@dataclass(frozen=True)
class Description:
    """AWS's answer about a key: `metadata` as DescribeKey returns it, whether the key rotates, and its policy.

    `rotates` is `None` if AWS did not say; `policy` is the JSON text, or `None` if it may not be read.
    """

    metadata: dict[str, Any]
    rotates: bool | None
    policy: str | None


@dataclass(frozen=True)
class Failure:
    """A call that was refused or failed; `code` is the error code of AWS or of the SDK."""

    code: str

    @property
    def not_found(self) -> bool:
        """Whether the answer is that the key does not exist."""
        return self.code == "NotFoundException"


Answer = Description | Failure


class Keys:
    """Asks AWS about keys: each only once in a run, and all at the same time."""

    def __init__(self) -> None:
        self._answers: dict[Question, Answer] = {}

    def ask(self, questions: Iterable[Question], budget_seconds: float) -> dict[Question, Answer]:
        """The answers to `questions`; an answer that takes longer than `budget_seconds` is a failure. Never raises."""
        wanted = set(questions)
        open_ = [question for question in wanted if question not in self._answers]
        if open_:
            self._answers |= _ask(open_, budget_seconds)
        return {question: self._answers[question] for question in wanted}


def _ask(questions: list[Question], budget_seconds: float) -> dict[Question, Answer]:
    pool = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="kms")
    deadline = time.monotonic() + budget_seconds
    try:
        running: dict[Future[Answer], Question] = {pool.submit(_describe, each): each for each in questions}
        done, _ = wait(running, timeout=max(0.0, deadline - time.monotonic()))
        answers = {question: future.result() for future, question in running.items() if future in done}
        return {each: answers.get(each, Failure("the budget ran out")) for each in questions}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _describe(question: Question) -> Answer:
    try:
        # Sessions are not thread-safe, so each call has its own.
        client = boto3.Session(profile_name=question.profile, region_name=question.region).client(
            "kms",
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"total_max_attempts": 2, "mode": "standard"},
            ),
        )
        metadata = client.describe_key(KeyId=question.key)["KeyMetadata"]
        key_id = metadata["Arn"]
        return Description(dict(metadata), _rotation(client, key_id), _policy(client, key_id))
    except ClientError as error:
        return Failure(str(error.response.get("Error", {}).get("Code", "ClientError")))
    except BotoCoreError as error:
        return Failure(type(error).__name__)
    except Exception as error:  # noqa: BLE001 - the SDK raises others too (of a file it cannot read, of a bad region)
        return Failure(type(error).__name__)


def _rotation(client: Any, key_id: str) -> bool | None:
    try:
        return bool(client.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"])
    except (ClientError, BotoCoreError):
        return None  # not permitted, or rotation does not exist for such a key


def _policy(client: Any, key_id: str) -> str | None:
    try:
        return str(client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
    except (ClientError, BotoCoreError):
        return None
