"""How the search splits a whole question into words.

The theme's search asks for every word of a question, each with a wildcard behind it, and adds up what it finds. So the
`a` of "why is my reboot a second slower" finds every word that begins with an a, and a comma makes another word of the
word before it. The theme lets us say what stands between words: here that is punctuation, and the small words
themselves. A capitalised ITS stays a word.
"""

from __future__ import annotations

import re

SMALL = """
a able about across after all almost also am among an and any are as at be because been but by can cannot could dear
did do does either else ever every for from get got had has have he her hers him his how however i if in into is it
its just least let like likely may me might most must my neither no nor not of off often on only or other our own
rather said say says she should since so some than that the their them then there these they this tis to too twas us
wants was we were what when where which while who whom why will with would yet you your
"""
"""The words that lunr, the engine of the theme's search, leaves out of its index."""

PUNCTUATION = r"""[\s\-‑–—,;:!?()\[\]{}<>"“”„‘’'`…&|=+*]+|(?<!\bI)/|\.(?!\w)"""
"""What belongs to a number or a name stays: 7.3.4, kexec.c, I/O."""

_ANY = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in SMALL.split())
SEPARATOR = rf"{PUNCTUATION}|\b(?:{_ANY})\b(?!\.\w|(?<=\bI)/)"
"""What separates words, in a page and in a question, as a pattern for JavaScript and Python."""

PICTURES_AND_CITATIONS = re.compile(r'<(figure|svg|ol(?= class="kx-references")|a(?= [^>]*class="kx-cite"))\b')


def quiet(content: str) -> str:
    """Return a page whose pictures, ids of sources and lists of references are kept out of the search.

    Their words are no prose: what a picture shows is in the text beside it, and a source is found in the bibliography.
    """
    return PICTURES_AND_CITATIONS.sub(r'<\1 data-search-exclude=""', content)
