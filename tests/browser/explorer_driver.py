"""Drives an explorer: what a reader does with it, and how a test waits for what follows."""

from playwright.sync_api import expect


def drawn(explorer):
    """Wait until an explorer shows a machine."""
    explorer.page.wait_for_function("root => root.dataset.cursor !== undefined", arg=explorer.element_handle())


def next_frames(page, count=2):
    """Wait until the display has shown some more frames. After two, what was asked for is drawn."""
    page.evaluate(
        """async (count) => {
            for (let n = 0; n < count; n++) await new Promise((done) => requestAnimationFrame(done));
        }""",
        count,
    )


def choose(explorer, switch, value):
    explorer.locator("fieldset", has_text=switch).locator(f'input[value="{value}"]').check()


def chooser(explorer, switch, machine):
    """The control of a switch of one of two machines."""
    return explorer.locator("fieldset", has_text=switch).get_by_role("combobox", name=f"machine {machine}")


def compare(explorer, switch, value):
    explorer.get_by_role("button", name="Compare with a second machine").click()
    chooser(explorer, switch, "B").select_option(value)
    expect(explorer.locator(".kx-outcome")).to_have_count(2)


def steps(explorer, machine=""):
    name = f"Step of machine {machine}" if machine else "Step"
    return explorer.get_by_role("combobox", name=name, exact=True)


def go_to_step(explorer, name, machine=""):
    """Choose a step of a machine by its name."""
    select = steps(explorer, machine)
    select.select_option(label=select.locator("option", has_text=name).first.text_content())


def at_step(explorer, name, machine=""):
    expect(steps(explorer, machine).locator("option:checked")).to_contain_text(name)
