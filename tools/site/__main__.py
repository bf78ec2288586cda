"""``python -m tools.site`` fills build/docs."""

from __future__ import annotations

from tools.site.build import SOURCE, fill

fill()
print(f"The pages are in {SOURCE}.")
