"""Sweeps: their rows, that workers do not change them, and how they are saved."""

import csv
import inspect
import json
import math
import os
import pickle
import pty
import signal
import subprocess
import sys
import termios
import time
from contextlib import closing, suppress
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenarios import any_scenario, crossed, scenario
from test_cli import out, refused

from kexecdoc.cli import main
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.study import sweep
from kexecdoc.study.presets import PRESETS
from kexecdoc.study.proportion import wilson
from kexecdoc.study.sweep import CHUNK, SHORT, Factorial, SimulatorError, rows, save, scalars, varied

LEFT = scenario("quiesce=none clear-bus-master=no")
TOO_MANY = "dma=cyclic quiesce=none clear-bus-master=no next-driver=absent"
QUIET = Scenario(traffic=1)  # few events: the model is not under test


def few(vary, base=None, **more):
    return list(rows(vary, base, progress=False, **more))


# Rows.


def test_every_combination_meets_every_seed_and_the_seed_changes_fastest():
    table = few(["iommu=off,translate", "quiesce"], seeds=2)
    found = [(row["iommu"], row["quiesce"], row["seed"]) for row in table]
    assert found == [(i, q, s) for i in ("off", "translate") for q in switches()["quiesce"].choices for s in (1, 2)]


def test_seeds_count_up_from_that_of_the_base():
    assert [row["seed"] for row in few((), Scenario(seed=40), seeds=3)] == [40, 41, 42]


def test_a_row_is_the_run_of_its_switches_over_the_base():
    (row,) = few("iommu=translate", LEFT)
    data = crossed("quiesce=none clear-bus-master=no iommu=translate").to_json()
    assert row["outcome"] == data["verdict"]["outcome"]
    assert row["dma_missed"] == data["dma"]["missed"] > 0
    assert row["time_ms_total"] == data["time_ms"]["total"]
    assert (row["dump"], row["lpi_tables"]) == (data["dump"], data["lpi"]["tables"])


def test_a_row_has_all_counts_of_the_contract_and_no_list_nor_sentence():
    (row,) = few("clear-bus-master=no")
    assert next(iter(row)) == "clear_bus_master"
    assert {"seed", "outcome", "reached_userspace", "dump", "lpi_bits_recorded", "lpi_bits_flipped"} <= set(row)
    data = crossed().to_json()
    for group in ("dma", "msi", "irq", "time_ms"):
        assert {f"{group}_{key}" for key, value in data[group].items() if not isinstance(value, dict)} <= set(row)
    assert all(value is None or isinstance(value, str | int | float) for value in row.values())
    assert data["verdict"]["summary"] not in row.values()


def test_a_new_key_of_the_json_is_a_new_column():
    data = crossed().to_json()
    data["dma"]["wrong-way"] = 3
    data["panic"] = {"secondary": {"found": True, "frames": [1, 2]}}
    assert scalars(data) == scalars(crossed().to_json()) | {"dma_wrong_way": 3, "panic_secondary_found": True}


@given(any_scenario())
def test_every_run_has_the_same_columns_so_that_rows_make_a_table(one):
    assert list(scalars(simulate(one).to_json())) == list(scalars(crossed().to_json()))


def test_no_switch_shares_its_column_with_a_count():
    assert not {switch.field for switch in switches().values()} & set(scalars(crossed().to_json()))


def test_landed_writes_have_a_column_for_every_owner():
    (row,) = few((), LEFT)
    landed = {name: value for name, value in row.items() if name.startswith("dma_landed_in_")}
    assert 0 in landed.values()
    assert sum(landed.values()) == row["dma_landed"] > 0


# The request in Python.


def test_what_varies_can_be_given_as_words_or_as_a_mapping():
    vary = {"traffic": ("100", 200), "ring_size": [8], "iommu": None}
    assert varied(["traffic=100,200", "ring-size=8", "iommu"]) == varied(vary)
    assert varied("iommu") == {"iommu": switches()["iommu"].choices}
    assert varied(vary)["traffic"] == (100, 200)


@pytest.mark.parametrize(
    ("vary", "says"),
    [
        ("iomu", "iomu: no such switch; did you mean iommu?"),
        ("", "‘’: no such switch"),
        ("iommu=of", "iommu: of is not one of off, identity, translate; did you mean off?"),
        ("iommu=", "iommu: ‘’ is not one of"),
        ("iommu=off,", "iommu: ‘’ is not one of"),
        ("iommu=off,off", "iommu: off comes twice"),
        (["traffic=100", "traffic=200"], "traffic: varies twice"),
        ("traffic", "traffic: is an integer from 1 to 20,000 (a second); say which, as traffic="),
        ("traffic=0", "traffic: 0 is not an integer from 1 to 20,000 (a second); the nearest is 1"),
        ({"traffic": []}, "traffic: no value was given"),
        ("seed=1,2", "seed: does not vary by a list"),
    ],
)
def test_a_switch_that_cannot_vary_is_refused_by_name(vary, says):
    with pytest.raises(ScenarioError, match=r"^[^\n]*$") as refusal:
        rows(vary)  # immediately, not when the first row is requested
    assert says in str(refusal.value)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "2", True])
def test_seeds_are_counted_from_one(wrong):
    with pytest.raises(ScenarioError, match=r"^seeds: "):
        rows("iommu", seeds=wrong)


def test_too_many_seeds_for_the_range_are_refused():
    last = switches()["seed"].high
    assert few((), Scenario(seed=last, traffic=1))[0]["seed"] == last
    with pytest.raises(ScenarioError, match=rf"^seeds: 2 from {last} on end beyond {last}; 1 fit$"):
        rows((), Scenario(seed=last), seeds=2)


@pytest.mark.parametrize("wrong", [0, -2, 1.5, "2", True])
def test_jobs_are_counted_from_one(wrong):
    with pytest.raises(ScenarioError, match=r"^jobs: "):
        rows("iommu", jobs=wrong)


def test_a_combination_with_too_many_events_is_named():
    with pytest.raises(ScenarioError, match=r"^traffic=20000 seed=1: traffic: 20000 makes more than 50,000 events"):
        few("traffic=1,20000", scenario(TOO_MANY))


# Workers.


@pytest.mark.slow
def test_workers_make_the_same_rows_in_the_same_order():
    pytest.importorskip("joblib")
    design = ["iommu", "quiesce=none,shutdown"]
    alone, together, unsaid = (few(design, LEFT.but(quiesce="shutdown"), seeds=40, jobs=jobs) for jobs in (1, 2, None))
    assert len(alone) > SHORT
    assert json.dumps(alone) == json.dumps(together) == json.dumps(unsaid)


@pytest.mark.slow
def test_workers_name_the_first_combination_with_too_many_events():
    pytest.importorskip("joblib")
    base = scenario(TOO_MANY)
    slow_then_fast = "traffic=1,19999,20000"
    messages = []
    for jobs in (1, 2):
        with pytest.raises(ScenarioError) as refusal:
            few(slow_then_fast, base, seeds=SHORT, jobs=jobs)
        messages.append(str(refusal.value))
    assert messages[0] == messages[1]
    assert messages[0].startswith("traffic=19999 seed=1: ")


def test_a_short_sweep_starts_no_workers(monkeypatch):
    joblib = pytest.importorskip("joblib")
    monkeypatch.delattr(joblib, "Parallel")
    assert len(few("iommu", QUIET, seeds=2, jobs=8)) == 6


def test_a_scenario_and_its_row_can_be_pickled():
    one = scenario("iommu=translate", seed=7)
    assert pickle.loads(pickle.dumps(one)) == one
    assert len(list(Factorial.of("iommu", one, CHUNK))) == len(Factorial.of("iommu", one, CHUNK)) == 3 * CHUNK


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Dask's own
def test_the_same_call_runs_on_a_dask_cluster():
    distributed = pytest.importorskip("distributed")
    joblib = pytest.importorskip("joblib")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        distributed.get_task_stream(client) as stream,
        joblib.parallel_config("dask"),
    ):
        there = few("iommu", QUIET, seeds=SHORT)
        client.run(lambda: None)  # wait, so that the task stream is complete when it is read
    assert len({task["worker"] for task in stream.data}) == 2
    assert there == few("iommu", QUIET, seeds=SHORT, jobs=1)


# Tables.


@pytest.mark.slow
def test_a_sweep_is_a_data_frame_of_the_same_rows():
    pandas = pytest.importorskip("pandas")
    frame = sweep("iommu", LEFT, seeds=2, progress=False)
    assert isinstance(frame, pandas.DataFrame)
    made = few("iommu", LEFT, seeds=2)
    assert list(frame.columns) == list(made[0])
    assert frame.outcome.tolist() == [row["outcome"] for row in made]
    assert frame.time_ms_boot.dtype == float


def test_kexecdoc_sweep_is_the_function_after_any_import():
    import kexecdoc.study
    import kexecdoc.study.sweep  # a module of the same name

    assert inspect.isfunction(kexecdoc.study.sweep)
    assert kexecdoc.study.sweep is sweep


@pytest.mark.slow
def test_without_the_extra_rows_are_made_and_what_is_missing_is_named():
    code = """
import sys
for name in ("joblib", "pandas", "pyarrow", "tqdm"):
    sys.modules[name] = None  # to import it fails
from kexecdoc.cli import main
from kexecdoc.study import sweep
try:
    sweep("iommu")
except ImportError as error:
    print(error)
assert main(["sweep", "--vary", "iommu"]) == 0
main(sys.argv[1:])
"""
    words = ["sweep", "--vary", "iommu"]
    for more, says in (
        (["--output", "table.parquet"], "kexecdoc: a .parquet file needs pyarrow: pip install 'kexecdoc[sweep]'\n"),
        (
            ["--seeds", "500", "--jobs", "2"],
            "kexecdoc: more than one job needs joblib: pip install 'kexecdoc[sweep]'\n",
        ),
    ):
        ended = subprocess.run([sys.executable, "-c", code, *words, *more], capture_output=True, text=True)
        assert (ended.returncode, ended.stderr) == (2, says)
        assert ended.stdout.startswith("a DataFrame needs pandas: pip install 'kexecdoc[sweep]'")


@pytest.mark.slow
def test_csv_and_parquet_hold_the_rows(tmp_path, capsys):
    words = ["sweep", "left-running", "--vary", "iommu", "--seeds", "2", "--output"]
    made = few("iommu", PRESETS["left-running"].scenario, seeds=2)
    assert out(capsys, *words, str(tmp_path / "t.csv")) == f"{tmp_path}/t.csv: 6 rows\n"
    with (tmp_path / "t.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == [
            {key: "" if value is None else str(value) for key, value in row.items()} for row in made
        ]
    parquet = pytest.importorskip("pyarrow.parquet")
    out(capsys, *words, str(tmp_path / "t.parquet"))
    assert parquet.read_table(tmp_path / "t.parquet").to_pylist() == made
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "t.parquet"]


def test_the_same_sweep_is_the_same_bytes(tmp_path, capsys):
    words = ["sweep", "--vary", "iommu", "--output"]
    for name in ("a.csv", "b.csv"):
        out(capsys, *words, str(tmp_path / name))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert b"\r" not in (tmp_path / "a.csv").read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_file_appears_whole_or_not_at_all(tmp_path, suffix):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    output = tmp_path / f"t{suffix}"
    output.write_text("what was there")

    def fail_on_the_way():
        with closing(rows("iommu", QUIET)) as made:
            yield from islice(made, 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(fail_on_the_way(), output)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(output.name, "what was there")]
    save(rows("iommu", QUIET), output)
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    assert output.read_bytes() != b"what was there"


def test_a_linked_file_is_replaced_and_stays_readable(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "t.csv"
    link.symlink_to(tmp_path / "real" / "t.csv")
    save(rows("iommu", QUIET), link)
    assert link.is_symlink()
    plain = tmp_path / "plain"
    plain.touch()
    assert link.stat().st_mode == plain.stat().st_mode


# The command.


@pytest.mark.slow
def test_the_table_counts_outcomes_of_each_combination_with_an_interval(capsys):
    text = out(capsys, "sweep", "--vary", "quiesce=none,shutdown", "--clear-bus-master", "no", "--seeds", "10")
    lines = text.splitlines()
    assert lines[0] == "scenario   clear-bus-master=no, seeds 1 to 10"
    made = few("quiesce=none,shutdown", scenario("clear-bus-master=no"), seeds=10)
    bad = sum(row["quiesce"] == "none" and row["outcome"] in ("corrupted", "crashed", "hung") for row in made)
    low, high = wilson(bad, 10)
    (none,) = [line for line in lines if line.startswith("none")]
    assert f"{10 * bad:.1f} %" in none
    assert none.endswith(f"{100 * low:.1f} to {100 * high:.1f} %")
    (header, shutdown) = lines[2], lines[-1]
    assert header.split()[:3] == ["quiesce", "runs", "clean"]
    assert shutdown.split()[:3] == ["shutdown", "10", "10"]


def test_seeds_alone_are_a_sweep_too(capsys):
    text = out(capsys, "sweep", "left-running", "--seeds", "5", "--seed", "3")
    assert text.startswith("scenario   quiesce=none clear-bus-master=no, seeds 3 to 7\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "--vary: needs SWITCH for all its values, or SWITCH=V1,V2,...; or --seeds N"),
        (["--vary"], "--vary: needs a value: SWITCH for all its values, or SWITCH=V1,V2,..."),
        (["--vary", "iomu"], "iomu: no such switch; did you mean iommu?"),
        (["--vary", "iommu=of"], "iommu: of is not one of off, identity, translate; did you mean off?"),
        (["--vary", "traffic"], "traffic: is an integer from 1 to 20,000 (a second); say which, as traffic="),
        (["--vary", "iommu", "--iommu", "off"], "iommu: varies, and is given as off; it is one or the other"),
        (["--vary", "iommu", "left-runing"], "did you mean left-running?"),
        (["--vary", "iommu", "--seeds", "0"], "--seeds: 0 is not an integer from 1 to 1,000,000; the nearest is 1"),
        (["--vary", "iommu", "--seeds", ""], "--seeds: ‘’ is not an integer from 1 to 1,000,000"),
        (["--vary", "iommu", "--seeds"], "--seeds: needs a value: an integer from 1 to 1,000,000"),
        (["--vary", "iommu", "--jobs", "many"], "--jobs: many is not an integer from 1 to 1,024"),
        (["--vary", "iommu", "--jobs", "0"], "--jobs: 0 is not an integer from 1 to 1,024; the nearest is 1"),
        (["--vary", "iommu", "--output"], "--output: needs a value: the name of a file that ends in .csv or .parquet"),
        (
            ["--vary", "iommu", "--output", "t.cvs"],
            "--output: t.cvs does not end in .csv or .parquet; did you mean .csv?",
        ),
        (["--vary", "iommu", "--output", ""], "--output: ‘’ does not end in"),
        (["--vary", "iommu", "--output", "/no/such/t.csv"], "--output: /no/such/t.csv: No such file or directory"),
        (["--vary", "iommu", "--sedes", "2"], "--sedes: no such switch; did you mean --seeds?"),
        (["--vary", "iommu", "--format", "csv"], "--format: no such switch"),
        (["--vary", "iommu", "--seed", "-1"], "seed: -1 is not an integer"),
        (
            ["--vary", "traffic=20000", *(f"--{word}" for word in TOO_MANY.split())],
            "traffic=20000 seed=1: traffic: 20000 makes more than 50,000 events",
        ),
    ],
)
def test_a_wrong_request_is_refused_in_one_line_with_a_hint(capsys, words, says):
    assert says in refused(capsys, "sweep", *words)


def test_a_folder_is_refused_as_output(capsys, tmp_path):
    (tmp_path / "t.csv").mkdir()
    line = refused(capsys, "sweep", "--vary", "iommu", "--output", str(tmp_path / "t.csv"))
    assert line == f"kexecdoc: --output: {tmp_path}/t.csv: Is a directory\n"


@pytest.mark.slow
def test_a_refused_sweep_leaves_nothing_behind(capsys, tmp_path):
    words = [f"--{word}" for word in TOO_MANY.split()]
    refused(capsys, "sweep", "--vary", "traffic=1,20000", *words, "--output", str(tmp_path / "t.csv"))
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_status_130_and_one_line(capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("kexecdoc.cli.rows", interrupted)
    assert main(["sweep", "--vary", "iommu"]) == 130
    assert capsys.readouterr() == ("", "kexecdoc: interrupted; nothing was written\n")


BROKEN = """
import os, signal
from kexecdoc.study import sweep
from kexecdoc.study.sweep import simulate
import kexecdoc.cli, sys

def broken(scenario):
    if scenario.seed == 30 and scenario.iommu == "translate":
        {fault}
    return simulate(scenario)

sys.modules["kexecdoc.study.sweep"].simulate = kexecdoc.cli.simulate = broken
"""
"""Run by every Python that starts, workers included: makes one scenario fail, or end its process."""


@pytest.fixture
def broken(tmp_path):
    """Run a command with a simulator that fails in one scenario, and return how it ended and which files it left."""

    def run(*words, fault="raise IndexError('pop from\\n empty list')"):
        (tmp_path / "fault").mkdir()
        (tmp_path / "fault" / "sitecustomize.py").write_text(BROKEN.format(fault=fault))
        (folder := tmp_path / "tables").mkdir()
        ended = subprocess.run(
            [sys.executable, "-m", "kexecdoc", *words],
            capture_output=True,
            text=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(tmp_path / "fault")},
        )
        return ended, list(folder.iterdir())

    return run


LONG = ("--traffic", "1", "--vary", "iommu=translate,off", "--seeds", "200")
FAULT = "the simulator failed: IndexError: pop from empty list (sitecustomize.py, line 9)\n"


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_fails_is_named_in_one_line_and_no_file_is_left(broken, jobs, suffix):
    pytest.importorskip("joblib")
    pytest.importorskip("pyarrow")
    ended, left = broken("sweep", *LONG, "--jobs", jobs, "--output", f"t.{suffix}")
    assert (ended.returncode, ended.stdout, left) == (1, "", [])
    assert ended.stderr == f"kexecdoc: traffic=1 iommu=translate seed=30: {FAULT}"


@pytest.mark.slow
def test_a_single_run_that_fails_is_named_in_one_line(broken):
    ended, _ = broken("run", "--iommu", "translate", "--seed", "30")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"kexecdoc: iommu=translate seed=30: {FAULT}"


@pytest.mark.slow
def test_a_killed_worker_is_reported_in_one_line(broken):
    pytest.importorskip("joblib")
    ended, left = broken(
        "sweep", *LONG, "--jobs", "2", "--output", "t.csv", fault="os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert (ended.returncode, ended.stdout, left) == (1, "", [])
    assert ended.stderr == ("kexecdoc: a worker was killed, perhaps for want of memory; --jobs 1 works without any\n")


def test_a_fault_in_python_is_an_exception_that_names_the_scenario(monkeypatch):
    def broken(scenario):
        raise ZeroDivisionError(f"seed {scenario.seed}")

    monkeypatch.setattr(sys.modules[rows.__module__], "simulate", broken)
    with pytest.raises(SimulatorError, match=r"^quiesce=none seed=3: the simulator failed: ZeroDivisionError: seed 3"):
        few((), Scenario(quiesce="none", seed=3))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["to all", "to the first"])
def test_ctrl_c_ends_the_workers_and_leaves_nothing_half_written(tmp_path, how):
    pytest.importorskip("joblib")
    output = tmp_path / "t.csv"
    command = ["sweep", "left-running", "--vary", "iommu", "--seeds", "1000000", "--jobs", "2", "--output", str(output)]
    running = subprocess.Popen(
        [sys.executable, "-m", "kexecdoc", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        while not any(path.stat().st_size for path in tmp_path.iterdir()):
            assert running.poll() is None, running.stderr.read()
            time.sleep(0.05)
        if how == signal.SIGINT:
            os.killpg(running.pid, how)  # as a terminal does: to the whole process group
        else:
            running.send_signal(how)  # as a service manager does: to one process
        # This returns when the last process that could write there has ended, workers included.
        assert running.communicate(timeout=60) == ("", "kexecdoc: interrupted; nothing was written\n")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # a sweep of a million seeds must not outlive a test that failed
    assert running.returncode == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_progress_is_shown_only_on_a_terminal():
    pytest.importorskip("tqdm")
    command = [sys.executable, "-m", "kexecdoc", "sweep", "--vary", "iommu", "--seeds", "60", "--jobs", "1"]
    environment = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    on_terminal = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how a terminal reports that no process is left
        while chunk := os.read(ours, 4096):
            shown += chunk
    os.close(ours)
    printed, _ = on_terminal.communicate()
    assert b"/180" in shown
    assert shown.rstrip().count(b"\n") == 0
    elsewhere = subprocess.run(command, capture_output=True, env=environment)
    assert (elsewhere.stdout, elsewhere.stderr) == (printed, b"")


@pytest.mark.slow
@pytest.mark.parametrize("disable", ["", "1"])
def test_progress_is_shown_in_a_notebook_but_not_stored_by_make_notebooks(monkeypatch, disable):
    pytest.importorskip("tqdm")
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    monkeypatch.setenv("TQDM_DISABLE", disable)
    source = "from kexecdoc.study import sweep\nsweep('iommu', seeds=60).shape[0]"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbclient.NotebookClient(notebook, kernel_name="python3", coalesce_streams=True).execute()
    *streams, result = notebook.cells[0].outputs
    assert result.data["text/plain"] == "180"
    assert [stream.name for stream in streams] == ([] if disable else ["stderr"])


# Confidence intervals.


def test_the_interval_is_that_of_the_literature():
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
    for hits, trials, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)):
        assert [round(bound, 4) for bound in wilson(hits, trials)] == [low, high]
    assert [round(bound, 4) for bound in wilson(0, 20)] == [0, 0.1611]


@given(st.integers(1, 10_000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_holds_the_share_and_is_as_wide_for_misses(counted):
    hits, trials = counted
    low, high = wilson(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    mirrored = wilson(trials - hits, trials)
    assert math.isclose(low, 1 - mirrored[1], abs_tol=1e-12)
    wider = wilson(hits, trials, 0.99)
    assert wider[0] <= low
    assert high <= wider[1]


@pytest.mark.parametrize("counted", [(0, 0), (-1, 3), (4, 3), (1, 3, 0.0), (1, 3, 1.0)])
def test_impossible_counts_have_no_interval(counted):
    with pytest.raises(ValueError, match=" is no "):
        wilson(*counted)
