"""The page that reads console logs: what a reader pastes is read in the page, as the package reads it."""

import gzip
from pathlib import Path

import pytest
from axe import violations
from playwright.sync_api import expect

from kexecdoc.reading.doctor import diagnose
from kexecdoc.registries.messages import HARMS, IDS, find
from kexecdoc.views.diagnosis import by_message
from tools.budgets import limit

PAGE = "console-log/"
(STUCK,) = (Path(__file__).parents[1] / "consoles").glob("11-*.log")
LOG = STUCK.read_text(errors="replace")


@pytest.fixture
def opened(page, site, complaints):
    """The page, with nothing pasted yet."""
    page.goto(site + PAGE)
    yield page
    assert not complaints


def box(page):
    return page.get_by_role("textbox", name="Paste your console log")


def summary(page):
    return page.locator(".kx-log-summary[role=status]")


def paste(page, text):
    """Paste as a reader does: typing would take the browser's driver longer than the page takes to read."""
    box(page).evaluate(
        """(el, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
            el.focus();
            if (el.dispatchEvent(event)) document.execCommand("insertText", false, text);
        }""",
        text,
    )


def entries(page):
    return page.get_by_role("list", name="The known lines").get_by_role("listitem")


def test_a_pasted_log_is_summed_up_and_its_known_lines_are_listed_in_order(opened):
    box(opened).fill(LOG)
    diagnosis = diagnose(LOG)
    expect(summary(opened)).to_have_text(diagnosis.summary)
    groups = by_message(diagnosis)
    expect(entries(opened)).to_have_count(len(groups))
    shown = entries(opened).evaluate_all(
        "all => all.map(li => [li.dataset.message, li.querySelector('code').textContent])"
    )
    assert shown == [[group[0].message.id, group[0].text] for group in groups]


def test_an_entry_has_harm_line_meaning_advice_and_links(opened):
    box(opened).fill(LOG)
    entry = opened.locator("li[data-message='lpi.expected-reserved']")
    message, harm = find("lpi.expected-reserved", "6.1"), HARMS["look"]
    expect(entry.locator(".kx-harm")).to_have_text(f"{harm.sign} {harm.word}")
    expect(entry).to_contain_text("line 328")
    expect(entry).to_contain_text(message.meaning)
    expect(entry).to_contain_text(message.advice.replace("`", ""))
    expect(entry.locator("code", has_text="irqchip.gicv3_nolpi=1")).to_be_visible()
    failed = opened.locator("li[data-message='lpi.failed']")
    expect(failed).to_contain_text("Do: what is said at line 328.")


def test_a_link_to_the_tables_leads_there_and_the_list_stays(opened):
    paste(opened, LOG)
    opened.locator("li[data-message='lpi.failed']").get_by_role("link", name="In the tables").click()
    row = opened.locator("tr:has([id='msg-lpi.failed'])")
    expect(row).to_be_in_viewport()
    expect(row).to_be_focused()
    assert opened.url.endswith("#msg-lpi.failed")
    expect(entries(opened).first).to_be_attached()


def test_the_log_is_still_there_when_the_reader_has_been_elsewhere(opened):
    paste(opened, "Bye!")
    expect(entries(opened)).to_have_count(1)
    opened.get_by_role("link", name="Home").first.click()
    expect(opened.locator(".kx-log")).to_have_count(0)
    opened.go_back()
    expect(box(opened)).to_have_value("Bye!")
    expect(entries(opened)).to_have_count(1)


def test_the_worst_line_is_where_to_begin(opened):
    box(opened).fill(LOG)
    first = opened.locator(".kx-log-worst").get_by_role("link")
    expect(first).to_have_text("line 331")
    first.click()
    expect(opened.locator("#found-331")).to_be_focused()
    expect(opened.locator("#found-331")).to_be_in_viewport()


def test_an_empty_box_shows_nothing_and_clearing_it_leads_back_there(opened):
    expect(summary(opened)).to_have_text("")
    expect(opened.locator(".kx-log").get_by_role("button", name="Clear")).to_be_hidden()
    box(opened).fill(LOG)
    expect(entries(opened).first).to_be_visible()
    opened.locator(".kx-log").get_by_role("button", name="Clear").click()
    expect(entries(opened)).to_have_count(0)
    expect(summary(opened)).to_have_text("")
    expect(box(opened)).to_be_focused()


def test_a_log_in_which_nothing_is_known_is_told_so(opened):
    box(opened).fill("one\ntwo")
    expect(summary(opened)).to_have_text("Nothing of this is known here (2 lines).")
    expect(entries(opened)).to_have_count(0)


def test_it_works_from_the_keyboard_alone(opened):
    box(opened).focus()
    opened.keyboard.insert_text("Disabling IRQ #16")
    expect(entries(opened)).to_have_count(1)
    reached = []
    for _ in range(6):
        opened.keyboard.press("Tab")
        reached.append(opened.evaluate("document.activeElement.textContent || document.activeElement.id"))
    assert reached[:3] == ["kx-log-file", "Show me an example", "Clear"]
    assert reached[3:5] == ["line 1", "In the tables"]
    opened.get_by_role("button", name="Show me an example").focus()
    opened.keyboard.press("Enter")
    expect(summary(opened)).to_contain_text("An ordinary kexec.")
    expect(opened.locator("li[data-message='lpi.failed']").first).to_be_visible()


def test_a_file_is_read_too(opened, tmp_path):
    path = tmp_path / "console.log"
    path.write_bytes(b"\xff[    1.234567] Disabling IRQ #16\r\n")
    opened.locator("input[type=file]").set_input_files(path)
    expect(entries(opened)).to_have_count(1)


def test_nothing_that_is_pasted_leaves_the_page(opened):
    """The patterns are fetched, the same for everybody; nothing else is asked for, and nothing is sent along."""
    asked = []
    opened.wait_for_load_state("networkidle")  # what the theme asks for is not this test's affair
    opened.on(
        "request", lambda request: asked.append((request.method, request.url.rsplit("/", 1)[-1], request.post_data))
    )
    paste(opened, LOG)
    expect(entries(opened).first).to_be_visible()
    assert asked == [("GET", "messages.json", None)]


def test_a_megabyte_is_read_whole(opened):
    megabyte = (LOG * (1_000_000 // len(LOG) + 1))[:1_000_000]
    paste(opened, megabyte)
    expect(summary(opened)).to_have_text(diagnose(megabyte).summary, timeout=60_000)
    assert entries(opened).count() < len(IDS)


def test_of_a_very_long_log_the_beginning_is_shown_and_all_is_read(opened):
    paste(opened, "x\n" * 100_000 + "Bye!\n")
    expect(summary(opened)).to_contain_text("Known: 1 of 100,001 lines", timeout=60_000)
    assert len(box(opened).input_value()) < 101_000
    assert "100,005 more letters are read, and not shown here" in box(opened).input_value()
    expect(box(opened)).not_to_be_editable()
    paste(opened, "handlers:\n")
    expect(box(opened)).to_have_value("handlers:\n")
    expect(box(opened)).to_be_editable()
    expect(entries(opened)).to_have_count(1)


def test_patterns_that_cannot_be_loaded_are_told_and_asked_for_again(page, site):
    page.route("**/messages.json", lambda route: route.abort())
    page.goto(site + PAGE)
    paste(page, "Bye!")
    expect(summary(page)).to_have_text("The patterns could not be loaded. The tables below have every line.")
    page.unroute("**/messages.json")
    paste(page, "\nhandlers:")
    expect(entries(page)).to_have_count(2)


def test_what_is_pasted_last_wins(opened):
    paste(opened, LOG * 20)
    paste(opened, "Bye!")
    expect(summary(opened)).to_contain_text("Known: 1 of")
    expect(entries(opened)).to_have_count(1)


def test_without_javascript_the_tables_stand_and_no_dead_box(new_context, site):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(site + PAGE)
    expect(page.locator("textarea")).to_have_count(0)
    expect(page.get_by_text("the tables below have every line that we know")).to_be_visible()
    assert page.locator("[id^='msg-']").count() == len(IDS)


def test_it_works_after_instant_navigation(page, site, complaints):
    page.goto(site, wait_until="networkidle")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name="Answers").first.click()
    page.get_by_role("link", name="Reading your console log").first.click()
    box(page).fill("Bye!")
    expect(entries(page)).to_have_count(1)
    assert page.evaluate("window.sameDocument")
    assert not complaints


def test_every_message_has_a_place_to_link_to(page, site):
    text = page.request.get(site + PAGE).text()
    assert {message_id: text.count(f'id="msg-{message_id}"') for message_id in IDS} == dict.fromkeys(IDS, 1)


def test_a_link_leads_to_the_row_of_a_line(page, site):
    page.goto(f"{site}{PAGE}#msg-irq.nobody-cared")
    expect(page.locator("tr:has([id='msg-irq.nobody-cared'])")).to_be_in_viewport()


@pytest.mark.parametrize("width", [360, 1400])
def test_axe_finds_nothing_when_a_log_has_been_read(new_context, site, width):
    page = new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(site + PAGE)
    more = (
        'irq 16: nobody cared (try booting with the "irqpoll" option)',
        "No irq handler for 1.55",
        "Rebooting in 5 seconds..",
    )
    box(page).fill("\n".join([LOG, *more]))
    expect(page.locator("li[data-message='panic.rebooting']")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_keeps_to_its_budget(page, site):
    """Gzipped, as a server sends it, and without the index of the search."""
    sizes = {}

    def arrived(response):
        if "search" not in response.url:
            sizes[response.url] = len(gzip.compress(response.body()))

    page.on("response", arrived)
    page.goto(site + PAGE, wait_until="networkidle")
    paste(page, LOG)
    expect(entries(page).first).to_be_visible()
    assert len(sizes) > 5
    assert sum(sizes.values()) < limit("console-log"), sizes
