"""The explorers of all chapters: each opens, each flip shows its run, and each shows the machine that it has."""

import re

import pytest
from explorer_driver import drawn
from playwright.sync_api import expect

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import find
from kexecdoc.web.precomputed import key

HAS = {"arm64": ("SMMU", "ITS", "EnableLPIs, CPU 0", "Interrupts, CPU 0"), "x86": ("VT-d", "Interrupts, CPU 0")}
"""Gates that a machine has, whatever the device's interrupt."""

OTHERS = {
    "arm64": ("VT-d", "Local APIC", "I/O APIC"),
    "x86": ("SMMU", "ITS", "EnableLPIs", "Pending table", "doorbell"),
}
"""What the other machine has, and this one does not."""


PHASES = {"old": "Old kernel", "jump": "Jump", "firmware": "Firmware", "next": "Next kernel"}
"""What a reader finds the steps under, by how their names begin."""


def opened(page, bare, name, *state):
    page.goto(f"{bare}{name}.html" + (f"#kx={name}&{'&'.join(state)}" if state else ""))
    explorer = page.locator(".kx")
    drawn(explorer)
    return explorer


def told(explorer):
    """All that an explorer says of the machine."""
    return [explorer.locator(part).inner_text() for part in (".kx-verdict", ".kx-gates", ".kx-pending", ".kx-console")]


@pytest.mark.parametrize("name", EXPLORERS)
def test_it_opens_and_every_flip_of_one_switch_shows_that_run(page, bare, complaints, name):
    chosen = EXPLORERS[name]
    explorer = opened(page, bare, name)
    labels = explorer.locator(".kx-step optgroup").evaluate_all("groups => groups.map((g) => g.label)")
    steps = [event.set["step"] for event in simulate(chosen.scenario).log if event.kind == "step"]
    assert labels == list(dict.fromkeys(PHASES[step.split("/")[0]] for step in steps))
    at_first = {switch: chosen.scenario.values()[switch] for switch in chosen.switches}
    for switch in chosen.switches:
        group = explorer.locator("fieldset", has=page.locator(f"legend code:text-is('{switch}')"))
        expect(group.locator("legend")).to_contain_text(find(switch).label)
        expect(group.locator("input")).to_have_count(len(chosen.choices(switch)))
        for value in chosen.choices(switch):
            group.locator(f'input[value="{value}"]').check()
            run = simulate(chosen.flipped({switch: value}))
            expect(explorer.locator(".kx-outcome")).to_contain_text(run.verdict.outcome)
            expect(explorer.locator(".kx-sentence")).to_have_text(run.verdict.summary)
            words = told(explorer)
            assert all(text.strip() for text in words)
            assert not re.search("undefined|null|NaN", " ".join(words))
        group.locator(f'input[value="{at_first[switch]}"]').check()
    assert complaints == []


@pytest.mark.parametrize("name", EXPLORERS)
def test_it_shows_the_gates_of_its_machine_and_no_others(page, bare, name):
    chosen = EXPLORERS[name]
    for machine in chosen.choices("machine") if "machine" in chosen.switches else [chosen.scenario.machine]:
        explorer = opened(
            page, bare, name, *([f"machine={machine}"] if "machine" in chosen.switches else []), "at=start"
        )
        names = explorer.locator(".kx-gate b").all_inner_texts()
        assert set(HAS[machine]) <= set(names)
        text = " ".join(told(explorer)[1:3])
        assert not [other for other in OTHERS[machine] if other in text]
        assert ("Bus Master, port" in names) == (chosen.scenario.hotplug != "none")
        if chosen.scenario.interrupt == "intx":
            assert {"INTx", "I/O APIC, line 11"} <= set(names)
        else:
            assert "MSI" in names


def test_firmware_takes_over_where_a_reboot_has_no_jump_of_its_own(page, bare):
    explorer = opened(page, bare, "firmware")
    expect(explorer.locator(".kx-what")).to_contain_text("The jump: the old kernel is gone, and firmware takes over.")
    expect(explorer.locator(".kx-phase", has_text="firmware")).to_have_count(1)


def test_a_crash_that_never_jumps_is_told_from_the_panic(page, bare):
    explorer = opened(page, bare, "crash-work", "crash-work=in-place", "heap-damage=0.2", "seed=1")
    expect(explorer.locator(".kx-outcome")).to_contain_text("hung")
    expect(explorer.locator(".kx-when b")).to_contain_text("after the panic")
    expect(explorer.locator(".kx-counts")).to_contain_text("dump lost")
    expect(explorer.locator(".kx-what-if")).to_have_text("A what-if: no crashed kernel writes the dump itself.")
    for at in ("start", "end"):
        expect(opened(page, bare, "crash-work", f"at={at}").locator(".kx-when")).not_to_contain_text("call")


def test_the_jump_into_a_capture_kernel_copies_nothing(page, bare):
    expect(opened(page, bare, "panic").locator(".kx-what")).to_contain_text(
        "The jump: the old kernel is gone. stub/jump"
    )


def test_the_ports_wait_is_where_the_explorer_opens_and_what_it_cost_is_counted(page, bare):
    explorer = opened(page, bare, "port-that-waits")
    expect(explorer.locator(".kx-what")).to_contain_text("’s was waited for in vain, for 2.0200 s.")
    expect(explorer.locator(".kx-counts")).to_contain_text("shutdown of 2 ports: 4.05 s")


def test_a_storm_is_where_the_explorer_opens_and_the_line_is_told_of(page, bare):
    explorer = opened(page, bare, "edge-and-level")
    expect(explorer.locator(".kx-what")).to_contain_text(
        "A storm: from here on CPU 0 does nothing but handle interrupts."
    )
    expect(explorer.locator(".kx-key")).to_contain_text("▬ a storm of interrupts")
    waits = explorer.locator(".kx-pending")
    expect(waits).to_contain_text("Interrupts that wait")
    facts = dict(text.split("\n") for text in explorer.locator(".kx-fact").all_inner_texts())
    assert facts["Wire"] == "asserted: a device wants to be seen to"
    assert facts["Input"] == "unmasked"
    assert facts["Remote IRR"] == "set: delivered, its end not told"
    page.evaluate("location.hash = '#kx=edge-and-level&at=next/usb0-serve:1'")
    expect(waits).to_contain_text("gave it up after 100,000 interrupts that no driver claimed")
    expect(explorer.locator(".kx-gate", has_text="I/O APIC")).to_contain_text(
        "masked: the kernel has given the line up"
    )
    explorer.get_by_role("button", name="To the end").click()
    expect(waits).to_contain_text("has taken it up again")


def test_two_machines_of_two_kinds_have_each_their_own(page, bare):
    explorer = opened(page, bare, "iommu", "machine=arm64", "b.machine=x86", "at=end")
    expect(explorer.locator(".kx-pending .kx-title")).to_have_text("Pending table of CPU 0 · Interrupts that wait")
    gates = explorer.locator(".kx-gates .kx-column")
    expect(gates.nth(0)).to_contain_text("SMMU")
    expect(gates.nth(1)).to_contain_text("VT-d")
    explorer.locator("fieldset", has_text="machine").get_by_role("combobox", name="machine A").select_option("x86")
    expect(explorer.locator(".kx-pending .kx-title")).to_have_text("Interrupts that wait")
    expect(gates.nth(0)).to_contain_text("VT-d")


def test_numbers_and_versions_can_be_compared_and_linked_to(page, bare):
    explorer = opened(page, bare, "port-that-waits", "hotplug-ports=8", "kernel=4.18", "b.kernel=7.3")
    expect(explorer.locator(".kx-outcome")).to_have_count(2)
    expect(explorer.locator(".kx-compare")).to_contain_text("A and B differ in kernel (4.18 | 7.3)")
    chooser = explorer.get_by_role("combobox", name="How many hot-plug ports, machine B")
    chooser.select_option("1")
    page.wait_for_url("**/*kernel=4.18&hotplug-ports=8&*b.kernel=7.3&b.hotplug-ports=1*")
    expect(explorer.locator(".kx-counts").nth(1)).to_contain_text("shutdown of 1 port:")
    page.goto(f"{bare}port-that-waits.html#kx=port-that-waits&hotplug-ports=3")
    page.reload()
    expect(explorer.locator(".kx-notice")).to_contain_text("hotplug-ports has no value “3”")


def test_a_line_means_what_it_meant_in_the_kernel_that_prints_it(page, bare):
    explorer = opened(page, bare, "port-that-waits", "kernel=4.12", "at=end")
    first = explorer.locator(".kx-line-button").first
    first.click()
    before = explorer.locator(".kx-meaning-box").inner_text()
    assert before.strip()
    run = simulate(EXPLORERS["port-that-waits"].flipped({"kernel": "4.12"}))
    expect(first).to_contain_text(run.console()[0]["text"])


def test_a_combination_that_makes_no_run_is_said_and_the_picture_stays(page, bare):
    name = "edge-and-level"
    gone = key(EXPLORERS[name].flipped({"interrupt": "msi"}).values()[s] for s in EXPLORERS[name].switches)

    def without(route):
        index = route.fetch().json()
        index["refused"][gone] = "traffic: too much of it"
        route.fulfill(json=index)

    page.route(f"**/explorers/{name}.json", without)
    explorer = opened(page, bare, name)
    explorer.locator('input[value="msi"]').check()
    expect(explorer.get_by_role("alert")).to_have_text("traffic: too much of it")
    expect(explorer.locator(".kx-outcome")).to_contain_text("degraded")
    explorer.locator('input[value="intx"]').check()
    expect(explorer.get_by_role("alert")).to_have_count(0)
