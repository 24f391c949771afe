"""The idea in a hundred lines: why a write outlives its kernel.

A driver tells a network card where to write. Then the driver's kernel jumps into the next one. The memory has new
owners, and nobody has told the card.

This is not the simulator, and it imports nothing of it. There is one ring, one map of owners, one jump, and one byte
of pending bits. Try ``python -m kexecdoc.mini``, then the same with ``--quiesce``, then with ``--seed 2``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator, Iterable
from hashlib import blake2b

from simpy import Environment, Event

FRAMES, FRAME = 32, 4096  # the memory: this many page frames, of this many bytes
TEXT, DATA = range(8), range(8, 16)  # the frames that the next kernel's image fills
RING = 8  # buffers that the driver posts, a frame each
PACKET = b"*" * 1514
INTID = 8193  # the number of the card's interrupt
PERIOD, JUMP, RESET = 3, 10, 29  # in ms: between two packets; from the start to the jump and to the card's reset

OWNERS = {
    "o": "the old kernel",
    "b": "the card's buffer",
    "p": "the table of pending bits",
    "T": "the next kernel's text",
    "D": "the next kernel's data",
    ".": "free memory",
}


class Memory:
    """Bytes, and a map that says who owns each frame. Devices see only the bytes."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.bytes = bytearray(FRAMES * FRAME)
        self.owners = ["."] * FRAMES
        self.log: list[str] = []

    def give(self, frames: Iterable[int], owner: str, fill: bytes = b"\0") -> None:
        """Give frames to an owner, who fills them."""
        for frame in frames:
            self.owners[frame] = owner
            self.bytes[frame * FRAME : (frame + 1) * FRAME] = fill * FRAME

    def write(self, device: str, address: int, data: bytes) -> None:
        """Take a write from a device. Nothing here asks who owns the frame now."""
        self.bytes[address : address + len(data)] = data
        frame = address // FRAME
        self.note(f"{device:<4} writes to frame {frame:>2}, {OWNERS[self.owners[frame]]}")

    def wrong(self) -> dict[int, list[int]]:
        """Return the addresses, by frame, at which the next kernel does not find its own letter."""
        wrong: dict[int, list[int]] = {}
        for frame in (*TEXT, *DATA):
            for address in range(frame * FRAME, (frame + 1) * FRAME):
                if chr(self.bytes[address]) != self.owners[frame]:
                    wrong.setdefault(frame, []).append(address)
        return wrong

    def note(self, what: str) -> None:
        self.log.append(f"{self.env.now:>2} ms  {what}")


class Redistributor:
    """The part of a GICv3 that records interrupts for a CPU: as bits, in ordinary memory. [src: gic-pending-bit]"""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.table = 0  # the address that a kernel gave it
        self.handler: Callable[[], None] | None = None  # None: the CPU takes no interrupt

    def record(self, intid: int) -> None:
        """Set the interrupt's bit. A CPU that takes the interrupt clears the bit. [src: gic-lpi-life]"""
        byte, bit = divmod(intid, 8)
        address, mask = self.table + byte, 1 << bit
        if not self.memory.bytes[address] & mask:
            self.memory.write("GIC", address, bytes([self.memory.bytes[address] | mask]))
        if self.handler:
            self.memory.bytes[address] &= ~mask
            self.handler()


class Card:
    """A network card. It knows addresses, and no kernel."""

    def __init__(self, memory: Memory, gic: Redistributor) -> None:
        self.memory, self.gic = memory, gic
        self.running = False
        self.ring: list[int] = []  # the addresses of empty buffers
        self.full: list[int] = []  # those of full ones, for the driver

    def receive(self) -> Generator[Event, None, None]:
        """Write each packet to the next empty buffer, and interrupt. No buffer, no write. [src: ring-runs-dry]"""
        while True:
            yield self.memory.env.timeout(PERIOD)
            if self.running and self.ring:
                self.full.append(self.ring.pop(0))
                self.memory.write("card", self.full[-1], PACKET)
                self.gic.record(INTID)


def kernels(memory: Memory, gic: Redistributor, card: Card, quiesce: bool, seed: int) -> Generator[Event, None, None]:
    """Be the old kernel up to the jump, and the next kernel after it."""
    anywhere = sorted(range(FRAMES), key=lambda frame: blake2b(f"{seed}:{frame}".encode()).digest())
    buffers, table = anywhere[:RING], anywhere[RING]
    memory.give(range(FRAMES), "o")
    memory.give(buffers, "b")
    memory.give([table], "p")
    gic.table = table * FRAME
    gic.handler = lambda: card.ring.append(card.full.pop())  # the driver posts the buffer again
    card.ring = [frame * FRAME for frame in buffers]
    card.running = True
    memory.note(f"{''.join(memory.owners)}  the old kernel and its card at work")
    yield memory.env.timeout(JUMP)

    if quiesce:
        card.running = False
        memory.note("the driver's shutdown callback stops the card")
    gic.handler = None
    memory.give(range(FRAMES), ".")
    memory.give(TEXT, "T", b"T")
    memory.give(DATA, "D", b"D")
    memory.note(f"{''.join(memory.owners)}  the jump: every frame has a new owner")
    yield memory.env.timeout(RESET - JUMP)

    card.running = False
    memory.note("the next kernel's driver resets the card")


def cross(quiesce: bool = False, seed: int = 1) -> Memory:
    """Run a computer across one kexec, and return its memory."""
    env = Environment()
    memory = Memory(env)
    gic = Redistributor(memory)
    card = Card(memory, gic)
    env.process(card.receive())
    env.run(until=env.process(kernels(memory, gic, card, quiesce, seed)))
    return memory


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m kexecdoc.mini", description="Why a write outlives its kernel.")
    parser.add_argument("--quiesce", action="store_true", help="let the old kernel's driver stop the card")
    parser.add_argument("--seed", type=int, default=1, help="where the old kernel's buffers and table lie")
    memory = cross(**vars(parser.parse_args()))
    print(*memory.log, sep="\n")
    wrong = memory.wrong()
    for frame, addresses in wrong.items():
        was, now = memory.owners[frame], chr(memory.bytes[addresses[0]])
        print(f"frame {frame:>2}: {len(addresses):>4} of {FRAME} bytes wrong; the first was {was} and is {now}")
    print(f"The next kernel finds {len(wrong)} of its {len(TEXT) + len(DATA)} frames wrong.")


if __name__ == "__main__":
    main()
