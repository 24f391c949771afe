"""The search splits a query into words without small ones; pictures are not indexed."""

import re

import pytest

from kexecdoc.web.site import search_words


def split(question):
    return [word for word in re.split(search_words.SEPARATOR, question) if word]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Does my driver need a shutdown callback?", "driver need shutdown callback"),
        ("why is my reboot a second slower per hotplug port", "reboot second slower per hotplug port"),
        ('"Booted with LPIs enabled, memory" can I ignore it', "Booted LPIs enabled memory ignore"),
        ("what is reset_devices and who reads it", "reset_devices reads"),
        ("does is_kdump_kernel() do it?", "is_kdump_kernel"),
        ("in v7.3.4, kexec.c, crashkernel=512M", "v7.3.4 kexec.c crashkernel 512M"),
        ("what is an ITS? its table", "ITS table"),
        ("Message-signalled, read/write, and/or I/O", "Message signalled read write I/O"),
        ("the driver’s “own” island", "driver s island"),
    ],
)
def test_a_query_is_split_into_its_words(question, words):
    assert split(question) == words.split()


def test_pictures_citations_and_references_are_kept_out_of_the_search():
    page = (
        '<p>x <a class="kx-cite" href="y">[z]</a></p><figure class="f"></figure><svg></svg><ol class="kx-references">'
    )
    marked = re.findall(r'<(\w+) data-search-exclude=""', search_words.quiet(page))
    assert marked == ["a", "figure", "svg", "ol"]


def test_other_links_and_lists_stay_in_it():
    page = '<p><a href="y">z</a> <a class="kx-term" href="y">z</a></p><ol><li>x</li></ol><figures>'
    assert search_words.quiet(page) == page
