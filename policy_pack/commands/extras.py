"""Names the extra to install if a package is missing. Needs no extra itself."""

from __future__ import annotations

# The extras by importable package; all other packages are in the extra audit.
_EXTRAS = {"trestle": "oscal", "boto3": "aws", "botocore": "aws"}


def missing(error: ImportError) -> str | None:
    """A message about a failed import; `None` if the missing module is not in an extra."""
    package = (error.name or "").partition(".")[0]
    if not package or package == "policy_pack":
        return None
    extra = _EXTRAS.get(package, "audit")
    return (
        f"This command needs the package {package}: pip install 'sagemaker-endpoint-encryption[{extra}]' "
        f"(in a clone: pip install '.[{extra}]')"
    )
