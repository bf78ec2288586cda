"""Writes anew what the Terraform that is on PATH prints of the programs: ``python -m tests.terraform [NAME ...]``."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.terraform.cli import play, write_printed
from tests.terraform.programs import PLAYED
from tests.terraform.provider import serving

with serving() as reattach:
    for name in sys.argv[1:] or PLAYED:
        with TemporaryDirectory() as directory:
            write_printed(name, play(Path(directory), reattach, PLAYED[name]))
