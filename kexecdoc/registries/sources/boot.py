"""The next kernel's boot, its oopses, and the other way out: reboot through firmware."""

from kexecdoc.registries.sources.entry import NOW, STABLE, Source, document, kernel

ALL = f"5.10.262, {STABLE}"

ENTRIES: tuple[Source, ...] = (
    kernel("init-main", "init/main.c", "start_kernel(), kernel_init()",
           "The order of a boot."),
    kernel("arm64-setup", "arch/arm64/kernel/setup.c", "smp_setup_processor_id(), setup_arch()",
           "The first line of a boot on arm64."),
    kernel("smp-init", "kernel/smp.c", "smp_init()",
           "The other CPUs come up, with a line before and after."),
    kernel("x86-boot", "init/main.c", "start_kernel(); arch/x86/kernel/apic/apic.c: setup_local_APIC()",
           "On x86 interrupts are enabled before the local APIC is set up.", "6.12.117, 7.3.4"),
    kernel("initramfs", "init/initramfs.c", "do_populate_rootfs()",
           "The archive is unpacked, checked by its format alone, and its memory freed."),
    kernel("mount-root", "init/do_mounts.c", "mount_root()",
           "Without an initramfs there must be a root device."),
    kernel("initcall-debug", "init/main.c", "initcall_debug; drivers/base/core.c: device_shutdown()",
           "It can be switched on at run time, and then a line is printed before each device's shutdown.", STABLE),
    kernel("page-poison", "mm/page_poison.c", "check_poison_mem(); mm/Kconfig.debug: PAGE_POISONING",
           "With page_poison=1 a free page is filled with a pattern, and a page that lost it is reported when it is allocated.", STABLE),
    document("module-blacklist-doc", "Documentation/admin-guide/kernel-parameters.txt", "module_blacklist=, initcall_blacklist=",
             "A module, or a built-in driver's initcall, can be kept from running by the command line."),
    kernel("warn", "kernel/panic.c", "__warn(), panic() (vpanic() in 7.3), taint_flags",
           "How a warning, a panic and a taint look; taint C is TAINT_CRAP.", "6.1.192, 7.3.4"),
    kernel("ratelimit", "lib/ratelimit.c", "___ratelimit(); include/linux/ratelimit_types.h: DEFAULT_RATELIMIT_BURST",
           "By default ten messages in five seconds."),
    kernel("arm64-traps", "arch/arm64/kernel/traps.c", "die(), dump_kernel_instr(); arch/arm64/mm/fault.c: die_kernel_fault()",
           "How an oops looks on arm64."),
    kernel("arm64-serror", "arch/arm64/kernel/traps.c", "arm64_serror_panic()",
           "An SError is fatal, and what it prints."),
    kernel("x86-traps", "arch/x86/kernel/dumpstack.c", "__die_header(); arch/x86/mm/fault.c: show_fault_oops()",
           "How an oops looks on x86.", ALL),
    kernel("x86-serr", "arch/x86/kernel/nmi.c", "pci_serr_error()",
           "A PCI system error arrives as an NMI, and what it prints.", ALL),
    # Reboot
    kernel("kernel-restart", "kernel/reboot.c", "kernel_restart(), kernel_shutdown_prepare()",
           "Every orderly exit runs device_shutdown(); an emergency restart does not.", NOW),
    kernel("x86-reboot", "arch/x86/kernel/reboot.c", "native_machine_emergency_restart()",
           "ACPI's reset register, the keyboard controller, EFI, the BIOS, and at last a triple fault, in an order that can be forced; "
           "the way through the BIOS resets no device.", "5.10.262, 7.3.4"),
    kernel("acpi-reboot", "drivers/acpi/reboot.c", "acpi_reboot()",
           "The reset register of ACPI, the register that the thread calls magic; 15 ms of patience after it.", NOW),
    kernel("efi-reboot", "drivers/firmware/efi/reboot.c", "efi_reboot()",
           "Firmware is asked for a warm or a cold reset.", NOW),
    document("reboot-doc", "Documentation/admin-guide/kernel-parameters.txt", "reboot=",
             "The method and the kind of reset can be chosen."),
)
