"""What an x86 kernel does its own way: local APICs and the I/O APIC, VT-d."""
