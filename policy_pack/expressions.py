"""Regular expressions that are compiled on first use: few previews need any, and each would slow the start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    expression = re.compile
else:

    class expression:  # noqa: N801 - it stands for a function
        """As `re.compile`."""

        def __init__(self, pattern: str, flags: int = 0) -> None:
            self._given = pattern, flags

        def __getattr__(self, name: str) -> Any:
            compiled = re.compile(*self._given)
            for method in ("fullmatch", "match", "search", "sub", "split", "findall", "finditer", "pattern"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)
