"""My driver on the page for driver authors: flipped, linked to, worked from the keyboard, and without JavaScript."""

import gzip
import re

import pytest
from axe import violations
from playwright.sync_api import expect

from kexecdoc.cli import _scenario, build_parser
from kexecdoc.course.my_driver import QUESTIONS
from kexecdoc.crossing import simulate
from tools.budgets import limit

PAGE = "driver-checklist/"


def driver(page):
    """The form, once it shows what becomes of a driver."""
    form = page.locator(".kx-driver")
    expect(form.locator(".kx-ends li")).to_have_count(2)
    return form


def choose(form, name, word):
    form.locator(f'input[name="{name}"][value="{word}"]').check()


def told(form):
    return form.get_by_role("status").inner_text()


def command(form):
    return form.locator(".kx-driver-result code").inner_text().replace("\n", " ")


def test_a_worked_example_stands_there_before_anybody_answers(page, site, complaints):
    page.goto(site + PAGE)
    form = driver(page)
    for name, question in QUESTIONS.items():
        expect(form.get_by_role("group", name=question.text).locator("input:checked")).to_have_value(question.words[0])
        assert name in command(form).replace("-", "_") or name in ("dma", "interrupt", "probe", "shutdown")
    assert re.search(r"On arm64: .* in \d+ of 12 crossings", told(form))
    assert "#" not in page.url
    assert not complaints


def test_a_flipped_answer_changes_the_counts_the_reason_the_command_and_the_items(page, site, complaints):
    page.goto(site + PAGE)
    form = driver(page)
    before = [told(form), command(form), form.locator(".kx-driver-todo").inner_text()]
    choose(form, "shutdown", "stops")
    expect(form.get_by_role("status")).to_contain_text("On x86: clean in all 12 crossings.")
    after = [told(form), command(form), form.locator(".kx-driver-todo").inner_text()]
    assert all(old != new for old, new in zip(before, after, strict=True))
    expect(form).to_contain_text("The callback stops the device")
    choose(form, "shutdown", "none")
    assert [told(form), command(form), form.locator(".kx-driver-todo").inner_text()] == before
    assert not complaints


def test_the_command_that_the_page_shows_ends_as_the_page_says(page, site):
    page.goto(site + PAGE)
    form = driver(page)
    for name, word in (("interrupt", "line"), ("dma", "periodic"), ("bus_master", "obeys"), ("probe", "trusts")):
        choose(form, name, word)
        words = command(form).split()
        assert words[0] == "kexecdoc"
        outcome = simulate(_scenario(build_parser().parse_args(words[1:]))).verdict.outcome
        expect(form).to_contain_text(f"One that ended {outcome}:")


def test_the_address_holds_the_answers_and_a_link_shows_them_again(page, site):
    page.goto(site + PAGE)
    form = driver(page)
    choose(form, "dma", "periodic")
    choose(form, "probe", "absent")
    expect(page).to_have_url(
        re.compile("#my-driver&dma=periodic&shutdown=none&bus_master=unsure&interrupt=msi&probe=absent$")
    )
    shown = told(form), command(form)
    link = page.url
    page.goto(site)
    page.goto(link)
    form = driver(page)
    assert (told(form), command(form)) == shown
    expect(form.get_by_role("group").first).to_be_in_viewport()
    form.get_by_role("button", name="Start over").click()
    expect(form.locator('input[name="dma"]:checked')).to_have_value("ring")
    expect(page).to_have_url(re.compile("#my-driver$"))


def test_a_wrong_word_in_the_address_is_told_and_the_first_answer_shown(page, site, complaints):
    page.goto(f"{site}{PAGE}#my-driver&dma=rings&shutdown=stops&nonsense=1")
    form = driver(page)
    expect(form.locator(".kx-driver-notice")).to_have_text("The address gives answers that there are not: dma=rings.")
    expect(form.locator('input[name="dma"]:checked')).to_have_value("ring")
    expect(form.locator('input[name="shutdown"]:checked')).to_have_value("stops")
    choose(form, "dma", "answers")
    expect(form.locator(".kx-driver-notice")).to_be_hidden()
    assert not complaints


def test_an_item_leads_to_the_checklist_and_the_answers_stay(page, site):
    page.goto(site + PAGE)
    form = driver(page)
    choose(form, "dma", "periodic")
    form.get_by_role("link", name="Stop what writes by itself").click()
    expect(page.locator("#item-periodic")).to_be_in_viewport()
    expect(page).to_have_url(re.compile("#item-periodic$"))
    expect(form.locator('input[name="dma"]:checked')).to_have_value("periodic")


def test_every_item_that_any_answer_brings_up_is_on_the_page(page, site):
    page.goto(site + PAGE)
    driver(page)
    missing = page.evaluate(
        """() => Object.keys(JSON.parse(document.querySelector(".kx-driver").dataset.driver).items)
            .filter((id) => !document.getElementById(`item-${id}`))"""
    )
    assert missing == []


def test_the_keyboard_answers_all_five_questions_and_shows_where_the_focus_is(page, site):
    page.goto(site + PAGE)
    form = driver(page)
    form.locator("input").first.focus()
    for name, question in QUESTIONS.items():
        assert page.evaluate("document.activeElement.name") == name
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("ArrowDown")
        expect(form.locator(f'input[name="{name}"]:checked')).to_have_value(question.words[1])
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Start over"
    page.keyboard.press("Enter")
    expect(form.locator('input[name="probe"]:checked')).to_have_value("resets")


def test_what_is_read_out_is_the_ends_and_only_when_they_change(page, site):
    page.goto(site + PAGE)
    form = driver(page)
    page.evaluate(
        """() => {
            window.changes = 0;
            new MutationObserver(() => window.changes++).observe(document.querySelector('.kx-driver [role="status"]'), {
                childList: true, subtree: true, characterData: true,
            });
        }"""
    )
    choose(form, "bus_master", "no-pci")  # the same crossings
    assert page.evaluate("window.changes") == 0
    choose(form, "shutdown", "stops")
    assert page.evaluate("window.changes") == 1


def test_without_javascript_a_table_of_the_worst_stands(new_context, site):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(site + PAGE)
    table = page.locator(".kx-driver table")
    expect(table).to_be_visible()
    expect(table.locator("tbody tr")).to_have_count(6)
    expect(table).to_contain_text("12 clean")
    expect(page.locator(".kx-driver form")).to_have_count(0)


def test_with_javascript_the_table_is_folded_away_and_can_be_opened(page, site):
    page.goto(site + PAGE)
    form = driver(page)
    expect(form.locator("table")).to_be_hidden()
    form.get_by_text("The worst of them, in a table").click()
    expect(form.locator("table")).to_be_visible()


def test_it_lives_after_instant_navigation_and_on_the_way_back(page, site, complaints):
    page.goto(site, wait_until="networkidle")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name="Answers").first.click()
    page.get_by_role("link", name="Checklist for driver authors").first.click()
    form = driver(page)
    choose(form, "shutdown", "remove")
    page.get_by_role("link", name="Home").first.click()
    expect(page.locator(".kx-driver")).to_have_count(0)
    page.go_back()
    form = driver(page)
    expect(form.locator('input[name="shutdown"]:checked')).to_have_value("remove")
    assert page.evaluate("window.sameDocument")
    assert not complaints


@pytest.mark.parametrize("width", [360, 1400])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(new_context, site, width):
    page = new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{site}{PAGE}#my-driver&dma=wrong&interrupt=line")
    form = driver(page)
    form.get_by_text("The worst of them, in a table").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_and_its_answers_are_small(page, site):
    page.goto(site + PAGE)
    body = page.request.get(site + PAGE).body()
    assert len(gzip.compress(body)) < limit("driver-form")
    data = page.locator(".kx-driver").get_attribute("data-driver")
    assert 500 < len(gzip.compress(data.encode())) < limit("driver-answers")
