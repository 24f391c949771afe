"""A run as Trace Event JSON keeps the format's rules and has the log's contents."""

import json
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from scenarios import any_scenario, crossed
from test_cli import out

from kexecdoc.crossing import simulate
from kexecdoc.model.log import Log
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run
from kexecdoc.study.presets import PRESETS
from kexecdoc.views.trace import trace

# The keys of an event of each phase, besides phase and process.
FIELDS = {
    "M": {"name", "tid", "args"},
    "B": {"name", "cat", "tid", "ts", "args"},
    "E": {"tid", "ts"},
    "i": {"name", "cat", "tid", "ts", "args", "s"},
    "s": {"name", "cat", "tid", "ts", "id"},
    "t": {"name", "cat", "tid", "ts", "id"},
    "f": {"name", "cat", "tid", "ts", "id", "bp"},
    "C": {"name", "ts", "args"},
}


def events(run):
    return trace(run)["traceEvents"]


def track_names(run):
    """The tracks' names by number, in order."""
    return {e["tid"]: e["args"]["name"] for e in events(run) if e.get("name") == "thread_name"}


def spans(run):
    """(track, name, begin, end, depth on its track, the log's id) of every span, checking that they nest."""
    tracks = track_names(run)
    open_spans, found = defaultdict(list), []
    for event in events(run):
        stack = open_spans[event.get("tid")]
        if event["ph"] == "B":
            stack.append(event)
        elif event["ph"] == "E":
            begun = stack.pop()
            place = (tracks[event["tid"]], begun["name"], begun["ts"], event["ts"])
            found.append((*place, len(stack), begun["args"]["id"]))
    assert not any(open_spans.values()), "a span that does not end"
    return found


def keeps_the_rules(run):
    data = trace(run)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["displayTimeUnit"] in ("ms", "ns")
    named_tracks, flows, on_track = set(), defaultdict(list), defaultdict(list)
    last = 0
    for event in data["traceEvents"]:
        phase = event["ph"]
        assert FIELDS[phase] <= set(event), event
        assert isinstance(event["pid"], int)
        if phase == "M":
            if event["name"] == "thread_name":
                named_tracks.add(event["tid"])
            continue
        assert event["ts"] >= last, "not in order of time"
        last = event["ts"]
        if phase != "C":
            assert event["tid"] in named_tracks
        if phase == "C":
            assert all(type(value) is int for value in event["args"].values())
        elif phase == "i":
            assert event["s"] in ("t", "p", "g")
        elif phase == "B":
            on_track[event["tid"]].append(event)
        elif phase == "E":
            on_track[event["tid"]].pop()  # there is one
        else:
            flows[event["id"]].append(phase)
            assert on_track[event["tid"]], "a flow that is joined to no span"
            assert on_track[event["tid"]][-1]["ts"] == event["ts"]
    assert not any(on_track.values()), "a span that does not end"
    for phases in flows.values():
        assert phases == ["s", *["t"] * (len(phases) - 2), "f"]


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_a_trace_of_every_preset_keeps_the_rules_of_the_format(name):
    keeps_the_rules(simulate(PRESETS[name].scenario))


@pytest.mark.slow
@given(any_scenario())
def test_a_trace_of_any_run_keeps_the_rules_of_the_format(one):
    keeps_the_rules(simulate(one))


@given(any_scenario())
def test_every_event_of_the_log_is_in_the_trace_once(one):
    run = simulate(one)
    traced = Counter(
        e["args"].get("returned", e["args"])["id"] for e in events(run) if e["ph"] in "BiE" and "args" in e
    )
    assert traced == Counter(run.log.id)


def test_a_query_over_the_trace_finds_the_verdicts_leftover_writes():
    run = crossed("quiesce=none clear-bus-master=no")
    marked = [e for e in events(run) if "leftover" in e.get("args", {}).get("facts", ())]
    assert Counter(e["cat"] for e in marked if e["cat"].startswith("dma.")) == {
        f"dma.{result}": count for result, count in run.verdict.dma.items()
    }
    harmful = [e for e in marked if "harmful" in e["args"]["facts"]]
    assert harmful
    assert len(harmful) < len(marked)


def test_times_are_the_logs_to_the_nanosecond():
    run = crossed("quiesce=none clear-bus-master=no")
    when = dict(zip(run.log.id, run.log.t_ns, strict=True))
    for event in events(run):
        if event["ph"] in "Bi":
            assert round(event["ts"] * 1000) == when[event["args"]["id"]]
            assert len(json.dumps(event["ts"]).partition(".")[2]) <= 3


def test_a_step_lasts_until_the_next_one_and_callbacks_lie_within():
    run = crossed()
    found = spans(run)
    walked = [event.id for event in run.log if event.kind == "step"]
    times = {event_id: (begin, end) for _, _, begin, end, _, event_id in found}
    assert all(times[event_id][1] == times[after][0] for event_id, after in pairwise(walked))
    depth = {(track, name): depth for track, name, _, _, depth, _ in found}
    assert depth["old", "device_shutdown"] == 0
    assert depth["old", "eth0.shutdown"] == depth["old", "nvme0.shutdown"] == 1
    assert depth["next", "eth0.probe"] == 1


def test_a_callback_that_does_not_return_lasts_as_long_as_its_step():
    found = {name: end for _, name, _, end, _, _ in spans(crossed("quiesce=remove remove-callback=hangs"))}
    assert found["eth0.remove"] == found["device_shutdown"]


def test_a_flow_joins_packet_write_interrupt_and_acknowledgement():
    run = crossed("quiesce=none clear-bus-master=no")
    tracks = track_names(run)
    flows, inside = defaultdict(list), {}
    for event in events(run):
        if event["ph"] == "B":
            inside[event["tid"]] = event
        elif event["ph"] in "stf":
            flows[event["id"]].append((tracks[event["tid"]], inside[event["tid"]]["name"]))
    first = flows[1]
    assert first[:4] == [("eth0", "arrival"), ("eth0", "dma.landed"), ("eth0", "dma.landed"), ("eth0", "msi.landed")]
    assert [name for _, name in first[4:6]] == ["lpi.recorded", "lpi.acknowledged"]
    assert {track.rstrip("0123") for track, _ in first[4:6]} == {"redistributor"}
    assert any(flow[0][0] == "nvme0" for flow in flows.values())


def test_the_jump_is_an_instant_across_all_tracks():
    everywhere = [e["name"] for e in events(crossed()) if e["ph"] == "i" and e["s"] == "g"]
    assert everywhere == ["jump: stub", "enter: next-kernel", "allocate-userspace: userspace"]


def test_free_descriptors_are_a_counter_from_the_start():
    run = crossed("quiesce=none clear-bus-master=no ring-size=8")
    free = [e["args"]["free"] for e in events(run) if e["ph"] == "C" and e["name"] == "eth0"]
    assert free[0] == run.log.start["device/eth0/free"]
    assert 0 in free


def test_kernels_come_first_and_the_rest_in_the_order_of_their_names():
    tracks = list(track_names(crossed()).values())
    assert tracks[:3] == ["old", "stub", "next"]
    redistributors = [name for name in tracks if name.startswith("redistributor")]
    assert redistributors == sorted(redistributors)


def test_unknown_kinds_and_actors_are_traced_too():
    real, end = crossed().log.columns(), crossed().log.t_ns[-1]
    odd = {
        "id": ["nmi/step:0", "cpu10/ipi:0", "cpu9/ipi:0", "hpet/tick:0", "nmi/odd", "odd", "cpu9/back:0"],
        "t_ns": [end, end + 1, end + 1, end + 2, end + 3, end + 4, end + 5],
        "kind": ["step", "ipi", "ipi.refused", "tick", "odd", "odd", "return"],
        "cause": [None, "nmi/step:0", "cpu10/ipi:0", "of-long-ago:0", None, None, None],
        "set": [{"step": "nmi/step"}, {}, {}, {"device/hpet/count": 7}, {}, {}, {"device/gone/callback": "returned"}],
    }
    run = Run(Scenario(), Log.from_columns(crossed().log.start, {name: real[name] + odd[name] for name in odd}))
    keeps_the_rules(run)
    tracks = list(track_names(run).values())
    assert tracks[:4] == ["old", "stub", "next", "nmi"]
    assert [track for track in tracks if track in ("cpu10", "cpu9", "hpet", "odd")] == ["cpu9", "cpu10", "hpet", "odd"]
    assert {"ipi", "ipi.refused", "tick", "odd", "back"} <= {e["name"] for e in events(run) if e["ph"] in "Bi"}
    assert [e["args"] for e in events(run) if e["ph"] == "C" and e["name"] == "hpet"] == [{"count": 7}]


def test_the_command_prints_the_same_bytes_and_the_scenario(capsys):
    words = ("run", "flipped-bits", "--format", "trace")
    first = out(capsys, *words)
    assert first == out(capsys, *words)
    data = json.loads(first)
    assert data["otherData"]["scenario"] == PRESETS["flipped-bits"].scenario.values()
    assert data["otherData"]["outcome"] == simulate(PRESETS["flipped-bits"].scenario).verdict.outcome
