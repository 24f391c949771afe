"""Lines of Arm's interrupt controllers: tables in memory that outlive their kernel, and what keeps them safe."""

from __future__ import annotations

from kexecdoc.registries.messages.line import Mechanism, Wording

ITS = "drivers/irqchip/irq-gic-v3-its.c"

LPIS = Mechanism(
    "LPI tables", "GICv3: the tables that may not be switched off", 6,
    "A redistributor keeps the pending bits of message-signalled interrupts in memory, in a table that the old kernel gave to it. On "
    "many implementations it cannot be told to stop. So the next kernel keeps the tables where it knows that nobody else has "
    "them, and otherwise says that it does not.",
    "Boot the first kernel through UEFI, which U-Boot can be, so that the tables are reserved for all kernels that follow. If the first kernel only boots another, "
    "`irqchip.gicv3_nolpi=1` on its command line leaves LPIs alone, at the price of every message that needs them. Until then, a "
    "kernel that printed such a line is suspect when it misbehaves: reset the machine through firmware before you look for another cause.",
    ("lpi-allocate", "redist-disable-lpis", "its-reserve", "lpi-cover-letter", "nolpi-doc"),
    author="No driver can mend this. Silencing your device's messages in its shutdown callback means that there is nothing to record.",
)

MEMRESERVE = Mechanism(
    "EFI memreserve", "The list of reserved memory that UEFI hands on", 6,
    "Linux keeps a list of memory that the next kernel must not use, in a table of its own among UEFI's. LPI tables are on it. A kernel that was not "
    "booted through UEFI, or by one that was, has no such list.",
    "Boot the first kernel through UEFI, which U-Boot can be.",
    ("efi-memreserve", "commit-memreserve", "memory-region-2019"),
)

UNIT = Mechanism(
    "ITS", "GICv3: the unit that routes messages", 6,
    "The ITS turns a device's message into an interrupt of a CPU. The next kernel makes it quiet before it looks at anything else, which the ITS, unlike the "
    "redistributors, must be able to do.",
    "The unit did not do as it was told within a second. Reset the machine through firmware. If it comes with every kexec, report it to whoever makes "
    "the machine.",
    ("its-quiesce", "its-probe", "its-commands"),
)

GICV5 = Mechanism(
    "GICv5", "GICv5", 6,
    "GICv5 keeps configuration and pending state together in a table in memory, with a bit that says that it is valid. As of v7.3.4 nothing "
    "clears that bit on the way out.",
    "It follows that an ordinary kexec cannot work here unless firmware or hardware resets the unit in between. Reboot through firmware.",
    ("gicv5-ist",),
)

MESSAGES = (
    *LPIS.says("lpi.booted-enabled",
        Wording("GICv3: CPU%d: Booted with LPIs enabled, memory probably corrupted", since="4.17"),
        harm="look", where=f"{ITS}: redist_disable_lpis()", source="redist-disable-lpis",
        meaning="It was possible that bits flipped. The kernel cannot know whether any did."),
    *LPIS.says("lpi.failed",
        Wording("CPU%d: Failed to disable LPIs", since="4.17"),
        harm="broken", where=f"{ITS}: redist_disable_lpis()", source="redist-disable-lpis",
        meaning="EnableLPIs reads back as 1. No message-signalled interrupt will reach this CPU, and bits go on being written to the old table."),
    *LPIS.says("lpi.expected-reserved",
        Wording("GICv3: Expected reserved range [%pa:%pa], not found", since="4.20"),
        harm="look", where=f"{ITS}: gic_check_reserved_range()", source="lpi-allocate",
        meaning="LPIs are live, and the table that they use lies in memory that nobody reserved."),
    *LPIS.says("lpi.preallocated",
        Wording("GICv3: Using preallocated redistributor tables", since="4.20"),
        harm="routine", where=f"{ITS}: allocate_lpi_tables()", source="lpi-allocate",
        meaning="The old kernel's tables are kept: the healthy case."),
    *LPIS.says("lpi.property-table",
        Wording("GICv3: using LPI property table @%pa", since="4.20"),
        harm="routine", where=f"{ITS}: its_setup_lpi_prop_table()", source="lpi-allocate",
        meaning="Compare with the old kernel's address: the same means reuse."),
    *LPIS.says("lpi.pending-table",
        Wording("GICv3: CPU%d: using %s LPI pending table @%pa", since="4.20"),
        harm="routine", where=f"{ITS}: its_cpu_init_lpis()", source="its-cpu-init",
        meaning='"reserved" is the old kernel\'s table, "allocated" a fresh one.'),
    *LPIS.elsewhere("lpi.timeout",
        Wording("CPU%d: Timeout while disabling LPIs", since="4.17"),
        harm="broken", where=f"{ITS}: redist_disable_lpis()", source="redist-disable-lpis",
        meaning="The redistributor did not finish a write within a second. No message-signalled interrupt will reach this CPU."),
    *LPIS.elsewhere("lpi.unsupported",
        Wording("CPU%d: LPIs not supported", since="4.17"),
        harm="harmless", where=f"{ITS}: redist_disable_lpis()", source="redist-disable-lpis",
        meaning="This redistributor has no LPIs, so no tables either.",
        do="Nothing, unless the machine should have them: then its firmware describes the wrong thing."),
    *LPIS.says("warn.valid-col",
        Wording("WARNING: CPU: %d PID: %d at drivers/irqchip/irq-gic-v3-its.c:%d valid_col+%s", before="6.19", takes="cpu pid line offset"),
        Wording("WARNING: drivers/irqchip/irq-gic-v3-its.c:%d at valid_col+%s, CPU#%d: %s/%d", since="6.19", takes="line offset cpu task pid"),
        harm="broken", where=f"{ITS}: valid_col()", source="its-valid-col",
        meaning="An interrupt is aimed at a CPU whose collection was never mapped: its LPIs could not be set up."),
    *LPIS.elsewhere("gic.unexpected",
        Wording("Unexpected interrupt received!", before="6.1"),
        Wording("Unexpected interrupt (irqnr %u)", since="6.1"),
        harm="harmless", where="drivers/irqchip/irq-gic-v3.c: __gic_handle_irq(); gic_handle_irq() in 5.10", source="gic-unexpected",
        meaning="An interrupt came that nobody has mapped: at a boot after a kexec, a leftover. It is warned of once.",
        do="One is nothing. If interrupts of a device are missing as well, look at the lines above."),

    *MEMRESERVE.says("efi.version",
        Wording("efi: EFI v%u.%.02u by %s", before="6.12", takes="major hundredths vendor"),
        Wording("efi: EFI v%u.%u by %s", since="6.12", takes="major minor vendor", like=r"efi: EFI v\d+\.\d(?:\.\d+)? by .*"),
        harm="routine", where="drivers/firmware/efi/efi.c: efi_systab_report_header()", source="efi-memreserve",
        meaning="The system table of the first boot's firmware was handed on."),
    *MEMRESERVE.says("efi.tables",
        Wording("efi: MEMRESERVE=0x%lx ", like=r"efi: (?:.* )?MEMRESERVE=0x[0-9a-f]+.*", since="4.20"),
        harm="routine", where="drivers/firmware/efi/efi.c: efi_config_parse_tables()", source="efi-memreserve",
        meaning="The list of reserved memory is there; LPI tables can be on it."),
    *MEMRESERVE.says("efi.none",
        "efi: UEFI not found.",
        harm="routine", where="drivers/firmware/efi/fdtparams.c: efi_get_fdt_params()", source="efi-fdt",
        meaning="Nothing hands a list of reserved memory on: LPI tables are ordinary memory to this kernel.",
        do="Nothing in a machine that never kexecs. Otherwise see the lines about LPI tables."),
    *MEMRESERVE.says("efi.no-services",
        "EFI services will not be available.",
        harm="routine", where="drivers/firmware/efi/arm-runtime.c: arm_enable_runtime_services()", source="efi-fdt",
        meaning="This boot has no UEFI."),
    *MEMRESERVE.elsewhere("efi.memreserve-lost",
        Wording("efi: Could not map UEFI memreserve entry!", since="4.20"),
        harm="broken", where="drivers/firmware/efi/efi.c: efi_config_parse_tables()", source="efi-memreserve",
        meaning="A page of the list cannot be read. What it reserves is ordinary memory to this kernel.",
        do="Reset the machine through firmware, and do not kexec from this kernel."),

    *UNIT.says("its.found",
        Wording("ITS [mem 0x%08x-0x%08x]", like=r"ITS \[mem 0x[0-9a-f]+-0x[0-9a-f]+\]"),
        harm="routine", where=f"{ITS}: its_probe_one() (its_node_init() from 6.12 on)", source="its-probe",
        meaning="The ITS; it has just been made quiet."),
    *UNIT.says("its.allocated",
        "ITS@%pa: allocated %d %s @%llx (%s, esz %d, psz %dK, shr %d)",
        harm="routine", where=f"{ITS}: its_setup_baser()", source="its-probe",
        meaning="Fresh ITS tables of this kernel."),
    *UNIT.elsewhere("its.not-quiet",
        "ITS@%pa: Failed to quiesce, giving up",
        harm="broken", where=f"{ITS}: its_map_one() (its_probe_one() in 5.10)", source="its-quiesce",
        meaning="This ITS is not used: the messages of all devices behind it go nowhere."),
    *UNIT.elsewhere("its.queue-timeout",
        "ITS queue timeout (%llu %llu)",
        harm="broken", where=f"{ITS}: its_wait_for_range_completion()", source="its-commands",
        meaning="The ITS did not carry out a command within a second. Interrupts that it was to map may not arrive."),
    *UNIT.elsewhere("its.none",
        "ITS: No ITS available, not enabling LPIs",
        harm="look", where=f"{ITS}: its_init()", source="its-probe",
        meaning="There will be no LPIs in this boot.",
        do="If a line above says that an ITS was given up, that is why, and devices that have only messages will not work. If there is none, the machine has no ITS."),

    *GICV5.elsewhere("gicv5.ist-valid",
        Wording("GICv5 IRS: IST is marked as valid already; cannot allocate", since="6.17"),
        harm="fatal", where="drivers/irqchip/irq-gic-v5-irs.c: gicv5_irs_init_ist()", source="gicv5-ist",
        meaning="The old kernel's table is still in use, and this kernel refuses to start its interrupt controller."),
)
