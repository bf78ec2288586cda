"""What of the style of messages (docs/style.md) a machine can check."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_OF_A_REASON = 480  # characters of what is wrong and what follows, without the lists and documents below it
MOST_SENTENCES = 3

NO_SUBJECTS = frozenset(
    # "These" is none of them: "These settings" names what it is about.
    "It Its This That There Here What Which Whether Who Whom Whoever Whose Where When Why How Of From Nobody "
    "Nothing Somebody And But So As Without With Let".split()
)
PHRASES = re.compile(
    r"\bof which\b|\bfrom where\b|\bwhoever\b|\bas is\b|\bin whose\b|\bby whom\b|\blets? in\b|\bmend\b|\bnobody\b"
    r"|\bone likes\b|\bgoes? on with\b|\bin so many letters\b|\bno sooner than\b|\bis to say\b|\bof one's own\b"
    r"|\bwhatever no\b|\bsays? nothing of\b",
    re.IGNORECASE,
)
_IT = re.compile(r"(?m)(?:^|[.:;] )Its?\b")
BRITISH = re.compile(
    r"\b(?:colour|honour|behaviour|favour|neighbour|licence|catalogue|centre|defence|programme|whilst|judgement|"
    r"cancelled|labelled|modelled|\w*(?:organis|recognis|authoris|customis|optimis|minimis|neutralis|normalis|"
    r"initialis|serialis|summaris|analys)(?:e|es|ed|er|ing|ation)s?)\w*\b",
    re.IGNORECASE,
)
# AWS writes Region. In lower case, it is a property or a setting, which stands in quotes or code.
REGION = re.compile(r"(?<!setting )(?<![\w/.:*-])(?:regions?|multi-region)\b(?![\w=:/-])")
_WITHIN = re.compile(r'^[^\s:"]+(?: \([^)]*\))?/[^\s:]+: |^[^:"]{1,140}: (?=[A-Za-z"])')
_QUOTED = re.compile(r'"[^"\n]*"')
_END_OF_SENTENCE = re.compile(r'(?<![A-Z])[.!?](?=\s+["A-Za-z]|$)')


def faults(why: str) -> Iterator[str]:
    """What is wrong with the style of a reason; a name that says within what it is stands before it, if any."""
    first, *below = why.split("\n")
    said = _subject(first)
    word = re.split(r"[\s,.;:]", said, maxsplit=1)[0]
    if word in NO_SUBJECTS or not word:
        yield f"begins with {word!r}, not with its subject"
    if len(first) > MOST_OF_A_REASON:
        yield f"is {len(first)} characters long"
    sentences = len(_END_OF_SENTENCE.findall(_QUOTED.sub("x", first)))
    if sentences > MOST_SENTENCES:
        yield f"has {sentences} sentences"
    yield from words(why)
    for each in below:
        if each.startswith("- ") and each[2:].split(" ")[0] in NO_SUBJECTS:
            yield f"lists {each!r}, which does not begin with its subject"


def phrases(text: str) -> Iterator[str]:
    """What is wrong with the words of any text."""
    prose = _QUOTED.sub('"x"', text)
    yield from (f"says {each[0].strip()!r}" for each in PHRASES.finditer(prose))
    yield from (f"spells {each[0]!r} as the British do" for each in BRITISH.finditer(prose))
    yield from (f"writes {each[0]!r} for AWS's Region" for each in REGION.finditer(prose))


def words(text: str) -> Iterator[str]:
    """What is wrong with the words of a message, or of a policy's text."""
    yield from phrases(text)
    prose = _QUOTED.sub('"x"', text)
    yield from (f"says {each[0].strip()!r} without a subject" for each in _IT.finditer(prose))
    if "  " in re.sub(r"(?m)^[\s{}\"].*$", "", prose):
        yield "has two spaces"


def prose(page: str) -> Iterator[str]:
    """The paragraphs and table cells of a Markdown page, without code, links' targets and HTML."""
    plain = re.sub(r"(?ms)^ *(```+).*?^ *\1 *$", "", page)
    plain = re.sub(r"`[^`]*`|\]\([^)]*\)|<[^>]*>", "x", plain)
    for paragraph in re.split(r"\n\s*\n|\n(?=[-|#] |\d+\. )", plain):
        yield " ".join(paragraph.split())


def _subject(line: str) -> str:
    within = _WITHIN.match(line)
    return line[within.end() :] if within is not None and not line.startswith('"') else line
