"""What the Pulumi engine starts. Older versions of Python read this file too, and none but this one."""

import sys

if sys.version_info < (3, 10):  # noqa: UP036
    # For an older Python pip finds older packages, with which some policies would fail.
    sys.exit(
        "The policy pack sagemaker-endpoint-encryption needs Python 3.10 or newer, and this is Python %d.%d: "  # noqa: UP031
        "put a newer python3 first on PATH, remove the pack's virtual environment (.venv), and install the pack again."
        % sys.version_info[:2]
    )

import gc

gc.disable()  # what is loaded stays, and there is nothing to collect until the first request
from policy_pack.engine.serve import serve  # noqa: E402
from policy_pack.policies import PACK  # noqa: E402

if __name__ == "__main__":
    serve(PACK)
