"""Lines of Kexec HandOver and of live update: memory that is meant to outlive its kernel."""

from __future__ import annotations

from kexecdoc.registries.messages.line import Mechanism, Wording

KHO = "kernel/liveupdate/kexec_handover.c"
LUO = "kernel/liveupdate/luo_core.c"

HANDOVER = Mechanism(
    "handover", "Kexec HandOver and live update", 11,
    "The old kernel leaves pages where they are, and a description of them. The next kernel runs in scratch memory that never held anything a device could "
    "write, until it knows what is to be kept.",
    "Kernels that hand over to each other have to agree on the format, which is not promised between releases. Load the next kernel with `kexec_file_load` "
    "(`kexec -s`), and boot both with `kho=on`.",
    ("kho", "luo", "kho-scratch-doc"),
    author="What is preserved may go on being written by devices. All other memory is as exposed as ever.",
)

MESSAGES = (
    *HANDOVER.says("kho.from",
        Wording("KHO: exec from: %s (count %u)", since="7.3"),
        harm="routine", where=f"{KHO}: kho_in_kexec_metadata()", source="kho",
        meaning="Memory was handed over. It names the kernel before this one, and counts since the last cold boot.", marks="a handover"),
    *HANDOVER.elsewhere("kho.found",
        Wording("KHO: found kexec handover data.", since="7.3"),
        harm="routine", where=f"{KHO}: kho_populate()", source="kho",
        meaning="The description of what was handed over is there.", marks="a handover"),
    *HANDOVER.elsewhere("kho.off-in-kdump",
        Wording("KHO: disabled in the kdump kernel", since="7.3"),
        harm="routine", where=f"{KHO}: kho_memory_init()", source="kho",
        meaning="A capture kernel takes nothing over.", marks="a crash kexec"),
    *HANDOVER.elsewhere("kho.refused",
        Wording("KHO: disabling KHO revival", since="7.3"),
        harm="broken", where=f"{KHO}: kho_populate()", source="kho",
        meaning="The description was there and could not be used: a line above says why. What was preserved is lost, and its memory is ordinary memory again."),
    *HANDOVER.elsewhere("kho.no-scratch",
        Wording("KHO: Failed to reserve scratch area, disabling kexec handover", since="7.3"),
        harm="broken", where=f"{KHO}: kho_reserve_scratch()", source="kho",
        meaning="There is no room for scratch memory: this kernel cannot hand anything over.",
        do="Give a smaller `kho_scratch=`."),
    *HANDOVER.elsewhere("luo.retrieved",
        Wording("luo_core: Retrieved live update data, liveupdate number: %lld", since="7.3"),
        harm="routine", where=f"{LUO}: luo_early_startup()", source="luo-startup",
        meaning="The live update orchestrator found what the old kernel left for it.", marks="a handover"),
    *HANDOVER.elsewhere("luo.off",
        Wording("luo_core: Disabling liveupdate because KHO is disabled", since="7.3"),
        harm="look", where=f"{LUO}: luo_early_startup()", source="luo-startup",
        meaning="`liveupdate=on` needs a handover, and there is none: nothing will be preserved."),
    *HANDOVER.elsewhere("luo.incompatible",
        Wording("luo_core: LUO state is incompatible with '%s'", since="7.3"),
        harm="broken", where=f"{LUO}: luo_early_startup()", source="luo-startup",
        meaning="The old kernel wrote another format than this one reads. What it preserved is lost."),
)
