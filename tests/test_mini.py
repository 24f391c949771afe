"""The idea in a hundred lines: it agrees with arithmetic, it runs alone, and the page shows all of it."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from statistics import mean

import pytest
from simpy import Environment

from kexecdoc import mini

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "kexecdoc" / "mini.py"
PAGE = ROOT / "site" / "a-hundred-lines.md"
IMAGE_FRAMES = 16


def printed(*words, file=FILE):
    return subprocess.run([sys.executable, file, *words], capture_output=True, text=True, check=True).stdout


def writes(memory, device):
    """A device's writes after the jump, as (ms, frame)."""
    lines = memory.log[next(n for n, line in enumerate(memory.log) if "the jump" in line) :]
    found = (re.match(rf" *(\d+) ms  {device} +writes to frame +(\d+)", line) for line in lines)
    return [(int(line[1]), int(line[2])) for line in found if line]


def before(memory, letter):
    """The frames that had a letter on the old kernel's map, which is the first line."""
    owners = memory.log[0].split()[2]
    return {frame for frame, owner in enumerate(owners) if owner == letter}


@pytest.fixture(params=[1, 2, 3])
def seed(request):
    return request.param


def test_every_packet_between_the_jump_and_the_reset_is_written(seed):
    arrivals = [ms for ms in range(0, mini.RESET, mini.PERIOD) if ms > mini.JUMP]
    assert [ms for ms, _ in writes(mini.cross(seed=seed), "card")] == arrivals


def test_a_ring_without_refills_uses_each_buffer_once(seed, monkeypatch):
    monkeypatch.setattr(mini, "PERIOD", 1)
    memory = mini.cross(seed=seed)
    frames = [frame for _, frame in writes(memory, "card")]
    assert len(frames) == mini.RING < mini.RESET - mini.JUMP - 1
    assert set(frames) == before(memory, "b")


@pytest.fixture(scope="module")
def dry():
    """A hundred crossings in which the ring runs dry before the reset."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mini, "PERIOD", 1)
        crossed = [mini.cross(seed=seed) for seed in range(100)]
    return [(memory, set(memory.wrong())) for memory in crossed]


def test_a_dry_ring_has_hit_the_new_owners_of_its_buffers(dry):
    for memory, wrong in dry:
        given_away = before(memory, "b") | before(memory, "p")
        assert wrong == {frame for frame in given_away if frame < IMAGE_FRAMES}


def test_how_many_frames_are_hit_is_the_image_s_share_of_memory(dry):
    # Drawn without replacement: the variance of one crossing is 1.67, so this is three standard errors of the mean.
    assert mean(len(wrong) for _, wrong in dry) == pytest.approx((mini.RING + 1) * IMAGE_FRAMES / mini.FRAMES, abs=0.39)


def test_the_controller_changes_one_bit_where_its_table_was():
    (table,) = before(memory := mini.cross(seed=1), "p")
    assert memory.wrong()[table] == [4096 * table + 1024]  # 8193 = 8 × 1024 + 1
    assert memory.bytes[4096 * table + 1024] == ord("T") | 2 == ord("V")


def test_a_packet_spoils_as_many_bytes_as_it_has():
    memory = mini.cross(seed=1)
    sizes = {frame: len(addresses) for frame, addresses in memory.wrong().items()}
    assert {sizes[frame] for frame in before(memory, "b") & set(sizes)} == {1514}


def test_the_old_kernel_takes_every_interrupt_and_leaves_no_bit_pending():
    env = Environment()
    memory = mini.Memory(env)
    gic = mini.Redistributor(memory)
    card = mini.Card(memory, gic)
    env.process(card.receive())
    env.process(mini.kernels(memory, gic, card, quiesce=False, seed=1))
    env.run(until=mini.JUMP)
    assert sum("GIC" in line for line in memory.log) == mini.JUMP // mini.PERIOD
    assert not any(memory.bytes[gic.table : gic.table + mini.FRAME])
    assert len(card.ring) == mini.RING


def test_a_card_that_the_old_kernel_stops_writes_nothing_after_the_jump(seed):
    memory = mini.cross(quiesce=True, seed=seed)
    assert not writes(memory, "card")
    assert not writes(memory, "GIC")
    assert not memory.wrong()


@pytest.mark.parametrize(("words", "golden"), [((), "mini.txt"), (("--quiesce",), "mini-quiesce.txt")])
def test_it_prints_what_the_page_shows(words, golden):
    assert printed(*words) == (ROOT / "tests" / golden).read_text()
    assert f'--8<-- "{golden}"' in PAGE.read_text()


def test_it_runs_without_the_package_beside_it(tmp_path):
    alone = tmp_path / "mini.py"
    alone.write_bytes(FILE.read_bytes())
    assert printed(file=alone) == (ROOT / "tests" / "mini.txt").read_text()


def test_the_page_shows_every_line_of_the_file_once_in_whole_parts():
    source = FILE.read_text()
    shown = [tuple(map(int, part)) for part in re.findall(r'--8<-- "mini\.py:(\d+):(\d+)"', PAGE.read_text())]
    lines = [line for first, last in shown for line in range(first, last + 1)]
    assert lines == sorted(set(lines))
    assert {n for n, line in enumerate(source.splitlines(), 1) if line} <= {*lines}
    starts = {node.lineno for node in ast.parse(source).body}
    assert {first for first, _ in shown} <= starts


def test_it_is_about_a_hundred_lines():
    lines = map(str.strip, FILE.read_text().splitlines())
    assert sum(bool(line) and not line.startswith('"""') for line in lines) <= 120
