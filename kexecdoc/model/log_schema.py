"""The schema of the event log: every path that a run may assign, and every kind of event.

The reference page and the test of the log are made from these tables. Adding a row is free; renaming one, or changing
what it means, breaks other people's scripts. Code in a meaning is marked up as in Markdown.
"""

from __future__ import annotations

PATHS: dict[str, str] = {
    "step": "the step under way, `old/...`, `jump/...` or `next/...`",
    "running": "`old-kernel`, `stub`, `purgatory`, `firmware`, `next-kernel`, `userspace`, `crashed`, `hung`",
    "death": (
        "why the last of these is `crashed` or `hung`: `damaged-object`, `held-lock`, `stuck-callback`, "
        "`refused-write`, `resent-message`, `unrequested-line`, `wrong-image`, `wrong-text`, `wrong-tables`, "
        "`wrong-initramfs`, `out-of-time`"
    ),
    "frame/N/owner": "who owns the frame",
    "frame/N/bytes": "the name of the payload last written there, never its content",
    "frame/N/found": "`intact` or `wrong`: what its owner read when it used it",
    "frame/N/kept": "`true`: kept as an LPI table for the next kernel",
    "gate/F/bus-master": "function F's Bus Master bit",
    "gate/F/smmu": (
        "what the SMMU does with F's writes: `absent`, `translates`, `passes`, `bypasses`, `aborts`, `refuses`"
    ),
    "gate/F/vtd": "the same of VT-d, which does not abort",
    "vtd/interrupt-remapping": "whether messages go through a table",
    "device/F/engine": "`running` or `stopped`",
    "device/F/msi": "whether function F may send MSIs: `enabled`, `disabled`, `masked`",
    "device/F/intx": "whether function F may assert its line",
    "device/F/waited": "how long a command of function F's was waited for in vain, in ns",
    "device/F/programmed-by": "whose descriptors and vectors it follows: `old` or `next`",
    "device/F/driver": "`bound` or `none`: whether the running kernel's driver holds it",
    "device/F/callback": "`shutdown`, `remove` or `probe` while that runs, then `returned`",
    "device/F/free": "descriptors that are still posted",
    "device/F/targets": "frames that its buffers and descriptors really name, as a list of ranges",
    "copied": "what the stub copied last: `[source frame, destination frame, count]`, ...",
    "vector/F/V": '`{"intid": n, "cpu": n}`: where vector V of function F is routed; null: nowhere',
    "its": "`enabled` or `quiet`",
    "its/programmed-by": "whose tables it translates through",
    "redistributor/C/enable-lpis": "`GICR_CTLR.EnableLPIs` of CPU C",
    "redistributor/C/pending": "physical address of CPU C's pending table",
    "redistributor/C/programmed-by": "whose tables those are",
    "lpi/C/I": "the pending bit of INTID I in CPU C's table, as memory has it: 0 or 1",
    "lpi-cache/C/I": "whether the pending bit of INTID I is held on chip: 0 or 1",
    "cpu/C/online": "whether CPU C is up",
    "cpu/C/interrupts": "`on` or `masked`",
    "cpu/C/storm": "whether CPU C does nothing but handle interrupts",
    "cpu/C/message-from": "the function whose message CPU C took last; null for an LPI that had been pending",
    "line/N/asserted": "whether a device asserts line N",
    "line/N/masked": "whether its input at the controller is masked",
    "line/N/remote-irr": "whether an I/O APIC has delivered it and not heard of its end",
    "line/N/active": "the same in a GIC",
    "line/N/unhandled": "interrupts of the line's that nobody handled, when it was given up",
    "line/N/disabled": "whether the kernel has given the line up",
    "apic/C/enabled": "whether the local APIC of CPU C accepts messages",
    "apic/C/N": "`waiting` while vector N does; null: no longer",
    "apics/programmed-by": "`next` once that has set them up",
    "object/NAME": "`damaged` or `held`: what a crashed kernel found when it relied on it",
    "dump": "`written` once a crashed kernel has written it itself",
    "console/K": 'line K: `{"kernel": ..., "text": ..., "message": id or null}`',
}
"""Paths by pattern. N is a number, or ``N-M`` for a closed range of frames; F is a function of a device, V a vector,
C a CPU, I an INTID, K a line of the console and NAME an object of the kernel."""

KINDS: dict[str, str] = {
    "step": "a kernel begins a step of its path",
    "run": "something else runs from here on, or nothing does any more",
    "arrival": "something arrives at the device under study",
    "dma.landed": "a device's write reached memory",
    "dma.missed": "it reached an address where there is no memory",
    "dma.faulted": "the IOMMU refused it",
    "dma.stopped": "a Bus Master bit held it back",
    "msi.landed": "a device's message reached the doorbell, or memory",
    "msi.missed": "it reached an address where there is neither",
    "msi.faulted": "the IOMMU refused it",
    "msi.stopped": "a Bus Master bit held it back",
    "lpi.recorded": "a redistributor set a pending bit in memory",
    "lpi.acknowledged": "a CPU took an LPI, and its pending bit was cleared",
    "lpi.held": "a redistributor keeps a pending bit on chip",
    "lpi.evicted": "the redistributor ran out of room for it on chip and writes it to memory next",
    "apic.accepted": "a local APIC accepted a vector",
    "apic.acknowledged": "its CPU took the vector",
    "line": "an interrupt line, or the latch of its controller's input, changed",
    "storm": "a CPU began, or stopped, doing nothing but handling interrupts",
    "stray": "a CPU took a vector for which the kernel has no handler",
    "touch": "a crashed kernel relied on an object or a lock that had been damaged or was held",
    "register": "software or reset changed a register of a device or of a controller",
    "cpu": "a CPU went up or down, or its interrupts were switched on or off",
    "own": "frames changed owners",
    "copy": "the stub or the firmware copied the image",
    "store": "software wrote frames",
    "read": "an owner read its frames and found them intact or wrong",
    "call": "a driver's callback was called",
    "return": "the callback returned",
    "command": "a driver gave its device a command",
    "timeout": "the driver gave up waiting for a command",
    "print": "a kernel printed a line",
}
