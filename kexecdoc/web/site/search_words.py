"""How the search splits a query into words.

The theme's search looks for every word of a query as a prefix, and adds up the results. So the `a` in "why is my reboot
a second slower" matches every word that begins with an a, and a comma becomes part of the word before it. The theme has
a setting for what separates words: here it is punctuation, and the small words themselves. A capitalised ITS stays a
word.
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
"""The words that lunr, the engine of the theme's search, does not index."""

PUNCTUATION = r"""[\s\-‑–—,;:!?()\[\]{}<>"“”„‘’'`…&|=+*]+|(?<!\bI)/|\.(?!\w)"""
"""Punctuation inside numbers and names is kept: 7.3.4, kexec.c, I/O."""

_ANY = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in SMALL.split())
SEPARATOR = rf"{PUNCTUATION}|\b(?:{_ANY})\b(?!\.\w|(?<=\bI)/)"
"""What separates words in pages and queries, as a regular expression for JavaScript and Python."""

PICTURES_AND_CITATIONS = re.compile(r'<(figure|svg|ol(?= class="kx-references")|a(?= [^>]*class="kx-cite"))\b')


def quiet(content: str) -> str:
    """Return a page whose pictures, citations and lists of references are excluded from the search.

    What a picture shows is also in the text beside it, and sources are found in the bibliography.
    """
    return PICTURES_AND_CITATIONS.sub(r'<\1 data-search-exclude=""', content)
