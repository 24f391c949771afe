"""What every test process shares."""

import os

from hypothesis import settings

# How fast a machine is, is no claim of ours: no example may fail for having taken long. `make quick` tries fewer.
settings.register_profile("kexecdoc", deadline=None, max_examples=int(os.environ.get("KEXECDOC_EXAMPLES", "30")))
settings.load_profile("kexecdoc")
