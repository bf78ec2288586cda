"""Evaluates KMS key policies and the policies of roles as IAM does, and leaves unknown parts open.

To find out whether a key's policy lets SageMaker use the key (`policy_pack.iam.access`)::

    access(policy, users, key, region, actions=sagemaker.ACTIONS) -> Access(missing, unsure, malformed)

`policy` is a policy document as JSON text, as an object, unknown (`policy_pack.values`), or `None` for AWS's default
policy. `users` are the identities with which SageMaker calls: ``[User(sagemaker.role(arn))]`` for a known role, and
``[anybody(key)]`` if none is known. `key` is the key's ARN, fully or partly known (`sagemaker.key_arn`), and `region`
its Region. `Access.missing` are actions that are certainly not allowed, and `Access.unsure` are undecided actions.

Nothing here raises, whatever the documents contain, and no result quotes their text.
"""
