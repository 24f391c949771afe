"""Each rule about scenarios is held to the model, for any scenario, with whatever switches there are.

A new switch that makes a rule false turns these red. Where a rule speaks of what can happen, the device is given
enough to do for it to happen.
"""

from functools import cache
from itertools import islice

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scenarios import KEPT_SMALL, any_scenario, run_of, scenario

from kexecdoc.crossing import simulate
from kexecdoc.model.death import Death
from kexecdoc.model.log import fold
from kexecdoc.model.scenario import switches
from kexecdoc.reading import rules

BUSY = {"dma": "cyclic", "traffic": 1000}
"""A device that never has nothing to write."""

WELL = {"heap_damage": 0, "on_abort": "ignored"}
"""Nothing else ends the crossing."""

pytestmark = pytest.mark.slow


def at_jump(scenario):
    """The state when the jump has happened, and no reset yet; no example if it does not happen."""
    run = run_of(scenario)
    assume(run.facts.jump is not None)
    return fold(run.log.start, islice(run.log, run.facts.jump + 1))


def got_out(run):
    """Whether a leftover write of the device got past the Bus Master bits."""
    return any(w.device == "eth0" and w.result != "stopped" for w in run.facts.leftovers)


@given(any_scenario())
def test_devices_are_shut_down_where_the_rule_says_so(scenario):
    run = run_of(scenario.but(heap_damage=0))
    assert rules.shuts_devices_down(scenario) == any(step.name == "old/device_shutdown" for step in run.facts.steps)


@given(any_scenario())
def test_the_callback_called_is_that_of_the_rule(scenario):
    run = run_of(scenario.but(heap_damage=0))
    called = [c.name for c in run.facts.callbacks if c.device == "eth0"]
    assert called == [rules.callback(scenario)] * bool(rules.callback(scenario))


@given(any_scenario(**WELL))
def test_a_machine_never_jumps_only_where_the_rule_says_so(scenario):
    assert rules.never_jumps(scenario) == (run_of(scenario).verdict.death is Death.STUCK_CALLBACK)


@given(any_scenario())
def test_the_engine_is_stopped_at_the_jump_where_the_rule_says_so(scenario):
    assert rules.engine_stopped(scenario) == (at_jump(scenario)["device/eth0/engine"] == "stopped")


@given(any_scenario())
def test_the_interrupt_is_silenced_at_the_jump_where_the_rule_says_so(scenario):
    state = at_jump(scenario)
    silent = state["device/eth0/msi"] == "disabled" and state.get("device/eth0/intx", "disabled") == "disabled"
    assert rules.interrupt_silenced(scenario) == silent


@given(any_scenario())
def test_the_device_falls_back_to_its_line_where_the_rule_says_so(scenario):
    fell = scenario.interrupt == "msi" and at_jump(scenario).get("device/eth0/intx") == "enabled"
    assert rules.falls_back_to_line(scenario) == fell


@given(any_scenario())
def test_the_devices_bit_is_clear_at_the_jump_where_the_rule_says_so(scenario):
    assert rules.bit_cleared(scenario) != at_jump(scenario)["gate/eth0/bus-master"]


@given(any_scenario())
def test_the_port_is_closed_at_the_jump_where_the_rule_says_so(scenario):
    assert rules.port_closed(scenario) != at_jump(scenario).get("gate/port0/bus-master", True)


@given(any_scenario(**BUSY, **WELL))
def test_the_rule_for_a_held_back_device_agrees_with_the_first_write(scenario):
    run = run_of(scenario)
    assume(run.facts.leftovers)
    assert rules.held_back(scenario) == (run.facts.leftovers[0].result == "stopped")


@given(any_scenario())
def test_a_leftover_write_gets_out_only_where_the_rule_says_that_it_can(scenario):
    assert not got_out(run_of(scenario)) or rules.ever_writes(scenario)


@given(any_scenario(**BUSY, **WELL, **{"msi-resend": "no", "quiesce": "none"}))
def test_a_busy_devices_leftover_write_gets_out_where_the_rule_says_so(scenario):
    run = run_of(scenario)
    assume(got_out(run) or run.verdict.reached_userspace)  # what holds it back may go at the end of the boot
    assert got_out(run) == rules.ever_writes(scenario)


@given(any_scenario(path="panic", **{"crash-memory": "reserved"}))
def test_no_leftover_write_spoils_a_capture_kernel_in_reserved_memory(scenario):
    run = run_of(scenario)
    assert rules.ever_hits(scenario) or not [w for w in run.verdict.wrong if w.kind.startswith("dma.")]


@given(any_scenario(**BUSY, **WELL, machine="x86", interrupt="msi", quiesce="none"))
def test_a_message_is_resent_where_the_rule_says_so(scenario):
    run = run_of(scenario)
    assume(run.verdict.death in (None, Death.RESENT_MESSAGE))
    assume(not (scenario.path == "panic" and rules.held_back(scenario)))  # one message may have come before
    assert rules.ever_resends(scenario) == (run.verdict.death is Death.RESENT_MESSAGE)


@given(any_scenario(**BUSY, **WELL, **{"msi-resend": "no"}))
def test_a_line_is_asserted_at_the_entry_where_the_rule_says_so(scenario):
    run = run_of(scenario)
    assume(run.facts.entry is not None)
    state = run.at(run.verdict.enter_ns)
    assert rules.line_stays_asserted(scenario) == state[f"line/{run.facts.line}/asserted"]


@given(any_scenario(**BUSY, **WELL, **{"msi-resend": "no"}))
def test_a_line_storms_in_the_next_kernel_where_the_rule_says_so(scenario):
    run = run_of(scenario)
    assume(run.verdict.reached_userspace)
    assert rules.line_storms(scenario) == run.verdict.line_disabled


@given(any_scenario(machine="arm64"))
def test_tables_are_kept_where_the_rule_says_so(scenario):
    run = run_of(scenario.but(heap_damage=0))
    assume(run.verdict.tables is not None)
    kept = any(value for path, value in run.at().items() if path.startswith("frame/") and path.endswith("/kept"))
    assert rules.tables_kept(scenario) == kept


@given(any_scenario(machine="arm64", **{"lpi-disable": "sticky", "image-placement": "clear"}))
def test_tables_are_stuck_where_the_rule_says_so(scenario):
    run = run_of(scenario.but(heap_damage=0))
    assume(run.verdict.tables is not None)
    assert rules.tables_stuck(scenario) == (run.verdict.tables == "stuck")


HARMS = {
    "writes": (rules.ever_writes, rules.AGAINST_REFUSALS, got_out),
    "messages": (rules.ever_resends, rules.AGAINST_MESSAGES, lambda run: run.verdict.death is Death.RESENT_MESSAGE),
    "storms": (rules.line_storms, rules.AGAINST_STORMS, lambda run: run.verdict.line_disabled),
    "tables": (rules.tables_left_behind, rules.RESERVED_TABLES, lambda run: run.verdict.tables == "stuck"),
}
HARMFUL = {
    "writes": {"quiesce": "none", "msi-resend": "no"},
    "messages": {"quiesce": "none", "machine": "x86", "interrupt": "msi", "msi-resend": "yes"},
    "storms": {"quiesce": "none", "msi-resend": "no", "interrupt": "intx"},
    "tables": {"machine": "arm64", "lpi-disable": "sticky", "image-placement": "clear"},
}


@pytest.mark.parametrize("harm", HARMS)
@settings(max_examples=20)
@given(data=st.data())
def test_exactly_what_would_have_prevented_a_harm_is_named(harm, data):
    """Each remedy is tried out: what is named does prevent it, and what prevents it is named."""
    rule, remedies, happens = HARMS[harm]
    scenario = data.draw(any_scenario(**BUSY, **WELL, **HARMFUL[harm]))
    assume(happens(run_of(scenario)))
    named = rules.prevented_by(scenario, rule, remedies)
    tried = [remedy.words for remedy in remedies if not happens(run_of(scenario.but(**remedy.changes)))]
    assert named == tried


# --- every switch in turn ------------------------------------------------------------------------------------
#
# A random scenario reaches the one combination in a hundred that a new switch makes false only by luck. So every value
# of every switch is tried in turn as well, from scenarios in which a single switch decides.

EDGES = {
    "writes": (
        "quiesce=none",
        "quiesce=none next-driver=trusts",
        "quiesce=none clear-bus-master=no next-driver=trusts",
    ),
    "messages": ("machine=x86 msi-resend=yes quiesce=none", "machine=x86 msi-resend=yes path=panic"),
    "storms": (
        "interrupt=intx quiesce=none next-driver=trusts",
        "interrupt=intx quiesce=none line-shared=yes machine=x86",
    ),
    "tables": ("lpi-disable=sticky firmware=devicetree", "lpi-disable=sticky lpi-policy=detect"),
}


def neighbours(words):
    """A scenario at an edge, and those that differ from it in one switch."""
    start = scenario(words, **BUSY)
    yield start
    for name, switch in switches().items():
        for value in switch.choices or (switch.low, min(switch.high, KEPT_SMALL.get(name, switch.high))):
            if name not in (*BUSY, "seed", "heap-damage", "on-abort", "image-placement"):
                yield start.but(**{switch.field: value})


@pytest.mark.slow
@pytest.mark.parametrize(("harm", "words"), [(harm, words) for harm, edges in EDGES.items() for words in edges])
def test_no_switch_makes_a_rule_or_an_advice_false_at_an_edge(harm, words):
    rule, remedies, happens = HARMS[harm]
    seen = cache(lambda s: happens(simulate(s)))
    for near in neighbours(words):
        assert seen(near) <= rule(near), str(near.differences())
        if not seen(near):
            continue
        named = rules.prevented_by(near, rule, remedies)
        tried = [remedy.words for remedy in remedies if not seen(near.but(**remedy.changes))]
        assert named == tried, str(near.differences())
