"""The checklist for driver authors: each item has a rule, a reason with its sources, and the drivers it applies to.

An item applies to every driver, or only to certain answers to the questions of `kexecdoc.course.my_driver`. Its texts
are Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kexecdoc.course.my_driver import QUESTIONS, Answers
from kexecdoc.registries.sources import cited

PARTS: dict[str, str] = {
    "callback": "Before the jump: what the callback does",
    "remove": "Sharing code with remove",
    "others": "What others do for you, and what they do not",
    "interrupts": "Interrupts",
    "probe": "In the next kernel: taking over a device that somebody else used",
    "panic": "In a capture kernel",
    "live": "Live update",
    "test": "Tests",
}
"""Headings of the list's parts, in the order of a device's life."""


@dataclass(frozen=True)
class Item:
    """One rule. ``applies`` lists, by question, the answers it is for; if empty, it is for every driver."""

    id: str
    part: str
    text: str
    why: str
    applies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(cited(self.why))

    @property
    def general(self) -> bool:
        """Whether the item is for every driver."""
        return not self.applies

    def applies_to(self, given: Answers) -> bool:
        """Return whether the item is for a driver with these answers."""
        return all(given[question] in words for question, words in self.applies.items())


def specific_items(given: Answers) -> list[Item]:
    """Return the items that apply because of these answers, without those for every driver."""
    return [item for item in CHECKLIST.values() if not item.general and item.applies_to(given)]


NOT_STOPPED = ("none", "interrupt")

_ITEMS = (
    # -- before the jump
    Item(
        "have-one",
        "callback",
        "Have a shutdown callback, if the device can write to memory or interrupt.",
        "It is the one piece of code that knows your device and runs before the jump. The bus calls it if it is "
        "there, and nothing takes its place if it is not [src: device-shutdown]. In v7.3.4, 171 of 795 PCI drivers "
        "have one [src: driver-counts].",
        {"shutdown": ("none",)},
    ),
    Item(
        "cut-off",
        "callback",
        "First cut off whoever gives the device work: queues, timers, work items, open files.",
        "The other CPUs and the processes on them run on until `machine_shutdown()`, which comes after every device "
        "[src: kernel-kexec]. ENA cancels its timer and its reset work before it touches the device, and detaches "
        "from the network stack [src: ena-shutoff].",
    ),
    Item(
        "silence",
        "callback",
        "Switch the interrupt off in the device itself.",
        "A handler that still runs may start DMA again. The PCI guide has an unloading driver go in this order "
        "[src: pci-guide], and libata's shutdown does: it freezes each port, which disables its interrupts, and "
        "stops its DMA engines after that [src: ata-shutdown].",
    ),
    Item(
        "stop-dma",
        "callback",
        "Stop all that writes: rings, event queues, statistics, and what is under way.",
        "After the jump each of these addresses may belong to the next kernel, and nothing in its image says which "
        "pages a device may still write [src: kimage].",
        {"shutdown": NOT_STOPPED},
    ),
    Item(
        "periodic",
        "callback",
        "Stop what writes by itself: it never ends.",
        "A ring ends when nobody refills it [src: ring-runs-dry]. A frame list or a block of statistics is written "
        "for as long as the device runs, which without a driver in the next kernel is for ever.",
        {"dma": ("periodic",), "shutdown": NOT_STOPPED},
    ),
    Item(
        "under-way",
        "callback",
        "Wait for the command that is under way, or abort it: its answer is a write, too.",
        "One write is enough. Under an emulator, DMA armed just before the call landed 0.13 s after “Starting new "
        "kernel”, and what it wrote was still there in the next kernel's userspace [src: observations].",
        {"dma": ("answers",), "shutdown": NOT_STOPPED},
    ),
    Item(
        "wait",
        "callback",
        "Wait until the device says that it has stopped, and choose yourself when to give up.",
        "A register write may still be on its way while the CPU goes on; a read after it makes sure [src: "
        "pci-guide]. A write of the device's may be on its way as well: bnx2 switches DMA off and then waits, 100 "
        "ms at most, for the transaction that is pending [src: bnx2-wait-dma]. `device_shutdown()` sets you no "
        "limit [src: device-shutdown].",
    ),
    Item(
        "no-error",
        "callback",
        "Do what can be done: there is no error to return.",
        "The callback returns nothing, and nobody calls the crossing off for it [src: device-shutdown]. If the "
        "device does not stop, reset it, or say so on the console.",
    ),
    Item(
        "free-nothing",
        "callback",
        "Free nothing, and stay bound.",
        "The method was added to make devices quiet and for nothing else: no memory to free, no reference to drop "
        "[src: shutdown-introduced]. Nothing unbinds your driver afterwards [src: device-shutdown], so a late "
        "interrupt, timer or system call may still end up in it.",
    ),
    Item(
        "be-quick",
        "callback",
        "Be quick, or know how long you take.",
        "Callbacks run one after another, so that their times add up [src: device-shutdown]. Hot-plug ports of one "
        "kind used to cost about a second each in this way, before v4.18 [src: pciehp-quirk]. You may sleep [src: "
        "i2c-clients-doc].",
    ),
    Item(
        "power-state",
        "callback",
        "Know whether the device is awake when you are called.",
        "A PCI function is resumed before its callback [src: pci-device-shutdown]. `device_shutdown()` itself wakes "
        "nothing; it only allows no further suspend [src: device-shutdown]. On any other bus the device may be "
        "asleep, and waking it is up to you.",
    ),
    Item(
        "power-off",
        "callback",
        "Keep what only power-off needs to power-off.",
        "Reboot, halt, power-off and kexec all call the same callback [src: kernel-restart]. ixgbe arms wake-up and "
        "goes to D3hot only where `system_state` is `SYSTEM_POWER_OFF` [src: ixgbe-shutdown].",
    ),
    Item(
        "order",
        "callback",
        "Declare whom you need.",
        "Devices are shut down newest first, which is children before parents [src: device-shutdown]. A device that "
        "needs another one that is not its parent wants a device link: it moves behind its supplier in the list, "
        "so that the walk, which goes backwards, comes to it first [src: device-links].",
    ),
    # -- remove
    Item(
        "share",
        "remove",
        "Let shutdown and remove call one function that makes the device quiet.",
        "Remove is what developers run every time that they reload a module; in Biederman's experience hardly "
        "anything else of a driver is tested so reliably [src: seed-biederman]. ENA has one function for both, with "
        "a flag [src: ena-shutoff].",
        {"shutdown": ("none", "interrupt", "remove")},
    ),
    Item(
        "leave-out",
        "remove",
        "Leave out of shutdown what remove does to go away: unregister, wait for users, free.",
        "A wait for somebody who never lets go is a reboot that never comes, since nothing cuts a callback short "
        "[src: device-shutdown]; and processes that run on may use what was freed [src: kernel-kexec]. libata's "
        "shutdown stops each port and detaches nothing [src: ata-shutdown].",
        {"shutdown": ("remove",)},
    ),
    Item(
        "not-called",
        "remove",
        "Do not expect that remove is called as well.",
        "On kexec one bus calls it, pSeries VIO, and only where a driver has no shutdown [src: vio-shutdown]. It "
        "was offered in the thread that somebody might move all of kexec to remove [src: seed-biederman]; as of "
        "v7.3.4 nobody has [src: kexec-in-progress].",
    ),
    # -- what others do
    Item(
        "bus-master",
        "others",
        "Know what the Bus Master bit does for you, and when.",
        "The PCI core clears it after your callback, on kexec only, and only in a function that it believes to be "
        "in D0 to D3hot [src: pci-device-shutdown]. The bit stops the function's requests [src: bus-master], "
        "messages among them, and no interrupt line [src: msi-is-a-write]. It does not stop the engine behind it.",
        {"bus_master": ("obeys", "unsure")},
    ),
    Item(
        "not-enough",
        "others",
        "Do not rely on Bus Master.",
        "See [below](#does-clearing-bus-master-suffice): it did not end the DMA on some machines [src: "
        "bus-master-2012], one chip can wedge when it is cleared under DMA [src: quirks-chelsio], and the next "
        "kernel's driver sets it again.",
        {"bus_master": ("obeys", "unsure"), "shutdown": NOT_STOPPED},
    ),
    Item(
        "unbound",
        "others",
        "Make the device quiet before the driver lets go of it.",
        "A device without a driver gets the bus's method and nothing else [src: device-shutdown]. If no driver ever "
        "enabled it, the PCI core does not know its power state and leaves the bit alone: under an emulator a card "
        "so armed wrote into the next kernel's memory, three times out of three [src: observations]. vfio-pci has "
        "no shutdown callback in v7.3.4 [src: vfio-no-shutdown].",
    ),
    Item(
        "other-bus",
        "others",
        "On another bus than PCI there is your callback, and nothing else.",
        "The platform bus calls it if it is there [src: platform-shutdown]; there is no bit to clear after it. Two "
        "buses do more: virtio's resets a device whose driver has no callback, in v7.3.4 and, back-ported, in "
        "6.1.192 and 6.12.117 [src: virtio-shutdown]; pSeries VIO calls remove, on kexec [src: vio-shutdown].",
        {"bus_master": ("no-pci",)},
    ),
    Item(
        "iommu",
        "others",
        "Do not count on the IOMMU.",
        "It is switched off before the jump: an SMMUv3 within `device_shutdown()` [src: smmu-shutdown], VT-d and "
        "AMD-Vi after it [src: x86-iommu-shutdown]. To some devices that is worse than nothing: they get stuck when "
        "their memory is cut off, which is a reason why virtio resets its devices [src: virtio-reset].",
    ),
    Item(
        "ports",
        "others",
        "If yours is a service of a PCIe port, your remove is your shutdown.",
        "The port driver removes every service at shutdown, still in v7.3.4 [src: portdrv-shutdown]. The port's own "
        "Bus Master bit, which holds back all that is below it, is set again by the next kernel, whoever drives "
        "what is there [src: pci-enable-bridge].",
    ),
    # -- interrupts
    Item(
        "masked",
        "interrupts",
        "Do not take a masked interrupt for a quiet device.",
        "A line stays asserted behind the mask [src: level-line]. A GICv3 records a masked LPI all the same, by "
        "QEMU's source, the one that we could read [src: gic-masked-recorded]. And nobody masks for you: on arm64 "
        "an ordinary kexec leaves the interrupt chips as they are [src: mask-interrupts].",
    ),
    Item(
        "message",
        "interrupts",
        "Expect your messages to be enabled until the next kernel finds the device.",
        "Since v4.12 the PCI core no longer disables MSI at shutdown [src: pci-shutdown-history]; the next kernel's "
        "enumeration does [src: pci-msi-init]. One stray message is counted and forgotten [src: apic-msi]. A "
        "device that repeats one until somebody serves it can keep a CPU busy for ever, and no detector sees it "
        "[src: msi-storms].",
        {"interrupt": ("msi",), "shutdown": ("none",)},
    ),
    Item(
        "line",
        "interrupts",
        "Drop the line: Bus Master does not.",
        "An asserted line fires as soon as any driver on it requests it [src: request-irq]. If nobody there can "
        "serve your device, the kernel gives the line up after 100,000 interrupts and polls it ten times a second, "
        "for all who share it [src: note-interrupt].",
        {"interrupt": ("line",), "shutdown": ("none",)},
    ),
    Item(
        "handler",
        "interrupts",
        "Let the handler bear an interrupt at any time between request and free.",
        "On a shared line it is called for the other devices, too [src: pci-guide]. `CONFIG_DEBUG_SHIRQ` calls it "
        "once more when it has been freed, to find those that cannot bear it [src: debug-shirq].",
        {"interrupt": ("line",)},
    ),
    # -- the next kernel
    Item(
        "reset-first",
        "probe",
        "Reset the device before you set Bus Master, unless the reset needs the bit.",
        "Nobody has reset it on the way [src: pcie-flr]. The bit may be all that holds its old ring back [src: "
        "bus-master]: set it, and the device goes on where it was. The reset of a Chelsio T4 does need it [src: "
        "quirks-chelsio].",
        {"probe": ("resets", "trusts")},
    ),
    Item(
        "believe-nothing",
        "probe",
        "Believe no pointer, index or enable bit that you did not write.",
        "They are the old kernel's, and so is the memory that they point to: a kexec does not say where that was "
        "[src: kimage]. megaraid_sas looks for an MSI-X that was left enabled, and clears it [src: megaraid-msix].",
        {"probe": ("trusts",)},
    ),
    Item(
        "request-late",
        "probe",
        "Request the interrupt only when the device is quiet.",
        "`request_irq()` also enables it; the PCI guide wants the device quiet and nothing pending by then [src: "
        "pci-guide].",
        {"probe": ("resets", "trusts")},
    ),
    Item(
        "no-driver",
        "probe",
        "Leave nothing to the next driver: there may be none.",
        "That nothing guarantees one is a reason why devices are stopped before the jump at all [src: seed-biederman].",
        {"probe": ("absent",)},
    ),
    # -- panic
    Item(
        "still-running",
        "panic",
        "In a panic nobody calls you: let probe cope with a device that is at work.",
        "The crash path calls no driver and touches no device [src: crash-kexec]. The capture kernel's own memory "
        "is safe from yours, because it was set aside at boot [src: kdump-doc].",
    ),
    Item(
        "take-less",
        "panic",
        "Ask `is_kdump_kernel()`, and take less: fewer queues, fewer buffers.",
        "It tells a kernel that was started by a crash [src: elfcorehdr]. Many network drivers ask it for just that "
        "[src: kdump-kernel-users]; a few reset their device as well, ice and bnxt among them [src: ice-kdump] "
        "[src: bnxt-kdump-reset].",
    ),
    Item(
        "reset-anyway",
        "panic",
        "If the device needs a reset there, reset it. Do not wait for `reset_devices`.",
        "The option sets a flag [src: reset-devices], which no network driver reads and nothing generic [src: "
        "reset-devices-users]. [Who does read it](#who-reads-reset_devices) is listed below.",
    ),
    Item(
        "one-cpu",
        "panic",
        "Work with one CPU, and so with one vector.",
        "`nr_cpus=1` is on the recommended command lines [src: kdump-doc]. In 2025 a message stayed routed to a CPU "
        "that the capture kernel had never started; why was not settled on the list [src: nr-cpus-2025].",
    ),
    Item(
        "before-mapping",
        "panic",
        "Make the device quiet before you map anything for it.",
        "Under VT-d a capture kernel keeps the old translations of a device until its driver first maps [src: "
        "vtd-copy], under AMD-Vi too [src: commit-amd-defer]; what still comes after that is refused. bnx2 waits "
        "for its DMA to end before [src: bnx2-wait-dma]. An SMMUv3 refuses it from the start [src: smmu-kdump].",
    ),
    Item(
        "no-notifier",
        "panic",
        "Do not ask the crashed kernel for help: no panic notifier that stops the device.",
        "By default no notifier runs before the capture kernel [src: vpanic], and the option that makes them run "
        "first is documented to raise the risk that there is no dump [src: post-notifiers-doc].",
    ),
    # -- live update
    Item(
        "live-update",
        "live",
        "Nothing changes for you yet.",
        "Kexec HandOver keeps chosen memory [src: kho], and all that a live update can preserve in v7.3.4 is a "
        "memfd [src: luo-memfd]. Devices get their callback as ever. A series that leaves Bus Master set in PCI "
        "devices which are preserved on purpose waits for a later release [src: pci-liveupdate-queued].",
    ),
    # -- tests
    Item(
        "test-loop",
        "test",
        "Kexec in a loop, under traffic that comes from outside.",
        "And leave the interfaces up: without `-x`, `kexec -e` takes them down, and your callback finds a device "
        "that is closed [src: kexec-tools-options]. [How](#kexec-in-a-loop-under-traffic).",
    ),
    Item(
        "test-not-reboot",
        "test",
        "Do not take a reboot for the same test.",
        "It runs your callback, too, and then the firmware usually resets what that left running: the PCI core "
        "counts on that, and does not even clear the bit there [src: pci-device-shutdown].",
    ),
    Item(
        "test-unload",
        "test",
        "Unload and load in a loop, under traffic.",
        "If shutdown and remove share their code, this tests both. [How](#unload-and-load-in-a-loop).",
    ),
    Item(
        "test-absent",
        "test",
        "Kexec into a kernel that has no driver for the device.",
        "Only then does nobody clean up after you. [How](#kexec-into-a-kernel-without-the-driver).",
    ),
    Item(
        "test-iommu",
        "test",
        "Let the next kernel's IOMMU tell on the device.",
        "Once it is on, a write that nobody mapped is refused and printed, with the device's address [src: "
        "vtd-faults] [src: smmu-events]. [How](#let-the-iommu-tell).",
    ),
    Item(
        "test-crash",
        "test",
        "Crash under traffic, and dump through the device.",
        "A clean panic is the easy case; LKDTM has others [src: lkdtm-doc]. [How](#crash-under-traffic).",
    ),
    Item(
        "test-time",
        "test",
        "Time the callback.",
        "With `initcall_debug` each device's shutdown has a line [src: initcall-debug]. [How](#time-the-callback).",
    ),
)

CHECKLIST: dict[str, Item] = {item.id: item for item in _ITEMS}

if len(CHECKLIST) != len(_ITEMS) or not {item.part for item in _ITEMS} <= set(PARTS):
    raise ValueError("an item of the checklist is there twice, or belongs to no part")
if any(word not in QUESTIONS[name].words for item in _ITEMS for name, words in item.applies.items() for word in words):
    raise ValueError("an item of the checklist applies to an answer that nobody can give")
