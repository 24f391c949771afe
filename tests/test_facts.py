"""The facts read from a log agree with a slow reader that applies every event to the whole state."""

import json

import pytest
from hypothesis import given, settings
from scenarios import any_scenario, crossed, run_of

from kexecdoc.model.log import Log, apply, frame_range
from kexecdoc.reading.facts import read
from kexecdoc.reading.run import Run, dumps


def frames_of(event, what):
    return [frame for path in event.set for frame in frame_range(path, what)]


def slowly(log):
    """The same facts, read from the whole state before and after each event."""
    state, writer, jump = apply({}, log.start), {}, None
    found = {"leftovers": [], "astray": [], "harm": {}, "flips": [], "strays": [], "jump": None}
    for i, event in enumerate(log):
        kind, _, result = event.kind.partition(".")
        device = event.id.split("/")[0]
        old = state.get(f"device/{device}/programmed-by") == "old"
        wrote = frames_of(event, "bytes")
        if kind == "dma" and jump is not None and old:
            found["leftovers"].append((i, result, wrote[0] if wrote else None))
        if kind == "dma" and jump is None and result != "stopped":
            targets = state.get(f"device/{device}/targets", ())
            if not (wrote and any(first <= wrote[0] <= last for first, last in targets)):
                found["astray"].append((i, result))
        if kind == "lpi" and jump is not None:
            for path in (path for path in event.set if path.startswith("lpi/")):
                cpu = path.split("/")[1]
                if state[f"redistributor/{cpu}/programmed-by"] == "old" and not state.get(f"frame/{wrote[0]}/kept"):
                    found["flips"].append(i)
        if kind == "stray":
            found["strays"].append(i)
        if jump is None and event.set.get("running") in ("stub", "firmware"):
            jump = found["jump"] = i
        writer |= dict.fromkeys(wrote, i)
        for source, destination, count in event.set.get("copied", ()):
            writer |= {destination + n: writer[source + n] for n in range(count) if source + n in writer}
        apply(state, event.set)
        for frame in frames_of(event, "found"):
            if state[f"frame/{frame}/found"] == "wrong" and frame in writer:
                found["harm"].setdefault(writer[frame], i)
    return found


@pytest.mark.slow
@settings(max_examples=40)
@given(any_scenario())
def test_one_pass_finds_what_a_slow_reader_of_the_whole_state_finds(scenario):
    log = run_of(scenario).log
    facts, slow = read(log), slowly(log)
    assert [(w.event, w.result, w.frame) for w in facts.leftovers] == slow["leftovers"]
    assert [(w.event, w.result) for w in facts.astray] == slow["astray"]
    assert [bit.event for bit in facts.pending if bit.flip] == slow["flips"]
    assert (facts.jump, facts.harm, facts.strays) == (slow["jump"], slow["harm"], slow["strays"])


@given(any_scenario())
def test_steps_and_phases_divide_the_log_and_leave_nothing_out(scenario):
    log = run_of(scenario).log
    facts = read(log)
    assert [log.kind[step.first] for step in facts.steps] == ["step"] * log.kind.count("step")
    assert [step.end for step in facts.steps] == [*(step.first for step in facts.steps[1:]), len(log)]
    assert [phase.t0_ns for phase in facts.phases] == [0, *(phase.t1_ns for phase in facts.phases[:-1])]
    assert facts.phases[0].name == "old-kernel"
    assert facts.phases[-1].t1_ns == log.t_ns[-1]


@given(any_scenario())
def test_data_for_a_page_is_plain_and_refers_to_events_of_the_log(scenario):
    log = run_of(scenario).log
    facts = read(log)
    data = facts.to_data()
    assert json.loads(dumps(data)) == data
    del data["owners"]
    listed = [each["i"] for entries in data.values() if isinstance(entries, list) for each in entries if "i" in each]
    assert all(0 <= i < len(log) for i in [*listed, data["matters"]])


def test_an_empty_log_has_no_facts():
    facts = read(Log.from_columns({"running": "old-kernel"}, {n: [] for n in ("id", "t_ns", "kind", "cause", "set")}))
    assert (facts.jump, facts.leftovers, facts.steps, facts.end_ns) == (None, [], [], 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "event_id"),
    [
        ("quiesce=none clear-bus-master=no", "eth0/"),  # the first write that is found wrong
        ("quiesce=remove remove-callback=hangs", "machine/dead:0"),  # nothing harmful, and no jump: the end
        ("", "stub/jump:0"),
        ("kernel=4.17 hotplug=cf118", "old/command-timeout:"),  # the longest wait
        ("machine=x86 interrupt=intx line-shared=yes quiesce=none", "next/storm:0"),
    ],
)
def test_the_event_that_matters_is_the_first_harm_or_the_longest_wait(words, event_id):
    run = crossed(words)
    assert run.log.id[run.facts.matters].startswith(event_id)


def test_the_iommu_is_off_between_the_two_kernels():
    run = crossed("quiesce=none clear-bus-master=no iommu=translate")
    (window,) = run.facts.iommu_off
    times = dict(zip(run.log.id, run.log.t_ns, strict=True))
    assert window == (times["old/smmu-shutdown:0"], times["next/smmu-enable:0"])
    assert run.log.id[run.facts.remapped] == "next/smmu-attach-eth0:0"


@pytest.mark.parametrize("words", ["quiesce=none iommu=identity", "quiesce=none", "path=panic machine=x86"])
def test_an_iommu_that_translates_nothing_is_never_missed(words):
    assert crossed(words).facts.iommu_off == []
    assert crossed(words).facts.remapped is None


# -- what this model never logs, but a log may say --------------------------------------------------------


def with_events(log, at, *more):
    """A log with events inserted after the one of index ``at``, at the same time: id, kind, assignments."""
    columns = {name: list(column) for name, column in log.columns().items()}
    for event_id, kind, assignments in reversed(more):
        for name, value in (("id", event_id), ("t_ns", log.t_ns[at]), ("kind", kind), ("cause", None)):
            columns[name].insert(at + 1, value)
        columns["set"].insert(at + 1, assignments)
    return Log.from_columns(log.start, columns)


def test_messages_that_hit_nothing_are_harmless_and_counted():
    run = crossed()
    log = with_events(run.log, run.facts.jump, *((f"eth0/late:{n}", "msi.missed", {}) for n in range(2)))
    verdict = Run(run.scenario, log).verdict
    assert verdict.outcome == "harmless"
    assert verdict.msi == {"missed": 2, "sent": 2}
    assert verdict.summary.startswith("2 leftover messages went astray")


def test_a_message_that_lands_in_memory_in_use_is_named_as_the_writer():
    run = crossed()
    taken = [path for path, owner in run.log.set[run.facts.userspace].items() if owner == "next-data"]
    frame = frame_range(taken[0]).start
    landed = ("eth0/late:0", "msi.landed", {f"frame/{frame}/bytes": "eth0/late:0"})
    found = ("next/read-late:0", "read", {f"frame/{frame}/found": "wrong"})
    verdict = Run(run.scenario, with_events(run.log, len(run.log) - 1, landed, found)).verdict
    assert verdict.outcome == "corrupted"
    assert "An interrupt message of the device's was written into" in verdict.summary


def test_a_message_before_the_jump_is_not_a_leftover_one():
    run = crossed()
    log = with_events(run.log, run.facts.jump - 1, ("eth0/early:0", "msi.missed", {}))
    assert Run(run.scenario, log).verdict.msi == {}


def test_a_write_astray_before_the_jump_is_noted_wherever_it_went():
    run = crossed()
    writes = (("eth0/early:0", "dma.missed", {}), ("eth0/early:1", "dma.landed", {"frame/7/bytes": "eth0/early:1"}))
    astray = Run(run.scenario, with_events(run.log, run.facts.jump - 1, *writes)).facts.astray
    assert [(w.result, w.frame) for w in astray[-2:]] == [("missed", None), ("landed", 7)]


def test_a_copy_of_written_bytes_is_laid_to_whoever_wrote_them():
    run = crossed()
    write = ("eth0/late:0", "dma.landed", {"frame/7/bytes": "eth0/late:0"})
    copy = ("next/copy:0", "copy", {"frame/9-10/bytes": "next/copy:0", "copied": [[6, 9, 2]]})
    found = ("next/read-late:0", "read", {"frame/9-10/found": "wrong"})
    facts = Run(run.scenario, with_events(run.log, len(run.log) - 1, write, copy, found)).facts
    last = len(run.log)
    assert {finding.frame: finding.writer for finding in facts.findings}[10] == last
