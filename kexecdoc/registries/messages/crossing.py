"""Lines of the way out, of the jump and of an ordinary boot: they say how far the machine has come."""

from __future__ import annotations

from kexecdoc.registries.messages.line import Mechanism, Wording

BOOT = Mechanism(
    "", "Landmarks of a boot", 1,
    "The next kernel prints these whether or not anything is wrong. They tell how far it has come, and with the time in "
    "front of them how long that took.",
    "Look at the last one: what comes after it in the order of a boot is where the kernel stopped.",
    ("init-main", "smp-init"),
)

KEXEC = Mechanism(
    "kexec", "The way out of the old kernel", 1,
    "An ordinary kexec runs the reboot notifiers, shuts every device down, stops the other CPUs and jumps.",
    "If the console falls silent after the last of these lines, the next kernel died before it could print, or has no "
    "console. Give it one that works early, with `earlycon` or `earlyprintk`, and try again.",
    ("kernel-kexec", "early-console-doc"),
    author="What your device does after these lines it does to the next kernel.",
)

SHUTDOWN = Mechanism(
    "device shutdown", "Shutting devices down", 3,
    "`device_shutdown()` walks the devices backwards, one after the other. For each it calls the bus's shutdown method, or "
    "else the driver's. No result is looked at, and nothing can stop the walk, except a callback that does not return.",
    "If the machine hangs here, boot it with `initcall_debug`: then each device is named before its callback runs, and the "
    "last name is the one that hangs.",
    ("device-shutdown", "initcall-debug"),
    author="A shutdown callback stops the device's writes and its interrupt, and waits for the device to say so. It need "
    "not free anything.",
)

HOTPLUG = Mechanism(
    "hot-plug", "PCIe hot-plug ports that complete no command", 4,
    "Some hot-plug ports announce that they report a command as completed, and then report only some commands. "
    "Shutting such a port down waits for a report that never comes.",
    "It costs about a second a port, and nothing else. v4.18 and later know the ports of Intel, and some others, and do not wait. "
    "Otherwise live with it, or leave hot-plug out with `pcie_ports=compat`, which switches off every other port service, too.",
    ("pciehp-wait", "pciehp-quirk", "pcie-ports-doc"),
    author="The waiting is in `pciehp`, not in the driver of a device below the port.",
)

REBOOT = Mechanism(
    "reboot", "Reboot through firmware", 10,
    "A reboot shuts devices down in the same way as a kexec, and then hands the machine to its firmware, which mostly resets it.",
    "If the machine does not come back, choose another way to reset it with `reboot=`.",
    ("restart-prepare", "x86-reboot", "reboot-doc"),
)

PURGATORY = Mechanism(
    "purgatory", "Purgatory: the program between the kernels", 2,
    "An image that kexec-tools loaded with `kexec_load` starts with a small program. It computes a digest of the image, "
    "compares it with the one that was made at load time, and enters the kernel only if they are the same.",
    "The image was changed between loading and the jump. After a panic, blame the crash first: a wild write, or a device that "
    "was pointed at the reserved memory. After an ordinary kexec, blame a device that nobody stopped.",
    ("purgatory",),
    author="If your device was running at the jump, its buffers may be where the image was copied to.",
)

MESSAGES = (
    *KEXEC.says("kexec.starting", "routine", "kernel/kexec_core.c: kernel_kexec()", "kernel-kexec",
        Wording("Starting new kernel", before="4.12"),
        Wording("kexec_core: Starting new kernel", since="4.12"),
        meaning="Every device has been shut down; the other CPUs have not.", marks="an ordinary kexec"),
    *KEXEC.says("psci.killed", "routine", "arch/arm64/kernel/psci.c: cpu_psci_cpu_kill()", "psci",
        "psci: CPU%d killed (polled %d ms)",
        meaning="One of the other CPUs is off. Its interrupts have moved to another CPU."),
    *KEXEC.elsewhere("psci.unclean", "look", "arch/arm64/kernel/psci.c: cpu_psci_cpu_kill()", "psci",
        "psci: CPU%d may not have shut down cleanly (AFFINITY_INFO reports %d)",
        meaning="Firmware does not report this CPU as off. It may still run the old kernel's code, which is about to be overwritten.",
        do="If the next kernel then misbehaves, suspect this CPU and the firmware's PSCI, not the devices."),
    *KEXEC.says("kexec.bye", "routine", "arch/arm64/kernel/machine_kexec.c: machine_kexec()", "arm64-machine-kexec",
        "Bye!",
        meaning="The last line of an arm64 kernel. Interrupts are masked right after it."),
    *KEXEC.elsewhere("kexec.stuck-cpus", "broken", "arch/arm64/kernel/machine_kexec.c: machine_kexec_prepare()", "arm64-machine-kexec",
        "Can't kexec: CPUs are stuck in the kernel.",
        meaning="Loading was refused: some CPU could not be started, and sits in this kernel's code.",
        do="Find out why the CPU did not come up when this kernel booted. Until then reboot through firmware; loading a crash kernel is not refused."),
    *KEXEC.elsewhere("kvm.exiting", "routine", "virt/kvm/kvm_main.c: kvm_shutdown() (kvm_reboot() in 5.10)", "kvm-shutdown",
        "kvm: exiting hardware virtualization",
        meaning="KVM leaves the CPUs' virtualisation mode, which the next kernel must not find on."),

    *SHUTDOWN.elsewhere("device.shutdown", "routine", "drivers/base/core.c: device_shutdown()", "device-shutdown",
        Wording("%s %s: shutdown", like=r"\S+ \S+: shutdown"),
        meaning="This device's callback is about to run. Printed only with `initcall_debug`.",
        do="The last such line before silence names the device whose callback does not return."),
    *SHUTDOWN.elsewhere("device.shutdown-pre", "routine", "drivers/base/core.c: device_shutdown()", "device-shutdown",
        Wording("%s %s: shutdown_pre", like=r"\S+ \S+: shutdown_pre"),
        meaning="The class of this device, such as a TPM's, has a callback of its own, which runs first. Printed only with `initcall_debug`.",
        do="The last such line before silence names the device whose callback does not return."),
    *SHUTDOWN.elsewhere("scsi.flush", "routine", "drivers/scsi/sd.c: sd_shutdown()", "sd-shutdown",
        "sd %s: [%s] Synchronizing SCSI cache",
        meaning="The disk writes its cache out."),
    *SHUTDOWN.elsewhere("scsi.stop", "routine", "drivers/scsi/sd.c: sd_shutdown()", "sd-shutdown",
        "sd %s: [%s] Stopping disk",
        meaning="The disk stops turning. On a restart that is not done, unless the device asks for it."),
    *SHUTDOWN.elsewhere("nvme.shutdown-time", "routine", "drivers/nvme/host/core.c: nvme_init_identify()", "nvme-ready",
        Wording("nvme %s: Shutdown timeout set to %u seconds", before="6.12"),
        Wording("nvme %s: D3 entry latency set to %u seconds", since="6.12"),
        meaning="At probe the drive asked for more time to shut down than the usual five seconds. At most a minute is granted."),
    *SHUTDOWN.elsewhere("nvme.shutdown-incomplete", "look", "drivers/nvme/host/core.c: nvme_shutdown_ctrl()", "nvme-ready",
        Wording("nvme %s: Device shutdown incomplete; abort shutdown", before="6.12"),
        meaning="The drive did not report its shutdown as complete in time. The crossing goes on; the drive may still be at work.",
        do="If the next kernel has trouble with this drive, this is where it began. Look for newer firmware of the drive."),
    *SHUTDOWN.elsewhere("nvme.not-ready", "broken", "drivers/nvme/host/core.c: nvme_wait_ready()", "nvme-ready",
        "nvme %s: Device not ready; aborting %s, CSTS=0x%x",
        meaning="The drive did not get ready, or did not stop, in its time. If it stands in the next kernel, the drive was found in a "
        "state from which it cannot be reset; after \"aborting shutdown\", from 6.12 on, it stands in the old one.",
        do="Reset the machine through firmware. If it comes again at each kexec, the drive's shutdown is what to look at."),

    # Read in 5.10 and later; the prefix of 2018 is in the thread's own subject, and its end was not looked up.
    *HOTPLUG.says("hotplug.timeout", "harmless", "drivers/pci/hotplug/pciehp_hpc.c: pcie_wait_cmd()", "pciehp-wait",
        Wording("pciehp %s:pcie004: Timeout on hotplug command %#06x (issued %u msec ago)", before="5.10",
                versions="seen in 2018; 5.10 has the other words"),
        Wording("pcieport %s: pciehp: Timeout on hotplug command %#06x (issued %u msec ago)", since="5.10"),
        meaning="The port did not say that it has carried the command out. The number is the command's age, not a delay."),
    *HOTPLUG.elsewhere("hotplug.erratum", "routine", "drivers/pci/hotplug/pciehp_hpc.c: pcie_init()", "pciehp-quirk",
        Wording("pcieport %s: pciehp: Slot #%d AttnBtn%c PwrCtrl%c MRL%c AttnInd%c PwrInd%c HotPlug%c Surprise%c Interlock%c NoCompl%c IbPresDis%c "
                "LLActRep%c (with Cmd Compl erratum)", since="4.18", like=r"\S+ \S+: (?:pciehp: )?Slot #\d+ .*\(with Cmd Compl erratum\)"),
        meaning="The kernel knows that this port completes only some commands, and does not wait for the others."),
    *HOTPLUG.elsewhere("hotplug.no-response", "look", "drivers/pci/hotplug/pciehp_hpc.c: pcie_poll_cmd(), pcie_do_write_cmd()", "pciehp-wait",
        Wording("pcieport %s: pciehp: %s: no response from device", since="5.10"),
        meaning="Reading the port gave all ones: it is gone, or it sleeps so deeply that it cannot answer.",
        do="Look at what became of the port and of the power of its slot. A port that completes no command is another matter."),

    *REBOOT.says("reboot.restarting", "routine", "kernel/reboot.c: kernel_restart()", "restart-prepare",
        "reboot: Restarting system",
        meaning="Every device has been shut down.", marks="a reboot through firmware"),
    *REBOOT.elsewhere("reboot.command", "routine", "kernel/reboot.c: kernel_restart()", "restart-prepare",
        "reboot: Restarting system with command '%s'",
        meaning="Every device has been shut down, and firmware is given this word.", marks="a reboot through firmware"),
    *REBOOT.says("reboot.machine", "routine", "arch/x86/kernel/reboot.c: native_machine_restart()", "x86-reboot",
        "reboot: machine restart",
        meaning="x86 is about to look for a way to reset itself."),
    *REBOOT.elsewhere("reboot.failed", "fatal", "arch/arm64/kernel/process.c: machine_restart()", "arm64-machine-shutdown",
        "Reboot failed -- System halted",
        meaning="Neither EFI nor PSCI nor any other handler reset this arm64 machine.",
        do="Reset it by hand. Then look for what its firmware lacks, and whether a driver for its reset line is built in."),

    *PURGATORY.elsewhere("purgatory.entered", "routine", "kexec-tools purgatory/purgatory.c: purgatory()", "purgatory",
        Wording("I'm in purgatory", versions="kexec-tools 2.0.32"),
        meaning="The old kernel is gone. The image is about to be checked."),
    *PURGATORY.elsewhere("purgatory.mismatch", "fatal", "kexec-tools purgatory/purgatory.c: purgatory()", "purgatory",
        Wording("sha256 digests do not match :(", versions="kexec-tools 2.0.32"),
        meaning="The image is not what was loaded. Purgatory stays here for ever, on purpose; the kernel's own purgatory, for "
        "`kexec_file_load` on x86, does the same and prints nothing."),

    *BOOT.says("boot.cpu", "routine", "arch/arm64/kernel/setup.c: smp_setup_processor_id()", "arm64-setup",
        "Booting Linux on physical CPU 0x%010lx [0x%08x]", meaning="The first line of the next kernel."),
    *BOOT.says("boot.banner", "routine", "init/main.c: start_kernel()", "init-main",
        "Linux version %s", meaning="Which kernel this is."),
    *BOOT.says("gic.features", "routine", "drivers/irqchip/irq-gic-v3.c: gic_update_rdist_properties()", "gic-boot",
        Wording("GICv3: %d PPIs implemented", before="6.1", takes="ppis"),
        Wording("GICv3: GICv3 features: %d PPIs%s%s", since="6.1", takes="ppis range rss"),
        meaning="The interrupt controller is being set up."),
    *BOOT.says("gic.redistributor", "routine", "drivers/irqchip/irq-gic-v3.c: __gic_populate_rdist()", "gic-boot",
        "GICv3: CPU%d: found redistributor %lx region %d:%pa", meaning="This CPU's redistributor."),
    *BOOT.says("smp.bringing", "routine", "kernel/smp.c: smp_init()", "smp-init",
        "smp: Bringing up secondary CPUs ...", meaning="The other CPUs come up."),
    *BOOT.says("smp.booted", "routine", "arch/arm64/kernel/smp.c: secondary_start_kernel()", "smp-init",
        "CPU%u: Booted secondary processor 0x%010lx [0x%08x]", meaning="This CPU is up."),
    *BOOT.says("smp.brought", "routine", "kernel/smp.c: smp_init()", "smp-init",
        "smp: Brought up %d node%s, %d CPU%s", meaning="All CPUs are up."),
    *BOOT.says("apic.symmetric", "routine", "arch/x86/kernel/apic/apic.c: apic_intr_mode_init()", "x86-boot",
        "APIC: Switch to symmetric I/O mode setup",
        meaning="The local APIC is set up, and then the I/O APIC. Interrupts have been on for a while."),
    *BOOT.says("pci.function", "routine", "drivers/pci/probe.c: pci_setup_device()", "pci-enumeration",
        Wording("pci %s: [%04x:%04x] type %02x class %#08x", before="6.12", takes="bdf vendor device header class_code"),
        Wording("pci %s: [%04x:%04x] type %02x class %#08x %s", since="6.12", takes="bdf vendor device header class_code kind"),
        meaning="A function was found. Its MSI enable is switched off now."),
    *BOOT.says("nvme.function", "routine", "drivers/nvme/host/pci.c: nvme_probe()", "nvme",
        "nvme %s: pci function %s", meaning="The disk's driver starts."),
    *BOOT.says("nvme.queues", "routine", "drivers/nvme/host/pci.c: nvme_setup_io_queues()", "nvme",
        "nvme %s: %d/%d/%d default/read/poll queues", meaning="The disk works."),
    *BOOT.says("initramfs.unpack", "routine", "init/initramfs.c: do_populate_rootfs()", "initramfs",
        "Trying to unpack rootfs image as initramfs...",
        meaning="The initramfs is read now; whatever hit it before this shows here."),
    *BOOT.says("initramfs.freed", "routine", "mm: free_reserved_area()", "initramfs",
        "Freeing initrd memory: %ldK", meaning="The archive's memory is free."),
    *BOOT.says("init.run", "routine", "init/main.c: run_init_process()", "init-main",
        "Run %s as init process", meaning="Userspace."),
)
