"""What a real Linux did under an emulator, row by row: what x86 shows."""

import re

import pytest
from scenarios import crossed, runs, scenario, texts
from test_consoles import CONSOLES, assert_in_order, model

from kexecdoc.crossing import Crossing
from kexecdoc.study.closed_forms import entry_ns

X86 = "machine=x86 kernel=6.1"
MECHANISM = re.compile(
    r"^(kexec_core: Starting|Kernel panic - not|Linux version|APIC: Switch|DMAR-IR: (IRQ|Enabled)|DMAR: Intel|"
    r"smp: B|Run /init|irq \d+: nobody|handlers:|Disabling IRQ|DMAR: DRHD: handling)"
)


def real(number: str) -> list[str]:
    """The mechanism's lines of a recorded console, from the old kernel's last message on, without echoes."""
    (path,) = CONSOLES.glob(f"{number}-*.log")
    lines = re.findall(r"\[ *\d+\.\d+\] (.*)", path.read_text(errors="replace"))
    start = next(i for i, line in enumerate(lines) if re.search("Starting new kernel|Kernel panic", line))
    end = next((i for i, line in enumerate(lines) if i > start and "Run /init" in line), len(lines))
    return [bare(line) for line in lines[start : end + 1] if MECHANISM.match(line)]


def bare(line: str) -> str:
    line = re.sub(r"^(Linux version) .*", r"\1", line)
    return re.sub(r"\d+ CPUs?$", "CPUS", line).strip()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("01", X86),
        ("02", f"{X86} quiesce=none power-state=unknown loader=file"),
        ("03", f"{X86} quiesce=none next-driver=absent"),
        ("04", f"{X86} path=panic"),
        ("05", X86),
        ("06", f"{X86} iommu=translate"),
        ("14", f"{X86} interrupt=intx"),
        ("15", f"{X86} path=panic"),
    ],
)
def test_the_model_prints_a_real_x86_consoles_lines_of_the_mechanism(number, words):
    wanted = real(number)
    assert len(wanted) >= 5
    ran = [run for run in runs(words, 6) if run.verdict.reached_userspace]
    for run in ran:
        assert_in_order(wanted, [bare(line) for line in model(run)])
    assert ran


def test_observation_1_an_x86_kernel_crosses_and_reaches_userspace():
    assert {run.verdict.outcome for run in runs(X86)} == {"clean"}


@pytest.mark.slow
@pytest.mark.parametrize(("state", "lands"), [("unknown", True), ("known", False)])
def test_observations_2_and_3_on_x86_the_power_state_decides_on_bus_master(state, lands):
    for run in runs(f"{X86} quiesce=none next-driver=absent power-state={state}"):
        assert bool(run.verdict.dma["landed"]) == lands


def test_observation_4_a_card_left_running_in_a_panic_writes_only_old_memory():
    for run in runs(f"{X86} path=panic ring-size=24 traffic=1000"):
        assert set(run.verdict.landed_in) == {"old"}
        assert run.verdict.dma["landed"] <= 2 * 24
        assert not run.verdict.wrong
        assert run.at()["gate/eth0/bus-master"] is True


def test_observation_5_with_a_bound_driver_ordinary_kexec_is_safe():
    for run in runs(X86):
        at_jump = run.at(run.verdict.jump_ns)
        assert at_jump["gate/eth0/bus-master"] is False
        assert run.verdict.outcome == "clean"


def test_observation_6_the_next_kernels_tables_refuse_an_undriven_card():
    words = f"{X86} iommu=translate quiesce=none clear-bus-master=no next-driver=absent dma=cyclic"
    for run in runs(words, 5):
        lines = texts(run)
        at = lines.index("DMAR: DRHD: handling fault status reg 2")
        assert re.fullmatch(
            r"DMAR: \[DMA Write NO_PASID\] Request device \[00:02\.0\] fault addr 0x[0-9a-f]+ "
            r"\[fault reason 0x05\] PTE Write access is not set",
            lines[at + 1],
        )


@pytest.mark.slow
def test_observation_7_a_write_may_land_before_the_next_kernels_first_line():
    landed = 0
    for seed in range(60):
        run = crossed("machine=x86 quiesce=none clear-bus-master=no ring-size=1 traffic=12", seed)
        buffers = [e for e in run.log if e.id.startswith("eth0/buffer:") and run.verdict.jump_ns < e.t_ns]
        early = [e for e in buffers if e.t_ns < run.verdict.jump_ns + entry_ns(run.scenario)]
        landed += bool(early) and run.verdict.reached_userspace
    assert landed


def test_observation_13_a_line_left_asserted_is_disabled_and_the_boot_continues():
    """The recorded counter was 100,001: the line is masked lazily, when the next interrupt comes."""
    wanted = ['irq 11: nobody cared (try booting with the "irqpoll" option)', "handlers:", "Disabling IRQ #11"]
    recorded = list(dict.fromkeys(line for line in real_all("13") if line in wanted))
    assert recorded == wanted
    run = crossed(f"{X86} quiesce=none interrupt=intx line-shared=yes power-state=known")
    assert_in_order(wanted, texts(run))
    assert run.verdict.unhandled == 100_000
    assert run.verdict.reached_userspace


def real_all(number: str) -> list[str]:
    (path,) = CONSOLES.glob(f"{number}-*.log")
    after = path.read_text(errors="replace").partition("Starting new kernel")[2]
    return re.findall(r"\[ *\d+\.\d+\] (.*)", after)


def test_observation_14_a_device_acknowledged_before_the_request_makes_no_storm():
    crossing = Crossing(scenario(f"{X86} quiesce=none interrupt=intx line-shared=yes"))
    crossing.env.run(until=crossing.env.now + 200_000_000)
    crossing.computer.nic.stop_engine("test/stop:0", None)
    crossing.computer.nic.serve("test/serve:0", None)
    run = crossing.finish()
    assert run.verdict.storms == 0
    assert not any("nobody cared" in line for line in texts(run))


@pytest.mark.slow
@pytest.mark.parametrize("work", ["minimal", "notifiers", "shutdown", "in-place"])
@pytest.mark.parametrize("machine", ["arm64", "x86"])
def test_observation_15_without_damage_every_strategy_looks_perfect(machine, work):
    for run in runs(f"machine={machine} path=panic crash-work={work}", 26):
        assert run.to_json()["dump"] == "captured"
