"""Lines of interrupts that came when they should not have, or did not come when they should."""

from __future__ import annotations

from kexecdoc.registries.messages.line import Mechanism, Wording

APIC = "arch/x86/kernel/apic/apic.c"
SPURIOUS = "kernel/irq/spurious.c"

STRAY = Mechanism(
    "stray MSI", "x86: vectors that nobody has handed out", 5,
    "A message-signalled interrupt is a write with a vector in it. One that the old kernel's device sent, or that was on its way at the jump, "
    "meets a kernel that has not given that vector to anybody. It is counted, printed at most ten times in five seconds, acknowledged and forgotten.",
    "One or a few are nothing. If they go on, some device sends again and again: find the one that has no driver in this kernel. No detector watches for it, since "
    "no interrupt line is involved.",
    ("apic-msi", "ratelimit", "msi-storms"),
    author="Silence your device's messages in shutdown; at probe, expect one that you did not ask for.",
)

PINS = Mechanism(
    "I/O APIC", "x86: a pin that waits for an end", 5,
    "A level interrupt that was accepted and never ended leaves a flag set in the I/O APIC, and with the flag set the pin stays dead. The kernel "
    "ends such interrupts itself, on the way out and on the way in.",
    "Reset the machine through firmware. Until then the devices on this pin get no line interrupt; with messages they work.",
    ("x86-io-apic", "commit-ioapic-irr"),
    author="A driver that serves its device before the old kernel leaves never gets here.",
)

LEVEL = Mechanism(
    "level interrupt", "A line that nobody serves", 5,
    "A device asserts its line until somebody sees to it, and only its driver knows how. Nothing happens while the line is masked. When the driver of "
    "another device on the same line requests it, the interrupt comes again and again, until a detector counts 100,000 of which nobody wanted more than 99,900.",
    "`handlers:` names who listens; the guilty device is the one on this line that is not among them: `lspci -v` shows who has which. "
    "Load its driver first, or unbind it before the kexec. In a capture kernel, `irqpoll` lets the others limp on.",
    ("note-interrupt", "request-irq", "irqpoll-doc", "kdump-doc"),
    author="In shutdown, mask the interrupt in the device itself. At probe, silence the device before you request its line. "
    "Clearing Bus Master does not silence a line.",
)

LOST = Mechanism(
    "lost interrupt", "An interrupt that never came", 6,
    "A driver waited for its device, lost patience, looked, and found the work done: the device finished and its interrupt did not arrive.",
    "On arm64 look for `Failed to disable LPIs` above. Elsewhere look at `/proc/interrupts`: a device whose count stands still gets none, "
    "and Bus Master may be off, without which it cannot send any.",
    ("nvme", "redist-disable-lpis", "msi-is-a-write"),
    author="Set Bus Master in your probe; do not rely on finding it set.",
)

STORM = Mechanism(
    "interrupt storm", "A CPU that does nothing but interrupts", 5,
    "The lockup detectors look at a CPU from outside. They see that it makes no progress, and the newer of them also that it spends "
    "its time on interrupts.",
    "The lines below it name the interrupts. If none of them has a driver to blame, see the lines about vectors and about lines that nobody serves.",
    ("softlockup-storm",),
)

MESSAGES = (
    *STRAY.says("irq.no-handler",
        Wording("do_IRQ: %d.%d No irq handler for vector (irq %d)", before="4.12", takes="cpu vector irq",
                versions="up to about v4.2; the end was not looked up"),
        Wording("do_IRQ: %d.%d No irq handler for vector", since="4.12", before="5.8", takes="cpu vector",
                versions="about v4.3 to v5.7; the beginning was not looked up"),
        Wording("__common_interrupt: %d.%d No irq handler for vector", since="5.8", before="6.12", takes="cpu vector",
                like=r"(?:__)?common_interrupt: \d+\.\d+ No irq handler for vector",
                versions="v5.8 to v6.16; read in 5.10 and 6.1, where the function's name begins with two underscores"),
        Wording("No irq handler for %d.%d", since="6.12", takes="cpu vector",
                versions="v6.17 on, and stable updates of older releases, such as 6.12.117"),
        harm="harmless", where="arch/x86/kernel/irq.c: do_IRQ(), common_interrupt(), reevaluate_vector()", source="apic-msi",
        meaning="A vector came that this kernel has not handed out: a leftover message, harmless by itself. The numbers are CPU and vector."),
    *STRAY.elsewhere("apic.spurious",
        Wording("spurious APIC interrupt through vector %02x on CPU#%d, should never happen.", before="5.3"),
        Wording("Spurious interrupt (vector 0x%02x) on CPU#%d. Acked", since="5.3"),
        harm="harmless", where=f"{APIC}: handle_spurious_interrupt()", source="apic-spurious",
        meaning="A vector came for which there is not even an entry; it was in service, and was ended."),
    *STRAY.elsewhere("apic.not-pending",
        Wording("Spurious interrupt (vector 0x%02x) on CPU#%d. Not pending!", since="5.3"),
        harm="harmless", where=f"{APIC}: handle_spurious_interrupt()", source="apic-spurious",
        meaning="The same, but the local APIC does not have it in service: there is nothing to end."),
    *STRAY.elsewhere("apic.true-spurious",
        Wording("Spurious APIC interrupt (vector 0xFF) on CPU#%d, should never happen.", since="5.3"),
        harm="harmless", where=f"{APIC}: handle_spurious_interrupt()", source="apic-spurious",
        meaning="The local APIC itself took an interrupt back at the last moment, and delivered its spurious vector instead."),
    *STRAY.elsewhere("apic.timer",
        "Spurious LAPIC timer interrupt on cpu %d",
        harm="harmless", where=f"{APIC}: local_apic_timer_interrupt()", source="apic-spurious",
        meaning="The old kernel's timer rang once more, before this one has set its own up. It is switched off. The recorded crash kexecs on x86 have this line."),
    *STRAY.elsewhere("apic.stale",
        Wording("APIC: Stale IRR: %256pb ISR: %256pb", since="5.4", before="7.3"),
        Wording("APIC: Stale ISR: %256pb", since="7.3"),
        harm="look", where=f"{APIC}: apic_pending_intr_clear() (apic_clear_isr() in 7.3)", source="apic-spurious",
        meaning="Interrupts of the old kernel's are in service in the local APIC, and ending them did not get rid of all."),
    *STRAY.elsewhere("apic.pending",
        Wording("APIC: Stale IRR: %256pb", since="7.3"),
        harm="harmless", where=f"{APIC}: apic_clear_isr()", source="apic-spurious",
        meaning="Interrupts of the old kernel's are pending in the local APIC. They will be delivered when interrupts are on, at worst as one of the lines above."),
    *STRAY.elsewhere("irq.trap",
        "unexpected IRQ trap at vector %02x",
        harm="harmless", where="arch/x86/kernel/irq.c: ack_bad_irq()", source="ack-bad-irq",
        meaning="An interrupt came that has a number, and no chip or handler."),

    *PINS.elsewhere("ioapic.irr",
        Wording("Unable to reset IRR for apic: %d, pin :%d", since="3.2"),
        harm="broken", where="arch/x86/kernel/apic/io_apic.c: clear_IO_APIC_pin()", source="x86-io-apic",
        meaning="The flag of this pin does not go away."),

    *LEVEL.says("irq.nobody-cared",
        'irq %d: nobody cared (try booting with the "irqpoll" option)',
        harm="broken", where=f"{SPURIOUS}: __report_bad_irq()", source="note-interrupt",
        meaning="A device asserts the line, and no driver that listens to it knows the device."),
    *LEVEL.says("irq.handlers",
        "handlers:",
        harm="look", where=f"{SPURIOUS}: __report_bad_irq()", source="note-interrupt",
        meaning="Who listens to the line follows."),
    *LEVEL.says("irq.handler",
        Wording("[<%p>] %ps", like=r"\[<[^>]+>\] [\w.]+(?: \[\w+\])?(?: threaded \[<[^>]+>\] [\w.]+(?: \[\w+\])?)?"),
        harm="look", where=f"{SPURIOUS}: __report_bad_irq()", source="note-interrupt",
        meaning="One handler. It looked at its own device, and said that the interrupt is not from there."),
    *LEVEL.says("irq.disabling",
        "Disabling IRQ #%d",
        harm="broken", where=f"{SPURIOUS}: note_interrupt()", source="note-interrupt",
        meaning="The line is off. Whoever shares it is polled ten times a second."),
    *LEVEL.elsewhere("irq.bogus",
        "irq event %d: bogus return value %x",
        harm="look", where=f"{SPURIOUS}: __report_bad_irq()", source="note-interrupt",
        meaning="A handler returned something that is no answer.",
        do="It is a fault of the driver whose handler is named below, and no leftover. Report it there."),
    *LEVEL.elsewhere("irq.fixup",
        "Misrouted IRQ fixup support enabled.",
        harm="routine", where=f"{SPURIOUS}: irqfixup_setup()", source="irqpoll-doc",
        meaning="`irqfixup`: an interrupt that nobody wants is offered to the handlers of other lines."),
    *LEVEL.elsewhere("irq.polling",
        "Misrouted IRQ fixup and polling support enabled",
        harm="routine", where=f"{SPURIOUS}: irqpoll_setup()", source="irqpoll-doc",
        meaning="`irqpoll`: the same, and handlers are also called from the timer. Usual in a capture kernel on x86."),
    *LEVEL.elsewhere("irq.undetected",
        "IRQ lockup detection disabled",
        harm="look", where=f"{SPURIOUS}: noirqdebug_setup()", source="irqpoll-doc",
        meaning="`noirqdebug`: a line that nobody serves will never be switched off.",
        do="If a boot with this line hangs, take `noirqdebug` off the command line and see which line it is."),

    *LOST.says("nvme.timeout",
        Wording("nvme %s: I/O %d QID %d timeout, completion polled", before="6.12", takes="disk tag queue"),
        Wording("nvme %s: I/O tag %d (%04x) QID %d timeout, completion polled", since="6.12", takes="disk tag cid queue"),
        harm="broken", where="drivers/nvme/host/pci.c: nvme_timeout()", source="nvme",
        meaning="The command was done, but its interrupt never came. Each costs a minute on a real machine."),

    *STORM.elsewhere("watchdog.hardirq",
        Wording("CPU#%d Detect HardIRQ Time exceeds %d%%. Most frequent HardIRQs:", since="6.12"),
        harm="broken", where="kernel/watchdog.c: print_irq_counts()", source="softlockup-storm",
        meaning="This CPU spends more than half of its time on interrupts."),
    *STORM.elsewhere("watchdog.soft",
        Wording("watchdog: BUG: soft lockup - CPU#%d stuck for %us! [%s:%d]", like=r"(?:(?:NMI )?watchdog: )?BUG: soft lockup - CPU#\d+ stuck for \d+s! \[.*:\d+\].*"),
        harm="broken", where="kernel/watchdog.c: watchdog_timer_fn()", source="softlockup-storm",
        meaning="No other task got to run on this CPU for that long. In a boot after a kexec the cause may be an interrupt that keeps it busy.",
        do="Read the stack below: if it is always inside an interrupt, look for the device. If not, this is no leftover."),
)
