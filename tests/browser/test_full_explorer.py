"""The whole machine on a page of the site: every switch, run by a real Python in the reader's browser."""

import hashlib
import json
import random
import re

import pytest
from explorer_driver import drawn
from full_explorer_driver import RUNS, START, field, flip, of_python, opened, says, shows, study
from javascript import any_words
from playwright.sync_api import expect

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.study.effect import effects
from kexecdoc.study.presets import PRESETS
from kexecdoc.web.answers import answers


@pytest.fixture
def asked(page):
    """The paths of all that the page, or its worker, asked for."""
    found = []
    page.on("request", lambda request: found.append(request.url))
    return found


# --- what lies on the site needs no Python ---------------------------------------------------------------


def test_presets_and_chapters_settings_are_shown_without_python(page, machine, asked, complaints):
    explorer = opened(page, machine)
    shows(explorer, Scenario())
    for name in ("left-running", "nobody-cared", "dump-in-place"):
        explorer.get_by_label("Start from").select_option(name)
        shows(explorer, PRESETS[name].scenario)
    chapter = {"quiesce": "none", "clear-bus-master": "no", "firmware": "devicetree", "lpi-disable": "sticky"}
    page.evaluate("to => { location.hash = to; }", "#kx=machine" + "".join(f"&{n}={v}" for n, v in chapter.items()))
    shows(explorer, Scenario.of(chapter))
    assert of_python(asked) == []
    assert not complaints


def test_the_first_setting_that_nobody_computed_starts_python_and_says_how_far_it_is(page, machine, asked, complaints):
    explorer = opened(page, machine)
    says(explorer, "the first time, that loads 13.")
    page.evaluate(
        """() => {
            window.told = [];
            const note = document.querySelector(".kx-loading .kx-note");
            new MutationObserver(() => window.told.push(note.textContent)).observe(note, { childList: true });
        }"""
    )
    flip(explorer, "seed", 17)
    shows(explorer, Scenario(seed=17))
    says(explorer, RUNS)
    told = page.evaluate("window.told")
    counted = [float(far[1]) for text in told if (far := re.fullmatch(r"([\d.]+) MB of 1\d\.\d MB", text))]
    assert counted == sorted(counted)
    assert len(counted) >= 2
    assert any("Starting Python" in text for text in told)
    assert len([url for url in of_python(asked) if url.endswith(".whl")]) == 2
    assert len(of_python(asked)) == len(set(of_python(asked))), "nothing is fetched twice"
    page.wait_for_url("**/machine/#kx=machine&seed=17")
    assert not complaints


# --- the same scenario, the same bytes --------------------------------------------------------------------

ASK = """async ({ page, asked }) => {
    const assets = new URL("../assets/kexecdoc/", page);
    const at = (path) => new URL(path, assets).href;
    const { engine } = await (await fetch(at("machine.json"))).json();
    const placed = (files) => files.map((file) => ({ ...file, url: at(file.url) }));
    const start = { index: at(engine.index), info: engine.info, modules: placed(engine.modules),
        stdlib: at(engine.stdlib), wheels: placed(engine.wheels) };
    const worker = new Worker(at("worker.js"), { type: "module" });
    const texts = asked.map(() => []);
    await new Promise((done, failed) => {
        let left = asked.length;
        worker.onmessage = ({ data }) => {
            if (data.failed) failed(new Error(data.failed));
            if (data.ready) asked.forEach(({ kind, request }, id) => worker.postMessage({ id, kind, request }));
            if (data.text !== undefined) texts[data.id].push(data.text);
            if (data.done && --left === 0) done();
        };
        worker.postMessage({ start });
    });
    worker.terminate();
    const hex = async (text) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))].map((b) => b.toString(16).padStart(2, "0")).join("");
    return Promise.all(texts.map((mine) => hex(mine.join("\\n"))));
}"""  # noqa: E501


def test_the_same_scenario_gives_the_same_bytes_in_the_browser(page, machine):
    draw = random.Random(20261129)
    runs = [{"kind": "run", "request": {"scenario": any_words(draw)}} for _ in range(50)]
    study = {"scenario": {"quiesce": "none", "clear-bus-master": "no"}, "vary": "dma", "values": ["ring", "cyclic"]}
    more = [{"kind": "study", "request": study | {"seeds": "3"}}, {"kind": "idle", "request": {"scenario": {}}}]
    here = [list(answers(one["kind"], json.dumps(one["request"]))) for one in (*runs, *more)]
    refused = [texts for texts in here[:50] if texts[0].startswith('{"error"')]
    assert len(refused) < 20, "most of them are runs"
    page.goto(machine)
    there = page.evaluate(ASK, {"page": machine, "asked": [*runs, *more]})
    assert there == [hashlib.sha256("\n".join(texts).encode()).hexdigest() for texts in here]


# --- two machines -----------------------------------------------------------------------------------------


def test_of_another_kernel_written_by_hand_the_second_machine_has_the_defaults(page, machine):
    explorer = opened(page, f"{machine}#kx=machine&kernel=4.17&b.kernel=4.20")
    expect(explorer.locator(".kx-outcome")).to_have_count(2, timeout=START)
    expect(explorer.locator(".kx-compare")).to_contain_text(
        "differ in kernel (4.17 | 4.20), lpi-policy (detect | reuse)"
    )


def parts(a, b):
    """When the first event comes that two runs do not have in common, in ms."""
    one, two = (list(simulate(scenario).log) for scenario in (a, b))
    x, y = next((x, y) for x, y in zip(one, two, strict=False) if x != y)
    return min(x.t_ns, y.t_ns) / 1e6


@pytest.mark.parametrize("flip", ["quiesce=shutdown", "clear-bus-master=yes", "iommu=translate", "seed=1&traffic=501"])
def test_two_machines_part_where_their_events_do_wherever_the_runs_come_from(page, machine, flip):
    """One is a preset's file, the other one of a chapter's, or made here."""
    a = PRESETS["left-running"].scenario
    b = a.but(**dict(word.split("=") for word in flip.split("&")))
    second = "".join(f"&b.{word}" for word in flip.split("&"))
    explorer = opened(page, f"{machine}#kx=machine&quiesce=none&clear-bus-master=no{second}")
    expect(explorer.locator(".kx-outcome")).to_have_count(2, timeout=START)
    expect(explorer.locator(".kx-parting")).to_contain_text(f"They part {parts(a, b):.3f} ms after the call")


def test_whoever_leaps_to_a_preset_can_go_back(page, machine):
    explorer = opened(page, f"{machine}#kx=machine&quiesce=none&traffic=777")
    back = explorer.get_by_role("button", name="Back to the settings before")
    expect(back).to_be_hidden()
    explorer.get_by_label("Start from").select_option("capture")
    shows(explorer, PRESETS["capture"].scenario)
    back.click()
    shows(explorer, Scenario(quiesce="none", traffic=777))
    expect(back).to_be_hidden()
    explorer.get_by_role("button", name="Reset").click()
    shows(explorer, Scenario())
    back.click()
    shows(explorer, Scenario(quiesce="none", traffic=777))


def test_the_outcome_stays_in_sight_beside_the_switches(page, machine):
    explorer = opened(page, machine)
    explorer.get_by_label("Start from").select_option("bus-master-only")
    flip(explorer, "clear-bus-master", "no")
    shows(explorer, PRESETS["left-running"].scenario)
    line = explorer.locator(".kx-outcome-line")
    expect(line).to_contain_text("In the end: ✕ corrupted (before: clean)")
    expect(line).to_be_in_viewport()


def test_what_has_no_effect_is_drawn_back_with_the_reason(page, machine):
    explorer = opened(page, machine)
    for scenario in (Scenario(), PRESETS["capture"].scenario):
        name = next(n for n, p in PRESETS.items() if p.scenario == scenario)
        explorer.get_by_label("Start from").select_option(name)
        shows(explorer, scenario)
        reasons = {
            s.name: s.inactive_because(scenario.values())
            for s in switches().values()
            if s.inactive_because(scenario.values())
        }
        back = explorer.locator(".kx-inactive")
        assert {
            knob.locator(".kx-name code").text_content(): knob.locator(".kx-why").text_content() for knob in back.all()
        } == reasons
    assert "crash-memory" not in reasons


def without_effect(scenario):
    """The switches that have no effect in a scenario, found by trying."""
    return {found[0] for found in effects(scenario) if found and not found[1]}


def test_what_only_trying_can_tell_is_found_once_python_is_there(page, machine):
    """That the driver hangs in its remove makes idle all that comes after; no condition of a switch says so."""
    scenario = Scenario(quiesce="remove", remove_callback="hangs", seed=17)
    explorer = opened(page, f"{machine}#kx=machine&quiesce=remove&remove-callback=hangs&seed=17")
    shows(explorer, scenario)
    idle = without_effect(scenario)
    assert "next-driver" in idle
    expect(explorer.locator(".kx-inactive")).to_have_count(len(idle), timeout=START)
    why = explorer.locator(".kx-knob:has(.kx-name code:text-is('next-driver')) .kx-why")
    expect(why).to_have_text("no effect as the others are set: with every other value the same happens")


# --- the switches in hand -----------------------------------------------------------------------------------


def test_every_switch_is_there_in_its_group_with_its_help(page, machine):
    explorer = opened(page, machine)
    groups = explorer.locator("details.kx-group")
    assert groups.evaluate_all("all => all.map((g) => g.dataset.group)") == list(
        dict.fromkeys(s.group for s in switches().values())
    )
    for switch in switches().values():
        field(explorer, switch.name)
        explorer.get_by_role("button", name=f"About {switch.name}", exact=True).click()
        about = explorer.locator(f".kx-knob:has(.kx-name code:text-is('{switch.name}')) .kx-help")
        expect(about).to_contain_text(switch.help[1:])
        expect(about).to_contain_text(f"Default: {switch.default}")


def test_a_switch_is_found_by_any_word_that_is_said_of_it(page, machine):
    explorer = opened(page, machine)
    search = explorer.get_by_role("searchbox", name="Find a switch")
    visible = explorer.locator(".kx-knob:visible .kx-name code")
    for words, name in {"bus master": "clear-bus-master", "SMMUv3": "gbpa", "capture kernel": "crash-memory"}.items():
        search.fill(words)
        assert name in visible.all_text_contents()
        assert visible.count() < 8
    search.fill("ITS")  # and not its
    assert visible.all_text_contents() == ["machine"]
    search.fill("nobody cared")
    expect(visible).to_have_count(0)
    explorer.get_by_role("button", name="nobody-cared").click()
    shows(explorer, PRESETS["nobody-cared"].scenario)
    search.fill("p09")  # letters, and not the keys of the explorer
    expect(search).to_have_value("p09")
    expect(explorer.get_by_text("No switch and no preset has all these words.")).to_be_visible()
    search.press("Escape")
    expect(search).to_have_value("")
    expect(explorer.locator("details.kx-group")).to_have_count(9)
    expect(visible).to_have_count(0)


NO_TRAFFIC = {
    "many": "“many” is not an integer from 1 to 20,000 (a second); the default is 500.",
    "30000": "the nearest is 20000.",
    "": "“” is not an integer",
}


@pytest.mark.parametrize("word", NO_TRAFFIC)
def test_a_value_that_cannot_be_is_told_and_changes_nothing(page, machine, word):
    explorer = opened(page, machine)
    flip(explorer, "traffic", word)
    expect(explorer.locator(".kx-wrong:visible")).to_contain_text(NO_TRAFFIC[word])
    expect(field(explorer, "traffic")).to_have_attribute("aria-invalid", "true")
    shows(explorer, Scenario())
    assert "traffic" not in page.url
    flip(explorer, "traffic", 500)
    expect(explorer.locator(".kx-wrong:visible")).to_have_count(0)


def test_what_is_being_typed_stays_while_python_looks_for_what_has_no_effect(page, machine):
    scenario = Scenario(quiesce="remove", remove_callback="hangs", seed=17)
    explorer = opened(page, f"{machine}#kx=machine&quiesce=remove&remove-callback=hangs&seed=17")
    traffic = field(explorer, "traffic")
    traffic.press_sequentially("2")
    expect(explorer.locator(".kx-inactive")).to_have_count(len(without_effect(scenario)), timeout=START)
    expect(traffic).to_have_value(re.compile("2"))
    expect(traffic).not_to_have_value("500")
    expect(traffic).to_be_focused()


def test_what_is_set_can_be_gone_to_and_put_back(page, machine):
    explorer = opened(page, machine)
    explorer.get_by_label("Start from").select_option("left-running")
    shows(explorer, PRESETS["left-running"].scenario)
    expect(explorer.locator(".kx-story")).to_contain_text("Chapter 1. Is kexec just a branch?")
    explorer.get_by_role("button", name="clear-bus-master=no").click()
    expect(field(explorer, "clear-bus-master")).to_be_focused()
    explorer.get_by_role("button", name="clear-bus-master back to its default").click()
    shows(explorer, PRESETS["bus-master-only"].scenario)
    expect(explorer.get_by_label("Start from")).to_have_value("bus-master-only")
    explorer.get_by_role("button", name="Reset to the default of every switch").click()
    shows(explorer, Scenario())


def test_with_another_kernel_its_defaults_come_along(page, machine):
    explorer = opened(page, machine)
    flip(explorer, "kernel", "3.4")
    shows(explorer, Scenario(kernel="3.4"))
    expect(field(explorer, "clear-bus-master")).to_have_value("no")
    told = "Set: kernel=3.4×Linux 3.4 brings clear-bus-master=no and lpi-policy=naive."
    expect(explorer.locator(".kx-changed")).to_have_text(told)
    page.wait_for_url("**/#kx=machine&kernel=3.4")


def test_two_machines_are_compared_and_taken_along(page, machine, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    explorer = opened(page, f"{machine}#kx=machine&quiesce=none&b.quiesce=none&b.iommu=translate&clock=jump")
    expect(explorer.locator(".kx-outcome")).to_have_count(2, timeout=START)
    explorer.get_by_role("button", name="Copy as command").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "kexecdoc run --quiesce none\nkexecdoc run --quiesce none --iommu translate"
    explorer.get_by_role("button", name="Copy as notebook cell").click()
    *statements, expression = page.evaluate("navigator.clipboard.readText()").strip().split("\n")
    scope = {}
    exec("\n".join(statements), scope)
    same = eval(expression, scope)
    assert same.run.scenario == Scenario(quiesce="none")
    assert same.other_run.scenario == Scenario(quiesce="none", iommu="translate")
    assert same.clock == "jump"
    explorer.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{machine}#kx=machine&quiesce=none&b.iommu=translate&clock=jump"
    explorer.get_by_role("button", name="Stop comparing").click()
    expect(explorer.locator(".kx-outcome")).to_have_count(1)


# --- links, coming and going ------------------------------------------------------------------------------------


def test_a_malformed_link_is_told_of_and_what_can_be_taken_is(page, machine, complaints):
    wrong = "quiesce=nothing&traffic=30000&zzz=1&frame=99999&seed=1.5"
    explorer = opened(page, f"{machine}#kx=machine&{wrong}&path=panic")
    shows(explorer, Scenario(path="panic"))
    expect(explorer.locator(".kx-notice").first).to_contain_text(
        "quiesce has no value “nothing”; traffic: “30000” is not"
    )
    expect(explorer.locator(".kx-notice").first).to_contain_text("and 2 more")
    page.evaluate("location.hash = '#kx=machine&at=nosuch:1'")
    shows(explorer, Scenario())
    expect(explorer.locator(".kx-notice").first).to_contain_text("The moment “nosuch:1” does not happen here")
    assert not complaints


def test_a_link_to_what_makes_too_many_events_says_what_to_do(page, machine):
    busy = "quiesce=none&clear-bus-master=no&dma=cyclic&next-driver=absent&traffic=20000"
    page.goto(f"{machine}#kx=machine&{busy}")
    alarm = page.locator(".kx-error")
    expect(alarm).to_contain_text("a lower rate makes fewer", timeout=START)


def test_a_seed_that_javascript_cannot_hold_stays_what_it_is(page, machine):
    seed = 2**63 - 1
    explorer = opened(page, f"{machine}#kx=machine&seed={seed}")
    shows(explorer, Scenario(seed=seed))
    explorer.get_by_role("button", name="Compare").click()
    page.wait_for_url(f"**/#kx=machine&seed={seed}&b.seed={seed}*")


TOLD = """() => [".kx-outcome", ".kx-sentence", ".kx-when", ".kx-life", ".kx-line"]
    .flatMap((part) => [...document.querySelectorAll(part)].map((e) => e.textContent)).join("\\n")"""


@pytest.mark.parametrize("path", ["01-just-a-branch", "08-when-the-kernel-cannot-be-trusted"])
def test_a_chapter_opens_its_state_in_the_machine_and_back_leads_back(page, site, machine, path, asked, complaints):
    page.goto(f"{site}notebooks/{path}/")
    explorer = page.locator(".kx").first
    drawn(explorer)
    page.evaluate("window.sameDocument = true")
    explorer.get_by_role("button", name="Compare").click()
    explorer.get_by_role("combobox", name="machine B").first.select_option(index=1)
    explorer.get_by_role("slider").first.focus()
    page.keyboard.press("PageUp")
    explorer.get_by_role("application").first.press("ArrowRight")
    page.wait_for_url(re.compile("#kx=.*&frame=0"))
    told = page.evaluate(TOLD)
    address = page.url

    def tells_the_same():
        page.wait_for_function(f"told => ({TOLD})() === told", arg=told)

    page.get_by_role("link", name="Open in the machine").click()
    page.wait_for_url(re.compile("/machine/#kx=machine"))
    drawn(page.locator(".kx").first)
    expect(page.locator(".kx-outcome")).to_have_count(2)
    tells_the_same()
    assert of_python(asked) == [], "the chapter's files have it"
    page.go_back()
    page.wait_for_url(address)
    drawn(page.locator(".kx").first)
    tells_the_same()
    page.go_forward()
    page.wait_for_url(re.compile("/machine/#kx=machine"))
    drawn(page.locator(".kx").first)
    tells_the_same()
    assert page.evaluate("window.sameDocument")
    assert not complaints


def test_python_goes_on_while_the_reader_is_elsewhere(page, site, machine, asked):
    explorer = opened(page, machine)
    flip(explorer, "seed", 17)
    shows(explorer, Scenario(seed=17))
    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name="Start here").first.click()
    expect(page).to_have_title(re.compile("Start here"))
    page.get_by_role("link", name="The machine").first.click()
    explorer = page.locator(".kx").first
    shows(explorer, Scenario(seed=17))
    says(explorer, RUNS)
    flip(explorer, "seed", 18)
    shows(explorer, Scenario(seed=18))
    assert page.evaluate("window.sameDocument")
    assert len([url for url in asked if url.endswith("worker.js")]) == 1


def test_two_tabs_are_two_machines(context, machine):
    one, two = context.new_page(), context.new_page()
    first, second = opened(one, machine), opened(two, machine)
    flip(first, "seed", 17)
    flip(second, "seed", 18)
    flip(second, "quiesce", "none")
    shows(first, Scenario(seed=17))
    shows(second, Scenario(seed=18, quiesce="none"))
    one.close()
    flip(second, "seed", 19)
    shows(second, Scenario(seed=19, quiesce="none"))


# --- everyone ---------------------------------------------------------------------------------------------------------


def test_a_phone_has_all_of_it(new_context, machine):
    page = new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).new_page()
    explorer = opened(page, machine)
    for name in ("kernel", "traffic", "quiesce", "crash-work"):
        field(explorer, name)
    explorer.get_by_role("button", name="About kernel").click()
    study(explorer, "quiesce", 3)
    expect(explorer.get_by_text("9 of 9 runs counted.")).to_be_visible(timeout=START)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.locator(".kx-panel :is(button, select, input):visible").evaluate_all(
        "all => all.filter((e) => e.getBoundingClientRect().height < 24).map((e) => e.outerHTML)"
    )
    assert small == []


def test_the_whole_way_can_be_gone_by_keyboard(page, machine):
    explorer = opened(page, machine)
    explorer.get_by_label("Start from").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("seed")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id.endsWith('-seed-a')"):
            break
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("17")
    page.keyboard.press("Enter")
    shows(explorer, Scenario(seed=17))
    assert page.evaluate("document.activeElement.id.endsWith('-seed-a')")
    page.keyboard.press("0")  # a digit there, and not the key that leads to the start
    expect(field(explorer, "seed")).to_have_value("170")
