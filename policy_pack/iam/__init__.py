"""Evaluates KMS key policies and the policies of roles as IAM does, with what is not known left open.

Whether a key's policy lets SageMaker use the key::

    access(policy, users, key, region, actions=sagemaker.ACTIONS) -> Access(missing, unsure, malformed)

`policy` is a policy document as JSON text, as an object, unknown (`policy_pack.values`), or `None` for AWS's default
policy. `users` are whom SageMaker calls as: ``[User(sagemaker.role(arn))]`` for a known role, ``[anybody(key)]``
where none is known. `key` is the key's ARN, known in full or in part (`sagemaker.key_arn`), `region` its region.
`Access.missing` are the actions that are certainly not allowed, `Access.unsure` those of which nobody can tell.

Nothing here raises, whatever the documents hold, and no text of theirs comes out again.
"""

from __future__ import annotations

from policy_pack.iam.access import Access, User, access, anybody

__all__ = ["Access", "User", "access", "anybody"]
