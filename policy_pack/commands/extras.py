"""What to install where a package of an extra is missing. Needs none of them itself."""

from __future__ import annotations

# Of the packages that can be imported; all others are those of the extra audit.
_EXTRAS = {"trestle": "oscal", "boto3": "aws", "botocore": "aws"}


def missing(error: ImportError) -> str | None:
    """What to tell of an import that failed; `None` where what is missing belongs to no extra."""
    package = (error.name or "").partition(".")[0]
    if not package or package == "policy_pack":
        return None
    extra = _EXTRAS.get(package, "audit")
    return (
        f"This command needs the package {package}: pip install 'sagemaker-endpoint-encryption[{extra}]' "
        f"(in a clone: pip install '.[{extra}]')"
    )
