"""Whoever asks in his own words finds the page that answers among the first three results."""

import re

import pytest
from playwright.sync_api import expect

QUESTIONS = [
    ("does my driver need a shutdown callback", "driver-checklist/"),
    ("shutdown callback", "driver-checklist/"),
    ("why not call remove", "notebooks/03-shutdown-or-remove/"),
    ("what differs between kexec and kdump", "notebooks/08-when-the-kernel-cannot-be-trusted/"),
    ("why does the crash kernel not shut devices down", "notebooks/08-when-the-kernel-cannot-be-trusted/"),
    ('"nobody cared" after kexec', "console-log/"),
    ('"Booted with LPIs enabled" can I ignore it', "console-log/"),
    ("is the IOMMU protecting me", "notebooks/07-the-iommu-in-the-middle/"),
    ("does clearing Bus Master suffice", "driver-checklist/"),
    ("why is my reboot a second slower per hotplug port", "notebooks/04-the-port-that-waits/"),
    ("what is reset_devices and who reads it", "driver-checklist/"),
    ("what does KHO change", "notebooks/11-letting-devices-run-on/"),
    ("What is a doorbell?", "reference/glossary/"),
    ("purgatory", "reference/glossary/"),
]


@pytest.fixture
def entries(page, site_with_search):
    """What the search knows: a title, a text and a location each."""
    return page.request.get(f"{site_with_search}search/search_index.json").json()["docs"]


def first_results(page, site, question):
    """The pages of the first three results, in their order."""
    box = page.get_by_role("textbox", name="Search")
    box.click()
    box.fill(question[:-1])
    box.press_sequentially(question[-1])  # the theme listens to keys
    expect(page.locator(".md-search-result__meta")).to_have_text(re.compile(r"\d+ matching documents?|[Nn]o matching"))
    links = page.locator(".md-search-result__item").evaluate_all(
        "items => items.map(item => item.querySelector('a[href]').href)"
    )
    return [link.partition("#")[0].partition("?")[0].removeprefix(site) for link in links[:3]]


@pytest.mark.parametrize(("question", "answer"), QUESTIONS, ids=str)
def test_a_question_in_the_askers_words_finds_the_page_that_answers_it(page, site_with_search, question, answer):
    page.goto(site_with_search)
    assert answer in first_results(page, site_with_search, question)


def test_a_result_says_under_which_heading_the_answer_stands(page, site_with_search):
    page.goto(site_with_search)
    first_results(page, site_with_search, "what is reset_devices and who reads it")
    first = page.locator(".md-search-result__item").first
    expect(first).to_contain_text("What is reset_devices, and who reads it?")
    expect(first.locator("a[href*='#who-reads-reset_devices']")).not_to_have_count(0)


def test_the_search_has_titles_and_prose_only(entries):
    chapters = [entry for entry in entries if entry["location"].startswith("notebooks/")]
    assert all(entry["title"] for entry in entries)
    text = " ".join(entry["title"] + " " + entry["text"] for entry in chapters)
    assert "he said, is at bottom a jump" in text
    for unwanted in (
        r"In\s*\[\d*\]",
        r"Out\[\d+\]",
        r"from kexecdoc",
        r"\[seed-helgaas\]",
        r"A still picture of one setting",
    ):
        assert not re.search(unwanted, text)


def test_the_search_knows_prose_and_not_prompts(entries):
    chapter = " ".join(
        e["title"] + e["text"] for e in entries if e["location"].startswith("notebooks/01-just-a-branch/")
    )
    assert "Bjorn Helgaas" in chapter
    assert not re.search(r"In\s*\[\d*\]|Out\[\d+\]|import simulate", chapter)


def test_the_search_knows_the_checklist_and_not_the_data(entries):
    text = " ".join(e["title"] + e["text"] for e in entries if e["location"].startswith("driver-checklist/"))
    assert "Free nothing, and stay bound" in text
    assert "kexecdoc-driver/1" not in text
