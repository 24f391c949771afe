"""What a real Linux did, under an emulator, for this project."""

from kexecdoc.registries.sources.entry import Source, other

ENTRIES: tuple[Source, ...] = (
    other("consoles", "observation", "Consoles of Debian 6.1.192 kernels crossing under QEMU 7.2, recorded for this project in November 2026",
          "What both kernels printed, line by line.", read="6.1.192; QEMU 7.2"),
    other("observations", "observation", "What a real Linux did under an emulator: sixteen experiments, November 2026",
          "What landed, what was stopped, what was printed, and how often each was repeated.", read="6.1.192; QEMU 7.2"),
)
