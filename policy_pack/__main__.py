"""Runs the command line for ``python -m policy_pack``. The engine starts the `__main__.py` beside this package."""

from __future__ import annotations

import gc
import sys


def run() -> None:
    """Runs a command, or says what to install for it."""
    gc.set_threshold(50_000, 20, 20)  # loaded modules stay, so collecting garbage among them is a waste of time
    try:
        from policy_pack.commands.cli import main
    except ImportError as error:
        from policy_pack.commands.extras import missing

        to_install = missing(error)
        if to_install is None:
            raise
        print(f"error: {to_install}", file=sys.stderr)
        sys.exit(2)
    try:
        main(prog_name="sagemaker-encryption")
    finally:
        gc.freeze()  # or the interpreter would look for garbage once more before the process ends


if __name__ == "__main__":
    run()
