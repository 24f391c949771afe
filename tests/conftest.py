"""What every test process shares."""

from hypothesis import settings

# How fast a machine is, is no claim of ours: no example may fail for having taken long.
settings.register_profile("kexecdoc", deadline=None)
settings.load_profile("kexecdoc")
