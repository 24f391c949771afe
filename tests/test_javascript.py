"""The pages' modules agree with the package on switches, links and console lines."""

import re
from pathlib import Path
from random import Random

import pytest
from javascript import answer, any_words

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.reading.doctor import diagnose, patterns
from kexecdoc.web.catalogue import catalogue
from kexecdoc.web.view import legend, view_of

CONSOLES = sorted((Path(__file__).parent / "consoles").glob("*.log"))


def in_words(values):
    return {name: str(value) for name, value in values.items()}


# --- switches --------------------------------------------------------------------------------------------

REGISTRY = """async ({ about, cases }, load) => {
    const { changed, flipped, inactiveReason, parseValue, toStrings, withDefaults } = await load("registry.js");
    return cases.map(({ scenario, name, word }) => {
        const { value, error } = parseValue(about.controls.find((c) => c.name === name), word);
        if (error) return { error };
        const whole = withDefaults(scenario, about);
        return {
            whole: toStrings(whole),
            changed: toStrings(changed(whole, about)),
            flipped: toStrings(flipped(whole, name, value, about)),
            idle: about.controls.map((control) => inactiveReason(control, whole)),
        };
    });
}"""

ODD = ("", "-1", "0.5", "1.0000001", "007", "1e3", "nothing", "99999999999999999999", str(2**63 - 1), "²")


def test_values_defaults_and_flips_are_those_of_the_package():
    draw = Random(7)
    cases, expected = [], []
    for _ in range(300):
        whole = Scenario.of(any_words(draw))
        name = draw.choice(["kernel", *switches()])
        switch = switches()[name]
        word = draw.choice([*ODD, *switch.choices] if draw.random() < 0.3 else switch.choices or [str(switch.high)])
        differs = in_words(whole.differences())
        cases.append({"scenario": differs, "name": name, "word": word})
        try:
            other = whole.but(**{name: word})
        except ScenarioError as error:
            expected.append({"error": str(error)})
        else:
            values = in_words(whole.values())
            idle = [switch.inactive_because(values) for switch in switches().values()]
            flipped = in_words(other.values())
            expected.append({"whole": values, "changed": differs, "flipped": flipped, "idle": idle})
    found = answer(REGISTRY, {"about": catalogue(), "cases": cases})
    for case, ours, theirs in zip(cases, found, expected, strict=True):
        if "error" not in theirs:
            assert ours == theirs, case
        elif switches()[case["name"]].choices:
            assert "error" in ours, case
        else:
            assert ours["error"].endswith(theirs["error"].split(" is not ")[1]), case


# --- links -----------------------------------------------------------------------------------------------

LINKS = """async ({ about, pairs }, load) => {
    const { toStrings, withDefaults, withOverrides } = await load("registry.js");
    const { encodeMachine, split, understand } = await load("address.js");
    return pairs.map(([a, b]) => {
        const [scenario, other] = [withDefaults(a, about), withDefaults(b, about)];
        const words = split(encodeMachine({ scenario, other, at: "", frame: -1, clock: "call" }, about)).machine;
        const { state, complaints } = understand(words, about.controls, 4096);
        const first = withDefaults(state.scenario, about);
        return [toStrings(first), toStrings(withOverrides(first, state.other, about)), complaints];
    });
}"""


def test_a_link_to_two_scenarios_survives_different_kernels():
    draw = Random(9)
    pairs = []
    for _ in range(200):
        a = Scenario.of(any_words(draw))
        b = a.but(**{name: any_words(draw)[name] for name in draw.sample(list(switches()), draw.randint(0, 3))})
        pairs.append((a, b if draw.random() < 0.7 else Scenario.of(any_words(draw))))
    words = [[in_words(scenario.differences()) for scenario in pair] for pair in pairs]
    found = answer(LINKS, {"about": catalogue(), "pairs": words})
    assert found == [[*(in_words(scenario.values()) for scenario in pair), []] for pair in pairs]


# --- events ----------------------------------------------------------------------------------------------

TOLD = """async ({ views, legend }, load) => {
    const [{ RunReplay }, { happening }] = await Promise.all([load("replay.js"), load("words.js")]);
    const label = (owner) => legend.owners[owner]?.label ?? owner;
    return views.map((view) => {
        const replay = new RunReplay(view, legend);
        return replay.kind.map((_kind, i) => happening(replay, i, replay.at(i + 1), label));
    });
}"""


def test_every_event_of_every_explorer_is_told_in_a_sentence_and_not_by_the_name_of_its_kind():
    runs = [simulate(chosen.scenario) for chosen in EXPLORERS.values()]
    told = answer(TOLD, {"views": [view_of(run) for run in runs], "legend": legend()})
    for run, sentences in zip(runs, told, strict=True):
        for kind, sentence in zip(run.log.kind, sentences, strict=True):
            assert " " in sentence, kind
            assert not re.search("IOMMU|DOORBELL|undefined", sentence), (kind, sentence)


# --- console logs ----------------------------------------------------------------------------------------

READ = """async ({ patterns, texts }, load) => {
    const { compile, readAll, summary } = await load("console-log-reader.js");
    const known = compile(patterns);
    return texts.map((text) => {
        const reading = readAll(text, known);
        return [reading.findings.map(({ number, text, id }) => [number, text, id]), summary(reading, known)];
    });
}"""

STRANGE = [
    "",
    "\n",
    "hello\r\n\r\n",
    "Nov 24 20:48:10 host kernel: Disabling IRQ #16\r\n> [    1.5] x\n<3>[    1.234567] handlers:\n",
    "common_interrupt: 1.55 No irq handler for vector\n",
    "No irq handler for 1.55\nDMAR:[DMA Write] Request device [00:02.0] fault addr ffff9800 \n",
    "\x1b[0;32m[    1.234567] \x1b[0mBye!\nLinux version 6.1.0 (a)\nLinux version 6.1.0 (a)\nLinux version 7.3.4 (b)",
    "arm-smmu-v3 " + "event: client: sid: " * 5_000,
]


def as_the_page_says(diagnosis):
    return [[[f.number, f.text, f.message.id] for f in diagnosis.findings], diagnosis.summary]


@pytest.mark.slow
@pytest.mark.parametrize("path", CONSOLES, ids=lambda path: path.name[:2])
def test_page_and_package_read_every_real_console_alike(path):
    text = path.read_text(errors="replace")
    (seen,) = answer(READ, {"patterns": patterns(), "texts": [text]})
    assert seen == as_the_page_says(diagnose(text))


def test_page_and_package_read_strange_texts_alike():
    seen = answer(READ, {"patterns": patterns(), "texts": STRANGE})
    assert seen == [as_the_page_says(diagnose(text)) for text in STRANGE]
