"""Memory: shared frames behave like plain bytes, and a byte that changed is always found."""

import random

import pytest

from kexecdoc.model.log import Log
from kexecdoc.model.machine.memory import Memory, ranges_in
from kexecdoc.model.machine.ram import Ram
from kexecdoc.model.scales import FRAME, FRAMES


@pytest.mark.parametrize("seed", range(5))
def test_ram_holds_what_plain_bytes_would_hold(seed):
    lot, ram, plain = random.Random(seed), Ram(), bytearray(16 * FRAME)
    for _ in range(400):
        offset, length = lot.randrange(14 * FRAME), lot.choice((1, 16, 2048, 5000))
        act = lot.choice(("write", "copy", "byte", "read"))
        if act == "write":
            data = lot.randbytes(length)
            ram.write(offset, data)
            plain[offset : offset + length] = data
        elif act == "byte":
            ram[offset] ^= 0x40
            plain[offset] ^= 0x40
        elif act == "copy":
            source, destination, count = lot.randrange(4), lot.randrange(8, 12), lot.randint(1, 4)
            ram.copy(source, destination, count)
            plain[destination * FRAME : (destination + count) * FRAME] = plain[
                source * FRAME : (source + count) * FRAME
            ]
        assert ram.read(offset, length) == plain[offset : offset + length]
        assert ram[offset] == plain[offset]
    assert ram.read(0, 16 * FRAME) == plain


@pytest.mark.parametrize("seed", range(5))
def test_any_byte_changed_behind_the_owners_back_is_found(seed):
    lot, memory = random.Random(seed), Memory(Log())
    memory.fill(100, 50, "text")
    memory.copy(100, 200, 50)
    everything = [(0, FRAMES)]
    assert memory.wrong(everything) == []
    tampered = sorted(lot.sample([*range(100, 150), *range(200, 250)], 20))
    for frame in tampered:
        memory.ram[frame * FRAME + lot.randrange(FRAME)] ^= 1 << lot.randrange(8)
    assert memory.wrong(everything) == tampered
    assert all(len(memory.wrong_bytes(frame)) == 1 for frame in tampered)
    memory.fill(100, 50, "text")
    memory.zero(200, 50)
    assert memory.wrong(everything) == []


def test_a_frame_that_is_put_back_as_it_was_is_not_wrong():
    memory = Memory(Log())
    memory.fill(7, 1, "data")
    memory.ram[7 * FRAME] ^= 1
    assert memory.wrong([(7, 1)]) == [7]
    memory.ram[7 * FRAME] ^= 1
    assert memory.wrong([(7, 1)]) == []


def test_no_run_writes_into_shared_payloads():
    """All runs share the payloads' bytes: a write to one memory must not appear in another."""
    one, other = Memory(Log()), Memory(Log())
    one.fill(1, 1, "text")
    other.fill(1, 1, "text")
    one.ram[FRAME] ^= 1
    assert (one.wrong([(1, 1)]), other.wrong([(1, 1)])) == ([1], [])


def test_ranges_of_a_mask_are_those_that_counting_finds():
    lot = random.Random(1)
    for _ in range(50):
        mask = bytes(lot.choice((0, 1)) for _ in range(lot.randrange(40)))
        frames = [frame for first, count in ranges_in(mask) for frame in range(first, first + count)]
        assert frames == [frame for frame, byte in enumerate(mask) if byte]
        assert all(not mask[first - 1 : first].strip(b"\0") for first, _ in ranges_in(mask) if first)
