"""A CSV table for spreadsheets: UTF-8 with a byte-order mark, which Excel needs, and CRLF.

No cell begins with a character that starts a formula, nor has one after a separator at which a spreadsheet might split
the cell.

Sources: RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files"; "CSV Injection" of the OWASP
Foundation.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policy_pack.audit.formats.common import moment
from policy_pack.audit.report import Report

# At the beginning or after a separator, perhaps after spaces: characters that make a spreadsheet read a text as a
# formula, including their full-width forms.
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])")

OF_AUDIT = ("pack", "pack_version", "audited")

Row = Mapping[str, object]


def table(columns: Sequence[str], rows: Iterable[Row], report: Report) -> Iterator[bytes]:
    """A header and the rows; each row also identifies the audit, in the columns `OF_AUDIT`."""
    of_audit = {"pack": report.pack, "pack_version": report.version, "audited": moment(report)}
    text = io.StringIO()
    writer = csv.DictWriter(text, (*columns, *OF_AUDIT), restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    yield text.getvalue().encode("utf-8-sig")
    for row in rows:
        text.seek(0)
        text.truncate()
        writer.writerow({name: _cell(value) for name, value in {**row, **of_audit}.items()})
        yield text.getvalue().encode("utf-8", "backslashreplace")


def remarks(report: Report) -> Iterator[Row]:
    """Rows for problems, unreadable resources and limits of the evidence, without which the table would look clean."""
    for unread in report.unread:
        yield {
            "record": "unread",
            "stack": unread.stack,
            "source": unread.source,
            "resource": unread.label,
            "type": unread.type,
            "urn": unread.urn,
            "why": unread.why,
        }
    for record, found in (("problem", report.problems), ("note", report.notes)):
        for each in found:
            yield {"record": record, "source": each.source, "why": each.text}


def _cell(value: object) -> str:
    return _FORMULA.sub(r"\1'", str(value))
