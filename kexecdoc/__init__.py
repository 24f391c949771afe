"""Why kexec works the way it does: a machine that crosses from one kernel to the next."""
