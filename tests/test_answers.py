"""The requests that a page makes of its Python, made here."""

import json

import pytest
from hypothesis import assume, given
from scenarios import any_scenario, run_of, scenario

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.reading.run import dumps
from kexecdoc.study.proportion import wilson
from kexecdoc.web.answers import SEEDS, answers
from kexecdoc.web.view import view_of


def answers_to(kind, **request):
    return [json.loads(text) for text in answers(kind, json.dumps(request))]


def words(scenario):
    return {name: str(value) for name, value in scenario.values().items()}


@pytest.mark.slow
@given(any_scenario())
def test_the_answer_to_a_run_has_everything_that_is_drawn(scenario):
    [text] = answers("run", json.dumps({"scenario": words(scenario)}))
    assert text == dumps(view_of(run_of(scenario)))


@pytest.mark.slow
def test_a_run_of_too_many_events_is_answered_with_what_to_do():
    busy = scenario("quiesce=none clear-bus-master=no dma=cyclic next-driver=absent traffic=20000")
    with pytest.raises(ScenarioError, match="a lower rate makes fewer") as refused:
        simulate(busy)
    assert answers_to("run", scenario=words(busy)) == [{"error": str(refused.value)}]


def test_a_seed_too_large_for_a_browser_arrives_intact():
    [answer] = answers_to("run", scenario={"seed": str(2**63 - 1)})
    assert answer["log"]["scenario"]["seed"] == 2**63 - 1


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"quiesce": "nothing"}, "quiesce: nothing is not one of"), ({"quise": "none"}, "quise: no such")],
)
def test_a_wrong_request_is_answered_with_its_error(wrong, error):
    for kind in ("run", "study", "idle"):
        *_, answer = answers_to(kind, scenario=wrong, vary="", values=[], seeds="3")
        assert answer["error"].startswith(error)


# --- studies ---------------------------------------------------------------------------------------------


LEFT = {"quiesce": "none", "clear-bus-master": "no"}


@pytest.mark.slow
def test_a_study_reports_after_every_run():
    tables = answers_to("study", scenario=LEFT, vary="iommu", values=["off", "translate"], seeds="5")
    assert [table["done"] for table in tables] == list(range(1, 11))
    assert {table["of"] for table in tables} == {10}
    for row in tables[-1]["rows"]:
        scenarios = [Scenario.of({**LEFT, "iommu": row["values"][0], "seed": seed}) for seed in range(1, 6)]
        outcomes = [simulate(scenario).verdict.outcome for scenario in scenarios]
        assert {o: each["runs"] for o, each in row["outcomes"].items()} == {o: outcomes.count(o) for o in outcomes}
        assert {o: each["seed"] for o, each in row["outcomes"].items()} == {
            o: str(1 + outcomes.index(o)) for o in outcomes
        }
        bad = sum(outcome in ("corrupted", "crashed", "hung") for outcome in outcomes)
        assert (row["runs"], row["bad"], row["interval"]) == (5, bad, list(wilson(bad, 5)))


def test_the_values_of_a_study_are_counted_side_by_side():
    tables = answers_to("study", scenario={}, vary="quiesce", values=["shutdown", "remove", "none"], seeds="2")
    assert [[row["runs"] for row in table["rows"]] for table in tables[:4]] == [[1], [1, 1], [1, 1, 1], [2, 1, 1]]


def test_a_study_without_a_switch_varies_the_seed_alone():
    *_, table = answers_to("study", scenario={"seed": "7"}, vary="", values=[], seeds="3")
    assert [row["values"] for row in table["rows"]] == [[]]
    assert table["rows"][0]["outcomes"] == {"clean": {"runs": 3, "seed": "7"}}


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"seeds": "101"}, "seeds: 101 is not an integer from 1 to 100; the nearest is 100"),
        ({"seeds": "0"}, "seeds: 0 is not an integer from 1 to 100; the nearest is 1"),
        ({"vary": "seed"}, "seed: does not vary by a list"),
        ({"vary": "traffic", "values": ["5", "5"]}, "traffic: 5 comes twice"),
        ({"scenario": {"seed": str(2**63 - 1)}}, "seeds: 3 from"),
    ],
)
def test_an_impossible_study_is_refused_before_its_first_run(request_, error):
    [answer] = answers_to("study", **{"scenario": {}, "vary": "", "values": [], "seeds": "3"} | request_)
    assert answer["error"].startswith(error)


def test_a_study_can_be_abandoned_at_any_time():
    study = answers("study", json.dumps({"scenario": {}, "vary": "", "values": [], "seeds": str(SEEDS.high)}))
    next(study)
    study.close()
    assert list(study) == []


# --- switches without effect -----------------------------------------------------------------------------


def test_every_switch_is_reported_once_with_or_without_an_effect():
    reported = [answer for answer in answers_to("idle", scenario={}) if answer]
    assert len({answer["name"] for answer in reported}) == len(reported)
    assert {answer["name"] for answer in reported} <= set(switches())
    found = {answer["name"]: answer["effect"] for answer in reported}
    assert found["quiesce"] is True
    assert found["on-abort"] is False


@given(any_scenario())
def test_a_switch_reported_without_an_effect_has_none(scenario):
    steps = answers("idle", json.dumps({"scenario": words(scenario)}))
    found = next((a for a in map(json.loads, steps) if a.get("effect") is False), None)
    steps.close()
    assume(found)
    switch = switches()[found["name"]]
    for value in switch.choices:
        run, unchanged = simulate(scenario.but(**{switch.name: value})), simulate(scenario)
        assert (run.log.id, run.log.t_ns, run.log.set) == (unchanged.log.id, unchanged.log.t_ns, unchanged.log.set)
